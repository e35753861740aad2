"""Around every request: its id, its log line, its counters, limits on its size, headers that keep browsers safe."""

import time
from contextlib import suppress

from fastapi import HTTPException
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from spote.entrypoints.logs import bind_to_request, get_logger
from spote.entrypoints.metrics import Metrics
from spote.entrypoints.problems import problem
from spote.identity import new_id
from spote.settings import Settings

REQUEST_ID = "X-Request-ID"
REQUEST_ID_LENGTH = 100
log = get_logger("spote.requests")


class Frame:
    """The outermost layer of the app."""

    def __init__(
        self,
        app: ASGIApp,
        settings: Settings,
        metrics: Metrics | None,
        unlimited: frozenset[str] = frozenset(),
    ) -> None:
        """`unlimited` are paths that limit their bodies themselves."""
        self.app = app
        self._body_limit = settings.body_max_bytes
        self._unlimited = unlimited
        self._metrics = metrics
        self._headers = safe_headers(is_behind_tls=settings.is_behind_tls)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        await self._answer(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = time.perf_counter()
        headers = Headers(scope=scope)
        request_id = _request_id(headers.get(REQUEST_ID))
        status = 0

        async def send_framed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                self._add_headers(message, request_id)
            await send(message)

        with bind_to_request(request_id=request_id):
            try:
                if scope["path"] in self._unlimited:
                    await self.app(scope, receive, send_framed)
                elif _announced_bytes(headers) > self._body_limit:
                    await _too_large()(scope, receive, send_framed)
                else:
                    await self.app(scope, _limited(receive, self._body_limit), send_framed)
            except Exception:
                log.exception("failed", method=scope["method"], path=scope["path"])
                if not status:
                    await _failure()(scope, receive, send_framed)
            self._record(scope, status, time.perf_counter() - started)

    def _add_headers(self, message: Message, request_id: str) -> None:
        present = {name for name, _ in message["headers"]}
        message["headers"] = [
            *message["headers"],
            (b"x-request-id", request_id.encode()),
            *(header for header in self._headers if header[0] not in present),
        ]

    def _record(self, scope: Scope, status: int, seconds: float) -> None:
        """The query is not logged: it may hold what somebody searches for."""
        log.info(
            "request",
            method=scope["method"],
            path=scope["path"],
            status=status,
            ms=round(seconds * 1000, 2),
        )
        if self._metrics is not None:
            route = getattr(scope.get("route"), "path", "unknown")
            self._metrics.record(scope["method"], route, status, seconds)


def safe_headers(*, is_behind_tls: bool) -> list[tuple[bytes, bytes]]:
    headers = {
        "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
        "cache-control": "no-store",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "referrer-policy": "no-referrer",
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
    }
    if is_behind_tls:
        headers["strict-transport-security"] = "max-age=31536000"
    return [(name.encode(), value.encode()) for name, value in headers.items()]


def _request_id(given: str | None) -> str:
    """The caller's own, where it is harmless to log."""
    if (
        given
        and len(given) <= REQUEST_ID_LENGTH
        and given.isascii()
        and given.replace("-", "").isalnum()
    ):
        return given
    return new_id()


def _announced_bytes(headers: Headers) -> int:
    with suppress(ValueError):
        return int(headers.get("content-length", "0"))
    return 0


def _limited(receive: Receive, limit: int) -> Receive:
    """A body without an announced length is counted as it comes."""
    received = 0

    async def receive_limited() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > limit:
            raise HTTPException(413)
        return message

    return receive_limited


def _too_large() -> ASGIApp:
    return problem(
        413,
        "The request is larger than this server takes.",
        "too_large",
        headers={"Connection": "close"},
    )


def _failure() -> ASGIApp:
    return problem(500, "Something went wrong on the server. Its log says more.", "internal_error")
