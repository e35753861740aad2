"""`spote backup` and `spote restore`: the whole database and all files in one archive, and back."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from spote.cli import operator

if TYPE_CHECKING:
    from spote.cli.archives import Manifest
    from spote.domain.files import StoredFile
    from spote.settings import Settings
    from spote.storage import Connection, Database


def add_to(app: typer.Typer) -> None:
    app.command("backup")(backup)
    app.command("restore")(restore)


def backup(
    target: Annotated[
        Path | None,
        typer.Argument(
            metavar="[TARGET]",
            help="A new archive, or a folder for it; else `backups` in the data folder.",
        ),
    ] = None,
    without_files: Annotated[
        bool, typer.Option("--without-files", help="Leave the files out; the store keeps them.")
    ] = False,
) -> None:
    """Write a consistent copy of everything into one archive, also while the server runs."""
    from spote.cli.archives import write_backup
    from spote.settings import load_settings
    from spote.storage import BlobStore

    settings = load_settings()
    with operator.opened_database() as database:
        blobs = None if without_files else BlobStore(settings)
        made = write_backup(settings, database, _target(settings, target), blobs=blobs)
    typer.echo(made)


def restore(
    file: Annotated[
        Path,
        typer.Argument(
            exists=True, dir_okay=False, metavar="FILE", help="What `spote backup` wrote."
        ),
    ],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Put a backup in the place of everything, also while the server runs.

    Keeps a backup of the present state. Tokens that were revoked stay so; everybody has to sign in again.
    """
    from spote.cli.archives import add_files, unpacked_backup
    from spote.cli.packed_files import files_in, put_back
    from spote.settings import load_settings
    from spote.storage import BlobStore, database_files

    settings = load_settings()
    has_present = database_files(settings).database_file(settings).exists()
    with _opened_present(settings) as database, unpacked_backup(settings, file) as (copy, manifest):
        if not yes:
            typer.confirm(_question(database, manifest), abort=True, err=True)
        blobs, wanted = BlobStore(settings), list(files_in(settings, copy))
        _expect(database, wanted)
        nowhere = put_back(file, wanted, blobs)
        kept = list[Path]()
        database.restore(
            copy,
            lambda present, restored: _carry_over(
                settings, database if has_present else None, present, restored, nowhere, kept
            ),
        )
        put_back(file, wanted, blobs)  # what a server that was just removing it has removed
        for archive in kept:
            add_files(settings, archive, blobs)
        problems = database_files(settings).check_file(
            settings, database_files(settings).database_file(settings)
        )
    _report(manifest, problems, len(nowhere))


def _expect(database: "Database", wanted: "list[StoredFile]") -> None:
    """If this ends before its end, a server removes what was put into the store in vain."""
    from spote.domain import files

    for start in range(0, len(wanted), 500):
        some = wanted[start : start + 500]
        database.write_now(partial(files.expect_blobs, wanted=some))


def _carry_over(
    settings: "Settings",
    database: "Database | None",
    present: "Connection",
    restored: "Connection",
    nowhere: "list[StoredFile]",
    kept: list[Path],
) -> None:
    """Nobody else writes meanwhile: the safety backup is the very last state. Its files are added afterwards."""
    from spote.cli.archives import write_backup
    from spote.domain import accounts, apps, files, search, sharing, tokens

    if database is not None:
        target = _target(settings, None, "-before-restore")
        kept.append(write_backup(settings, database, target, blobs=None))
        operator.remark(f"The present state is kept in {target}")
    files.forget_files(restored, nowhere)
    files.carry_over_files(present, restored)
    tokens.carry_over_tokens(present, restored)
    sharing.carry_over_shares(present, restored)
    apps.carry_over_refreshes(present, restored)
    accounts.end_all_sessions(restored)
    search.begin_epoch(restored)


@contextmanager
def _opened_present(settings: "Settings") -> "Iterator[Database]":
    from spote.errors import Unavailable
    from spote.storage import database_files, open_database

    try:
        database = open_database(settings)
    except Unavailable as error:
        file = database_files(settings).database_file(settings)
        raise Unavailable(
            f"The present database cannot be used: {error.message} Stop the server, move {file} and what begins with"
            " its name away, then restore again."
        ) from error
    try:
        yield database
    finally:
        database.close()


def _target(settings: "Settings", given: Path | None, ending: str = "") -> Path:
    """Raises Conflict where the archive exists: none is overwritten."""
    from spote.errors import Conflict

    if given is None:
        folder = settings.data / "backups"
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return _unused(folder, ending)
    if given.is_dir():
        return _unused(given.absolute(), ending)
    given.absolute().parent.mkdir(parents=True, exist_ok=True)
    if os.path.lexists(given):
        raise Conflict(f"{given} exists. Give another name.")
    return given.absolute()


def _unused(folder: Path, ending: str) -> Path:
    from datetime import UTC, datetime
    from itertools import count

    stem = f"spote-{datetime.now(UTC):%Y%m%d-%H%M%S}{ending}"
    names = (f"{stem}.zip" if n == 1 else f"{stem}-{n}.zip" for n in count(1))
    return next(folder / name for name in names if not os.path.lexists(folder / name))


def _question(database: "Database", manifest: "Manifest") -> str:
    from spote.cli.archives import counted

    now = database.read_now(counted)
    return (
        f"This replaces {now['accounts']:,} accounts with {now['notes']:,} notes by"
        f" {manifest.counts.get('accounts', 0):,} accounts with {manifest.counts.get('notes', 0):,} notes"
        f" of {manifest.created_at:%Y-%m-%d %H:%M} UTC. Go on?"
    )


def _report(manifest: "Manifest", problems: list[str], lost_files: int) -> None:
    from spote.errors import Unavailable

    if problems:
        raise Unavailable(
            f"The database was restored, but a check finds: {'; '.join(problems[:5])}. Run `spote doctor`."
        )
    if lost_files:
        operator.remark(
            f"{lost_files:,} files are neither in the archive nor in the store: their addresses lead nowhere."
        )
    operator.remark(
        f"Restored the state of {manifest.created_at:%Y-%m-%d %H:%M:%S} UTC. Everybody has to sign in again;"
        " revoked tokens stay revoked."
    )
