"""SQL that goes through the live notes of every account, for building the index of words anew."""

from spote.domain.notes.queries.notes import NoteValues, from_json
from spote.domain.notes.reach import LIVE
from spote.storage import Connection

NoteKey = tuple[str, str]  # account and note


def live_notes_after(db: Connection, after: NoteKey, *, limit: int) -> list[NoteKey]:
    return db.all(
        f"SELECT n.account_id, n.id FROM notes AS n WHERE {LIVE}"
        " AND (n.account_id, n.id) > (:account_id, :note_id) ORDER BY n.account_id, n.id LIMIT :limit",
        {"account_id": after[0], "note_id": after[1], "limit": limit},
    )


def number_and_values(db: Connection, key: NoteKey) -> tuple[int, NoteValues]:
    row = db.one(
        "SELECT number, title, text, bucket, tags FROM notes WHERE account_id = :account_id AND id = :note_id",
        {"account_id": key[0], "note_id": key[1]},
    )
    assert row is not None
    number, title, text, bucket, tags = row
    return number, NoteValues(title, text, bucket, from_json(tags))
