"""SQL of reading all notes once, to make their index anew."""

from typing import NamedTuple

from spote.domain.notes.queries.notes import NoteValues, from_json
from spote.domain.notes.reach import LIVE
from spote.storage import Connection


class IndexedNote(NamedTuple):
    id: str
    number: int
    values: NoteValues


def live_notes_after(
    db: Connection, account_id: str, note_id: str, *, limit: int
) -> list[IndexedNote]:
    """Of an account, by id."""
    rows = db.all(
        "SELECT n.id, n.number, n.title, n.text, n.bucket, n.tags FROM notes AS n"
        f" WHERE n.account_id = :account_id AND n.id > :note_id AND {LIVE} ORDER BY n.id LIMIT :limit",
        {"account_id": account_id, "note_id": note_id, "limit": limit},
    )
    return [
        IndexedNote(found, number, NoteValues(title, text, bucket, from_json(tags)))
        for found, number, title, text, bucket, tags in rows
    ]
