"""An upload as it comes: counted, limited, hashed and looked at, piece by piece, in bounded memory."""

import asyncio
import hashlib
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator

from spote.domain.files.kinds import HEAD_BYTES, TextCheck, kind_of
from spote.domain.files.model import ReceivedFile, safe_filename
from spote.errors import TooLarge


class Receiver:
    """Feed it with the bytes; then `result` says what they were."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._size = 0
        self._digest = hashlib.sha256()
        self._head = b""
        self._text = TextCheck()

    def feed(self, piece: bytes) -> None:
        """Raises TooLarge as soon as there are too many."""
        self._look_at(piece)
        self._digest.update(piece)

    def result(self, filename: str) -> ReceivedFile:
        name = safe_filename(filename)
        kind = kind_of(self._head, name, is_text=self._text.is_text())
        return ReceivedFile(
            filename=name,
            extension=kind.extension,
            mime_type=kind.mime_type,
            size_bytes=self._size,
            sha256=self._digest.digest(),
        )

    async def passed_on(
        self, pieces: AsyncIterable[bytes], piece_bytes: int
    ) -> AsyncIterator[bytes]:
        """The same bytes, in pieces of about that size, each hashed on a thread while the next one comes."""
        hashing, loop = None, asyncio.get_running_loop()
        try:
            async for piece in self._gathered(pieces, piece_bytes):
                if hashing:
                    await hashing
                hashing = loop.run_in_executor(None, self._digest.update, piece)
                yield piece
        finally:
            if hashing:
                await hashing

    async def _gathered(
        self, pieces: AsyncIterable[bytes], piece_bytes: int
    ) -> AsyncIterator[bytes]:
        waiting, size = list[bytes](), 0
        async for piece in pieces:
            self._look_at(piece)
            waiting.append(piece)
            size += len(piece)
            if size >= piece_bytes:
                yield b"".join(waiting)
                waiting, size = [], 0
        if waiting:
            yield b"".join(waiting)

    def _look_at(self, piece: bytes) -> None:
        self._size += len(piece)
        if self._size > self._max_bytes:
            raise file_too_large(self._max_bytes)
        if len(self._head) < HEAD_BYTES:
            self._head += piece[: HEAD_BYTES - len(self._head)]
        self._text.feed(piece)

    def passed_on_now(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        for piece in pieces:
            self.feed(piece)
            yield piece


def file_too_large(max_bytes: int) -> TooLarge:
    return TooLarge(f"A file may have {max_bytes:,} bytes on this server.")
