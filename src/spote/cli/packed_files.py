"""The bytes of files in a backup: put in, checked, and put back into the store."""

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from spote.cli import operator
from spote.domain import files
from spote.domain.files import StoredFile
from spote.errors import InvalidInput, NotFound
from spote.settings import Settings
from spote.storage import BlobStore, blob_key, database_files

FOLDER = "files"
CHUNK_BYTES = 1024 * 1024


def files_in(settings: Settings, copy: Path) -> Iterator[StoredFile]:
    """All that a copy of the database knows of."""
    after = ("", "")
    while some := _page(settings, copy, after):
        yield from some
        after = (some[-1].account_id, some[-1].id)


def pack(archive: ZipFile, all_files: Iterable[StoredFile], blobs: BlobStore) -> None:
    """What was removed meanwhile is left out, and said."""
    missing = 0
    for file in all_files:
        pieces = blobs.get_now(_key(file))
        try:
            first = next(pieces, b"")
        except NotFound:
            missing += 1
            continue
        entry = ZipInfo(_name(file))
        entry.external_attr, entry.file_size = 0o600 << 16, file.size_bytes
        entry.compress_type = ZIP_STORED  # pictures do not get smaller
        with archive.open(entry, "w") as opened:
            opened.write(first)
            for piece in pieces:
                opened.write(piece)
    if missing:
        operator.remark(f"{missing:,} files have no bytes in the store; the archive lacks them.")


def require_sound(archive: ZipFile, all_files: Iterable[StoredFile]) -> None:
    """Raises InvalidInput where a file is not the one that was written. Those that are not there are no fault."""
    names = set(archive.namelist())
    for file in all_files:
        if _name(file) not in names:
            continue
        digest = hashlib.sha256()
        for piece in _unpacked(archive, file):
            digest.update(piece)
        if digest.digest() != file.sha256:
            raise InvalidInput(
                f"The backup is damaged: the file {file.id} is not the one that was written."
            )


def put_back(
    archive_path: Path, all_files: Iterable[StoredFile], blobs: BlobStore
) -> list[StoredFile]:
    """Into the store, where it lacks them. Returns those that are in neither. Safe to do again."""
    nowhere = []
    with ZipFile(archive_path) as archive:
        names = set(archive.namelist())
        for file in all_files:
            if blobs.size_now(_key(file)) == file.size_bytes:
                continue
            if _name(file) in names:
                blobs.put_now(_key(file), _unpacked(archive, file))
            else:
                nowhere.append(file)
    return nowhere


def _page(settings: Settings, copy: Path, after: tuple[str, str]) -> list[StoredFile]:
    found = database_files(settings).look_into(
        settings, copy, lambda db: files.list_all_files(db, after)
    )
    return list(found)


def _unpacked(archive: ZipFile, file: StoredFile) -> Iterator[bytes]:
    """No more than the file has."""
    left = file.size_bytes + 1
    with archive.open(_name(file)) as packed:
        while left and (piece := packed.read(min(CHUNK_BYTES, left))):
            left -= len(piece)
            yield piece


def _key(file: StoredFile) -> str:
    return blob_key(file.account_id, file.id)


def _name(file: StoredFile) -> str:
    return f"{FOLDER}/{file.account_id}/{file.id}"
