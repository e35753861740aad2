"""Before both doors for agents: host and origin, CORS, the token, and the cut when that is revoked.

It knows nothing of MCP, so that it stands before any ASGI app.
"""

from collections.abc import Callable
from contextlib import suppress

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from spote.entrypoints.authentication import Presented, address_of, bearer, client_of
from spote.entrypoints.challenge import challenge
from spote.entrypoints.logs import get_logger
from spote.entrypoints.mcp.calls import KEY, Call
from spote.entrypoints.mcp.origins import Origins
from spote.entrypoints.mcp.presence import Presence
from spote.entrypoints.problems import problem
from spote.entrypoints.services import Services
from spote.errors import LimitReached, NotAuthenticated, SpoteError, Unavailable
from spote.identity import CredentialKind, Via
from spote.settings import Settings

log = get_logger(__name__)


class Gate:
    """`presence` and `services` exist once the app has started."""

    def __init__(
        self,
        app: ASGIApp,
        settings: Settings,
        running: Callable[[Scope], tuple[Services, Presence]],
        resource: str = "",
    ) -> None:
        self._app = app
        self._settings = settings
        self._origins = Origins(settings)
        self._running = running
        self._resource = resource  # the path whose metadata a challenge names

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        if not self._origins.knows_host(headers):
            answer = problem(421, "This server has another name: SPOTE_PUBLIC_URL.", "unknown_host")
        elif not self._origins.knows_origin(headers):
            answer = problem(403, "Pages of this site may not call this server.", "unknown_origin")
        elif scope["method"] == "OPTIONS":
            answer = Response(status_code=204, headers=self._origins.preflight_headers(headers))
        else:
            await self._pass(scope, receive, self._readable(headers, send))
            return
        await answer(scope, receive, send)

    async def _pass(self, scope: Scope, receive: Receive, send: Send) -> None:
        services, presence = self._running(scope)
        try:
            call = Call(services, _presented(scope))
        except NotAuthenticated as error:
            await self._refusal(error)(scope, receive, send)
            return
        await presence.look_out()
        scope[KEY] = call
        answer = GuardedAnswer(call, send, self._refusal)
        with presence.entered(call), call.running:
            await self._app(scope, receive, answer.send)
        if call.running.cancelled_caught:
            await answer.cut(scope, receive)

    def _readable(self, headers: Headers, send: Send) -> Send:
        more = self._origins.answer_headers(headers)

        async def send_readable(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(raw=message["headers"]).update(more)
            await send(message)

        return send_readable

    def _refusal(self, error: SpoteError) -> Response:
        match error:
            case NotAuthenticated():
                header = challenge(self._settings, error, resource=self._resource)
                return _refused(401, error, {"WWW-Authenticate": header})
            case LimitReached(retry_after_seconds=seconds):
                return _refused(429, error, {"Retry-After": str(seconds)})
            case Unavailable(retry_after_seconds=seconds):
                return _refused(503, error, {"Retry-After": str(seconds)})
            case _:
                return _refused(400, error, {})


class GuardedAnswer:
    """Nothing leaves before the credential was found good, whatever the app would answer."""

    def __init__(self, call: Call, send: Send, refusal: Callable[[SpoteError], Response]) -> None:
        self._call = call
        self._send = send
        self._refusal = refusal
        self._has_begun = False
        self._has_ended = False
        self._is_refused = False

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            await self._require_good_credential()
        if self._is_refused:
            return
        self._note(message)
        await self._send(message)

    async def cut(self, scope: Scope, receive: Receive) -> None:
        """Say why, or end the stream where the answer has begun."""
        if not self._has_begun:
            gone = NotAuthenticated("The token is not valid.", invalid=True)
            await self._refusal(gone)(scope, receive, self._send)
        elif not self._has_ended:
            with suppress(RuntimeError):  # an announced length that is not reached
                await self._send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _require_good_credential(self) -> None:
        if self._call.actor is None and self._call.refusal is None:
            with suppress(NotAuthenticated, LimitReached):
                await self._call.check()
        if self._call.refusal is not None:
            self._is_refused = True
            log.info(
                "refused", reason=getattr(self._call.refusal, "reason", self._call.refusal.code)
            )
            await self._refusal(self._call.refusal)({"type": "http"}, _nothing, self._send)

    def _note(self, message: Message) -> None:
        self._has_begun = True
        self._has_ended = message["type"] == "http.response.body" and not message.get("more_body")


async def _nothing() -> Message:
    return {"type": "http.disconnect"}


def _presented(scope: Scope) -> Presented:
    """A Bearer token alone: the cookie of a person's session opens nothing here. Raises NotAuthenticated."""
    request = Request(scope)
    header = request.headers.get("authorization")
    if header is None:
        raise NotAuthenticated("Send a token: Authorization: Bearer spote_…")
    return Presented(
        CredentialKind.TOKEN, bearer(header), client_of(request), address_of(request), Via.MCP
    )


def _refused(status: int, error: SpoteError, headers: dict[str, str]) -> Response:
    return problem(status, error.message, error.code, headers=headers)
