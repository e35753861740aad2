"""Every SQL statement about repeated requests."""

from spote.domain.requests.sealing import SealedAnswer
from spote.storage import Connection


def answer_since(
    db: Connection, scope: str, request_key: bytes, *, since: int
) -> SealedAnswer | None:
    row = db.one(
        "SELECT body_hash, sealed FROM answers"
        " WHERE scope = :scope AND request_key = :request_key AND created_at > :since",
        {"scope": scope, "request_key": request_key, "since": since},
    )
    return SealedAnswer(*row) if row else None


def insert_answer(
    db: Connection, scope: str, request_key: bytes, answer: SealedAnswer, *, replace_until: int
) -> bool:
    """False where a newer answer than `replace_until` stands there already."""
    inserted = db.execute(
        "INSERT INTO answers (scope, request_key, body_hash, sealed, created_at)"
        " VALUES (:scope, :request_key, :body_hash, :sealed, :now)"
        " ON CONFLICT (scope, request_key) DO UPDATE SET body_hash = excluded.body_hash,"
        " sealed = excluded.sealed, created_at = excluded.created_at"
        " WHERE answers.created_at <= :replace_until",
        {
            "scope": scope,
            "request_key": request_key,
            "body_hash": answer.body_hash,
            "sealed": answer.sealed,
            "now": db.now,
            "replace_until": replace_until,
        },
    )
    return inserted > 0


def delete_answers_of(db: Connection, scope: str) -> None:
    db.send("DELETE FROM answers WHERE scope = :scope", {"scope": scope})


def delete_answers_until(db: Connection, until: int, *, limit: int) -> int:
    return db.execute(
        "DELETE FROM answers WHERE (scope, request_key) IN (SELECT scope, request_key"
        " FROM answers WHERE created_at <= :until ORDER BY created_at LIMIT :limit)",
        {"until": until, "limit": limit},
    )


def attempts_in(db: Connection, subject: bytes, window: int) -> int:
    row = db.one(
        "SELECT attempts FROM attempts WHERE subject = :subject AND time_window = :time_window",
        {"subject": subject, "time_window": window},
    )
    return int(row[0]) if row else 0


def add_attempt(db: Connection, subject: bytes, window: int) -> None:
    db.send(
        "INSERT INTO attempts (subject, time_window, attempts) VALUES (:subject, :time_window, 1)"
        " ON CONFLICT (subject, time_window) DO UPDATE SET attempts = attempts.attempts + 1",
        {"subject": subject, "time_window": window},
    )


def subtract_attempt(db: Connection, subject: bytes, window: int) -> None:
    db.send(
        "UPDATE attempts SET attempts = attempts - 1"
        " WHERE subject = :subject AND time_window = :time_window AND attempts > 0",
        {"subject": subject, "time_window": window},
    )


def delete_attempts_of(db: Connection, subject: bytes) -> None:
    db.send("DELETE FROM attempts WHERE subject = :subject", {"subject": subject})


def delete_attempts_before(db: Connection, window: int, *, limit: int) -> int:
    return db.execute(
        "DELETE FROM attempts WHERE (subject, time_window) IN (SELECT subject, time_window"
        " FROM attempts WHERE time_window < :time_window ORDER BY time_window LIMIT :limit)",
        {"time_window": window, "limit": limit},
    )
