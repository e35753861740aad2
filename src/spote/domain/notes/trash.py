"""The trash: deleted notes wait here, and go for good after a while."""

from datetime import timedelta

from spote.domain.notes import saving
from spote.domain.notes.model import Note, NoteReceipt, TrashedNote
from spote.domain.notes.queries import notes as queries
from spote.domain.notes.showing import shown, trashed
from spote.identity import Actor, Verb
from spote.paging import Listing, Page
from spote.storage import Connection

SWEEP_LIMIT = 500  # notes removed in one transaction


def list_trash(db: Connection, actor: Actor, page: Page) -> Listing[TrashedNote]:
    """What was deleted last comes first."""
    actor.require(Verb.READ)
    keep = timedelta(days=db.settings.trash_days)
    notes = queries.trash_page(db, actor, page)
    return Listing([trashed(actor, note, keep) for note in notes], queries.count_trash(db, actor))


def restore_note(db: Connection, actor: Actor, note_id: str) -> Note | NoteReceipt:
    actor.require(Verb.DELETE)
    note = saving.found(queries.note_by_id(db, actor, note_id, trashed=True))
    return shown(actor, saving.take_from_trash(db, actor, note))


def delete_trashed_note(db: Connection, actor: Actor, note_id: str) -> None:
    """For good, with its history; the owner in person only."""
    actor.require_person()
    note = saving.found(queries.note_by_id(db, actor, note_id, trashed=True))
    queries.delete_note(db, account_id=note.account_id, note_id=note.id)


def empty_trash(db: Connection, actor: Actor) -> int:
    """Returns how many notes went for good; the owner in person only."""
    actor.require_person()
    return queries.delete_trash(db, actor.account_id)


def sweep_trash(db: Connection) -> int:
    """Remove what has waited long enough, of one account, a bounded number at a time. Safe to run from several servers.

    Call it again until it removes none.
    """
    before = db.now - db.settings.trash_days * 86_400_000
    account_id = queries.account_with_expired_trash(db, before=before)
    if account_id is None:
        return 0
    db.lock(account_id)
    return queries.delete_expired_trash(db, account_id, before=before, limit=SWEEP_LIMIT)
