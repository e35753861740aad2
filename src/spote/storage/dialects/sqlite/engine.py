"""Threads for SQLite: readers on snapshots, and one writer that commits many jobs with one sync of the disk."""

import queue
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import apsw

from spote.errors import Unavailable
from spote.settings import Settings
from spote.storage.contract import CarryOver, Done, Job
from spote.storage.dialects.sqlite import copies, presence
from spote.storage.dialects.sqlite.connection import (
    SQLiteConnection,
    database_file,
    open_connection,
    unavailable,
)
from spote.storage.dialects.sqlite.migrate import migrate
from spote.storage.dialects.sqlite.presence import Presence
from spote.storage.listening import Look
from spote.storage.moving.sole_use import being_moved

BATCH = 64  # jobs in one commit, at most: bounds how long the first of them waits
LISTEN_SECONDS = (
    0.04  # between two looks for events: what is revoked must end within a tenth of a second
)
BACKLOG = 5_000  # jobs that may wait, before new ones are turned away
Ticket = tuple[Job[Any], Done]


def open_engine(settings: Settings) -> "SQLiteEngine":
    """Migrate the schema, start the threads.

    Raises:
        Unavailable: the database cannot be used; the message names it.
    """
    file = database_file(settings)
    present = _joined(file)
    try:
        migrate(settings, file)
    except Unavailable as error:
        present.close()
        reason = error.__cause__ or error.message
        raise Unavailable(f"The database {file} cannot be used: {reason}") from error
    return SQLiteEngine(settings, present)


def _joined(file: Path) -> Presence:
    try:
        present = presence.join(file)
    except OSError as error:
        raise Unavailable(f"The database {file} cannot be used: {error.strerror}") from error
    if present is None:
        raise being_moved()
    return present


class SQLiteEngine:
    """See `storage.contract.Engine`."""

    def __init__(self, settings: Settings, present: Presence) -> None:
        self._settings = settings
        self._present = present
        self._file = database_file(settings)
        self._reads: queue.SimpleQueue[Ticket | None] = queue.SimpleQueue()
        self._writes: queue.SimpleQueue[Ticket | None] = queue.SimpleQueue()
        self._closed = False
        self._threads = [
            *(self._start(self._read_loop, f"reader-{n}") for n in range(settings.reader_threads)),
            self._start(self._write_loop, "writer"),
        ]

    def submit_read(self, job: Job[Any], done: Done) -> None:
        self._submit(self._reads, job, done)

    def submit_write(self, job: Job[Any], done: Done) -> None:
        self._submit(self._writes, job, done)

    def listen(self, look: Look, stopped: threading.Event) -> None:
        """The file's `data_version` changes with each commit of others; asking for it costs microseconds."""
        connection: SQLiteConnection | None = None
        seen: object = None
        while not stopped.is_set():
            try:
                connection = connection or self._open(writes=False)
                version = connection.raw.pragma("data_version")
                if version != seen:
                    _read(connection, look)
                    seen = version
            except (Unavailable, apsw.Error):
                seen = None
            stopped.wait(LISTEN_SECONDS)
        if connection is not None:
            connection.raw.close()

    def backup(self, target: Path) -> None:
        copies.backup(self._settings, self._file, target)

    def restore(self, source: Path, carry_over: CarryOver) -> None:
        copies.restore(self._settings, source, self._file, carry_over)

    def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        self._writes.put(None)
        for _ in range(self._settings.reader_threads):
            self._reads.put(None)
        for thread in self._threads:
            thread.join()
        self._present.close()

    def _start(self, loop: Callable[[], None], name: str) -> threading.Thread:
        thread = threading.Thread(target=loop, name=f"spote-{name}", daemon=True)
        thread.start()
        return thread

    def _submit(
        self, tickets: "queue.SimpleQueue[Ticket | None]", job: Job[Any], done: Done
    ) -> None:
        if self._closed:
            raise Unavailable("The server is stopping.")
        if tickets.qsize() >= BACKLOG:
            raise Unavailable("The server has too much to do. Try again.", retry_after_seconds=2)
        tickets.put((job, done))

    def _read_loop(self) -> None:
        connection: SQLiteConnection | None = None
        while (ticket := self._reads.get()) is not None:
            try:
                connection = connection or self._open(writes=False)
            except BaseException as error:  # noqa: BLE001 - the caller's to handle, on its own thread
                _fail([ticket], _translated(error))
            else:
                _answer(connection, *ticket)
            del ticket  # which holds the answer
        if connection is not None:
            connection.raw.close()

    def _write_loop(self) -> None:
        connection: SQLiteConnection | None = None
        batch: list[Ticket] = []
        while batch := self._next_batch():
            try:
                connection = connection or self._open(writes=True)
            except Unavailable as error:
                _fail(batch, error)
            else:
                _write(connection, batch)
            batch = []  # which holds the answers
        if connection is not None:
            connection.raw.close()

    def _next_batch(self) -> list[Ticket]:
        """What is waiting, up to a batch; empty when the engine closes and all is done."""
        first = self._writes.get()
        if first is None:
            return []
        batch = [first]
        while len(batch) < BATCH:
            try:
                ticket = self._writes.get_nowait()
            except queue.Empty:
                break
            if ticket is None:
                self._writes.put(None)  # for the next call
                break
            batch.append(ticket)
        return batch

    def _open(self, *, writes: bool) -> SQLiteConnection:
        return open_connection(self._settings, self._file, writes=writes)


