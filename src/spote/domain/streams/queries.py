"""SQL of streams and of messages to them."""

from spote.storage import Connection


def insert_stream(db: Connection, *, account_id: str, stream_id: str, credential_id: str) -> None:
    db.send(
        "INSERT INTO agent_streams (account_id, id, credential_id, created_at)"
        " VALUES (:account_id, :id, :credential_id, :now)",
        {
            "account_id": account_id,
            "id": stream_id,
            "credential_id": credential_id,
            "now": db.now,
        },
    )


def delete_stream(db: Connection, *, account_id: str, stream_id: str) -> None:
    db.send(
        "DELETE FROM agent_streams WHERE account_id = :account_id AND id = :id",
        {"account_id": account_id, "id": stream_id},
    )


def credential_of(db: Connection, *, account_id: str, stream_id: str) -> str | None:
    row = db.one(
        "SELECT credential_id FROM agent_streams WHERE account_id = :account_id AND id = :id",
        {"account_id": account_id, "id": stream_id},
    )
    return str(row[0]) if row else None


def count_messages(db: Connection, *, account_id: str, stream_id: str) -> int:
    row = db.one(
        "SELECT count(*) FROM agent_messages WHERE account_id = :account_id AND stream_id = :stream_id",
        {"account_id": account_id, "stream_id": stream_id},
    )
    return int(row[0]) if row else 0


def insert_message(
    db: Connection, *, account_id: str, stream_id: str, message_id: str, body: str
) -> None:
    db.send(
        "INSERT INTO agent_messages (account_id, stream_id, id, body) VALUES (:account_id, :stream_id, :id, :body)",
        {"account_id": account_id, "stream_id": stream_id, "id": message_id, "body": body},
    )


def take_messages(db: Connection, *, account_id: str, stream_id: str, limit: int) -> list[str]:
    """The oldest first."""
    place = {"account_id": account_id, "stream_id": stream_id}
    rows = db.all(
        "SELECT id, body FROM agent_messages WHERE account_id = :account_id AND stream_id = :stream_id"
        " ORDER BY id LIMIT :limit",
        {**place, "limit": limit},
    )
    db.send_each(
        "DELETE FROM agent_messages WHERE account_id = :account_id AND stream_id = :stream_id AND id = :id",
        ({**place, "id": row[0]} for row in rows),
    )
    return [row[1] for row in rows]


def delete_streams_before(db: Connection, time: int, *, limit: int) -> int:
    return db.execute(
        "DELETE FROM agent_streams WHERE (account_id, id) IN (SELECT account_id, id FROM agent_streams"
        " WHERE created_at < :time ORDER BY created_at LIMIT :limit)",
        {"time": time, "limit": limit},
    )
