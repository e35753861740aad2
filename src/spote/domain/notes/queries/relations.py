"""SQL of links between notes: those made on purpose, and those written in the texts."""

from spote.domain.notes.links import title_key
from spote.domain.notes.model import NoteTitle, Relation
from spote.domain.notes.queries.notes import StoredNote, both_kinds
from spote.domain.notes.reach import LIVE, any_of, lies_with, reach
from spote.identity import Actor, CredentialKind
from spote.storage import Connection, to_time

LINKS_LIMIT = 500  # of each kind, in one answer


def insert_relation(
    db: Connection,
    *,
    actor: Actor,
    relation_id: str,
    source: StoredNote,
    target: StoredNote,
    kind: str,
) -> bool:
    """False where the same relation exists."""
    is_token = actor.kind is CredentialKind.TOKEN
    rows = db.all(
        "INSERT INTO relations (account_id, id, source_id, target_id, kind, created_at, by_account, token_id,"
        " token_label) VALUES (:account_id, :id, :source_id, :target_id, :kind, :now, :by_account, :token_id,"
        " :token_label) ON CONFLICT (account_id, source_id, target_id, kind) DO NOTHING RETURNING id",
        {
            "account_id": source.account_id,
            "id": relation_id,
            "source_id": source.id,
            "target_id": target.id,
            "kind": kind,
            "now": db.now,
            "by_account": actor.account_id,
            "token_id": actor.credential_id if is_token else None,
            "token_label": actor.label,
        },
    )
    return bool(rows)


def relations_of(db: Connection, actor: Actor, note: StoredNote) -> list[Relation]:
    """In both directions, oldest first, where the other end is within reach."""
    return _relations(db, actor, note, "1 = 1", {})


def relation_by_id(
    db: Connection, actor: Actor, note: StoredNote, relation_id: str
) -> Relation | None:
    found = _relations(db, actor, note, "e.id = :relation_id", {"relation_id": relation_id})
    return found[0] if found else None


def _relations(
    db: Connection, actor: Actor, note: StoredNote, condition: str, values: dict[str, object]
) -> list[Relation]:
    within = reach(actor)
    rows = db.all(
        "SELECT e.id, e.kind, e.direction, e.created_at, e.token_label, n.id, n.title, n.bucket FROM ("
        "SELECT id, kind, 'out' AS direction, created_at, token_label, target_id AS other_id FROM relations"
        " WHERE account_id = :account_id AND source_id = :note_id"
        " UNION ALL SELECT id, kind, 'in', created_at, token_label, source_id FROM relations"
        " WHERE account_id = :account_id AND target_id = :note_id AND source_id <> :note_id"
        ") AS e JOIN notes AS n ON n.account_id = :account_id AND n.id = e.other_id"
        f" WHERE {within.sql} AND {LIVE} AND {condition} ORDER BY e.created_at, e.id LIMIT :limit",
        {
            **within.values,
            **values,
            "account_id": note.account_id,
            "note_id": note.id,
            "limit": LINKS_LIMIT,
        },
    )
    return [
        Relation.model_validate(
            {
                "_id": relation_id,
                "kind": kind,
                "direction": direction,
                "created_at": to_time(created_at),
                "token_label": token_label,
                "note": _title(*other),
            }
        )
        for relation_id, kind, direction, created_at, token_label, *other in rows
    ]


def delete_relation(db: Connection, *, account_id: str, note_id: str, relation_id: str) -> None:
    db.send(
        "DELETE FROM relations WHERE account_id = :account_id AND id = :id"
        " AND (source_id = :note_id OR target_id = :note_id)",
        {"account_id": account_id, "id": relation_id, "note_id": note_id},
    )


def notes_by_titles(db: Connection, actor: Actor, titles: list[str]) -> dict[str, NoteTitle]:
    """The oldest reachable note of each title, by the title's key."""
    if not titles:
        return {}
    named = any_of("n.title_key", "key", [title_key(it) for it in titles])
    found = both_kinds(actor, "n.title_key, n.id, n.title, n.bucket, n.created_at", "", named)
    rows = db.all(
        "SELECT title_key, id, title, bucket FROM (SELECT f.title_key, f.id, f.title, f.bucket,"
        " row_number() OVER (PARTITION BY f.title_key ORDER BY f.created_at, f.id) AS place"
        f" FROM ({found.sql}) AS f) AS placed WHERE place = 1 ORDER BY title_key LIMIT :limit",
        {**found.values, "limit": len(titles)},
    )
    return {key: _title(*row) for key, *row in rows}


def notes_by_ids(db: Connection, actor: Actor, note_ids: list[str]) -> dict[str, NoteTitle]:
    if not note_ids:
        return {}
    found = both_kinds(actor, "n.id, n.title, n.bucket", "", any_of("n.id", "id", note_ids))
    rows = db.all(f"{found.sql} ORDER BY id LIMIT :limit", {**found.values, "limit": len(note_ids)})
    return {row[0]: _title(*row) for row in rows}


def backlinks_to(db: Connection, actor: Actor, note: StoredNote) -> list[NoteTitle]:
    """Reachable notes whose text links here, by id or by title, newest first."""
    within = reach(actor)
    rows = db.all(
        "SELECT n.id, n.title, n.bucket FROM notes AS n"
        " WHERE (n.account_id, n.id) IN (SELECT l.account_id, l.note_id FROM note_links AS l"
        f" WHERE {lies_with(actor, 'l.account_id')}"
        " AND ((l.kind = 'id' AND l.target = :note_id) OR (l.kind = 'title' AND l.target = :title_key)))"
        f" AND {within.sql} AND n.id <> :note_id AND {LIVE} ORDER BY n.updated_at DESC, n.id DESC LIMIT :limit",
        {
            **within.values,
            "note_id": note.id,
            "title_key": title_key(note.title),
            "limit": LINKS_LIMIT,
        },
    )
    return [_title(*row) for row in rows]


def _title(note_id: str, title: str, bucket: str) -> NoteTitle:
    return NoteTitle.model_validate({"_id": note_id, "title": title, "bucket": bucket})
