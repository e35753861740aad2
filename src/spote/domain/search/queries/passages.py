"""SQL of passages and their vectors: what waits to be embedded, what is, and what an index has to learn."""

from collections.abc import Sequence
from typing import NamedTuple

from spote.domain.notes.reach import LIVE, Reach, any_of, reach
from spote.identity import Actor
from spote.storage import Connection


class WaitingNote(NamedTuple):
    """A note whose passages are not embedded as they are now."""

    account_id: str
    note_id: str
    since: int  # ms
    title: str
    bucket: str
    tags: str  # JSON
    text: str
    version: int


class NewVector(NamedTuple):
    """A passage just learned of, for an index."""

    number: int
    note_number: int
    sequence: int
    vector: bytes  # float16[dimensions]


class ReachableVector(NamedTuple):
    """A passage of a note within reach."""

    number: int
    vector: bytes  # float16[dimensions]
    starts_at: int
    ends_at: int
    note_id: str


def waiting_notes(db: Connection, *, limit: int) -> list[WaitingNote]:
    """The newest first, over all accounts."""
    rows = db.all(
        "SELECT w.account_id, w.note_id, w.since, n.title, n.bucket, n.tags, n.text, n.version"
        " FROM unembedded AS w JOIN notes AS n ON n.account_id = w.account_id AND n.id = w.note_id"
        f" WHERE w.retry_at <= :now AND {LIVE} ORDER BY w.since DESC, w.account_id, w.note_id LIMIT :limit",
        {"now": db.now, "limit": limit},
    )
    return [WaitingNote(*row) for row in rows]


def count_waiting(db: Connection, account_id: str) -> int:
    row = db.one(
        "SELECT count(*) FROM unembedded AS w"
        " JOIN notes AS n ON n.account_id = w.account_id AND n.id = w.note_id"
        f" WHERE w.account_id = :account_id AND {LIVE}",
        {"account_id": account_id},
    )
    return int(row[0]) if row else 0


def count_all_waiting(db: Connection) -> int:
    row = db.one("SELECT count(*) FROM unembedded")
    return int(row[0]) if row else 0


def delete_waiting(db: Connection, note: WaitingNote) -> None:
    """Unless it has changed since it was read."""
    db.execute(
        "DELETE FROM unembedded WHERE account_id = :account_id AND note_id = :note_id AND since = :since",
        {"account_id": note.account_id, "note_id": note.note_id, "since": note.since},
    )


def postpone(db: Connection, note: WaitingNote, *, until: int) -> None:
    db.execute(
        "UPDATE unembedded SET retry_at = :until WHERE account_id = :account_id AND note_id = :note_id",
        {"account_id": note.account_id, "note_id": note.note_id, "until": until},
    )


def note_version(db: Connection, account_id: str, note_id: str) -> int | None:
    row = db.one(
        "SELECT version FROM notes WHERE account_id = :account_id AND id = :note_id",
        {"account_id": account_id, "note_id": note_id},
    )
    return int(row[0]) if row else None


def digests_of(db: Connection, account_id: str, note_id: str, model: str) -> dict[bytes, int]:
    """What is embedded of a note: the passage's number by its digest."""
    rows = db.all(
        "SELECT digest, number FROM passages"
        " WHERE account_id = :account_id AND note_id = :note_id AND model = :model ORDER BY number",
        {"account_id": account_id, "note_id": note_id, "model": model},
    )
    return {bytes(digest): number for digest, number in rows}


def next_sequences(db: Connection, account_id: str, count: int) -> int:
    """Takes as many sequence numbers; returns the last of them."""
    row = db.one(
        "INSERT INTO embedded_accounts (account_id, sequence) VALUES (:account_id, :count)"
        " ON CONFLICT (account_id) DO UPDATE SET sequence = embedded_accounts.sequence + excluded.sequence"
        " RETURNING sequence",
        {"account_id": account_id, "count": count},
    )
    assert row is not None
    return int(row[0])


def insert_passage(
    db: Connection,
    *,
    account_id: str,
    note_id: str,
    model: str,
    starts_at: int,
    ends_at: int,
    digest: bytes,
    vector: bytes,
    sequence: int,
) -> None:
    db.execute(
        "INSERT INTO passages (account_id, note_id, model, starts_at, ends_at, digest, vector, sequence)"
        " VALUES (:account_id, :note_id, :model, :starts_at, :ends_at, :digest, :vector, :sequence)"
        " ON CONFLICT (account_id, note_id, model, digest) DO NOTHING",
        {
            "account_id": account_id,
            "note_id": note_id,
            "model": model,
            "starts_at": starts_at,
            "ends_at": ends_at,
            "digest": digest,
            "vector": vector,
            "sequence": sequence,
        },
    )


def move_passage(db: Connection, number: int, *, starts_at: int, ends_at: int) -> None:
    db.execute(
        "UPDATE passages SET starts_at = :starts_at, ends_at = :ends_at"
        " WHERE number = :number AND (starts_at <> :starts_at OR ends_at <> :ends_at)",
        {"number": number, "starts_at": starts_at, "ends_at": ends_at},
    )


def delete_passage(db: Connection, number: int) -> None:
    db.execute("DELETE FROM passages WHERE number = :number", {"number": number})


