"""Reads a form's one file while it comes (RFC 7578), without holding it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

from fastapi import Request
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import ClientDisconnect

from spote.errors import FieldError, InvalidInput, UnsupportedType

FIELD = "file"
HEADER_MAX_BYTES = 32 * 1024  # of one field
AROUND_BYTES = 256 * 1024  # of a form besides the file
SILENCE_SECONDS = 60  # after which an upload is given up
# What forms write for what would end a quoted name (HTML, "multipart/form-data").
_ESCAPED = {"%22": '"', "%0D": "\r", "%0A": "\n"}


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
        self._found = self._is_over = False
        self._header = self._value = b""
        self._disposition = b""
        self._pieces = list[bytes]()
        self._parser = MultipartParser(
            _boundary(request),
            {
                "on_part_begin": self._begin,
                "on_header_field": self._add_to_header,
                "on_header_value": self._add_to_value,
                "on_header_end": self._end_header,
                "on_headers_finished": self._begin_content,
                "on_part_data": self._add_content,
                "on_end": self._end,
            },
            max_header_size=HEADER_MAX_BYTES,
        )

    async def pieces(self, now_and_then: Callable[[], Awaitable[None]]) -> AsyncIterator[bytes]:
        """Its bytes; `now_and_then` may end it. Raises InvalidInput for a form that has not this one file."""
        async for chunk in self._chunks():
            await now_and_then()
            for piece in self._parsed(chunk):
                yield piece
        if not self._found:
            raise _missing()
        if not self._is_over:
            raise _malformed()

    async def _chunks(self) -> AsyncIterator[bytes]:
        stream = self._request.stream()
        while True:
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
            if chunk and not self._is_over:
                yield chunk

    def _parsed(self, chunk: bytes) -> list[bytes]:
        self._pieces = []
        try:
            self._parser.write(chunk)
        except FormParserError as error:
            raise _malformed() from error
        return self._pieces

    def _begin(self) -> None:
        self._header = self._value = self._disposition = b""

    def _add_to_header(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def _add_to_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _end_header(self) -> None:
        if self._header.strip().lower() == b"content-disposition":
            self._disposition = self._value
        self._header = self._value = b""

    def _begin_content(self) -> None:
        _, options = parse_options_header(self._disposition)
        name = _text(options.get(b"name", b""))
        if name != FIELD:
            name = name[:100]
            raise InvalidInput(
                f"{name}: is not a known field. Send one file in the field '{FIELD}'.",
                fields=[FieldError(name, "is not a known field")],
            )
        if self._found:
            raise InvalidInput(
                "Send one file at a time.", fields=[FieldError(FIELD, "comes twice")]
            )
        self._found = True
        self.filename = _text(options.get(b"filename", b""))

    def _add_content(self, data: bytes, start: int, end: int) -> None:
        self._pieces.append(data[start:end])

    def _end(self) -> None:
        self._is_over = True


def _text(raw: bytes) -> str:
    text = raw.decode("utf-8", "replace")
    for escaped, character in _ESCAPED.items():
        text = text.replace(escaped, character)
    return text


def _boundary(request: Request) -> bytes:
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    boundary = options.get(b"boundary", b"")
    if kind != b"multipart/form-data" or not 1 <= len(boundary) <= 70 or b"\n" in boundary:
        raise UnsupportedType(
            f"Send the file as multipart/form-data, in the field '{FIELD}': curl -F {FIELD}=@picture.png"
        )
    return boundary


def _malformed() -> InvalidInput:
    return InvalidInput("The form cannot be read: it is cut off or malformed.")


def _missing() -> InvalidInput:
    return InvalidInput(
        f"The form has no field '{FIELD}'.", fields=[FieldError(FIELD, "is required")]
    )
