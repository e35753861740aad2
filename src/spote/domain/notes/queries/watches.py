"""SQL of what agents watch."""

from spote.storage import Connection


def insert_watch(db: Connection, *, account_id: str, session_id: str, note_id: str) -> None:
    db.send(
        "INSERT INTO note_watches (account_id, session_id, note_id, created_at)"
        " VALUES (:account_id, :session_id, :note_id, :now) ON CONFLICT DO NOTHING",
        {"account_id": account_id, "session_id": session_id, "note_id": note_id, "now": db.now},
    )


def count_watches(db: Connection, *, account_id: str, session_id: str) -> int:
    row = db.one(
        "SELECT count(*) FROM note_watches WHERE account_id = :account_id AND session_id = :session_id",
        {"account_id": account_id, "session_id": session_id},
    )
    return int(row[0]) if row else 0


def has_watch(db: Connection, *, account_id: str, session_id: str, note_id: str) -> bool:
    row = db.one(
        "SELECT 1 FROM note_watches WHERE account_id = :account_id AND session_id = :session_id"
        " AND note_id = :note_id",
        {"account_id": account_id, "session_id": session_id, "note_id": note_id},
    )
    return row is not None


def delete_watch(db: Connection, *, account_id: str, session_id: str, note_id: str) -> None:
    db.send(
        "DELETE FROM note_watches WHERE account_id = :account_id AND session_id = :session_id"
        " AND note_id = :note_id",
        {"account_id": account_id, "session_id": session_id, "note_id": note_id},
    )


def delete_watches(db: Connection, *, account_id: str, session_id: str) -> None:
    db.send(
        "DELETE FROM note_watches WHERE account_id = :account_id AND session_id = :session_id",
        {"account_id": account_id, "session_id": session_id},
    )


def delete_watches_before(db: Connection, time: int, *, limit: int) -> int:
    return db.execute(
        "DELETE FROM note_watches WHERE (account_id, session_id, note_id) IN (SELECT account_id, session_id, note_id"
        " FROM note_watches WHERE created_at < :time ORDER BY created_at LIMIT :limit)",
        {"time": time, "limit": limit},
    )
