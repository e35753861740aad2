"""`/mcp` as the revisions of before 2026-07-28 speak it: without state, answers in JSON, a stream for news."""

import json
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace
from typing import Any

from mcp.server.lowlevel.server import Server
from mcp_types import INVALID_REQUEST, PARSE_ERROR
from mcp_types.version import HANDSHAKE_PROTOCOL_VERSIONS
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from spote.domain import notes
from spote.entrypoints import server_sent_events
from spote.entrypoints.mcp import exchange, streams
from spote.entrypoints.mcp.calls import call_of
from spote.entrypoints.mcp.presence import Presence
from spote.entrypoints.mcp.resources import uri_of
from spote.entrypoints.mcp.sessions import Session, decoded, new_session
from spote.entrypoints.mcp.streams import Interest
from spote.errors import NotAllowed

SESSION_HEADER = "Mcp-Session-Id"
VERSION_HEADER = "MCP-Protocol-Version"
BATCHES = "2025-03-26"  # the one revision with batches
BATCH_LIMIT = 50  # messages


class LegacyDoor:
    def __init__(self, server: Server[Any], presence: Presence) -> None:
        self._server = server
        self._presence = presence

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            session = _session(request)
        except LookupError:
            reply: Response | None = _error(404, INVALID_REQUEST, "Session not found: initialize.")
        else:
            reply = await self._reply(request, session, send)
        if reply is not None:
            await reply(scope, receive, send)

    async def _reply(
        self, request: Request, session: Session | None, send: Send
    ) -> Response | None:
        match request.method:
            case "POST":
                return await self._post(request, session)
            case "GET" if accepts(request, "text/event-stream"):
                await self._stream(request, session, send)
                return None
            case "GET":
                return _error(406, INVALID_REQUEST, "Accept text/event-stream to get the stream.")
            case "DELETE":
                return await _end(request, session)
            case _:
                return Response(status_code=405, headers={"Allow": "GET, POST, DELETE"})

    async def _post(self, request: Request, session: Session | None) -> Response:
        if not request.headers.get("content-type", "").lower().startswith("application/json"):
            return _error(415, INVALID_REQUEST, "Send JSON: Content-Type: application/json.")
        if not accepts(request, "application/json") and not accepts(request, "text/event-stream"):
            return _error(406, INVALID_REQUEST, "Accept application/json.")
        try:
            message = json.loads(await request.body())
        except (ValueError, RecursionError):
            return _error(400, PARSE_ERROR, "Parse error")
        if isinstance(message, list):
            return await self._batch(request, session, message)
        if isinstance(message, dict) and message.get("method") == "initialize":
            return await self._begin(request, message)
        return _json(await exchange.answer(self._server, request, session, message))

    async def _begin(self, request: Request, message: exchange.Message) -> Response:
        params = message.get("params")
        given = params if isinstance(params, dict) else {}
        session = new_session(HANDSHAKE_PROTOCOL_VERSIONS[-1], given.get("clientInfo"))
        reply = await exchange.answer(self._server, request, session, message)
        result = (reply or {}).get("result")
        if result is None:
            return _json(reply)
        session = replace(session, version=result["protocolVersion"])
        return _json(reply, headers={SESSION_HEADER: session.encoded()})

    async def _batch(
        self, request: Request, session: Session | None, messages: list[Any]
    ) -> Response:
        version = session.version if session else exchange.DEFAULT_VERSION
        if version != BATCHES or not 0 < len(messages) <= BATCH_LIMIT:
            return _error(400, INVALID_REQUEST, "Send one message at a time.")
        replies = [await exchange.answer(self._server, request, session, one) for one in messages]
        return _json([one for one in replies if one is not None] or None)

    async def _stream(self, request: Request, session: Session | None, send: Send) -> None:
        interest = Interest(session_key=session.key if session else None)
        found = streams.notices(call_of(request.scope), self._presence, interest)

        async def lines() -> AsyncIterator[bytes]:
            async for notice in found:
                yield server_sent_events.event(streams.notification(notice, uri_of))

        await server_sent_events.stream(lines(), request.receive, send)


def accepts(request: Request, kind: str) -> bool:
    """Without an Accept header everything is welcome (RFC 9110 §12.5.1)."""
    accept = request.headers.get("accept", "*/*").lower()
    ranges = {one.partition(";")[0].strip() for one in accept.split(",")}
    return not ranges.isdisjoint({kind, "*/*", kind.partition("/")[0] + "/*"})


async def _end(request: Request, session: Session | None) -> Response:
    if session is None:
        return _error(400, INVALID_REQUEST, f"Name the session in {SESSION_HEADER}.")
    key = session.key
    with suppress(NotAllowed):  # who may not read watches nothing
        await call_of(request.scope).write(lambda db, me: notes.forget_watches(db, me, key))
    return Response(status_code=204)


def _session(request: Request) -> Session | None:
    """Raises LookupError for an id that is none of ours."""
    given = request.headers.get(SESSION_HEADER)
    named = request.headers.get(VERSION_HEADER)
    if given is None:
        return Session("", named, "", "") if named else None
    session = decoded(given)
    if session is None:
        raise LookupError
    return replace(session, version=named) if named else session


def _json(reply: Any, headers: dict[str, str] | None = None) -> Response:
    if reply is None:
        return Response(status_code=202)
    status = 400 if isinstance(reply, dict) and reply.get("id", 0) is None else 200
    body = json.dumps(reply, separators=(",", ":"), ensure_ascii=False)
    return Response(body.encode(), status, headers, "application/json")


def _error(status: int, code: int, message: str) -> Response:
    body = json.dumps(exchange.failure(None, code, message))
    return Response(body.encode(), status, None, "application/json")
