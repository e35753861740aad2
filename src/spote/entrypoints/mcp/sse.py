"""`/sse` and `/sse/messages`: HTTP with Server-Sent Events, the transport of 2024-11-05."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from secrets import compare_digest
from typing import Any

from mcp.server.lowlevel.server import Server
from mcp_types.version import OLDEST_SUPPORTED_VERSION
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from spote.entrypoints import server_sent_events
from spote.entrypoints.mcp import exchange, streams
from spote.entrypoints.mcp.calls import Call, call_of
from spote.entrypoints.mcp.presence import Presence
from spote.entrypoints.mcp.resources import uri_of
from spote.entrypoints.mcp.sessions import Session, new_session
from spote.entrypoints.mcp.streams import Interest
from spote.entrypoints.problems import problem

MESSAGES_PATH = "/sse/messages"
BACKLOG = 1_000  # lines that wait for a client that does not read


@dataclass(eq=False)
class _Stream:
    call: Call
    session: Session
    lines: asyncio.Queue[bytes | None] = field(default_factory=asyncio.Queue)

    def put(self, line: bytes | None) -> None:
        self.lines.put_nowait(None if self.lines.qsize() >= BACKLOG else line)


class SseDoor:
    """A client's messages come to the process that holds its stream."""

    def __init__(self, server: Server[Any], presence: Presence) -> None:
        self._server = server
        self._presence = presence
        self._streams: dict[str, _Stream] = {}

    async def stream(self, scope: Scope, receive: Receive, send: Send) -> None:
        call = call_of(scope)
        stream = _Stream(call, new_session(OLDEST_SUPPORTED_VERSION, None))
        self._streams[stream.session.key] = stream
        news = asyncio.ensure_future(self._tell(stream))
        try:
            await server_sent_events.stream(_lines(stream), receive, send)
        finally:
            news.cancel()
            del self._streams[stream.session.key]

    async def message(self, scope: Scope, receive: Receive, send: Send) -> None:
        reply = await self._take(Request(scope, receive))
        await reply(scope, receive, send)

    async def _take(self, request: Request) -> Response:
        """Answered on the stream first, then here: so a refusal is one here too."""
        call, stream = call_of(request.scope), self._stream_of(request)
        if stream is None:
            return problem(404, "There is no such stream: open /sse anew.", "not_found")
        try:
            message = json.loads(await request.body())
        except (ValueError, RecursionError):
            return problem(400, "The message is no JSON.", "invalid_input")
        reply = await self._answer(request, stream, message)
        if call.refusal is None and reply is not None:
            stream.put(server_sent_events.event(reply))
        return Response("Accepted", 202)

    async def _answer(
        self, request: Request, stream: _Stream, message: Any
    ) -> exchange.Message | None:
        begins = isinstance(message, dict) and message.get("method") == "initialize"
        params = message.get("params") if begins else None
        if isinstance(params, dict):
            named = new_session(stream.session.version, params.get("clientInfo"))
            stream.session = replace(named, key=stream.session.key)
        reply = await exchange.answer(self._server, request, stream.session, message)
        if begins and reply is not None and "result" in reply:
            version = reply["result"]["protocolVersion"]
            stream.session = replace(stream.session, version=version)
        return reply

    def _stream_of(self, request: Request) -> _Stream | None:
        """Another credential's stream is as absent as none."""
        stream = self._streams.get(request.query_params.get("session_id", ""))
        if stream is None:
            return None
        mine, its = call_of(request.scope).given.secret, stream.call.given.secret
        return stream if compare_digest(mine.encode(), its.encode()) else None

    async def _tell(self, stream: _Stream) -> None:
        interest = Interest(session_key=stream.session.key)
        async for notice in streams.notices(stream.call, self._presence, interest):
            stream.put(server_sent_events.event(streams.notification(notice, uri_of)))
        stream.put(None)


async def _lines(stream: _Stream) -> AsyncIterator[bytes]:
    place = f"{MESSAGES_PATH}?session_id={stream.session.key}"
    yield f"event: endpoint\ndata: {place}\n\n".encode()
    while (line := await stream.lines.get()) is not None:
        yield line
