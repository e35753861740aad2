"""Gives out an account's files beside its notes, so that an import takes both back in."""

import json
from collections.abc import Iterator, Sequence
from typing import IO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from spote.domain.files.model import StoredFile
from spote.domain.files.service import list_own_files
from spote.domain.notes import file_url
from spote.errors import NotFound
from spote.identity import Actor, Verb
from spote.storage import BlobStore, Connection, blob_key, to_time

FOLDER = ".spote/files"
INDEX = ".spote/files.json"


def files_to_export(db: Connection, actor: Actor) -> list[StoredFile]:
    """All of the account's files that the actor may read, without their bytes."""
    actor.require(Verb.READ)
    found, after = list[StoredFile](), ""
    while True:
        some, last = list_own_files(db, actor, after)
        found += some
        if last is None:
            return found
        after = last


def add_files_to_archive(target: IO[bytes], files: Sequence[StoredFile], blobs: BlobStore) -> None:
    """To a zip archive that is there. What has no bytes is left out."""
    if not files:
        return
    with ZipFile(target, "a") as archive:
        there = [file for file in files if _add(archive, file, blobs)]
        archive.writestr(ZipInfo(INDEX), index_of(there), ZIP_DEFLATED)


def exported_path(file: StoredFile) -> str:
    return f"{FOLDER}/{file.id}.{file.extension}"


def index_of(files: Sequence[StoredFile]) -> bytes:
    """What they are, as JSON: a text names its files by the `url`."""
    described = [
        {
            "path": exported_path(file),
            "url": file_url(file.account_id, file.id, file.extension),
            "filename": file.filename,
            "mime_type": file.mime_type,
            "size_bytes": file.size_bytes,
            "sha256": file.sha256.hex(),
            "created_at": to_time(file.created_at).isoformat().replace("+00:00", "Z"),
        }
        for file in files
    ]
    return json.dumps(described, ensure_ascii=False, indent=1).encode()


def _add(archive: ZipFile, file: StoredFile, blobs: BlobStore) -> bool:
    pieces = blobs.get_now(blob_key(file.account_id, file.id))
    try:
        first = next(pieces, b"")
    except NotFound:
        return False
    entry = ZipInfo(exported_path(file), to_time(file.created_at).timetuple()[:6])
    entry.external_attr = 0o600 << 16
    entry.file_size = file.size_bytes
    entry.compress_type = ZIP_STORED  # pictures do not get smaller
    with archive.open(entry, "w") as opened:
        for piece in _chained(first, pieces):
            opened.write(piece)
    return True


def _chained(first: bytes, pieces: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from pieces
