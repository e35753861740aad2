"""Makes the index of words from the notes themselves: anew, or where it did not come along with them."""

from spote.domain.notes.queries import checks, findable, indexing
from spote.domain.notes.queries.indexing import NoteKey
from spote.domain.notes.queries.shares import guests_of
from spote.storage import Connection

BATCH = 200  # notes
BATCH_CHARACTERS = 4 * 1024 * 1024  # of text


def index_words(db: Connection, after: NoteKey | None) -> tuple[NoteKey | None, int]:
    """Some live notes, account by account, from where the last call ended; None stands for both ends.

    Safe to run twice, and while others search and write. Returns where it ended, and how many notes it were.
    """
    last, locked, characters, done = None, None, 0, 0
    for last in indexing.live_notes_after(db, after or ("", ""), limit=BATCH):
        account_id = last[0]
        if account_id != locked:
            db.lock(account_id)
            locked = account_id
        if note := indexing.live_note(db, last):
            guest_ids = guests_of(db, account_id=account_id, note_id=last[1])
            findable.put_words(
                db,
                number=note.number,
                account_id=account_id,
                values=note.values,
                guest_ids=guest_ids,
            )
            characters += len(note.values.text)
            done += 1
        if characters >= BATCH_CHARACTERS:
            break
    return last, done


def index_readers(db: Connection, *, account_id: str, note_id: str) -> None:
    """A part of sharing: from now on the note's words are found by its owner and by those who are its guests now."""
    if note := indexing.live_note(db, (account_id, note_id)):
        guest_ids = guests_of(db, account_id=account_id, note_id=note_id)
        findable.put_words(
            db,
            number=note.number,
            account_id=account_id,
            values=note.values,
            guest_ids=guest_ids,
        )


def count_live_notes(db: Connection) -> int:
    return checks.count_live_notes(db)
