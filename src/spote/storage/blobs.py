"""Where the bytes of files lie: a folder in the data folder, or an S3-compatible store. Keys are `account/file`."""

import asyncio
import errno
import os
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spote.errors import NotFound, SpoteError, Unavailable
from spote.settings import Settings

if TYPE_CHECKING:  # takes a moment to load
    from obstore.store import LocalStore, S3Store

FOLDER = "files"  # in the data folder
LOCAL_PIECE = 1024 * 1024  # bytes that are written at once
S3_PIECE = 5 * 1024 * 1024  # the least that S3 takes as a part
PIECES_AT_ONCE = 2  # on their way to the store
READ_PIECE = 512 * 1024  # bytes that are read at once
CONNECT_TIMEOUT = timedelta(seconds=5)
SILENCE_TIMEOUT = timedelta(seconds=20)
WHOLE_TIMEOUT = timedelta(hours=6)  # of one answer, to a slow reader
RETRY_TIMEOUT = timedelta(seconds=10)


class BlobStore:
    """Puts and gets bytes in a stream. What it raises is Unavailable, but for NotFound where there are none.

    A blob is there as a whole or not at all, and survives a power cut from the end of `put` on.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    @property
    def place(self) -> str:
        """For people."""
        if self._settings.s3_bucket:
            return f"the bucket {self._settings.s3_bucket}"
        return str(self._folder)

    @property
    def piece_bytes(self) -> int:
        """What is put comes best in pieces of this size."""
        return S3_PIECE if self._settings.s3_bucket else LOCAL_PIECE

    async def put(self, key: str, pieces: bytes | AsyncIterable[bytes]) -> None:
        """What `pieces` raises comes out as it is, and nothing is left of the blob."""
        import obstore  # noqa: PLC0415

        with _failures():
            await obstore.put_async(self._store, key, pieces, **self._way_of_putting)
            if not self._settings.s3_bucket:
                await asyncio.to_thread(self._make_durable, key)

    def put_now(self, key: str, pieces: Iterable[bytes]) -> None:
        """As `put`, for the command line."""
        import obstore  # noqa: PLC0415

        with _failures():
            obstore.put(self._store, key, iter(pieces), **self._way_of_putting)
            if not self._settings.s3_bucket:
                self._make_durable(key)

    async def get(self, key: str, start: int, end: int) -> AsyncIterator[bytes]:
        """The bytes from `start` up to, not with, `end`. Returns when the store has answered."""
        import obstore  # noqa: PLC0415

        if start >= end:
            return _nothing()
        if not self._settings.s3_bucket:
            return await self._get_from_folder(key, start, end)
        with _failures():
            found = await obstore.get_async(self._store, key, options={"range": (start, end)})
        return _read(found.stream(min_chunk_size=READ_PIECE))

    async def _get_from_folder(self, key: str, start: int, end: int) -> AsyncIterator[bytes]:
        """Piece by piece, as the store's own stream of a file reads 8 KiB at a time, and a blob never changes."""
        import obstore  # noqa: PLC0415

        async def piece_at(place: int) -> bytes:
            with _failures():
                found = await obstore.get_range_async(
                    self._store, key, start=place, end=min(end, place + LOCAL_PIECE)
                )
            return bytes(found)

        async def pieces(first: bytes) -> AsyncIterator[bytes]:
            yield first
            for place in range(start + LOCAL_PIECE, end, LOCAL_PIECE):
                yield await piece_at(place)

        return pieces(await piece_at(start))

    def get_now(self, key: str) -> Iterator[bytes]:
        """The whole blob, for those without an event loop."""
        import obstore  # noqa: PLC0415

        with _failures():
            for piece in obstore.get(self._store, key).stream(min_chunk_size=READ_PIECE):
                yield bytes(piece)

    def size_now(self, key: str) -> int | None:
        """None where there is no such blob."""
        import obstore  # noqa: PLC0415

        with _failures():
            try:
                return int(obstore.head(self._store, key)["size"])
            except FileNotFoundError:
                return None

    async def delete(self, key: str) -> None:
        """Also what a process that died had begun to write. Safe where there is nothing."""
        import obstore  # noqa: PLC0415

        with _failures():
            with suppress(FileNotFoundError):
                await obstore.delete_async(self._store, key)
            if not self._settings.s3_bucket:
                await asyncio.to_thread(self._delete_halves, key)

    def delete_now(self, key: str) -> None:
        """As `delete`, for the command line."""
        import obstore  # noqa: PLC0415

        with _failures():
            with suppress(FileNotFoundError):
                obstore.delete(self._store, key)
            if not self._settings.s3_bucket:
                self._delete_halves(key)

    @cached_property
    def _folder(self) -> Path:
        return self._settings.data / FOLDER

    @cached_property
    def _store(self) -> "LocalStore | S3Store":
        from obstore.store import LocalStore  # noqa: PLC0415

        if self._settings.s3_bucket:
            return _s3(self._settings)
        self._folder.mkdir(mode=0o700, exist_ok=True)
        return LocalStore(self._folder)

    @property
    def _way_of_putting(self) -> dict[str, Any]:
        return {"chunk_size": self.piece_bytes, "max_concurrency": PIECES_AT_ONCE}

    def _make_durable(self, key: str) -> None:
        file = self._folder / key
        for path in (file, file.parent, self._folder):
            opened = os.open(path, os.O_RDONLY)
            try:
                os.fsync(opened)
            finally:
                os.close(opened)

    def _delete_halves(self, key: str) -> None:
        """The store writes into a file beside, whose name has a number more."""
        file = self._folder / key
        for half in file.parent.glob(f"{file.name}#*"):
            half.unlink(missing_ok=True)
        with suppress(OSError):
            file.parent.rmdir()  # unless it holds anything


