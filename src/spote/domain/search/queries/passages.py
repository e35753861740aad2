"""SQL of passages and their vectors: what is embedded, and what an index has to learn."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from spote.domain.notes.reach import (
    LIVE,
    SHARED_NOTES,
    Reach,
    any_of,
    own_reach,
    reach,
    shared_reach,
)
from spote.identity import Actor
from spote.storage import Connection

PASSAGES_PER_NOTE = 1_000  # more than the cutter makes
# With each passage, since a second query would take longer than two more columns.
_EMBEDDED = (
    ", coalesce((SELECT e.epoch FROM embedded_accounts AS e WHERE e.account_id = :owner), 0)"
    ", coalesce((SELECT e.sequence FROM embedded_accounts AS e WHERE e.account_id = :owner), 0)"
)


class NewPassage(NamedTuple):
    starts_at: int
    ends_at: int
    digest: bytes
    vector: bytes  # float16[dimensions]
    sequence: int


class NewVector(NamedTuple):
    """A passage just learned of, for an index."""

    number: int
    note_number: int
    sequence: int
    vector: bytes  # float16[dimensions]


class Reachable(NamedTuple):
    """A passage of a note within reach."""

    number: int
    vector: bytes  # float16[dimensions]
    starts_at: int
    ends_at: int
    note_id: str


class Embedded(NamedTuple):
    """How far an account is embedded, in this snapshot."""

    epoch: int  # another one after a restore: sequence numbers may mean other passages
    sequence: int  # the last number that was taken


def digests_of(db: Connection, account_id: str, note_id: str, model: str) -> dict[bytes, int]:
    """What is embedded of a note: the passage's number by its digest."""
    rows = db.all(
        "SELECT digest, number FROM passages"
        " WHERE account_id = :account_id AND note_id = :note_id AND model = :model"
        " ORDER BY number LIMIT :limit",
        {"account_id": account_id, "note_id": note_id, "model": model, "limit": PASSAGES_PER_NOTE},
    )
    return {bytes(digest): number for digest, number in rows}


def next_sequences(db: Connection, account_id: str, count: int) -> int:
    """Takes as many sequence numbers; returns the last of them. Others wait for theirs until this is committed."""
    row = db.one(
        "INSERT INTO embedded_accounts (account_id, sequence) VALUES (:account_id, :count)"
        " ON CONFLICT (account_id) DO UPDATE SET sequence = embedded_accounts.sequence + excluded.sequence"
        " RETURNING sequence",
        {"account_id": account_id, "count": count},
    )
    assert row is not None
    return int(row[0])


def insert_passages(
    db: Connection, account_id: str, note_id: str, model: str, new: Iterable[NewPassage]
) -> None:
    key = {"account_id": account_id, "note_id": note_id, "model": model}
    db.send_each(
        "INSERT INTO passages (account_id, note_id, model, starts_at, ends_at, digest, vector, sequence)"
        " VALUES (:account_id, :note_id, :model, :starts_at, :ends_at, :digest, :vector, :sequence)"
        " ON CONFLICT (account_id, note_id, model, digest) DO NOTHING",
        [{**key, **one._asdict()} for one in new],
    )


def move_passages(db: Connection, account_id: str, places: Iterable[tuple[int, int, int]]) -> None:
    """Number, start and end of each."""
    db.send_each(
        "UPDATE passages SET starts_at = :starts_at, ends_at = :ends_at"
        " WHERE account_id = :account_id AND number = :number"
        " AND (starts_at <> :starts_at OR ends_at <> :ends_at)",
        [
            {"account_id": account_id, "number": number, "starts_at": start, "ends_at": end}
            for number, start, end in places
        ],
    )


def delete_passages(db: Connection, account_id: str, numbers: Iterable[int]) -> None:
    db.send_each(
        "DELETE FROM passages WHERE account_id = :account_id AND number = :number",
        [{"account_id": account_id, "number": number} for number in numbers],
    )


def delete_other_models(db: Connection, account_id: str, model: str) -> None:
    db.execute(
        "DELETE FROM passages WHERE account_id = :account_id AND model <> :model",
        {"account_id": account_id, "model": model},
    )


def embedded(db: Connection, account_id: str) -> Embedded:
    row = db.one(
        "SELECT epoch, sequence FROM embedded_accounts WHERE account_id = :account_id",
        {"account_id": account_id},
    )
    return Embedded(*row) if row else Embedded(0, 0)


