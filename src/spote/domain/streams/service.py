"""Passing a message on to the process that holds its stream, through the database that all of them share."""

from spote.domain.streams import queries
from spote.errors import LimitReached, NotFound
from spote.identity import Actor, new_id
from spote.storage import Connection, events

MESSAGE = "stream.message"  # the event; its subject is the stream
MESSAGES_LIMIT = 100  # that wait for one stream
KEPT_MS = 30 * 86_400_000  # of streams whose process has died
SWEEP_BATCH = 1_000  # rows in one transaction


def open_stream(db: Connection, actor: Actor, stream_id: str) -> None:
    """From the commit on, messages to it may come to any process."""
    actor.require_token()
    queries.insert_stream(
        db,
        account_id=actor.account_id,
        stream_id=stream_id,
        credential_id=actor.credential_id,
    )


def close_stream(db: Connection, account_id: str, stream_id: str) -> None:
    """With what nobody has taken. Safe to call twice."""
    queries.delete_stream(db, account_id=account_id, stream_id=stream_id)


def send_message(db: Connection, actor: Actor, stream_id: str, body: str) -> None:
    """Raises NotFound: there is no such stream, or another credential has opened it. LimitReached: too many wait."""
    actor.require_token()
    credential_id = queries.credential_of(db, account_id=actor.account_id, stream_id=stream_id)
    if credential_id is None or credential_id != actor.credential_id:
        raise NotFound("There is no such stream: open /sse anew.")
    if (
        queries.count_messages(db, account_id=actor.account_id, stream_id=stream_id)
        >= MESSAGES_LIMIT
    ):
        raise LimitReached("Too many messages wait. Send fewer at once.", retry_after_seconds=1)
    queries.insert_message(
        db, account_id=actor.account_id, stream_id=stream_id, message_id=new_id(), body=body
    )
    events.publish(db, MESSAGE, account_id=actor.account_id, subject_id=stream_id)


def take_messages(db: Connection, account_id: str, stream_id: str) -> list[str]:
    """In the order in which they came; each is taken once."""
    db.lock(account_id)
    return queries.take_messages(
        db, account_id=account_id, stream_id=stream_id, limit=MESSAGES_LIMIT
    )


def sweep_streams(db: Connection) -> int:
    """Removes those of processes that have died, in a batch; returns how many went. Call it again until none does."""
    return queries.delete_streams_before(db, db.now - KEPT_MS, limit=SWEEP_BATCH)
