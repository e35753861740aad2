"""`/api/upload` and `/api/files`: bytes in and out, in a stream."""

import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from secrets import token_hex
from urllib.parse import quote

from fastapi import APIRouter, Request, Response

from spote.domain import files
from spote.entrypoints.logs import get_logger
from spote.entrypoints.problems import problem
from spote.entrypoints.rest.door import answer, first_step, read, read_on, write_on
from spote.entrypoints.rest.errors import answers
from spote.entrypoints.rest.multipart import AROUND_BYTES, FIELD, FormFile
from spote.entrypoints.rest.ranges import NoSuchPart, Part, wanted_parts
from spote.entrypoints.rest.streams import CutStream
from spote.entrypoints.services import Services, services
from spote.errors import LimitReached, NotFound, SpoteError
from spote.identity import Actor
from spote.storage import Connection, blob_key

UPLOAD_PATH = "/api/upload"
UPLOADS_AT_ONCE = 16  # of one account, in one server process
CHECK_SECONDS = 1.0  # between two looks whether the credential still holds
BINARY = {"schema": {"type": "string", "format": "binary"}}
UPLOAD_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": [FIELD],
                    "additionalProperties": False,
                    "properties": {FIELD: BINARY["schema"]},
                }
            }
        },
    }
}

router = APIRouter(tags=["Files"])
log = get_logger(__name__)
_uploading: Counter[str] = Counter()  # accounts, of this process


@router.post(
    UPLOAD_PATH,
    status_code=201,
    response_model=files.UploadedFile,
    openapi_extra=UPLOAD_BODY,
    responses=answers(400, 401, 403, 409, 413, 415, 429, 503),
)
async def upload_file(request: Request) -> Response:
    """A form with one file in the field `file`. Its type is found from its bytes."""
    at = services(request)
    announced = _announced_bytes(request)
    upload = await first_step(request, lambda db, actor: files.begin_upload(db, actor, announced))
    is_kept = False
    try:
        with _turn(upload.account_id):
            received = await _receive(request, at, upload)
            response = await write_on(
                request,
                lambda db, actor: files.finish_upload(db, actor, upload, received),
                lambda file: answer(file, 201),
                body_hash=received.sha256 + received.filename.encode(),
            )
        is_kept = "Idempotent-Replayed" not in response.headers
        return response
    finally:
        if not is_kept:
            await _forget(at, upload)


async def _receive(request: Request, at: Services, upload: files.Upload) -> files.ReceivedFile:
    """From the body into the store."""
    form = FormFile(
        request,
        max_bytes=upload.max_bytes,
        too_large=lambda: files.file_too_large(upload.max_bytes),
    )
    receiver = files.Receiver(upload.max_bytes)
    pieces = receiver.passed_on(form.pieces(_checked(request)), at.blobs.piece_bytes)
    first = await anext(pieces, b"")
    second = await anext(pieces, None)
    content = first if second is None else _all(first, second, pieces)
    await at.blobs.put(blob_key(upload.account_id, upload.file_id), content)
    return receiver.result(form.filename)


async def _forget(at: Services, upload: files.Upload) -> None:
    """Where that fails too, a chore does it later."""
    key = (upload.account_id, upload.file_id)
    with suppress(SpoteError):
        if await at.database.write(lambda db: files.abandon_upload(db, *key)):
            await at.blobs.delete(blob_key(*key))
            await at.database.write(lambda db: files.forget_blob(db, *key))