def serving_model(db: Connection, account_id: str) -> str | None:
    row = db.one(
        "SELECT model FROM embedded_accounts WHERE account_id = :account_id",
        {"account_id": account_id},
    )
    return row[0] if row else None


def update_serving_model(db: Connection, account_id: str, model: str) -> None:
    db.execute(
        "INSERT INTO embedded_accounts (account_id, model) VALUES (:account_id, :model)"
        " ON CONFLICT (account_id) DO UPDATE SET model = excluded.model",
        {"account_id": account_id, "model": model},
    )


def delete_other_models(db: Connection, account_id: str, model: str) -> None:
    db.execute(
        "DELETE FROM passages WHERE account_id = :account_id AND model <> :model",
        {"account_id": account_id, "model": model},
    )


def accounts_to_embed(db: Connection, model: str, *, limit: int) -> list[str]:
    """Accounts whose notes have not all been embedded with this model, and of which nothing waits."""
    rows = db.all(
        "SELECT a.id FROM accounts AS a LEFT JOIN embedded_accounts AS e ON e.account_id = a.id"
        " WHERE (e.model IS NULL OR e.model <> :model)"
        " AND NOT EXISTS (SELECT 1 FROM unembedded AS w WHERE w.account_id = a.id)"
        " ORDER BY a.id LIMIT :limit",
        {"model": model, "limit": limit},
    )
    return [row[0] for row in rows]


def all_accounts(db: Connection) -> list[str]:
    return [row[0] for row in db.all("SELECT id FROM accounts ORDER BY id LIMIT 1000000")]


def queue_account(db: Connection, account_id: str, model: str) -> int:
    """All live notes that have no passage of this model; returns how many."""
    return db.execute(
        "INSERT INTO unembedded (account_id, note_id, since)"
        " SELECT n.account_id, n.id, n.updated_at FROM notes AS n"
        f" WHERE n.account_id = :account_id AND {LIVE} AND NOT EXISTS (SELECT 1 FROM passages AS p"
        " WHERE p.account_id = n.account_id AND p.note_id = n.id AND p.model = :model)"
        " ON CONFLICT (account_id, note_id) DO NOTHING",
        {"account_id": account_id, "model": model},
    )


def vectors_since(
    db: Connection, account_id: str, model: str, *, sequence: int, limit: int
) -> list[NewVector]:
    rows = db.all(
        "SELECT p.number, n.number, p.sequence, p.vector FROM passages AS p"
        " JOIN notes AS n ON n.account_id = p.account_id AND n.id = p.note_id"
        " WHERE p.account_id = :account_id AND p.model = :model AND p.sequence > :sequence"
        " ORDER BY p.sequence LIMIT :limit",
        {"account_id": account_id, "model": model, "sequence": sequence, "limit": limit},
    )
    return [NewVector(*row) for row in rows]


def reachable_vectors(
    db: Connection, actor: Actor, numbers: Sequence[int], wished: Reach
) -> list[ReachableVector]:
    if not numbers:
        return []
    within, named = reach(actor), any_of("p.number", "passage", numbers)
    rows = db.all(
        "SELECT p.number, p.vector, p.starts_at, p.ends_at, n.id FROM passages AS p"
        " JOIN notes AS n ON n.account_id = p.account_id AND n.id = p.note_id"
        f" WHERE {named.sql} AND {within.sql}{wished.sql} AND {LIVE} ORDER BY p.number LIMIT :limit",
        {**within.values, **wished.values, **named.values, "limit": len(numbers)},
    )
    return [ReachableVector(*row) for row in rows]


def reachable_notes(db: Connection, actor: Actor, wished: Reach) -> list[int]:
    """The numbers of all live notes within reach; as many as the account has, at most."""
    within = reach(actor)
    rows = db.all(
        f"SELECT n.number FROM notes AS n WHERE {within.sql}{wished.sql} AND {LIVE}",
        {**within.values, **wished.values},
    )
    return [row[0] for row in rows]


def vectors_of_note(db: Connection, actor: Actor, note_id: str, model: str) -> list[bytes]:
    within = reach(actor)
    rows = db.all(
        "SELECT p.vector FROM passages AS p"
        " JOIN notes AS n ON n.account_id = p.account_id AND n.id = p.note_id"
        f" WHERE {within.sql} AND n.id = :note_id AND {LIVE} AND p.model = :model ORDER BY p.starts_at LIMIT 1000",
        {**within.values, "note_id": note_id, "model": model},
    )
    return [bytes(row[0]) for row in rows]


def take_lease(db: Connection, name: str, holder: str, *, until: int) -> bool:
    """True where nobody else has it; renews one's own."""
    rows = db.all(
        "INSERT INTO leases (name, holder, until) VALUES (:name, :holder, :until)"
        " ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until"
        " WHERE leases.until <= :now OR leases.holder = excluded.holder RETURNING holder",
        {"name": name, "holder": holder, "until": until, "now": db.now},
    )
    return bool(rows)


def end_lease(db: Connection, name: str, holder: str) -> None:
    db.execute(
        "DELETE FROM leases WHERE name = :name AND holder = :holder",
        {"name": name, "holder": holder},
    )
