"""What can be done with a note: create, read, list, change, edit a section, delete."""

from collections.abc import Sequence

from spote.domain.notes import saving, sections
from spote.domain.notes.hashtags import hashtags, retagged
from spote.domain.notes.model import (
    TAGS_LIMIT,
    Note,
    NoteChange,
    NoteDraft,
    NoteEdit,
    NoteFilter,
    NoteReceipt,
    NoteSummary,
)
from spote.domain.notes.queries import findable
from spote.domain.notes.queries import notes as queries
from spote.domain.notes.queries.notes import NoteValues, StoredNote
from spote.domain.notes.queries.shares import guests_of
from spote.domain.notes.showing import shown, summary, whole
from spote.errors import Conflict
from spote.identity import Actor, Verb
from spote.paging import Listing, Page
from spote.storage import Connection


def create_note(db: Connection, actor: Actor, draft: NoteDraft) -> Note | NoteReceipt:
    """Raises NotAllowed outside the grant's places, TooLarge above the setting's limit."""
    actor.require(Verb.CREATE)
    tags = tuple(hashtags(draft.text)[:TAGS_LIMIT]) if draft.tags is None else draft.tags
    return shown(
        actor, saving.add(db, actor, NoteValues(draft.title, draft.text, draft.bucket, tags))
    )


def get_note(db: Connection, actor: Actor, note_id: str) -> Note:
    actor.require(Verb.READ)
    return whole(actor, saving.found(queries.note_by_id(db, actor, note_id)))


def get_own_note(db: Connection, actor: Actor, note_id: str) -> Note:
    """For sharing it. Raises NotAllowed where it is another's that is shared with the actor."""
    actor.require(Verb.SHARE)
    return whole(actor, saving.found_own(db, actor, note_id))


def get_notes(db: Connection, actor: Actor, note_ids: Sequence[str]) -> dict[str, Note]:
    """Those of the notes that are within reach, by id; at most a page of them."""
    actor.require(Verb.READ)
    return {note.id: whole(actor, note) for note in queries.notes_by_id(db, actor, note_ids)}


def list_notes(db: Connection, actor: Actor, wanted: NoteFilter, page: Page) -> Listing[Note]:
    actor.require(Verb.READ)
    notes = queries.notes_page(db, actor, wanted, page, whole=True)
    return Listing([whole(actor, note) for note in notes], queries.count_notes(db, actor, wanted))


def list_summaries(
    db: Connection, actor: Actor, wanted: NoteFilter, page: Page
) -> Listing[NoteSummary]:
    """As `list_notes`, without the texts."""
    actor.require(Verb.READ)
    notes = queries.notes_page(db, actor, wanted, page, whole=False)
    return Listing([summary(actor, note) for note in notes], queries.count_notes(db, actor, wanted))


def update_note(
    db: Connection, actor: Actor, note_id: str, change: NoteChange
) -> Note | NoteReceipt:
    """Fields left out stay. Raises Conflict with the current and the base text for another version."""
    actor.require(Verb.EDIT)
    note = saving.found_to_change(db, actor, note_id)
    saving.require_version(db, actor, note, change.version)
    text = note.text if change.text is None else change.text
    values = NoteValues(
        change.title or note.title, text, change.bucket or note.bucket, _tags(note, change, text)
    )
    return shown(actor, saving.change(db, actor, note, values))


def edit_note(db: Connection, actor: Actor, note_id: str, edit: NoteEdit) -> Note | NoteReceipt:
    """Add to the start or end, or replace words. Raises Conflict where heading or words are not found as expected.

    Adding within a section changes what stands around it, so that it needs the right to edit.
    """
    adds = edit.op != "replace" and edit.heading is None
    actor.require(*((Verb.APPEND, Verb.EDIT) if adds else (Verb.EDIT,)))
    note = saving.found_to_change(db, actor, note_id)
    saving.require_version(db, actor, note, edit.version)
    text = _edited(note.text, edit)
    values = NoteValues(note.title, text, note.bucket, _retagged(note, text))
    return shown(actor, saving.change(db, actor, note, values))


def delete_note(db: Connection, actor: Actor, note_id: str) -> None:
    """Into the trash; the owner only, never a guest."""
    actor.require(Verb.DELETE)
    saving.move_to_trash(db, actor, saving.found_own(db, actor, note_id))


def delete_note_for_good(db: Connection, actor: Actor, note_id: str) -> None:
    """With its history, without the trash; the owner in person only."""
    actor.require_person()
    note = saving.found_own(db, actor, note_id)
    guest_ids = guests_of(db, account_id=note.account_id, note_id=note.id)
    findable.add_to_bucket(db, account_id=note.account_id, bucket=note.bucket, notes=-1)
    queries.delete_note(db, account_id=note.account_id, note_id=note.id)
    saving.tell(db, "note.deleted", saving.key_of(note), guest_ids=guest_ids)


def _tags(note: StoredNote, change: NoteChange, text: str) -> tuple[str, ...]:
    if change.tags is not None:
        return change.tags
    return note.tags if text == note.text else _retagged(note, text)


def _retagged(note: StoredNote, text: str) -> tuple[str, ...]:
    """No more than a client may send, so that a note as read can be sent back; the rest stays findable as words."""
    return tuple(retagged(list(note.tags), note.text, text)[:TAGS_LIMIT])


def _edited(text: str, edit: NoteEdit) -> str:
    try:
        match edit.op:
            case "append":
                return sections.append(text, edit.text, edit.heading)
            case "prepend":
                return sections.prepend(text, edit.text, edit.heading)
            case "replace":
                return sections.replace(
                    text, edit.find or "", edit.text, edit.expected_count, edit.heading
                )
    except sections.HeadingNotFound as error:
        raise Conflict(str(error), code="heading_not_found") from error
    except sections.HeadingAmbiguous as error:
        raise Conflict(str(error), code="heading_ambiguous") from error
    except sections.FindMismatch as error:
        raise Conflict(str(error), code="find_mismatch") from error
