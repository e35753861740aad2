"""Builds the index of words from the notes, where it did not come along with them."""

from spote.domain.notes.queries import indexing
from spote.domain.notes.queries import notes as queries
from spote.domain.notes.queries.indexing import NoteKey
from spote.storage import Connection

BATCH = 200  # notes
BATCH_CHARACTERS = 4 * 1024 * 1024  # of text


def rebuild_words(db: Connection, after: NoteKey | None) -> tuple[NoteKey | None, int]:
    """Some live notes of any account, from where the last call ended; None stands for both ends. Safe to run twice.

    Returns where it ended, and how many notes it were.
    """
    characters = done = 0
    for key in indexing.live_notes_after(db, after or ("", ""), limit=BATCH):
        number, values = indexing.number_and_values(db, key)
        queries.put_words(db, number=number, account_id=key[0], values=values)
        after, done = key, done + 1
        characters += len(values.text)
        if characters >= BATCH_CHARACTERS:
            break
    return (after, done) if done else (None, 0)
