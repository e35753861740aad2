"""The shapes that several tools answer with, and how they are made of notes."""

from datetime import datetime

from pydantic import Field

from spote.domain import notes
from spote.entrypoints.mcp.tools.tool import Answer
from spote.settings import Settings
from spote.storage import Connection


class NoteRef(Answer):
    id: str
    title: str
    bucket: str


class NoteHead(NoteRef):
    url: str = Field(description="Where a person reads it.")
    tags: tuple[str, ...]
    version: int = Field(description="Send it with a change, so that nothing is overwritten.")
    updated_at: datetime


class NoteLine(NoteHead):
    """A note in a list."""

    excerpt: str


class SavedNote(Answer):
    """A note after a change. Without the right to read no more is told than that it was saved."""

    id: str
    url: str
    version: int
    updated_at: datetime
    title: str | None = None
    bucket: str | None = None
    tags: tuple[str, ...] | None = None
    chars: int | None = Field(None, description="Length of the text.")


def note_url(settings: Settings, note_id: str) -> str:
    return f"{settings.url}/app/note/{note_id}"


def note_line(db: Connection, note: notes.NoteSummary) -> NoteLine:
    return NoteLine(
        id=note.id,
        title=note.title,
        bucket=note.bucket,
        url=note_url(db.settings, note.id),
        tags=note.tags,
        version=note.version,
        updated_at=note.updated_at,
        excerpt=note.excerpt,
    )


def saved(db: Connection, note: notes.Note | notes.NoteReceipt) -> SavedNote:
    receipt = SavedNote(
        id=note.id,
        url=note_url(db.settings, note.id),
        version=note.version,
        updated_at=note.updated_at,
    )
    if not isinstance(note, notes.Note):
        return receipt
    known = {"title": note.title, "bucket": note.bucket, "tags": note.tags}
    return receipt.model_copy(update={**known, "chars": len(note.text)})


def next_offset(offset: int, shown: int, total: int) -> int | None:
    """None at the end."""
    return offset + shown if shown and offset + shown < total else None
