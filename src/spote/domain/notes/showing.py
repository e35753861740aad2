"""How stored notes are shown to an actor: whole, as a summary, or as a bare receipt."""

from datetime import timedelta
from typing import Any

from spote.domain.notes.model import EXCERPT_LENGTH, Note, NoteReceipt, NoteSummary, TrashedNote
from spote.domain.notes.queries.notes import StoredNote
from spote.identity import Actor, Verb
from spote.storage import to_time


def shown(actor: Actor, note: StoredNote) -> Note | NoteReceipt:
    """Whoever may write but not read gets no more back than that it was written."""
    if not actor.may(Verb.READ):
        return NoteReceipt.model_validate(_receipt(note))
    return whole(actor, note)


def whole(actor: Actor, note: StoredNote) -> Note:
    return Note.model_validate({**_head(actor, note), "text": note.text})


def summary(actor: Actor, note: StoredNote) -> NoteSummary:
    return NoteSummary.model_validate({**_head(actor, note), "excerpt": excerpt(note.text)})


def trashed(actor: Actor, note: StoredNote, keep: timedelta) -> TrashedNote:
    at = to_time(note.trashed_at or 0)
    return TrashedNote.model_validate(
        {
            **_head(actor, note),
            "excerpt": excerpt(note.text),
            "trashed_at": at,
            "expires_at": at + keep,
        }
    )


def excerpt(text: str) -> str:
    """The beginning, on one line."""
    return " ".join(text[: EXCERPT_LENGTH * 2].split())[:EXCERPT_LENGTH]


def _receipt(note: StoredNote) -> dict[str, Any]:
    return {
        "_id": note.id,
        "version": note.version,
        "created_at": to_time(note.created_at),
        "updated_at": to_time(note.updated_at),
    }


def _head(actor: Actor, note: StoredNote) -> dict[str, Any]:
    return {
        **_receipt(note),
        "title": note.title,
        "bucket": note.bucket,
        "tags": note.tags,
        "attachments": note.attachments,
        "access": note.access,
        **({} if note.owner is None else {"owner": note.owner}),
        "updated_by": note.updated_by,
    }
