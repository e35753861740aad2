"""Threads for PostgreSQL: readers on snapshots, and writers that take turns by the locks that jobs ask for."""

import random
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg

from spote.errors import Unavailable
from spote.settings import Settings
from spote.storage.contract import CarryOver, Done, Job
from spote.storage.dialects.postgresql import connection as connections
from spote.storage.dialects.postgresql import copies, failures, listening, statistics
from spote.storage.dialects.postgresql.connection import PostgreSQLConnection, open_connection
from spote.storage.dialects.postgresql.lane import Lane
from spote.storage.dialects.postgresql.listening import Herald
from spote.storage.dialects.postgresql.migrate import migrate
from spote.storage.listening import Look

ATTEMPTS = 5  # at one job
CLOCK_SECONDS = 0.25  # between two looks at who has waited too long
STATISTICS_TICKS = 20  # of the clock, between two looks at which tables have grown
PAUSE_SECONDS = 0.01  # before a job that crossed another runs again; twice as long each time, and a little random


def open_engine(settings: Settings) -> "PostgreSQLEngine":
    """Migrate the schema, start the threads.

    Raises:
        Unavailable: the database cannot be used; the message says what to look at.
    """
    try:
        migrate(settings)
    except Unavailable as error:
        cause = error.__cause__
        if isinstance(cause, psycopg.Error) and failures.is_broken(cause):
            raise Unavailable(
                f"PostgreSQL cannot be used ({_first_line(cause)}). SPOTE_DATABASE_URL says where it is."
            ) from cause
        raise
    return PostgreSQLEngine(settings)


class PostgreSQLEngine:
    """See `storage.contract.Engine`."""

    def __init__(self, settings: Settings) -> None:
        patience = settings.busy_seconds
        self._settings = settings
        self._reads = Lane(
            "reader", settings.reader_threads, lambda: Reader(settings), patience_seconds=patience
        )
        herald = Herald()
        self._writes = Lane(
            "writer",
            settings.writer_threads,
            lambda: Writer(settings, herald),
            patience_seconds=patience,
        )
        self._closed = threading.Event()
        self._clock = threading.Thread(target=self._tick, name="spote-clock", daemon=True)
        self._clock.start()

    def submit_read(self, job: Job[Any], done: Done) -> None:
        self._reads.submit(job, done)

    def submit_write(self, job: Job[Any], done: Done) -> None:
        self._writes.submit(job, done)

    def listen(self, look: Look, stopped: threading.Event) -> None:
        listening.listen(self._settings, look, stopped)

    def backup(self, target: Path) -> None:
        copies.refuse()

    def restore(self, source: Path, carry_over: CarryOver) -> None:
        copies.refuse()

    def close(self) -> None:
        self._reads.close()
        self._writes.close()
        self._closed.set()
        self._clock.join()

    def _tick(self) -> None:
        ticks = 0
        while not self._closed.wait(CLOCK_SECONDS):
            self._reads.turn_away()
            self._writes.turn_away()
            ticks += 1
            if ticks % STATISTICS_TICKS == 0:
                with suppress(Unavailable):  # it is stopping, or has enough to do
                    self._writes.submit(statistics.refresh, _unasked)


class Session:
    """A thread's connection, opened when it is needed and again when it was lost."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._connection: PostgreSQLConnection | None = None

    def begin(self, how: bytes) -> PostgreSQLConnection:
        if self._connection is None:
            self._connection = open_connection(self._settings)
        self._connection.begin(how)
        return self._connection

    def end(self) -> None:
        """Nothing that was not committed is left, and the next job finds a connection that works."""
        if self._connection is not None and not self._connection.roll_back():
            self.close()

    def fail(self, error: BaseException) -> None:
        """As `end`, after a failure."""
        if isinstance(error, psycopg.Error) and failures.is_broken(error):
            self.close()
        self.end()

    def tell(self, herald: Herald) -> None:
        """Others of what was committed, after the answer has left."""
        if self._connection is not None and not herald.tell(self._connection):
            self.close()

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


class Reader:
    """Each job on a snapshot of its own; the answer leaves before the transaction ends."""

    def __init__(self, settings: Settings) -> None:
        self._session = Session(settings)

    def work(self, job: Job[Any], done: Done) -> None:
        if _answered(self._attempt, job, self._session, done):
            self._session.end()

    def close(self) -> None:
        self._session.close()

    def _attempt(self, job: Job[Any]) -> Any:
        return job(self._session.begin(connections.READ))


class Writer:
    """The answer leaves after the commit."""

    def __init__(self, settings: Settings, herald: Herald) -> None:
        self._session = Session(settings)
        self._herald = herald

    def work(self, job: Job[Any], done: Done) -> None:
        if _answered(self._attempt, job, self._session, done):
            self._session.tell(self._herald)

    def close(self) -> None:
        self._session.close()

    def _attempt(self, job: Job[Any]) -> Any:
        db = self._session.begin(connections.WRITE)
        result = job(db)
        try:
            db.commit()
        except psycopg.Error as error:
            if failures.is_broken(error):
                self._session.fail(error)
                raise failures.outcome_unknown() from error
            raise
        return result


def _unasked(_result: object, _error: BaseException | None) -> None:
    """Of work that nobody waits for: what failed is tried again at the next tick."""


def _answered(attempt: Any, job: Job[Any], session: Session, done: Done) -> bool:
    """True where the job was done; a failure is the caller's to handle, on its own thread."""
    try:
        result = _with_attempts(attempt, job, session)
    except BaseException as error:  # noqa: BLE001 - it is passed on
        done(None, error)
        return False
    done(result, None)
    return True


def _with_attempts(attempt: Any, job: Job[Any], session: Session) -> Any:
    """A job is work on the database alone, so that it can run again where nothing of it was kept."""
    for left in range(ATTEMPTS - 1, -1, -1):
        try:
            return attempt(job)
        except psycopg.Error as error:
            session.fail(error)
            if not left or not failures.may_run_again(error):
                raise failures.translated(error) from error
            if not failures.is_broken(error):
                _pause(ATTEMPTS - left)
        except BaseException as error:
            session.fail(error)
            raise
    raise AssertionError("the last attempt returns or raises")


def _pause(times: int) -> None:
    time.sleep(PAUSE_SECONDS * 2**times * (0.5 + random.random()))


def _first_line(error: psycopg.Error) -> str:
    return str(error).partition("\n")[0]
