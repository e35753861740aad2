"""The web app: one page for every address below `/app`, and the files that it is made of."""

import hashlib
import mimetypes
from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from spote.errors import NotFound

BUILT = Path(__file__).parent / "static" / "app"
PAGE = "index.html"
HASHED = "assets/"  # files with a hash of their content in the name: they never change
ENCODINGS = {"br": ".br", "gzip": ".gz"}  # best first; made when the app is built

# Editors and diagrams write style elements; scripts come from files of this server alone.
CONTENT_SECURITY_POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "worker-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    ]
)


@dataclass(frozen=True, slots=True)
class _File:
    path: Path
    media_type: str
    etag: str
    encodings: tuple[str, ...]  # those that it lies there in


def app_routes(built: Path = BUILT) -> list[BaseRoute]:
    """Open to everyone, as they say nothing about anybody. Files that are not there now are never served."""
    pages = _Pages(_files(built))
    return [
        Route("/", pages.root, methods=["GET"], include_in_schema=False),
        Route("/app", pages.answer, methods=["GET"], include_in_schema=False),
        Route("/app/{path:path}", pages.answer, methods=["GET"], include_in_schema=False),
    ]


class _Pages:
    """What was built, by its path; nothing where the app was not built."""

    def __init__(self, files: dict[str, _File]) -> None:
        self._files = files

    async def root(self, request: Request) -> Response:
        return RedirectResponse("/app" if self._files else "/api/docs")

    async def answer(self, request: Request) -> Response:
        path = request.path_params.get("path", "")
        if (file := self._files.get(path)) is not None:
            return _send(request, file, is_hashed=path.startswith(HASHED))
        if path.startswith(HASHED):
            raise NotFound("There is nothing at this address.")
        if (page := self._files.get(PAGE)) is None:
            raise NotFound("The web app is not built here: make run builds it.")
        return _send(request, page, is_hashed=False)


def _send(request: Request, file: _File, *, is_hashed: bool) -> Response:
    encoding = _best_encoding(request, file)
    headers = {
        "Cache-Control": "public, max-age=31536000, immutable" if is_hashed else "no-cache",
        "Vary": "Accept-Encoding",
        "ETag": f'"{file.etag}{encoding or ""}"',
    }
    if file.media_type == "text/html":
        headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
    if headers["ETag"] in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    if encoding is None:
        return FileResponse(file.path, headers=headers, media_type=file.media_type)
    headers["Content-Encoding"] = encoding
    path = file.path.with_name(file.path.name + ENCODINGS[encoding])
    return FileResponse(path, headers=headers, media_type=file.media_type)


def _best_encoding(request: Request, file: _File) -> str | None:
    wanted = request.headers.get("accept-encoding", "")
    accepted = {
        name.strip()
        for name, _, weight in (one.partition(";") for one in wanted.split(","))
        if weight.replace(" ", "") not in ("q=0", "q=0.0")
    }
    return next((encoding for encoding in file.encodings if encoding in accepted), None)


def _files(built: Path) -> dict[str, _File]:
    if not (built / PAGE).is_file():
        return {}
    paths = [path for path in built.rglob("*") if path.is_file()]
    served = [path for path in paths if not _is_beside(path, built)]
    return {path.relative_to(built).as_posix(): _file(path) for path in served}


def _is_beside(path: Path, built: Path) -> bool:
    """Compressed twins, and the builder's own notes."""
    is_twin = path.suffix in ENCODINGS.values() and path.with_suffix("").is_file()
    return is_twin or path.relative_to(built).parts[0].startswith(".")


def _file(path: Path) -> _File:
    return _File(
        path=path,
        media_type=_media_type(path),
        etag=hashlib.sha256(path.read_bytes()).hexdigest()[:20],
        encodings=tuple(
            name for name, end in ENCODINGS.items() if path.with_name(path.name + end).is_file()
        ),
    )


def _media_type(path: Path) -> str:
    """Named here where a machine's own table may lack it."""
    known = {".js": "text/javascript", ".woff2": "font/woff2"}
    known[".webmanifest"] = "application/manifest+json"
    guessed = mimetypes.guess_type(path.name)[0]
    return known.get(path.suffix) or guessed or "application/octet-stream"
