"""`GET /api/events`: what changes, told as it happens; ids, versions and who, never a text."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.types import Receive, Scope, Send

from spote.domain import notes, tokens
from spote.entrypoints import server_sent_events
from spote.entrypoints.authentication import Presented, authenticate_again, presented
from spote.entrypoints.rest.door import read
from spote.entrypoints.rest.errors import answers
from spote.entrypoints.services import Services, services
from spote.errors import NotAllowed, NotAuthenticated, NotFound, Unavailable
from spote.identity import Actor, Verb
from spote.storage import Connection, Event, events
from spote.storage.listening import Stream

CHECK_SECONDS = (
    10.0  # between two looks whether the credential still opens anything, when nothing happens
)
RELOAD = server_sent_events.event({}, "reload")  # the client is to ask for everything anew
LAST_ID = "Last-Event-ID"
router = APIRouter(prefix="/api/events", tags=["Events"])


class OpenStreams:
    """Of this process: the server's stop ends them."""

    def __init__(self) -> None:
        self._streams: set[Stream] = set()

    def stop(self) -> None:
        for stream in self._streams:
            stream.put(None)

    def add(self, stream: Stream, held: AsyncExitStack) -> None:
        self._streams.add(stream)
        held.callback(self._streams.discard, stream)


class EventsResponse(Response):
    """Ends with the credential, with the client, or with the server."""

    media_type = "text/event-stream"

    def __init__(self, lines: AsyncIterator[bytes], held: AsyncExitStack) -> None:
        super().__init__()
        self._lines = lines
        self._held = held

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with self._held:
            await server_sent_events.stream(self._lines, receive, send)


@router.get(
    "",
    response_class=Response,
    responses={
        200: {
            "description": "Server-sent events",
            "content": {"text/event-stream": {"schema": {"type": "string"}}},
        },
        **answers(401, 403, 429, 503),
    },
)
async def stream_events(request: Request) -> Response:
    """`note.created`, `note.updated`, `note.deleted`, `share.changed` and `token.changed`, of what the caller can see.

    With `Last-Event-ID` what was missed comes first; an event `reload` says that this cannot be told.
    """
    at, given = services(request), presented(request, services(request).settings)
    actor = await read(request, _may_read)
    async with AsyncExitStack() as held:
        stream = await held.enter_async_context(at.database.events())
        open_streams: OpenStreams = request.app.state.open_streams
        open_streams.add(stream, held)
        lines = _lines(at, given, actor, stream, request.headers.get(LAST_ID))
        return EventsResponse(lines, held.pop_all())


def _may_read(db: Connection, actor: Actor) -> Actor:
    actor.require(Verb.READ)
    return actor


async def _lines(
    at: Services, given: Presented, actor: Actor, stream: Stream, last: str | None
) -> AsyncIterator[bytes]:
    try:
        missed = await _missed(at, actor, last)
        if missed is None:
            yield RELOAD
        told = {event.id for event in missed or ()}
        for event in missed or ():
            if line := await _told(at, given, event):
                yield line
        while True:
            following = await _next(stream, actor)
            if following is None:
                await at.database.read(lambda db: authenticate_again(db, given))
                continue
            is_new = following.account_id == actor.account_id and following.id not in told
            if is_new and (line := await _told(at, given, following)):
                yield line
    except NotAuthenticated:
        return
    except Unavailable:  # events were missed, or the server stops
        yield RELOAD


async def _missed(at: Services, actor: Actor, last: str | None) -> list[Event] | None:
    if last is None:
        return []
    if not (last.isascii() and last.isdigit() and len(last) < 16):
        return None
    return await at.database.read(lambda db: events.missed_since(db, actor.account_id, int(last)))


async def _next(stream: Stream, actor: Actor) -> Event | None:
    """None after a while, or when the credential ends by itself."""
    seconds = CHECK_SECONDS
    if actor.expires_at is not None:
        seconds = min(seconds, max(0.0, actor.expires_at / 1000 - time.time()))
    try:
        async with asyncio.timeout(seconds):
            return await anext(stream)
    except TimeoutError:
        return None


async def _told(at: Services, given: Presented, event: Event) -> bytes | None:
    """In one snapshot: whether the credential is good, and what it may know of this. Raises NotAuthenticated."""

    def look(db: Connection) -> dict[str, Any] | None:
        return _data(db, authenticate_again(db, given), event)

    try:
        data = await at.database.read(look)
    except (NotAllowed, NotFound):  # it may not read any more, or not know of this token
        return None
    return None if data is None else server_sent_events.event(data, event.kind, event.id)


def _data(db: Connection, actor: Actor, event: Event) -> dict[str, Any] | None:
    if event.kind == "token.changed":
        return {"token_id": tokens.get_token(db, actor, event.subject_id).id}
    if event.kind != "share.changed" and not event.kind.startswith("note."):
        return None
    news = notes.get_news(db, actor, event.subject_id, event.version)
    if news is None:
        return None
    author = news.updated_by.model_dump(mode="json", by_alias=True) if news.updated_by else None
    return {
        "note_id": event.subject_id,
        "version": event.version or news.version,
        "updated_by": author,
    }
