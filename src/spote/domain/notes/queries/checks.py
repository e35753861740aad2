"""SQL that compares what is kept twice for speed: the index of words, the tags, the buckets' counts."""

from spote.domain.notes.queries.notes import from_json
from spote.domain.notes.reach import LIVE
from spote.storage import Connection

PAGE = 5_000  # notes


def count_live_notes(db: Connection) -> int:
    return _number(db, f"SELECT count(*) FROM notes AS n WHERE {LIVE}")


def count_trashed_notes(db: Connection) -> int:
    return _number(db, f"SELECT count(*) FROM notes AS n WHERE NOT ({LIVE})")


def count_revisions(db: Connection) -> int:
    return _number(db, "SELECT count(*) FROM revisions")


def count_without_words(db: Connection) -> int:
    """Live notes that the index of words lacks."""
    return _number(
        db,
        f"SELECT count(*) FROM notes AS n WHERE {LIVE} AND NOT EXISTS ("
        f"SELECT 1 FROM {db.words.source} WHERE {db.words.number} = n.number)",
    )


def count_words(db: Connection) -> int:
    """Notes in the index of words."""
    return _number(db, f"SELECT count(DISTINCT {db.words.number}) FROM {db.words.source}")


def count_without_revision(db: Connection) -> int:
    """Notes whose current version the history lacks."""
    return _number(
        db,
        "SELECT count(*) FROM notes AS n WHERE NOT EXISTS (SELECT 1 FROM revisions AS r"
        " WHERE r.account_id = n.account_id AND r.note_id = n.id AND r.version = n.version)",
    )


def count_wrong_buckets(db: Connection) -> int:
    """Buckets whose kept count is not that of their live notes."""
    return _number(
        db,
        "SELECT count(*) FROM ("
        "SELECT account_id, bucket FROM ("
        "SELECT account_id, bucket, notes FROM bucket_counts"
        f" UNION ALL SELECT n.account_id, n.bucket, -1 FROM notes AS n WHERE {LIVE}"
        ") AS both_sides GROUP BY account_id, bucket HAVING sum(notes) <> 0"
        ") AS wrong",
    )


def count_wrong_tags(db: Connection) -> int:
    """Live notes whose own tags are not those that they are found by, and trashed ones that are found by any."""
    wrong, account_id, note_id = 0, "", ""
    while rows := db.all(
        "SELECT n.account_id, n.id, n.tags, n.trashed_at FROM notes AS n"
        " WHERE (n.account_id, n.id) > (:account_id, :note_id) ORDER BY n.account_id, n.id LIMIT :limit",
        {"account_id": account_id, "note_id": note_id, "limit": PAGE},
    ):
        for account_id, note_id, tags, trashed_at in rows:
            own = set() if trashed_at is not None else set(from_json(tags))
            wrong += own != _found_by(db, account_id, note_id)
    return wrong


def _found_by(db: Connection, account_id: str, note_id: str) -> set[str]:
    rows = db.all(
        "SELECT tag FROM note_tags WHERE account_id = :account_id AND note_id = :note_id",
        {"account_id": account_id, "note_id": note_id},
    )
    return {row[0] for row in rows}


def _number(db: Connection, sql: str) -> int:
    row = db.one(sql)
    return int(row[0]) if row else 0
