"""`/sse` and `/sse/messages`: HTTP with Server-Sent Events, the transport of 2024-11-05."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from secrets import compare_digest
from typing import Any

import anyio
from mcp.server.lowlevel.server import Server
from mcp_types.version import OLDEST_SUPPORTED_VERSION
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from spote.domain import streams as open_streams
from spote.entrypoints import server_sent_events
from spote.entrypoints.mcp import exchange, streams
from spote.entrypoints.mcp.calls import Call, call_of
from spote.entrypoints.mcp.presence import Presence
from spote.entrypoints.mcp.resources import uri_of
from spote.entrypoints.mcp.sessions import Session, new_session
from spote.entrypoints.mcp.streams import Interest
from spote.entrypoints.problems import problem
from spote.errors import LimitReached, NotAuthenticated, NotFound, SpoteError

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
    """A client's messages are answered by the process that holds its stream; another one passes them on to it."""

    def __init__(self, server: Server[Any], presence: Presence) -> None:
        self._server = server
        self._presence = presence
        self._streams: dict[str, _Stream] = {}

    async def stream(self, scope: Scope, receive: Receive, send: Send) -> None:
        call = call_of(scope)
        stream = _Stream(call, new_session(OLDEST_SUPPORTED_VERSION, None))
        key = stream.session.key
        try:
            await call.write(lambda db, me: open_streams.open_stream(db, me, key))
        except (NotAuthenticated, LimitReached):
            await Response()(scope, receive, send)  # the gate answers in its place
            return
        self._streams[key] = stream
        tasks = [
            asyncio.ensure_future(one)
            for one in (self._tell(stream), self._relay(stream, Request(scope, receive)))
        ]
        try:
            await server_sent_events.stream(_lines(stream), receive, send)
        finally:
            for task in tasks:
                task.cancel()
            del self._streams[key]
            await _close(call, key)

    async def message(self, scope: Scope, receive: Receive, send: Send) -> None:
        reply = await self._take(Request(scope, receive))
        await reply(scope, receive, send)

    async def _take(self, request: Request) -> Response:
        """Answered on the stream first, then here: so a refusal is one here too."""
        call, stream = call_of(request.scope), self._stream_of(request)
        try:
            message = json.loads(await request.body())
        except (ValueError, RecursionError):
            return problem(400, "The message is no JSON.", "invalid_input")
        if stream is None:
            return await _pass_on(request, message)
        reply = await self._answer(request, stream, message)
        if call.refusal is None and reply is not None:
            stream.put(server_sent_events.event(reply))
        return Response("Accepted", 202)

    async def _answer(
        self, request: Request, stream: _Stream, message: Any
    ) -> exchange.Message | None:
        begins = _begins(message)
        params = message.get("params") if begins else None
        if isinstance(params, dict):
            named = new_session(stream.session.version, params.get("clientInfo"))
            stream.session = replace(named, key=stream.session.key)
        reply = await exchange.answer(self._server, request, stream.session, message)
        if begins and reply is not None and "result" in reply:
            version = reply["result"]["protocolVersion"]
            stream.session = replace(stream.session, version=version)
        return reply

    async def _relay(self, stream: _Stream, request: Request) -> None:
        """Answers what came to other processes, with the credential that opened the stream."""
        actor, key = stream.call.actor, stream.session.key
        assert actor is not None
        async with anyio.create_task_group() as answering:
            with self._presence.watching(actor) as watcher:
                while (event := await watcher.next()) is not None:
                    if event.kind != open_streams.MESSAGE or event.subject_id != key:
                        continue
                    for message in await _taken(stream, actor.account_id):
                        if _begins(message):  # what follows needs its session
                            await self._answer_on(request, stream, message)
                        else:
                            answering.start_soon(self._answer_on, request, stream, message)

    async def _answer_on(self, request: Request, stream: _Stream, message: Any) -> None:
        if (reply := await self._answer(request, stream, message)) is not None:
            stream.put(server_sent_events.event(reply))

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


async def _taken(stream: _Stream, account_id: str) -> list[Any]:
    """Where they cannot be had the stream ends, so that its client begins anew."""
    key = stream.session.key
    try:
        bodies = await stream.call.at.database.write(
            lambda db: open_streams.take_messages(db, account_id, key)
        )
    except SpoteError:
        stream.put(None)
        return []
    return [json.loads(body) for body in bodies]


async def _pass_on(request: Request, message: Any) -> Response:
    """To the process that holds the stream: the event of it wakes that one."""
    key, body = request.query_params.get("session_id", "")[:100], json.dumps(message)
    try:
        await call_of(request.scope).write(
            lambda db, me: open_streams.send_message(db, me, key, body)
        )
    except NotFound as error:
        return problem(404, error.message, error.code)
    except (NotAuthenticated, LimitReached) as error:
        return problem(429, error.message, error.code)  # where it is the token, the gate answers
    return Response("Accepted", 202)


async def _close(call: Call, key: str) -> None:
    """Also when the stream was cut."""
    if (actor := call.actor) is None:
        return
    account_id = actor.account_id
    with anyio.CancelScope(shield=True), suppress(SpoteError):
        await call.at.database.write(lambda db: open_streams.close_stream(db, account_id, key))


def _begins(message: Any) -> bool:
    return isinstance(message, dict) and message.get("method") == "initialize"


async def _lines(stream: _Stream) -> AsyncIterator[bytes]:
    before = stream.call.at.settings.url_path
    place = f"{before}{MESSAGES_PATH}?session_id={stream.session.key}"
    yield f"event: endpoint\ndata: {place}\n\n".encode()
    while (line := await stream.lines.get()) is not None:
        yield line
