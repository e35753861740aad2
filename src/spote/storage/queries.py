"""The SQL of events."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from spote.storage.contract import Connection


def insert_event(
    db: "Connection", *, kind: str, account_id: str, subject_id: str, version: int | None
) -> None:
    db.send(
        "INSERT INTO events (at, kind, account_id, subject_id, version)"
        " VALUES (:now, :kind, :account_id, :subject_id, :version)",
        {
            "now": db.now,
            "kind": kind,
            "account_id": account_id,
            "subject_id": subject_id,
            "version": version,
        },
    )


def newest_event(db: "Connection") -> int:
    """Its id; 0 where there is none."""
    row = db.one("SELECT coalesce(max(id), 0) FROM events")
    return int(row[0]) if row else 0


def events_from(db: "Connection", first: int, *, limit: int) -> list[tuple[Any, ...]]:
    """Rows of id, time, kind, account, subject and version, by id."""
    return db.all(
        "SELECT id, at, kind, account_id, subject_id, version FROM events WHERE id >= :first"
        " ORDER BY id LIMIT :limit",
        {"first": first, "limit": limit},
    )


def event_time(db: "Connection", event_id: int) -> int | None:
    """None where it is not kept any more, or never was."""
    row = db.one("SELECT at FROM events WHERE id = :id", {"id": event_id})
    return int(row[0]) if row else None


def events_of(
    db: "Connection", account_id: str, *, first: int, since: int, limit: int
) -> list[tuple[Any, ...]]:
    """As `events_from`, of one account and not before a time."""
    return db.all(
        "SELECT id, at, kind, account_id, subject_id, version FROM events"
        " WHERE id >= :first AND at >= :since AND account_id = :account_id ORDER BY id LIMIT :limit",
        {"first": first, "since": since, "account_id": account_id, "limit": limit},
    )


def delete_events_before(db: "Connection", time: int, *, limit: int) -> int:
    return db.execute(
        "DELETE FROM events WHERE id IN (SELECT id FROM events WHERE at < :time ORDER BY id LIMIT :limit)",
        {"time": time, "limit": limit},
    )


def delete_events_of(db: "Connection", account_id: str) -> None:
    db.send("DELETE FROM events WHERE account_id = :account_id", {"account_id": account_id})
