"""The database as the rest of the program sees it: jobs that run on one connection, in one transaction."""

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Future
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any, Protocol, TypeVar

from spote.settings import Settings
from spote.storage.contract import CarryOver, DatabaseFiles, Done, Engine, Job, ServerState
from spote.storage.folder import require_folder
from spote.storage.listening import Listener, Stream

T = TypeVar("T")


class Database:
    """Runs jobs: reads on a snapshot, writes one after the other; an answer comes after the commit.

    A job that raises leaves nothing behind. A database that cannot be reached raises `Unavailable`.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._listener = Listener(engine.listen)

    async def read(self, job: Job[T]) -> T:
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._engine.submit_read(job, partial(_deliver, loop, future))
        return await future

    async def write(self, job: Job[T]) -> T:
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._engine.submit_write(job, partial(_deliver, loop, future))
        return await future

    def read_now(self, job: Job[T]) -> T:
        """As `read`, for a caller without an event loop: the command line."""
        return _wait(self._engine.submit_read, job)

    def write_now(self, job: Job[T]) -> T:
        return _wait(self._engine.submit_write, job)

    @asynccontextmanager
    async def events(self) -> AsyncIterator[Stream]:
        """What is committed from now on, by any server process: to be read with `async for`, within a second.

        Raises:
            Unavailable: the database does not answer; while reading: too many events were waiting, or it closes.
        """
        stream = await self._listener.open()
        try:
            yield stream
        finally:
            self._listener.close_stream(stream)

    def backup(self, target: Path) -> None:
        """Write a consistent copy of the whole database to a new file, while it is in use.

        Raises:
            FileExistsError: the file is there already.
        """
        self._engine.backup(target)

    def restore(self, source: Path, carry_over: CarryOver) -> None:
        """Put a copy made by `backup` in the place of everything, in one step, while it is in use.

        Nobody else writes while `carry_over` takes what must outlive the step from the present state into the copy.
        """
        self._engine.restore(source, carry_over)

    def close(self) -> None:
        """Finish what was submitted, then let go of every thread and file. Safe to call twice."""
        self._listener.close()
        self._engine.close()


def open_database(settings: Settings) -> Database:
    """Open, and bring to the newest schema, the database that the settings name; make the data folder if it is missing.

    Raises:
        Unavailable: one of them cannot be used; the message says why.
    """
    require_folder(settings.data)
    return Database(_dialect(settings).open_engine(settings))


def look_at_server(settings: Settings, job: Job[T]) -> ServerState[T]:
    """Run a reading job on a database that is a server, and change nothing. Raises Unavailable."""
    from spote.storage.dialects import postgresql  # noqa: PLC0415 - an engine is loaded when it is used

    return postgresql.look(settings, job)


def database_files(settings: Settings) -> DatabaseFiles:
    """What can be done with files, without opening the database that is in use for work.

    Each call raises InvalidInput where the database is not a file of ours.
    """
    return _dialect(settings)


class _Dialect(DatabaseFiles, Protocol):
    def open_engine(self, settings: Settings) -> Engine: ...


def _dialect(settings: Settings) -> _Dialect:
    """An engine is loaded when it is used."""
    if settings.database_url:
        from spote.storage.dialects import postgresql  # noqa: PLC0415

        return postgresql
    from spote.storage.dialects import sqlite  # noqa: PLC0415

    return sqlite


def _deliver(
    loop: asyncio.AbstractEventLoop,
    future: "asyncio.Future[T]",
    result: T,
    error: BaseException | None,
) -> None:
    if not loop.is_closed():
        loop.call_soon_threadsafe(_settle, future, result, error)


def _settle(future: "asyncio.Future[T]", result: T, error: BaseException | None) -> None:
    if future.done():  # the client went away meanwhile
        return
    if error is None:
        future.set_result(result)
    elif isinstance(error, StopIteration):  # no future takes it, and the caller would wait for ever
        future.set_exception(RuntimeError("a job raised StopIteration"))
    else:
        future.set_exception(error)


def _wait(submit: Callable[[Job[Any], Done], None], job: Job[T]) -> T:
    future: Future[T] = Future()

    def done(result: T, error: BaseException | None) -> None:
        if error is None:
            future.set_result(result)
        else:
            future.set_exception(error)

    submit(job, done)
    return future.result()
