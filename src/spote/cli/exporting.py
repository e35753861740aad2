"""`spote export`: an account's notes as Markdown files, in a folder or an archive."""

import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from spote.cli import operator

if TYPE_CHECKING:
    from spote.identity import Actor
    from spote.storage import Connection, Database


def add_to(app: typer.Typer) -> None:
    app.command("export")(export)


def export(
    email: Annotated[str, typer.Argument(metavar="EMAIL", help="Whose notes.")],
    target: Annotated[
        Path,
        typer.Argument(
            metavar="TARGET", help="A new archive (NAME.zip), or a new or empty folder."
        ),
    ],
) -> None:
    """Write all notes of an account, with their history and trash, as Markdown files."""
    with operator.opened_database() as database:
        account = database.read_now(lambda db: operator.account_of(db, email))
        target = target.absolute()
        _require_free(target)
        target.parent.mkdir(parents=True, exist_ok=True)
        write = _write_archive if target.suffix.lower() == ".zip" else _write_folder
        write(database, operator.acting_for(account), target)
    typer.echo(target)


def _require_free(target: Path) -> None:
    """Nothing is overwritten, nothing is mixed."""
    from spote.errors import Conflict

    is_empty_folder = target.is_dir() and not any(target.iterdir())
    if os.path.lexists(target) and not (is_empty_folder and target.suffix.lower() != ".zip"):
        raise Conflict(f"{target} exists. Give another name.")


def _write_archive(database: "Database", actor: "Actor", target: Path) -> None:
    from spote.domain import notes

    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".spote-export-") as folder:
        archive = Path(folder, "export.zip")
        archive.touch(mode=0o600)
        with archive.open("r+b") as file:
            database.read_now(lambda db: notes.write_export(db, actor, file))
        archive.rename(target)


def _write_folder(database: "Database", actor: "Actor", target: Path) -> None:
    folder = Path(tempfile.mkdtemp(dir=target.parent, prefix=".spote-export-"))
    try:
        database.read_now(lambda db: _write_files(db, actor, folder))
        folder.rename(target)  # takes the place of an empty folder
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _write_files(db: "Connection", actor: "Actor", folder: Path) -> None:
    from spote.domain import notes

    for file in notes.export_notes(db, actor):
        path = folder / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as opened:
            opened.write(file.content)
        at = file.modified_at.timestamp()
        os.utime(path, (at, at))
