"""Makes the index of words anew from the notes themselves; searching goes on meanwhile."""

from typing import NamedTuple

from spote.domain.notes.queries import checks
from spote.domain.notes.queries import notes as queries
from spote.domain.notes.queries.reindexing import live_notes_after
from spote.storage import Connection

BATCH = 200  # notes in one transaction


class Reindexed(NamedTuple):
    notes: int
    last: str | None  # the last note's id; None: there are no more


def reindex_words(db: Connection, account_id: str, *, after: str) -> Reindexed:
    """The next notes of an account by id, in the turn of its own changes. For the operator."""
    db.lock(account_id)
    batch = live_notes_after(db, account_id, after, limit=BATCH)
    for note in batch:
        queries.put_words(db, number=note.number, account_id=account_id, values=note.values)
    return Reindexed(len(batch), batch[-1].id if batch else None)


def count_live_notes(db: Connection) -> int:
    return checks.count_live_notes(db)
