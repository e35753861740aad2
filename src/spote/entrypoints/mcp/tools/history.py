"""A note's past: what changed, and going back."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from spote.domain import notes
from spote.entrypoints.mcp.tools.answers import SavedNote, next_offset, saved
from spote.entrypoints.mcp.tools.reading import who
from spote.entrypoints.mcp.tools.tool import Answer, Arguments, NoteId, Offset, Tool
from spote.identity import Actor, Verb
from spote.paging import Page
from spote.storage import Connection

DIFF_LENGTH = 4_000  # characters of one difference

Version = Annotated[int, Field(ge=1, le=2**53, strict=True)]


class NoteHistory(Arguments):
    id: NoteId
    version: Version | None = Field(None, description="Only this one, with its text.")
    limit: int = Field(10, ge=1, le=20, strict=True)
    offset: Offset = 0


class PastVersion(Answer):
    version: int
    change: Literal["created", "updated", "restored", "trashed", "untrashed"]
    created_at: datetime
    by: str
    title: str
    bucket: str
    tags: tuple[str, ...]
    size_bytes: int
    diff: str | None = Field(None, description="What changed against the version before.")
    text: str | None = Field(None, description="Of the one version that was asked for.")


class History(Answer):
    versions: tuple[PastVersion, ...]
    total: int
    next_offset: int | None = None


class RestoreVersion(Arguments):
    id: NoteId
    version: Version


def _note_history(db: Connection, actor: Actor, given: NoteHistory) -> History:
    if given.version is not None:
        one = notes.get_version(db, actor, given.id, given.version, diff=True)
        return History(versions=(_past(one, text=one.text),), total=1)
    page = Page(given.limit, given.offset)
    found = notes.list_history(db, actor, given.id, page, diff=True)
    return History(
        versions=tuple(_past(one) for one in found.items),
        total=found.total,
        next_offset=next_offset(given.offset, len(found.items), found.total),
    )


def _restore_version(db: Connection, actor: Actor, given: RestoreVersion) -> SavedNote:
    return saved(db, notes.restore_version(db, actor, given.id, given.version))


def _past(one: notes.Revision, text: str | None = None) -> PastVersion:
    return PastVersion(
        version=one.version,
        change=one.change,
        created_at=one.created_at,
        by=who(one.updated_by),
        title=one.title,
        bucket=one.bucket,
        tags=one.tags,
        size_bytes=one.size_bytes,
        diff=None if one.diff is None else _cut(one.diff),
        text=None if text is None else text[:100_000],
    )


def _cut(diff: str) -> str:
    return diff if len(diff) <= DIFF_LENGTH else diff[:DIFF_LENGTH] + "\n… (cut)"


TOOLS = (
    Tool(
        "note_history",
        "See a note's history",
        "The versions of a note, newest first, each with who changed it, through what, and the difference; or one"
        " `version` with its text.",
        (Verb.READ,),
        NoteHistory,
        History,
        _note_history,
    ),
    Tool(
        "restore_version",
        "Go back to a version",
        "Make an earlier version of a note the current one; the history keeps both.",
        (Verb.EDIT,),
        RestoreVersion,
        SavedNote,
        _restore_version,
        writes=True,
        destroys=True,
        is_idempotent=True,
    ),
)
