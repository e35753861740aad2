"""SQL on whom a note is shared with; the sharing room has the rest."""

from spote.storage import Connection

GUESTS_LIMIT = 10_000  # of one note


def guests_of(db: Connection, *, account_id: str, note_id: str) -> list[str]:
    """The accounts that accepted."""
    rows = db.all(
        "SELECT guest_id FROM shares"
        " WHERE account_id = :account_id AND note_id = :note_id AND guest_id IS NOT NULL"
        " ORDER BY guest_id LIMIT :limit",
        {"account_id": account_id, "note_id": note_id, "limit": GUESTS_LIMIT},
    )
    return [row[0] for row in rows]
