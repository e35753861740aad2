"""`spote database move`: everything into another database, of the same engine or the other one."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import typer

from spote.cli import operator

if TYPE_CHECKING:
    from spote.settings import Settings

    Report = Callable[[str, int, int], None]

TOLD_SECONDS = 10  # between two lines on one step, where nobody watches a bar

app = typer.Typer(no_args_is_help=True, help="The database as a whole: move it to another engine.")


def add_to(parent: typer.Typer) -> None:
    parent.add_typer(app, name="database")


@app.callback()
def database() -> None:
    """So that `move` stays a word of its own, while it is the only one."""


@app.command("move")
def move(
    source: Annotated[
        str, typer.Argument(metavar="FROM", help="A data folder, or postgresql://user@host/name.")
    ],
    target: Annotated[
        str, typer.Argument(metavar="TO", help="The same, for a database without accounts.")
    ],
) -> None:
    """Copy everything from one database into another, and compare every row. FROM stays as it is.

    No server may run on either. What was broken off is begun anew by the same command.
    """
    from spote.cli.moved_files import copy_files
    from spote.domain import notes
    from spote.storage.moving import move_database

    given, wanted = _settings("FROM", source), _settings("TO", target)
    try:
        with _progress() as report:
            counts = move_database(
                given,
                wanted,
                rebuild=notes.index_words,
                check=notes.find_disagreements,
                report=report,
            )
        copied = copy_files(given, wanted)
    except KeyboardInterrupt:
        operator.remark(
            f"Broken off. {given.database_place} is as it was; the same command moves it anew."
        )
        raise typer.Exit(1) from None
    if copied:
        operator.remark(f"Copied {copied:,} files from {given.data} to {wanted.data}.")
    _tell(given, wanted, counts)


def _settings(name: str, given: str) -> "Settings":
    """As if the environment named this database. Raises InvalidInput; a URL is never shown, for its password."""
    from spote.errors import InvalidInput
    from spote.settings import BadSettings, load_settings

    scheme, is_url, rest = given.partition("://")
    try:
        if not is_url:
            return load_settings(data=_folder(name, given), database_url="")
        if scheme == "sqlite" and rest.startswith("/"):
            return load_settings(data=_folder(name, rest), database_url="")
        if scheme in ("postgresql", "postgres"):
            return load_settings(database_url=given)
    except BadSettings as error:
        if "SPOTE_DATABASE_URL" not in str(error):
            raise
    raise InvalidInput(
        f"{name} must be a data folder, sqlite:///its/path, or postgresql://user:password@host/name."
    )


def _folder(name: str, given: str) -> Path:
    """Raises InvalidInput where it is a file that no setting could name."""
    from spote.errors import InvalidInput
    from spote.storage.folder import DATABASE_NAME

    path = Path(given).expanduser()
    if path.name == DATABASE_NAME:
        return path.parent
    if not given or path.is_file():
        raise InvalidInput(
            f"{name} must be a data folder, or the file {DATABASE_NAME} in one: SPOTE_DATA names only folders."
        )
    return path


def _tell(given: "Settings", wanted: "Settings", counts: dict[str, int]) -> None:
    operator.remark(
        f"Moved {counts['accounts']:,} accounts, {counts['notes']:,} notes and {counts['revisions']:,} revisions;"
        f" {sum(counts.values()):,} rows in {len(counts)} tables are the same on both sides."
    )
    operator.remark(f"{given.database_place} was left as it is. Servers use the new one with:")
    if wanted.database_url:
        typer.echo(f"SPOTE_DATABASE_URL={shown_url(wanted.database_url)}")
    else:
        typer.echo(f"SPOTE_DATA={wanted.data}")
        operator.remark("and without SPOTE_DATABASE_URL.")


def shown_url(url: str) -> str:
    """Without the password, and without parameters, which may hold one too."""
    parts = urlsplit(url)
    login, _, host = parts.netloc.rpartition("@")
    user, has_password, _ = login.partition(":")
    shown = f"{user}:PASSWORD@" if has_password else f"{user}@" if user else ""
    return f"{parts.scheme}://{shown}{host}{parts.path}{'?…' if parts.query else ''}"


@contextmanager
def _progress() -> "Iterator[Report]":
    """Bars for a person who watches; now and then a line for everybody else."""
    import sys

    if not sys.stderr.isatty():
        yield _lines()
        return
    from rich.console import Console
    from rich.progress import Progress, TaskID

    with Progress(console=Console(stderr=True)) as progress:
        tasks: dict[str, TaskID] = {}

        def report(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = progress.add_task(what, total=total)
            progress.update(tasks[what], completed=done, total=total)

        yield report


def _lines() -> "Report":
    from time import monotonic

    last, told_at = ("", 0), monotonic()

    def report(what: str, done: int, total: int) -> None:
        nonlocal last, told_at
        if (what, done) == last:
            return
        if done == total or monotonic() - told_at > TOLD_SECONDS:
            last, told_at = (what, done), monotonic()
            operator.remark(f"{what}: {done:,} of {total:,}")

    return report