def blob_key(account_id: str, file_id: str) -> str:
    return f"{account_id}/{file_id}"


def _s3(settings: Settings) -> "S3Store":
    from obstore.store import S3Store  # noqa: PLC0415

    given = {
        "region": settings.s3_region,
        "endpoint": settings.s3_endpoint,
        "access_key_id": settings.s3_access_key_id,
        "secret_access_key": settings.s3_secret_access_key.get_secret_value(),
    }
    chosen: Any = {name: value for name, value in given.items() if value}
    return S3Store(
        settings.s3_bucket,
        prefix=settings.s3_prefix or None,
        client_options={
            "allow_http": settings.s3_endpoint.startswith("http://"),
            "connect_timeout": CONNECT_TIMEOUT,
            "read_timeout": SILENCE_TIMEOUT,
            "timeout": WHOLE_TIMEOUT,
        },
        retry_config={"max_retries": 3, "retry_timeout": RETRY_TIMEOUT},
        **chosen,
    )


async def _nothing() -> AsyncIterator[bytes]:
    for piece in list[bytes]():
        yield piece


async def _read(stream: AsyncIterable[Any]) -> AsyncIterator[bytes]:
    with _failures():
        async for piece in stream:
            yield bytes(piece)


@contextmanager
def _failures() -> Iterator[None]:
    from obstore.exceptions import BaseError  # noqa: PLC0415

    try:
        yield
    except SpoteError:
        raise
    except FileNotFoundError as error:
        raise NotFound("The bytes of this file are gone.", code="bytes_gone") from error
    except (BaseError, OSError) as error:
        raise _unavailable(error) from error


def _unavailable(error: Exception) -> Unavailable:
    no_room = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
    is_full = (isinstance(error, OSError) and error.errno in no_room) or any(
        os.strerror(number) in str(error) for number in no_room
    )
    if is_full:
        return Unavailable(
            "The server has no room for files left. Try again later.", retry_after_seconds=60
        )
    return Unavailable("The file store does not answer. Try again.", retry_after_seconds=10)
