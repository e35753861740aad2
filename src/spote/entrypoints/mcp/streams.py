"""Events as they concern one agent: what it may hear of a change."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

from spote.domain import notes
from spote.entrypoints.mcp.calls import Call
from spote.entrypoints.mcp.presence import Presence
from spote.errors import SpoteError
from spote.identity import Actor, Verb
from spote.storage import Connection
from spote.storage.events import Event

LISTS = ("note.created", "note.deleted")
TOOLS = "notifications/tools/list_changed"
RESOURCES = "notifications/resources/list_changed"
UPDATED = "notifications/resources/updated"
Notice = tuple[str, str | None]  # method, id of the note


@dataclass(frozen=True, slots=True)
class Interest:
    """Which notes' changes to tell of: those that a session watches, or those named here."""

    session_key: str | None = None
    note_ids: frozenset[str] = frozenset()


async def notices(call: Call, presence: Presence, interest: Interest) -> AsyncIterator[Notice]:
    """Until the server stops or the events overtake the agent. Each is judged by what the token may now."""
    actor = await call.check()
    with presence.watching(actor) as watcher:
        while (event := await watcher.next()) is not None:
            for notice in await _notices_of(call, event, interest):
                yield notice


async def _notices_of(call: Call, event: Event, interest: Interest) -> list[Notice]:
    if event.kind in ("token.changed", "account.changed"):
        is_mine = event.kind == "account.changed" or (
            call.actor is not None and event.subject_id == call.actor.credential_id
        )
        return [(TOOLS, None)] if is_mine else []
    if event.kind == "share.changed":  # there may be more to see, or less
        return [(RESOURCES, None)]
    if not event.kind.startswith("note."):
        return []
    change = await _change(call, event, interest)
    if change is None or not change.is_seen:
        return []
    lists: list[Notice] = [(RESOURCES, None)] if event.kind in LISTS else []
    is_watched = change.is_watched or event.subject_id in interest.note_ids
    updated: list[Notice] = [(UPDATED, event.subject_id)] if is_watched else []
    return [*lists, *updated]


async def _change(call: Call, event: Event, interest: Interest) -> notes.Change | None:
    """In a snapshot in which the token is good. None where the agent may not read."""

    def look(db: Connection, actor: Actor) -> notes.Change | None:
        if not actor.may(Verb.READ):
            return None
        return notes.get_change(db, actor, event.subject_id, interest.session_key)

    try:
        return await call.look(look)
    except SpoteError:
        return None


def notification(notice: Notice, uri_of: Callable[[str], str]) -> dict[str, Any]:
    method, note_id = notice
    params = {"params": {"uri": uri_of(note_id)}} if note_id else {}
    return {"jsonrpc": "2.0", "method": method, **params}
