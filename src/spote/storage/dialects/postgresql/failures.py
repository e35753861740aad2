"""What PostgreSQL's errors mean for a job: run it again, tell people to come back, or a fault of ours."""

import psycopg
from psycopg import errors

from spote.errors import Unavailable

# In a serial order of jobs these would not have come up: the second time, the job sees what was in its way.
CROSSED = (errors.SerializationFailure, errors.DeadlockDetected, errors.IntegrityError)
# Another server has changed the schema, or a proxy gave us another session than the one that prepared.
STALE = (
    errors.FeatureNotSupported,
    errors.InvalidSqlStatementName,
    errors.DuplicatePreparedStatement,
)
# A primary that was made a replica.
DEMOTED = (errors.ReadOnlySqlTransaction,)
BUSY = (errors.LockNotAvailable, errors.QueryCanceled)


def may_run_again(error: psycopg.Error) -> bool:
    """Nothing of the job was kept, and it may go otherwise this time."""
    return is_broken(error) or isinstance(error, CROSSED)


def is_broken(error: psycopg.Error) -> bool:
    """The connection is of no more use."""
    if isinstance(error, (*STALE, *DEMOTED)):
        return True
    return isinstance(error, psycopg.OperationalError) and not isinstance(
        error, (*CROSSED, *BUSY, errors.DiskFull)
    )


def translated(error: psycopg.Error) -> Exception:
    """`Unavailable` where waiting helps; a wrong statement stays what it is, a bug."""
    match error:
        case errors.DiskFull():
            return Unavailable(
                "The database's disk is full. Nothing was changed.", retry_after_seconds=60
            )
        case errors.LockNotAvailable() | errors.QueryCanceled():
            return Unavailable("The database is busy. Try again.", retry_after_seconds=2)
        case errors.SerializationFailure() | errors.DeadlockDetected():
            return Unavailable(
                "Others changed the same just now. Try again.", retry_after_seconds=1
            )
    return down(error) if is_broken(error) else error


def down(error: psycopg.Error) -> Unavailable:
    """The driver's own words go to the log with the exception; people get a sentence."""
    return Unavailable(
        "The database cannot be reached. Nothing was changed. Try again in a moment.",
        retry_after_seconds=2,
    )


def outcome_unknown() -> Unavailable:
    return Unavailable(
        "The database went away while it saved this, and may have saved it or not."
        " Look before you send it again, or send it with the same Idempotency-Key.",
        retry_after_seconds=2,
    )
