"""Finding notes: search, and lists."""

from datetime import datetime
from typing import Literal

from pydantic import AwareDatetime, Field

from spote.domain import notes, search
from spote.domain.tokens import Bucket, Tag
from spote.entrypoints.mcp.tools.answers import (
    NoteHead,
    NoteLine,
    next_offset,
    note_line,
    note_url,
)
from spote.entrypoints.mcp.tools.tool import Answer, Arguments, Limit, Offset, Tool
from spote.identity import Actor, Verb
from spote.paging import Page
from spote.storage import Connection


class SearchNotes(Arguments):
    query: str = Field(description="What you look for, in words.")
    limit: int = Field(10, ge=1, le=50, strict=True)
    bucket: Bucket | None = Field(None, description="Only in this bucket.")
    tag: Tag | None = Field(None, description="Only with this tag.")
    mode: search.Mode = "hybrid"


class FoundNote(NoteHead):
    score: float = Field(description="0 to 1; above 0.8 it is a strong match.")
    passage: str = Field(description="The passage that matches best.")
    matched_by: tuple[Literal["words", "meaning"], ...]


class SearchAnswer(Answer):
    notes: tuple[FoundNote, ...]
    total: int
    mode: search.Mode = Field(description="How it was searched in fact.")


class ListNotes(Arguments):
    limit: Limit = 20
    offset: Offset = 0
    bucket: Bucket | None = Field(None, description="Only in this bucket.")
    tag: Tag | None = Field(None, description="Only with this tag.")
    updated_since: AwareDatetime | None = Field(
        None, description="Only those changed since then: 2026-01-31T08:00:00Z."
    )


class NoteList(Answer):
    notes: tuple[NoteLine, ...]
    total: int
    next_offset: int | None = Field(
        None, description="The offset of the next page; none at the end."
    )


def _search_notes(db: Connection, actor: Actor, given: SearchNotes) -> SearchAnswer:
    query = search.SearchQuery(
        q=given.query, buckets=_one(given.bucket), tags=_one(given.tag), mode=given.mode
    )
    found = search.search_notes(db, actor, query, Page(given.limit))
    shown = tuple(_found(db, note) for note in found.items)
    return SearchAnswer(notes=shown, total=found.total, mode=found.mode)


def _list_notes(db: Connection, actor: Actor, given: ListNotes) -> NoteList:
    since: datetime | None = given.updated_since
    wanted = notes.NoteFilter(
        buckets=_one(given.bucket), tags=_one(given.tag), updated_since=since, sort="updated_at"
    )
    found = notes.list_summaries(db, actor, wanted, Page(given.limit, given.offset))
    return NoteList(
        notes=tuple(note_line(db, note) for note in found.items),
        total=found.total,
        next_offset=next_offset(given.offset, len(found.items), found.total),
    )


def _found(db: Connection, note: search.FoundNote) -> FoundNote:
    return FoundNote(
        id=note.id,
        title=note.title,
        bucket=note.bucket,
        url=note_url(db, note.id),
        tags=note.tags,
        version=note.version,
        updated_at=note.updated_at,
        score=note.score,
        passage=note.snippet.text,
        matched_by=note.matched_by,
    )


def _one(name: str | None) -> tuple[str, ...]:
    return () if name is None else (name,)


TOOLS = (
    Tool(
        "search_notes",
        "Search notes",
        "Search all notes, best first, each with the passage that fits. Search before you create a note: what you"
        " want to write down may be there already.",
        (Verb.READ,),
        SearchNotes,
        SearchAnswer,
        _search_notes,
    ),
    Tool(
        "list_notes",
        "List notes",
        "List notes, the most recently changed first, each with the beginning of its text.",
        (Verb.READ,),
        ListNotes,
        NoteList,
        _list_notes,
    ),
)
