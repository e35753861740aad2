"""What has happened, told to every server process within a second: ids only, never a text."""

import time
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from spote.storage import queries

if TYPE_CHECKING:
    from spote.storage.contract import Connection

RESET = "events.reset"  # of no account: all known events are gone, after an hour of silence or by a restored backup
KEPT_MS = 3_600_000  # for those who were away for a moment
SWEEP_BATCH = 1_000  # rows in one transaction
PAGE = 1_000  # events read at once
LATE_SECONDS = 60  # for which an id that was passed over may still come
TWICE_MS = 5_000  # before the last event, from which on a resumed stream begins: ids may come late
LATE_IDS = 1_000  # of the last ones that are waited for


class Event(NamedTuple):
    id: int
    at: int  # ms
    kind: str  # note.created, token.changed, …
    account_id: str
    subject_id: str  # of the note, the token, …
    version: int | None  # of a note


def publish(
    db: "Connection", kind: str, *, account_id: str, subject_id: str, version: int | None = None
) -> None:
    """Others hear of it once this transaction is committed, and never if it is not."""
    queries.insert_event(
        db, kind=kind, account_id=account_id, subject_id=subject_id, version=version
    )
    db.announce()


def missed_since(db: "Connection", account_id: str, last: int) -> "list[Event] | None":
    """What an account's stream has missed that ended after this event; some of the last seconds may come twice.

    None where that cannot be told: it was too long ago, or too much.
    """
    at = queries.event_time(db, last)
    if at is None:
        return None
    rows = queries.events_of(
        db, account_id, first=last - LATE_IDS, since=at - TWICE_MS, limit=PAGE + 1
    )
    return [Event(*row) for row in rows if row[0] != last] if len(rows) <= PAGE else None


def forget_account(db: "Connection", account_id: str) -> None:
    queries.delete_events_of(db, account_id)


def sweep(db: "Connection") -> int:
    """Removes old events, in a batch; returns how many went. Call it again until none does."""
    return queries.delete_events_before(db, db.now - KEPT_MS, limit=SWEEP_BATCH)


class Feed:
    """Reads on where it stopped; begins with what comes after its first look.

    Where several write at once, an event may become visible after one with a higher id. Such gaps are looked at again
    for a minute; those that transactions left that were undone stay empty.
    """

    def __init__(self) -> None:
        self._last: int | None = None
        self._gaps: dict[int, float] = {}  # ids, and until when each may come

    def look(self, db: "Connection") -> list[Event]:
        if self._last is None:
            self._begin(queries.newest_event(db), db)
            return []
        self._forget_gaps()
        first = min(chain(self._gaps, [self._last + 1]))
        fresh = [
            one for one in _events_from(db, first) if one.id > self._last or one.id in self._gaps
        ]
        for event in fresh:
            self._pass(event.id)
        if not fresh and (newest := queries.newest_event(db)) < self._last:
            self._last, self._gaps = newest, {}
            return [Event(newest, db.now, RESET, "", "", None)]
        return fresh

    def _begin(self, last: int, db: "Connection") -> None:
        self._last = last
        first = max(1, last - LATE_IDS)
        seen = {event.id for event in _events_from(db, first)}
        self._wait_for(id_ for id_ in range(first, last) if id_ not in seen)

    def _pass(self, id_: int) -> None:
        assert self._last is not None
        if id_ > self._last:
            self._wait_for(range(max(self._last + 1, id_ - LATE_IDS), id_))
            self._last = id_
        else:
            del self._gaps[id_]

    def _wait_for(self, ids: Iterable[int]) -> None:
        until = time.monotonic() + LATE_SECONDS
        self._gaps.update(dict.fromkeys(ids, until))

    def _forget_gaps(self) -> None:
        now = time.monotonic()
        self._gaps = {id_: until for id_, until in self._gaps.items() if until > now}


def _events_from(db: "Connection", first: int) -> Iterator[Event]:
    while rows := queries.events_from(db, first, limit=PAGE):
        yield from (Event(*row) for row in rows)
        if len(rows) < PAGE:
            return
        first = rows[-1][0] + 1
