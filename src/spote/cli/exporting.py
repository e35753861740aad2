"""`spote export`: an account's notes as Markdown files, in a folder or an archive."""

import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from spote.cli import operator

if TYPE_CHECKING:
    from collections.abc import Iterable

    from spote.domain.files import StoredFile
    from spote.identity import Actor
    from spote.storage import BlobStore, Connection, Database


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
    """Write all notes of an account, with their history, trash and files, as Markdown files."""
    from spote.settings import load_settings
    from spote.storage import BlobStore

    with operator.opened_database() as database:
        account = database.read_now(lambda db: operator.account_of(db, email))
        target = target.absolute()
        _require_free(target)
        target.parent.mkdir(parents=True, exist_ok=True)
        write = _write_archive if target.suffix.lower() == ".zip" else _write_folder
        write(database, BlobStore(load_settings()), operator.acting_for(account), target)
    typer.echo(target)


def _require_free(target: Path) -> None:
    """Nothing is overwritten, nothing is mixed."""
    from spote.errors import Conflict

    is_empty_folder = target.is_dir() and not any(target.iterdir())
    if os.path.lexists(target) and not (is_empty_folder and target.suffix.lower() != ".zip"):
        raise Conflict(f"{target} exists. Give another name.")


def _write_archive(database: "Database", blobs: "BlobStore", actor: "Actor", target: Path) -> None:
    from spote.domain import files, notes

    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".spote-export-") as folder:
        archive = Path(folder, "export.zip")
        archive.touch(mode=0o600)
        with archive.open("r+b") as file:

            def write(db: "Connection") -> "list[StoredFile]":
                notes.write_export(db, actor, file)
                return files.files_to_export(db, actor)

            attached = database.read_now(write)
            files.add_files_to_archive(file, attached, blobs)
        archive.rename(target)


def _write_folder(database: "Database", blobs: "BlobStore", actor: "Actor", target: Path) -> None:
    folder = Path(tempfile.mkdtemp(dir=target.parent, prefix=".spote-export-"))
    try:
        attached = database.read_now(lambda db: _write_notes(db, actor, folder))
        _write_attached(attached, blobs, folder)
        folder.rename(target)  # takes the place of an empty folder
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _write_notes(db: "Connection", actor: "Actor", folder: Path) -> "list[StoredFile]":
    """Returns the files that belong to them."""
    from spote.domain import files, notes

    for file in notes.export_notes(db, actor):
        _write(folder / file.path, [file.content], file.modified_at.timestamp())
    return files.files_to_export(db, actor)


def _write_attached(attached: "list[StoredFile]", blobs: "BlobStore", folder: Path) -> None:
    """What has no bytes is left out."""
    from spote.domain import files
    from spote.errors import NotFound
    from spote.storage import blob_key

    there = []
    for file in attached:
        path = folder / files.exported_path(file)
        try:
            _write(path, blobs.get_now(blob_key(file.account_id, file.id)), file.created_at / 1000)
        except NotFound:
            path.unlink()
        else:
            there.append(file)
    if there:
        (folder / files.INDEX).write_bytes(files.index_of(there))


def _write(path: Path, content: "Iterable[bytes]", modified_at: float) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("xb") as opened:
        opened.writelines(content)
    os.utime(path, (modified_at, modified_at))
