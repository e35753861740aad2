"""Notes as resources: `spote://note/{id}`, as Markdown, the most recently changed first."""

from typing import Any

from mcp.shared.exceptions import MCPError
from mcp_types import (
    INVALID_PARAMS,
    PaginatedRequestParams,
    ReadResourceRequestParams,
    SubscribeRequestParams,
    UnsubscribeRequestParams,
)
from mcp_types.version import MODERN_PROTOCOL_VERSIONS

from spote.domain import notes
from spote.entrypoints.mcp import door
from spote.entrypoints.mcp.door import Context
from spote.entrypoints.mcp.sessions import session_id_of
from spote.errors import NotFound
from spote.paging import Page

SCHEME = "spote://note/"
PAGE = 50  # resources in one answer
NOT_FOUND = -32002  # before 2026-07-28
MIME_TYPE = "text/markdown"
TEMPLATES = [
    {
        "uriTemplate": SCHEME + "{id}",
        "name": "note",
        "title": "A note",
        "description": "The text of a note.",
        "mimeType": MIME_TYPE,
    }
]


async def list_resources(ctx: Context, params: PaginatedRequestParams | None) -> Any:
    page = Page(PAGE, _offset(params.cursor if params else None))
    wanted = notes.NoteFilter(sort="updated_at")
    found = await door.read(ctx, lambda db, actor: notes.list_summaries(db, actor, wanted, page))
    result = door.result(resources=[_resource(note) for note in found.items])
    if found.items and page.offset + len(found.items) < found.total:
        result["nextCursor"] = str(page.offset + PAGE)
    return result


async def list_templates(_ctx: Context, _params: PaginatedRequestParams | None) -> Any:
    return door.result(resourceTemplates=TEMPLATES)


async def read_resource(ctx: Context, params: ReadResourceRequestParams) -> Any:
    note_id = _note_id(ctx, params.uri)
    try:
        note = await door.read(ctx, lambda db, actor: notes.get_note(db, actor, note_id))
    except NotFound:
        raise _not_found(ctx, params.uri) from None
    return door.result(contents=[{"uri": params.uri, "mimeType": MIME_TYPE, "text": note.text}])


async def subscribe(ctx: Context, params: SubscribeRequestParams) -> Any:
    """In sessions of before 2026-07-28, which hear of it on their stream."""
    note_id, session_id = _note_id(ctx, params.uri), _session(ctx)
    try:
        await door.write(ctx, lambda db, actor: notes.watch_note(db, actor, note_id, session_id))
    except NotFound:
        raise _not_found(ctx, params.uri) from None
    return {}


async def unsubscribe(ctx: Context, params: UnsubscribeRequestParams) -> Any:
    note_id, session_id = _note_id(ctx, params.uri), _session(ctx)
    await door.write(ctx, lambda db, actor: notes.unwatch_note(db, actor, note_id, session_id))
    return {}


def uri_of(note_id: str) -> str:
    return SCHEME + note_id


def _resource(note: notes.NoteSummary) -> dict[str, Any]:
    return {
        "uri": uri_of(note.id),
        "name": note.title,
        "title": note.title,
        "description": note.excerpt,
        "mimeType": MIME_TYPE,
        "annotations": {"lastModified": note.updated_at.isoformat().replace("+00:00", "Z")},
    }


def _offset(cursor: str | None) -> int:
    if cursor is None:
        return 0
    if not (cursor.isascii() and cursor.isdigit()) or len(cursor) > 9:
        raise MCPError(INVALID_PARAMS, "Unknown cursor: begin the list anew.")
    return int(cursor)


def _note_id(ctx: Context, uri: str) -> str:
    note_id = uri.removeprefix(SCHEME)
    if note_id == uri or not note_id or len(note_id) > 100:
        raise _not_found(ctx, uri)
    return note_id


def _session(ctx: Context) -> str:
    session_id = session_id_of(door.scope(ctx))
    if session_id is None:
        raise MCPError(INVALID_PARAMS, "Subscriptions need a session: initialize first.")
    return session_id


def _not_found(ctx: Context, uri: str) -> MCPError:
    code = INVALID_PARAMS if ctx.protocol_version in MODERN_PROTOCOL_VERSIONS else NOT_FOUND
    return MCPError(code, "There is no such note.", {"uri": uri[:200]})