def begin_epoch(db: Connection) -> None:
    """For all accounts: also for those that had nothing embedded when the backup was made."""
    db.execute(
        "INSERT INTO embedded_accounts (account_id, epoch) SELECT id, :now FROM accounts WHERE true"
        " ON CONFLICT (account_id) DO UPDATE SET epoch = excluded.epoch",
        {"now": db.now},
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


def reachable_passages(
    db: Connection,
    actor: Actor,
    account_id: str,
    wished: Reach,
    numbers: Mapping[int, int],
) -> tuple[list[Reachable], Embedded]:
    """Of those with these numbers, each with the number of its note, in an account's notes; how far it is embedded."""
    if not numbers:
        return [], embedded(db, account_id)
    values = {"numbers": json.dumps(numbers), "owner": account_id, "limit": len(numbers)}
    reaches_all = actor.grant.reaches_everything and actor.account_id == account_id
    if reaches_all and not wished.sql:
        source, values["me"] = f"p.note_id{_EMBEDDED} FROM {db.own_passages}", account_id
    else:
        within = reach(actor)
        condition = f"{within.sql}{wished.sql} AND {LIVE}"
        source = f"n.id{_EMBEDDED} FROM {db.numbered_passages} WHERE {condition}"
        values |= {**within.values, **wished.values}
    rows = db.all(
        f"SELECT p.number, p.vector, p.starts_at, p.ends_at, {source} LIMIT :limit", values
    )
    if not rows:
        return [], embedded(db, account_id)
    return [Reachable(*row[:5]) for row in rows], Embedded(*rows[0][5:])


def passages_of_notes(
    db: Connection, account_id: str, model: str, note_numbers: Sequence[int]
) -> list[int]:
    """The numbers of all that these notes have, also in the trash, whoever may reach them."""
    named = any_of("n.number", "number", note_numbers)
    rows = db.all(
        "SELECT p.number FROM notes AS n"
        " JOIN passages AS p ON p.account_id = n.account_id AND p.note_id = n.id"
        f" WHERE n.account_id = :account_id AND p.model = :model AND {named.sql} LIMIT :limit",
        {
            "account_id": account_id,
            "model": model,
            "limit": len(note_numbers) * PASSAGES_PER_NOTE,
            **named.values,
        },
    )
    return [row[0] for row in rows]


def shared_vectors(
    db: Connection, actor: Actor, account_id: str, model: str, wished: Reach
) -> list[Reachable]:
    """Of all notes that the account shares with the actor: for one that shares few."""
    within = shared_reach(actor)
    rows = db.all(
        f"SELECT p.number, p.vector, p.starts_at, p.ends_at, n.id FROM {SHARED_NOTES}"
        " JOIN passages AS p ON p.account_id = n.account_id AND p.note_id = n.id"
        f" WHERE {within.sql}{wished.sql} AND sh.account_id = :owner AND p.model = :model AND {LIVE}",
        {**within.values, **wished.values, "owner": account_id, "model": model},
    )
    return [Reachable(*row) for row in rows]


def reachable_notes(db: Connection, actor: Actor, wished: Reach) -> list[int]:
    """The numbers of all their own live notes within reach; as many as the account has, at most."""
    within = own_reach(actor)
    rows = db.all(
        f"SELECT n.number FROM notes AS n WHERE {within.sql}{wished.sql} AND {LIVE}",
        {**within.values, **wished.values},
    )
    return [row[0] for row in rows]


def shared_notes(db: Connection, actor: Actor, wished: Reach) -> list[tuple[str, int]]:
    """Owner and number of all notes that others share with the actor."""
    within = shared_reach(actor)
    rows = db.all(
        f"SELECT n.account_id, n.number FROM {SHARED_NOTES} WHERE {within.sql}{wished.sql} AND {LIVE}",
        {**within.values, **wished.values},
    )
    return [(row[0], row[1]) for row in rows]


def vectors_of_note(db: Connection, actor: Actor, note_id: str, model: str) -> list[bytes]:
    within = reach(actor, named="= :note_id")
    rows = db.all(
        "SELECT p.vector FROM notes AS n"
        " JOIN passages AS p ON p.account_id = n.account_id AND p.note_id = n.id"
        f" WHERE n.id = :note_id AND p.model = :model AND {within.sql} AND {LIVE}"
        " ORDER BY p.starts_at LIMIT :limit",
        {**within.values, "note_id": note_id, "model": model, "limit": PASSAGES_PER_NOTE},
    )
    return [bytes(row[0]) for row in rows]
