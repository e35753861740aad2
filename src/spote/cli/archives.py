"""The archive that a backup is: a copy of the database, the files, and a manifest that tells how to check them."""

import errno
import hashlib
import os
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Literal
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from spote import __version__
from spote.cli import packed_files
from spote.domain import accounts, files, notes
from spote.errors import InvalidInput
from spote.paging import Page
from spote.settings import Settings
from spote.storage import BlobStore, Connection, Database, database_files

MANIFEST = "manifest.json"
DATABASE = "spote.db"
MANIFEST_MAX_BYTES = 64 * 1024
CHUNK_BYTES = 1024 * 1024
_NOT_A_BACKUP = (
    BadZipFile,
    KeyError,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    zlib.error,
)


class Manifest(BaseModel):
    """What an archive says about itself. Later versions may say more."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    format: Literal["spote-backup"] = "spote-backup"
    spote: str  # the version that wrote it
    database_schema: int = Field(alias="schema")
    created_at: AwareDatetime
    sha256: str  # of the database
    size_bytes: int = Field(ge=0)  # of the database
    counts: dict[str, int]


def write_backup(
    settings: Settings, database: Database, target: Path, *, blobs: BlobStore | None
) -> Path:
    """A new archive that only its owner may read; it gets its name when it is whole. With `blobs`, files are in it."""
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".spote-backup-") as folder:
        copy = Path(folder, DATABASE)
        created_at = datetime.now(UTC)
        database.backup(copy)
        manifest = _manifest(settings, copy, created_at)
        _pack(settings, copy, manifest, Path(folder, "backup.zip"), blobs).rename(target)
    return target


def add_files(settings: Settings, archive: Path, blobs: BlobStore) -> None:
    """To a backup that was written without them, as there was no time."""
    with (
        tempfile.TemporaryDirectory(dir=archive.parent, prefix=".spote-backup-") as folder,
        unpacked_database(settings, archive) as (copy, manifest),
    ):
        _pack(settings, copy, manifest, Path(folder, "backup.zip"), blobs).replace(archive)


def _pack(
    settings: Settings, copy: Path, manifest: Manifest, archive: Path, blobs: BlobStore | None
) -> Path:
    archive.touch(mode=0o600)
    with archive.open("r+b") as file:
        with ZipFile(file, "w", ZIP_DEFLATED, compresslevel=1) as packed:
            packed.writestr(MANIFEST, manifest.model_dump_json(by_alias=True, indent=1))
            packed.write(copy, DATABASE)
            if blobs is not None:
                packed_files.pack(packed, packed_files.files_in(settings, copy), blobs)
        file.flush()
        os.fsync(file.fileno())
    return archive


@contextmanager
def unpacked_backup(settings: Settings, file: Path) -> Iterator[tuple[Path, Manifest]]:
    """The database in an archive, checked and of the newest schema, as a file that goes when the context ends.

    Raises:
        InvalidInput: it is no backup, it or a file in it is damaged, or a newer Spote wrote it.
    """
    with unpacked_database(settings, file) as (copy, manifest):
        if problems := database_files(settings).check_file(settings, copy):
            raise InvalidInput(f"The database in {file.name} is damaged: {problems[0]}.")
        database_files(settings).prepare_copy(settings, copy)
        with _told_of_damage(file), ZipFile(file) as archive:
            packed_files.require_sound(archive, packed_files.files_in(settings, copy))
        yield copy, manifest


@contextmanager
def unpacked_database(settings: Settings, file: Path) -> Iterator[tuple[Path, Manifest]]:
    """As it was written."""
    with tempfile.TemporaryDirectory(dir=settings.data, prefix=".spote-restore-") as folder:
        copy = Path(folder, DATABASE)
        copy.touch(mode=0o600)
        with _told_of_damage(file), ZipFile(file) as archive:
            manifest = _read_manifest(archive)
            with archive.open(DATABASE) as packed, copy.open("r+b") as unpacked:
                _unpack(packed, unpacked, manifest)
        yield copy, manifest


@contextmanager
def _told_of_damage(file: Path) -> Iterator[None]:
    try:
        yield
    except _NOT_A_BACKUP as error:
        raise _damaged(file) from error
    except OSError as error:
        if error.errno != errno.EINVAL:  # sought at a place that cannot be
            raise
        raise _damaged(file) from error


def counted(db: Connection) -> dict[str, int]:
    """How much there is."""
    return {
        "accounts": accounts.list_accounts(db, Page(1)).total,
        **notes.count_everything(db),
        "files": files.count_files(db),
    }


def _damaged(file: Path) -> InvalidInput:
    return InvalidInput(f"{file.name} is not a backup of Spote, or is damaged.")


def _manifest(settings: Settings, copy: Path, created_at: datetime) -> Manifest:
    dialect = database_files(settings)
    counts = dialect.look_into(settings, copy, counted)
    with copy.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return Manifest.model_validate(
        {
            "spote": __version__,
            "schema": dialect.file_schema(settings, copy),
            "created_at": created_at,
            "sha256": digest,
            "size_bytes": copy.stat().st_size,
            "counts": counts,
        }
    )


def _read_manifest(archive: ZipFile) -> Manifest:
    with archive.open(MANIFEST) as file:
        content = file.read(MANIFEST_MAX_BYTES)
    try:
        return Manifest.model_validate_json(content)
    except ValidationError as error:
        raise InvalidInput("The backup's manifest cannot be read.") from error


def _unpack(packed: IO[bytes], unpacked: IO[bytes], manifest: Manifest) -> None:
    """No more than was announced. Raises InvalidInput where it is not what was written."""
    digest, left = hashlib.sha256(), manifest.size_bytes + 1
    while left and (chunk := packed.read(min(CHUNK_BYTES, left))):
        left -= len(chunk)
        digest.update(chunk)
        unpacked.write(chunk)
    if left != 1 or digest.hexdigest() != manifest.sha256:
        raise InvalidInput("The backup is damaged: its database is not the one that was written.")
