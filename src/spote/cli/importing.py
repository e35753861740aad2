"""`spote import`: Markdown files of a folder or an archive become notes."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from spote.cli import operator

if TYPE_CHECKING:
    from spote.cli.attaching import Attaching
    from spote.cli.sources import Source
    from spote.domain.notes import ImportedFile
    from spote.identity import Actor
    from spote.storage import Database

BATCH = 200  # notes in one transaction; a run that is killed loses no more
BATCH_CHARACTERS = 4 * 1024 * 1024  # of text in one transaction

Say = Callable[[str], None]


def add_to(app: typer.Typer) -> None:
    app.command("import")(import_)


def import_(
    path: Annotated[
        Path,
        typer.Argument(
            exists=True, metavar="PATH", help="A folder, a .zip archive or a Markdown file."
        ),
    ],
    email: Annotated[str, typer.Option(help="Whose notes they become.")],
    bucket: Annotated[
        str | None, typer.Option(help="Put everything into this bucket and below.")
    ] = None,
) -> None:
    """Take in Markdown files as notes. Doing it again changes nothing that did not change."""
    from spote.cli.attaching import Attaching
    from spote.cli.beside import opened_beside
    from spote.cli.sources import Source, opened_sources
    from spote.settings import load_settings

    place = _bucket(bucket)
    settings = load_settings()
    with (
        operator.opened_database() as database,
        opened_sources(path) as found,
        opened_beside(path) as beside,
    ):
        account = database.read_now(lambda db: operator.account_of(db, email))
        files = [one for one in found if isinstance(one, Source)]
        with _progress(len(files)) as (step, say):
            actor = operator.acting_for(account)
            run = _Run(
                *(database, actor, files, place, say),
                attaching=Attaching(settings, database, actor, beside, say),
                max_bytes=settings.note_max_bytes,
            )
            for one in found:
                if not isinstance(one, Source):
                    run.skip(one.path, one.reason)
            for number in run.batches():
                step(number)
    typer.echo(run.summary())


class _Run:
    """One import, from the files to the counts."""

    def __init__(
        self,
        database: "Database",
        actor: "Actor",
        files: "list[Source]",
        bucket: str | None,
        say: Say,
        *,
        attaching: "Attaching",
        max_bytes: int,
    ) -> None:
        from spote.domain import notes

        self._database = database
        self._actor = actor
        self._files = files
        self._bucket = bucket
        self._say = say
        self._attaching = attaching
        self._limit = max_bytes + notes.FRONT_MATTER_MAX_BYTES
        self._keys = frozenset(notes.source_key(file.whole_path) for file in files)
        self._counts: Counter[str] = Counter()

    def batches(self) -> Iterator[int]:
        """Work through the files, in small transactions, so that the server can write in between."""
        batch: list[tuple[Source, ImportedFile]] = []
        characters = 0
        for file in self._files:
            taken = self._read(file)
            if taken is None:
                yield 1
                continue
            batch.append((file, taken))
            characters += len(taken.values.text)
            if len(batch) >= BATCH or characters >= BATCH_CHARACTERS:
                yield self._write(batch)
                batch, characters = [], 0
        yield self._write(batch)

    def skip(self, path: str, reason: str) -> None:
        self._counts["skipped"] += 1
        self._say(f"skipped {operator.printable(path)}: {reason}")

    def summary(self) -> str:
        from spote.domain.notes import Result

        line = ", ".join(f"{result.value} {self._counts[result.value]}" for result in Result)
        return f"{line}, files {self._attaching.taken}" if self._attaching.taken else line

    def _read(self, file: "Source") -> "ImportedFile | None":
        from spote.cli.sources import read_source
        from spote.domain import notes
        from spote.errors import InvalidInput

        place = notes.FilePlace(file.whole_path, file.folders, file.stem, file.modified_at)
        try:
            return notes.read_markdown_file(
                read_source(file, self._limit), place, bucket=self._bucket
            )
        except InvalidInput as error:
            self.skip(file.path, error.message)
            return None

    def _write(self, batch: "Iterable[tuple[Source, ImportedFile]]") -> int:
        from spote.domain import notes

        batch = list(batch)
        files = [file for file, _ in batch]
        taken = self._attached(batch)
        outcomes = self._database.write_now(
            lambda db: notes.import_notes(db, self._actor, taken, run=self._keys)
        )
        for file, outcome in zip(files, outcomes, strict=True):
            if outcome.result is notes.Result.SKIPPED:
                self.skip(file.path, outcome.reason)
            else:
                self._counts[outcome.result.value] += 1
        return len(files)

    def _attached(self, batch: "list[tuple[Source, ImportedFile]]") -> "list[ImportedFile]":
        """With the files that their texts refer to, where they are not as they were at the last import."""
        from spote.domain import notes

        taken = [one for _, one in batch]
        changed = self._database.read_now(
            lambda db: notes.changed_since_import(db, self._actor, taken)
        )
        return [
            self._attaching.attached(source, one) if one.source_key in changed else one
            for source, one in batch
        ]


def _bucket(raw: str | None) -> str | None:
    from spote.domain.tokens import bucket_name
    from spote.errors import InvalidInput

    try:
        return None if raw is None else bucket_name(raw)
    except ValueError as error:
        raise InvalidInput(f"--bucket: {error}.") from error


@contextmanager
def _progress(total: int) -> Iterator[tuple[Callable[[int], None], Say]]:
    """A bar for a person who watches; quiet for everybody else."""
    import sys

    if not sys.stderr.isatty():
        yield (lambda _: None), operator.remark
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True)) as progress:
        task = progress.add_task("Importing", total=total)
        yield (
            lambda number: progress.advance(task, number),
            lambda text: progress.console.print(text, markup=False, highlight=False),
        )