def _answer(connection: SQLiteConnection, job: Job[Any], done: Done) -> None:
    try:
        result = _read(connection, job)
    except BaseException as error:  # noqa: BLE001 - the caller's to handle, on its own thread
        done(None, _translated(error))
    else:
        done(result, None)


def _read(connection: SQLiteConnection, job: Job[Any]) -> Any:
    connection.begin("BEGIN")
    try:
        return job(connection)
    finally:
        if connection.raw.in_transaction:
            connection.raw.execute("ROLLBACK")


def _write(connection: SQLiteConnection, batch: list[Ticket]) -> None:
    """One transaction for the batch, a savepoint for each job; answers leave after the commit."""
    outcomes: list[tuple[Done, Any, BaseException | None]] = []
    try:
        connection.begin("BEGIN IMMEDIATE")
        for job, done in batch:
            outcomes.append((done, *_run_in_savepoint(connection, job)))
        connection.raw.execute("COMMIT")
    except apsw.Error as error:
        if connection.raw.in_transaction:
            connection.raw.execute("ROLLBACK")
        _fail(batch, _unavailable(error))  # whatever it was, most of the batch is innocent
        return
    for done, result, failure in outcomes:
        done(result, failure)


def _run_in_savepoint(
    connection: SQLiteConnection, job: Job[Any]
) -> tuple[Any, BaseException | None]:
    connection.raw.execute("SAVEPOINT job")
    connection.start_job()
    try:
        result = job(connection)
    except BaseException as error:
        if (
            not connection.raw.in_transaction
        ):  # the engine gave up the whole batch: full disk, I/O error
            raise _as_engine_error(error) from error
        connection.raw.execute("ROLLBACK TO job")
        connection.raw.execute("RELEASE job")
        return None, _translated(error)
    connection.raw.execute("RELEASE job")
    return result, None


def _as_engine_error(error: BaseException) -> apsw.Error:
    return (
        error if isinstance(error, apsw.Error) else apsw.IOError("the transaction was rolled back")
    )


def _fail(batch: list[Ticket], error: BaseException) -> None:
    for _, done in batch:
        done(None, error)


def _translated(error: BaseException) -> BaseException:
    """The engine's failures become `Unavailable`; a wrong statement stays what it is, a bug."""
    if not isinstance(error, apsw.Error) or isinstance(
        error, (apsw.SQLError, apsw.BindingsError, apsw.ConstraintError, apsw.MisuseError)
    ):
        return error
    return _unavailable(error)


def _unavailable(error: apsw.Error) -> Unavailable:
    translated = unavailable(error)
    translated.__cause__ = error
    return translated
