"""Reading a note, in parts where it is long."""

from datetime import datetime

from pydantic import Field

from spote.domain import notes
from spote.entrypoints.mcp.tools.answers import NoteHead, next_offset, note_url
from spote.entrypoints.mcp.tools.tool import Answer, NoteId, Tool
from spote.identity import Actor, Verb
from spote.storage import Connection


class GetNote(notes.NotePart):
    id: NoteId


class OutlineEntry(Answer):
    heading: str
    offset: int
    chars: int


class ReadNote(NoteHead):
    created_at: datetime
    updated_by: str = Field(description="Who changed it last, and through what.")
    text: str = Field(description="Markdown: the whole, or the part that was asked for.")
    total_chars: int = Field(description="Of the note, or of the section that was asked for.")
    next_offset: int | None = Field(None, description="Where to read on; none at the end.")
    outline: tuple[OutlineEntry, ...] | None = Field(
        None,
        description="The headings, where the text is a part: ask for one of them by `heading`.",
    )


def _get_note(db: Connection, actor: Actor, given: GetNote) -> ReadNote:
    part = notes.read_note(db, actor, given.id, given)
    note = part.note
    return ReadNote(
        id=note.id,
        title=note.title,
        bucket=note.bucket,
        url=note_url(db.settings, note.id),
        tags=note.tags,
        version=note.version,
        created_at=note.created_at,
        updated_at=note.updated_at,
        updated_by=who(note.updated_by),
        text=part.text,
        total_chars=part.total_chars,
        next_offset=next_offset(part.offset, len(part.text), part.total_chars),
        outline=tuple(OutlineEntry.model_validate(dict(one)) for one in part.outline) or None,
    )


def who(by: notes.UpdatedBy) -> str:
    """`Ada, through Claude Desktop (claude-code 2.1)`."""
    name = by.user.name if by.user else "a deleted account"
    through = by.token_label or by.via.value
    return f"{name}, through {through}" + (f" ({by.client})" if by.client else "")


TOOLS = (
    Tool(
        "get_note",
        "Read a note",
        "Read a note. Of a long one you get the first `max_chars` characters and the outline: go on with `offset`, or"
        " read one section with `heading`.",
        (Verb.READ,),
        GetNote,
        ReadNote,
        _get_note,
    ),
)
