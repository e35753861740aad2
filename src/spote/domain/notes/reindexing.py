"""Makes the index of words anew from the notes themselves; searching goes on meanwhile."""

from spote.domain.notes.queries import notes as queries
from spote.storage import Connection

BATCH = 200  # notes in one transaction


def reindex_words(db: Connection, *, after: int) -> int | None:
    """The next notes by number; returns the last one's number, None when there are no more. For the operator."""
    batch = queries.live_notes_after(db, number=after, limit=BATCH)
    for number, account_id, values in batch:
        queries.put_words(db, number=number, account_id=account_id, values=values)
    return batch[-1][0] if batch else None


def count_live_notes(db: Connection) -> int:
    return queries.count_live_notes(db)
