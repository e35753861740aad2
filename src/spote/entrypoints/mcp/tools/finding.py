"""Finding notes: search, and lists."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from spote.domain import notes, search
from spote.domain.tokens import Bucket, Tag
from spote.entrypoints import searching
from spote.entrypoints.mcp.tools.answers import (
    NoteHead,
    NoteLine,
    next_offset,
    note_line,
    note_url,
)
from spote.entrypoints.mcp.tools.tool import Answer, Arguments, Limit, NoteId, Offset, Tool
from spote.entrypoints.searching import Asking
from spote.identity import Actor, Verb
from spote.paging import Page
from spote.settings import Settings
from spote.storage import Connection

FoundLimit = Annotated[
    int, Field(ge=1, le=50, strict=True, description="Notes in the answer, at most.")
]


class SearchNotes(Arguments):
    query: str = Field(
        min_length=1,
        max_length=search.QUERY_LIMIT,
        description="What you look for, in your own words; other languages find it too.",
    )
    limit: FoundLimit = 10
    bucket: Bucket | None = Field(None, description="Only in this bucket.")
    tag: Tag | None = Field(None, description="Only with this tag.")
    mode: search.Mode = Field(
        "hybrid", description="By words and meaning; `keyword` or `semantic` for either alone."
    )


class SimilarNotes(Arguments):
    id: NoteId
    limit: FoundLimit = 10


class FoundNote(NoteHead):
    score: float = Field(description="0 to 1; above 0.8 it is a strong match.")
    passage: str = Field(description="The passage that matches best.")
    matched_by: tuple[Literal["words", "meaning"], ...] = Field(
        description="Why: it holds the words, or means what was asked."
    )


class SearchAnswer(Answer):
    notes: tuple[FoundNote, ...]
    total: int
    mode: search.Mode = Field(description="How it was searched in fact.")
    waiting: int | None = Field(
        None, description="Notes that cannot be found by meaning yet, where there are any."
    )


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


async def _search_notes(asking: Asking, given: SearchNotes) -> SearchAnswer:
    query = search.SearchQuery(
        q=given.query, buckets=_one(given.bucket), tags=_one(given.tag), mode=given.mode
    )
    return _answer(asking, await searching.search_notes(asking, query, Page(given.limit)))


async def _similar_notes(asking: Asking, given: SimilarNotes) -> SearchAnswer:
    return _answer(asking, await searching.similar_notes(asking, given.id, Page(given.limit)))


def _answer(asking: Asking, found: searching.Found) -> SearchAnswer:
    results, settings = found.results, asking.at.settings
    return SearchAnswer(
        notes=tuple(_found(settings, note) for note in results.items),
        total=results.total,
        mode=results.mode,
        waiting=found.waiting or None,
    )


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


def _found(settings: Settings, note: search.FoundNote) -> FoundNote:
    return FoundNote(
        id=note.id,
        title=note.title,
        bucket=note.bucket,
        url=note_url(settings, note.id),
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
        search=_search_notes,
    ),
    Tool(
        "similar_notes",
        "Find similar notes",
        "Notes that mean much the same as one note, the most similar first: candidates to link with, or to merge.",
        (Verb.READ,),
        SimilarNotes,
        SearchAnswer,
        search=_similar_notes,
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
