"""SQL of imports: which file became which note; and of exports: every note there is, one after the other."""

from typing import NamedTuple

from spote.domain.notes.links import title_key
from spote.domain.notes.queries.notes import NoteValues, StoredNote, from_json
from spote.domain.notes.reach import LIVE, TRASHED, own_reach
from spote.identity import Actor, Via
from spote.storage import Connection

TWINS_LIMIT = 100  # equal notes that are looked at


class KnownSource(NamedTuple):
    note_id: str
    content_hash: bytes


def known_source(db: Connection, account_id: str, source_key: bytes) -> KnownSource | None:
    row = db.one(
        "SELECT note_id, content_hash FROM imports"
        " WHERE account_id = :account_id AND source_key = :source_key",
        {"account_id": account_id, "source_key": source_key},
    )
    return KnownSource(*row) if row else None


def put_source(
    db: Connection, *, account_id: str, source_key: bytes, content_hash: bytes, note_id: str
) -> None:
    db.send(
        "INSERT INTO imports (account_id, source_key, content_hash, note_id)"
        " VALUES (:account_id, :source_key, :content_hash, :note_id)"
        " ON CONFLICT (account_id, source_key)"
        " DO UPDATE SET content_hash = excluded.content_hash, note_id = excluded.note_id",
        {
            "account_id": account_id,
            "source_key": source_key,
            "content_hash": content_hash,
            "note_id": note_id,
        },
    )


def ids_of_equal_notes(db: Connection, actor: Actor, values: NoteValues) -> list[str]:
    """Live notes of their own with the same title, text and bucket, the oldest first."""
    within = own_reach(actor)
    rows = db.all(
        f"SELECT n.id FROM notes AS n WHERE {within.sql} AND {LIVE} AND n.title_key = :key AND n.title = :title"
        " AND n.bucket = :bucket AND n.text = :text ORDER BY n.created_at, n.id LIMIT :limit",
        {
            **within.values,
            "key": title_key(values.title),
            "title": values.title,
            "bucket": values.bucket,
            "text": values.text,
            "limit": TWINS_LIMIT,
        },
    )
    return [row[0] for row in rows]


def sources_of_note(db: Connection, account_id: str, note_id: str) -> list[bytes]:
    rows = db.all(
        "SELECT source_key FROM imports WHERE account_id = :account_id AND note_id = :note_id",
        {"account_id": account_id, "note_id": note_id},
    )
    return [row[0] for row in rows]


def last_imported(db: Connection, note: StoredNote) -> NoteValues | None:
    """What the note held when an import wrote it last."""
    row = db.one(
        "SELECT r.title, coalesce(r.text, n.text), r.bucket, r.tags FROM revisions AS r"
        " JOIN notes AS n ON n.account_id = r.account_id AND n.id = r.note_id"
        " WHERE r.account_id = :account_id AND r.note_id = :note_id AND r.via = :via"
        " ORDER BY r.version DESC LIMIT 1",
        {"account_id": note.account_id, "note_id": note.id, "via": Via.IMPORT.value},
    )
    if row is None:
        return None
    title, text, bucket, tags = row
    return NoteValues(title, text, bucket, from_json(tags))


def note_ids_after(
    db: Connection, actor: Actor, after: str, *, trashed: bool, limit: int
) -> list[str]:
    """The next ids of their own notes in their order, within the actor's reach."""
    within = own_reach(actor, trashed=trashed)
    rows = db.all(
        f"SELECT n.id FROM notes AS n WHERE {within.sql} AND {TRASHED if trashed else LIVE} AND n.id > :after"
        " ORDER BY n.id LIMIT :limit",
        {**within.values, "after": after, "limit": limit},
    )
    return [row[0] for row in rows]