async def _all(first: bytes, second: bytes, pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    yield second
    async for piece in pieces:
        yield piece


@contextmanager
def _turn(account_id: str) -> Iterator[None]:
    """Each upload takes some memory."""
    if _uploading[account_id] >= UPLOADS_AT_ONCE:
        raise LimitReached(
            "This account is uploading many files already. Wait a moment.", retry_after_seconds=5
        )
    _uploading[account_id] += 1
    try:
        yield
    finally:
        _uploading[account_id] -= 1
        if not _uploading[account_id]:
            del _uploading[account_id]


def _announced_bytes(request: Request) -> int:
    """So many at least the file has, by what the client says."""
    with suppress(ValueError):
        return max(0, int(request.headers.get("content-length", "0")) - AROUND_BYTES)
    return 0


@router.get(
    "/api/files/{account_id}/{name}",
    response_class=Response,
    responses={
        200: {"description": "The file", "content": {"application/octet-stream": BINARY}},
        206: {"description": "The parts in Range", "content": {"application/octet-stream": BINARY}},
        304: {"description": "Still what If-None-Match names"},
        **answers(401, 403, 404, 416, 429, 503),
    },
)
@router.head("/api/files/{account_id}/{name}", include_in_schema=False)
async def get_file(request: Request, account_id: str, name: str) -> Response:
    """The bytes, for the owner and for whoever may read a note that refers to the file."""
    find = partial(_find, account_id=account_id, name=name)
    file = await read(request, find)
    etag = f'"{file.sha256.hex()[:32]}"'
    headers = _headers(file, etag)
    if _names(request.headers.get("if-none-match", ""), etag):
        return Response(status_code=304, headers=headers)
    try:
        parts = wanted_parts(
            request.headers.get("range"), request.headers.get("if-range"), etag, file.size_bytes
        )
    except NoSuchPart:
        return problem(
            416,
            f"The file has {file.size_bytes:,} bytes, and none where you ask for some.",
            "no_such_part",
            headers={"Content-Range": f"bytes */{file.size_bytes}"},
        )
    check = _checked(request, find)
    match parts:
        case []:
            whole = Part(0, file.size_bytes)
            return await _answer(request, file, whole, 200, headers, check)
        case [part]:
            headers["Content-Range"] = part.content_range(file.size_bytes)
            return await _answer(request, file, part, 206, headers, check)
        case _:
            return _answer_parts(request, file, parts, headers, check)


def _find(db: Connection, actor: Actor, account_id: str, name: str) -> files.StoredFile:
    return files.get_file(db, actor, account_id, name)


async def _answer(
    request: Request,
    file: files.StoredFile,
    part: Part,
    status: int,
    headers: dict[str, str],
    check: Callable[[], Awaitable[None]],
) -> Response:
    headers["Content-Length"] = str(part.end - part.start)
    if request.method == "HEAD":
        return Response(status_code=status, headers=headers)
    content = await _bytes(request, file, part)
    return CutStream(_watched(content, check), status, headers)


def _answer_parts(
    request: Request,
    file: files.StoredFile,
    parts: list[Part],
    headers: dict[str, str],
    check: Callable[[], Awaitable[None]],
) -> Response:
    """As multipart/byteranges (RFC 9110 §14.6)."""
    boundary = token_hex(16)
    heads = [
        f"\r\n--{boundary}\r\nContent-Type: {headers['Content-Type']}\r\n"
        f"Content-Range: {part.content_range(file.size_bytes)}\r\n\r\n".encode()
        for part in parts
    ]
    end = f"\r\n--{boundary}--\r\n".encode()
    length = sum(map(len, heads)) + sum(part.end - part.start for part in parts) + len(end)
    headers["Content-Type"] = f"multipart/byteranges; boundary={boundary}"
    headers["Content-Length"] = str(length)
    if request.method == "HEAD":
        return Response(status_code=206, headers=headers)

    async def content() -> AsyncIterator[bytes]:
        for head, part in zip(heads, parts, strict=True):
            yield head
            async for piece in await _bytes(request, file, part):
                yield piece
        yield end

    return CutStream(_watched(content(), check), 206, headers)


async def _bytes(request: Request, file: files.StoredFile, part: Part) -> AsyncIterator[bytes]:
    try:
        return await services(request).blobs.get(blob_key(file.account_id, file.id), *part)
    except NotFound:
        log.error("bytes of a file are missing", account=file.account_id, file=file.id)
        raise


async def _watched(
    pieces: AsyncIterator[bytes], check: Callable[[], Awaitable[None]]
) -> AsyncIterator[bytes]:
    async for piece in pieces:
        await check()
        yield piece


def _checked(
    request: Request, job: Callable[[Connection, Actor], object] = lambda *_: None
) -> Callable[[], Awaitable[None]]:
    """To be called often: looks every second whether the credential still holds, and the job still goes."""
    checked = time.monotonic()

    async def check() -> None:
        nonlocal checked
        if time.monotonic() - checked > CHECK_SECONDS:
            await read_on(request, job)
            checked = time.monotonic()

    return check


def _headers(file: files.StoredFile, etag: str) -> dict[str, str]:
    is_shown = file.mime_type in files.SHOWN
    is_text = file.mime_type.startswith("text/") and file.mime_type != "text/html"
    return {
        "Content-Type": file.mime_type + ("; charset=utf-8" if is_text else ""),
        "Content-Disposition": _disposition("inline" if is_shown else "attachment", file.filename),
        "Content-Security-Policy": _policy(file.mime_type),
        "Cache-Control": "private, max-age=3600",
        "ETag": etag,
        "Accept-Ranges": "bytes",
    }


def _policy(mime_type: str) -> str:
    """Whatever a file is, nothing in it runs, loads or frames; browsers show PDF only without a sandbox."""
    nothing = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
    return nothing if mime_type == "application/pdf" else f"{nothing}; sandbox"


def _disposition(how: str, filename: str) -> str:
    """RFC 6266: a name in ASCII for old clients, the right one for all others."""
    plain = "".join(c if " " <= c <= "~" and c not in '"\\%' else "_" for c in filename)
    return f"{how}; filename=\"{plain}\"; filename*=UTF-8''{quote(filename, safe='')}"


def _names(header: str, etag: str) -> bool:
    named = [one.strip().removeprefix("W/") for one in header.split(",")]
    return "*" in named or etag in named
