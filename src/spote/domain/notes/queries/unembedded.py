"""SQL of the queue from which the search room takes notes whose meaning has to be found out anew."""

from spote.storage import Connection


def add_to_unembedded(db: Connection, *, account_id: str, note_id: str) -> None:
    """Saving does not wait for the model."""
    db.send(
        "INSERT INTO unembedded (account_id, note_id, since) VALUES (:account_id, :note_id, :now)"
        " ON CONFLICT (account_id, note_id) DO UPDATE SET since = excluded.since, retry_at = 0",
        {"account_id": account_id, "note_id": note_id, "now": db.now},
    )


def delete_from_unembedded(db: Connection, *, account_id: str, note_id: str) -> None:
    db.send(
        "DELETE FROM unembedded WHERE account_id = :account_id AND note_id = :note_id",
        {"account_id": account_id, "note_id": note_id},
    )
