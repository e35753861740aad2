"""Creating, changing and deleting notes."""

from pydantic import Field

from spote.domain import notes
from spote.entrypoints import searching
from spote.entrypoints.mcp.tools.answers import NoteRef, SavedNote, saved
from spote.entrypoints.mcp.tools.tool import Answer, Arguments, NoteId, Tool
from spote.entrypoints.searching import Asking
from spote.errors import InvalidInput, Unavailable
from spote.identity import Actor, Verb
from spote.paging import Page
from spote.storage import Connection

LIKE = 0.85  # the score from which a note is pointed out as one that may be the same
LIKE_LIMIT = 3


class CreateNote(notes.NoteDraft):
    """As REST's, each field with what an agent has to know."""


class UpdateNote(notes.NoteChange):
    id: NoteId


class EditNote(notes.NoteEdit):
    id: NoteId


class DeleteNote(Arguments):
    id: NoteId


class CreatedNote(SavedNote):
    similar: tuple[NoteRef, ...] | None = Field(
        None, description="Notes that may be about the same: update one of them instead?"
    )


class DeletedNote(Answer):
    id: str
    kept_days: int = Field(description="How long it waits in the trash.")


def _create_note(db: Connection, actor: Actor, given: CreateNote) -> CreatedNote:
    return CreatedNote(**dict(saved(db, notes.create_note(db, actor, given))))


async def _with_similar(asking: Asking, given: CreateNote, made: CreatedNote) -> CreatedNote:
    """Looked up after the note is saved: a search would keep others from writing meanwhile."""
    if made.title is None:  # whoever may not read
        return made
    try:
        found = await searching.notes_like(asking, given.title, given.text, Page(LIKE_LIMIT + 1))
    except (
        InvalidInput,
        Unavailable,
    ):  # nothing to see in the title, or nobody to ask: it is saved all the same
        return made
    like = [note for note in found.items if note.id != made.id and note.score >= LIKE]
    refs = tuple(NoteRef(id=one.id, title=one.title, bucket=one.bucket) for one in like)
    return made.model_copy(update={"similar": refs[:LIKE_LIMIT] or None})


def _update_note(db: Connection, actor: Actor, given: UpdateNote) -> SavedNote:
    return saved(db, notes.update_note(db, actor, given.id, given))


def _edit_note(db: Connection, actor: Actor, given: EditNote) -> SavedNote:
    return saved(db, notes.edit_note(db, actor, given.id, given))


def _delete_note(db: Connection, actor: Actor, given: DeleteNote) -> DeletedNote:
    notes.delete_note(db, actor, given.id)
    return DeletedNote(id=given.id, kept_days=db.settings.trash_days)


TOOLS = (
    Tool(
        "create_note",
        "Create a note",
        "Write a new note. Search first, and update a note that is about the same instead. Left out, `tags` are read"
        " from the #hashtags in the text, and `bucket` is Inbox. Links to other notes are written [[Title]].",
        (Verb.CREATE,),
        CreateNote,
        CreatedNote,
        _create_note,
        writes=True,
        look_up=_with_similar,
    ),
    Tool(
        "update_note",
        "Change a note",
        "Replace the title, text, bucket or tags of a note; what you leave out stays. To add or change a few lines"
        " use edit_note. Send the `version` that you have read: if it is not the current one, nothing is changed and"
        " you get the current text.",
        (Verb.EDIT,),
        UpdateNote,
        SavedNote,
        _update_note,
        writes=True,
        destroys=True,
        is_idempotent=True,
    ),
    Tool(
        "edit_note",
        "Edit a part of a note",
        "Add lines at the start or end of a note, or of the section below `heading`; or replace the words `find`,"
        " which must occur exactly `expected_count` times. Everything else stays as it is.",
        (Verb.APPEND, Verb.EDIT),
        EditNote,
        SavedNote,
        _edit_note,
        writes=True,
        destroys=True,
    ),
    Tool(
        "delete_note",
        "Delete a note",
        "Move a note to the trash, from which its owner can take it back.",
        (Verb.DELETE,),
        DeleteNote,
        DeletedNote,
        _delete_note,
        writes=True,
        destroys=True,
        is_idempotent=True,
    ),
)
