"""What clients may repeat without harm (Idempotency-Key), and how often they may try."""

import hashlib
from collections.abc import Iterable
from datetime import timedelta

from spote.domain.requests import queries, sealing
from spote.domain.requests.model import (
    ANSWER_LIFETIME,
    ATTEMPT_WINDOW,
    RepeatableRequest,
    StoredAnswer,
)
from spote.errors import Conflict
from spote.storage import Connection

SWEEP_BATCH = 1_000  # rows of each table in one transaction
MILLISECOND = timedelta(milliseconds=1)


def take_turn(db: Connection, request: RepeatableRequest) -> None:
    """Of like requests at once, each but the first finds the first one's answer."""
    db.lock(sealing.request_key(request).hex())


def find_answer(db: Connection, request: RepeatableRequest) -> StoredAnswer | None:
    """The answer that the same request got within the last 24 hours.

    Raises:
        Conflict: the key came before with another body, or before the token got a new secret.
    """
    key = sealing.request_key(request)
    kept = queries.answer_since(db, request.scope, key, since=_oldest_answer(db))
    if kept is None:
        return None
    if not sealing.is_same_request(request, kept):
        raise Conflict(
            "This Idempotency-Key has been used for another request. Send a new one.",
            code="idempotency_conflict",
        )
    return sealing.unseal(request, kept)


def keep_answer(db: Connection, request: RepeatableRequest, answer: StoredAnswer) -> None:
    """Goes in the same transaction as what it answers, after `find_answer` found nothing.

    Raises:
        Conflict: the same request was answered meanwhile; this one must leave nothing behind.
    """
    kept = queries.insert_answer(
        db,
        request.scope,
        sealing.request_key(request),
        sealing.seal(request, answer),
        replace_until=_oldest_answer(db),
    )
    if not kept:
        raise Conflict(
            "The same request was answered just now. Send it again to get that answer.",
            code="idempotency_conflict",
        )


def forget_account(db: Connection, account_id: str) -> None:
    """Removes every answer that the account ever got."""
    queries.delete_answers_of(db, account_id)


def take_attempt(db: Connection, limits: Iterable[tuple[str, int]]) -> int | None:
    """Counts one attempt on each subject, unless one of them has reached its limit for now.

    `limits` are pairs of a subject and how many attempts it has in 15 minutes.

    Returns the seconds to wait where nothing was counted, and does not raise: a job that raises would
    undo the count. Take the attempt before the check that it limits, so that many at once count too.
    """
    window = _window(db)
    subjects = {_hash(subject): limit for subject, limit in limits}
    for subject in sorted(subjects):  # in one order, so that nobody waits in a circle
        db.lock(subject.hex())
    if any(queries.attempts_in(db, subject, window) >= most for subject, most in subjects.items()):
        return _seconds_left(db)
    for subject in subjects:
        queries.add_attempt(db, subject, window)
    return None


def return_attempt(db: Connection, subject: str) -> None:
    """Takes back one attempt that was none: people who share a network and succeed use nothing up."""
    queries.subtract_attempt(db, _hash(subject), _window(db))


def forget_attempts(db: Connection, subject: str) -> None:
    """After a success: the subject may try afresh. Not for networks, where one may be friend and foe."""
    queries.delete_attempts_of(db, _hash(subject))


def sweep(db: Connection) -> int:
    """Removes what has expired, in a batch; returns how many rows went. Call it again until none does."""
    return queries.delete_answers_until(
        db, _oldest_answer(db), limit=SWEEP_BATCH
    ) + queries.delete_attempts_before(db, _window(db), limit=SWEEP_BATCH)


def _oldest_answer(db: Connection) -> int:
    return db.now - ANSWER_LIFETIME // MILLISECOND


def _window(db: Connection) -> int:
    return db.now // (ATTEMPT_WINDOW // MILLISECOND)


def _seconds_left(db: Connection) -> int:
    length = ATTEMPT_WINDOW // MILLISECOND
    return (length - db.now % length) // 1000 + 1


def _hash(subject: str) -> bytes:
    return hashlib.sha256(subject.encode("utf-8", "surrogatepass")).digest()
