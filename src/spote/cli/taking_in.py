"""Takes in a file without a network: for an import. A file that the account has already is not taken twice."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import IO

from spote.domain.files import (
    Receiver,
    UploadedFile,
    abandon_upload,
    begin_upload,
    find_same_file,
    finish_upload,
    forget_blob,
)
from spote.identity import Actor
from spote.storage import BlobStore, Database, blob_key

PIECE_BYTES = 1024 * 1024
Open = Callable[[], IO[bytes]]


def take_in_file(
    database: Database, blobs: BlobStore, actor: Actor, opened: Open, filename: str, max_bytes: int
) -> UploadedFile:
    """Reads twice: first to know what it is. Raises TooLarge; no more than the limit is read."""
    receiver = Receiver(max_bytes)
    for piece in _pieces(opened):
        receiver.feed(piece)
    received = receiver.result(filename)
    same = database.read_now(lambda db: find_same_file(db, actor, received))
    if same:
        return same
    upload = database.write_now(lambda db: begin_upload(db, actor, received.size_bytes))
    key = (upload.account_id, upload.file_id)
    try:
        again = Receiver(max_bytes)
        blobs.put_now(blob_key(*key), again.passed_on_now(_pieces(opened)))
        return database.write_now(
            lambda db: finish_upload(db, actor, upload, again.result(filename))
        )
    except BaseException:
        if database.write_now(partial(abandon_upload, account_id=key[0], file_id=key[1])):
            blobs.delete_now(blob_key(*key))
            database.write_now(partial(forget_blob, account_id=key[0], file_id=key[1]))
        raise


def _pieces(opened: Open) -> Iterator[bytes]:
    with opened() as file:
        while piece := file.read(PIECE_BYTES):
            yield piece
