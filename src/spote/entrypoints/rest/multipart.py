"""Reads a form's one file while it comes (RFC 7578), without holding it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

from fastapi import Request
from multipart import (
    MultipartError,
    MultipartSegment,
    PushMultipartParser,
    parse_options_header,
)
from starlette.requests import ClientDisconnect

from spote.errors import FieldError, InvalidInput, UnsupportedType

FIELD = "file"
FIELDS_LIMIT = 20
HEADER_MAX_BYTES = 32 * 1024  # of one field
AROUND_BYTES = 256 * 1024  # of a form besides the file
SILENCE_SECONDS = 60  # after which an upload is given up


class FormFile:
    """The file in the field `file`; its name is known once its first bytes have come."""

    def __init__(
        self, request: Request, *, max_bytes: int, too_large: Callable[[], Exception]
    ) -> None:
        """Raises UnsupportedType where the body is no form."""
        self.filename = ""
        self._request = request
        self._left = max_bytes + AROUND_BYTES
        self._too_large = too_large
        self._found = False
        self._parser = PushMultipartParser(
            _boundary(request),
            max_header_size=HEADER_MAX_BYTES,
            max_segment_count=FIELDS_LIMIT,
        )

    async def pieces(self, now_and_then: Callable[[], Awaitable[None]]) -> AsyncIterator[bytes]:
        """Its bytes; `now_and_then` may end it. Raises InvalidInput for a form that has not this one file."""
        async for chunk in self._chunks():
            await now_and_then()
            for piece in self._parsed(chunk):
                yield piece
        for piece in self._parsed(b""):
            yield piece
        if not self._found:
            raise _missing()

    async def _chunks(self) -> AsyncIterator[bytes]:
        stream = self._request.stream()
        while not self._parser.closed:
            try:
                async with asyncio.timeout(SILENCE_SECONDS):
                    chunk = await anext(stream, None)
            except TimeoutError as error:
                raise InvalidInput("Nothing came for a minute. Send the file again.") from error
            except ClientDisconnect as error:
                raise InvalidInput("The upload ended before its end.") from error
            if chunk is None:
                return
            self._left -= len(chunk)
            if self._left < 0:
                raise self._too_large()
            if chunk:
                yield chunk

    def _parsed(self, chunk: bytes) -> list[bytes]:
        if self._parser.closed:
            return []
        try:
            return [bytes(one) for one in self._parser.parse(chunk) if self._is_content(one)]
        except MultipartError as error:
            raise InvalidInput("The form cannot be read: it is cut off or malformed.") from error

    def _is_content(self, event: MultipartSegment | bytearray | bytes | None) -> bool:
        if isinstance(event, MultipartSegment):
            self._begin(event)
        return isinstance(event, (bytes, bytearray))

    def _begin(self, segment: MultipartSegment) -> None:
        if segment.name != FIELD:
            name = segment.name[:100]
            raise InvalidInput(
                f"{name}: is not a known field. Send one file in the field '{FIELD}'.",
                fields=[FieldError(name, "is not a known field")],
            )
        if self._found:
            raise InvalidInput(
                "Send one file at a time.", fields=[FieldError(FIELD, "comes twice")]
            )
        self._found = True
        self.filename = segment.filename or ""


def _boundary(request: Request) -> str:
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    boundary = options.get("boundary", "")
    if kind != "multipart/form-data" or not 1 <= len(boundary) <= 200 or "\n" in boundary:
        raise UnsupportedType(
            f"Send the file as multipart/form-data, in the field '{FIELD}': curl -F {FIELD}=@picture.png"
        )
    return str(boundary)


def _missing() -> InvalidInput:
    return InvalidInput(
        f"The form has no field '{FIELD}'.", fields=[FieldError(FIELD, "is required")]
    )
