"""SQL that goes through the live notes of every account, for making the index of words."""

from typing import NamedTuple

from spote.domain.notes.queries.notes import NoteValues, from_json
from spote.domain.notes.reach import LIVE
from spote.storage import Connection

NoteKey = tuple[str, str]  # account and note


class IndexedNote(NamedTuple):
    number: int
    values: NoteValues


def live_notes_after(db: Connection, after: NoteKey, *, limit: int) -> list[NoteKey]:
    return db.all(
        f"SELECT n.account_id, n.id FROM notes AS n WHERE {LIVE}"
        " AND (n.account_id, n.id) > (:account_id, :note_id) ORDER BY n.account_id, n.id LIMIT :limit",
        {"account_id": after[0], "note_id": after[1], "limit": limit},
    )


def live_note(db: Connection, key: NoteKey) -> IndexedNote | None:
    """None where it has gone meanwhile."""
    row = db.one(
        "SELECT n.number, n.title, n.text, n.bucket, n.tags FROM notes AS n"
        f" WHERE n.account_id = :account_id AND n.id = :note_id AND {LIVE}",
        {"account_id": key[0], "note_id": key[1]},
    )
    if row is None:
        return None
    number, title, text, bucket, tags = row
    return IndexedNote(number, NoteValues(title, text, bucket, from_json(tags)))
