"""The database as the rest of the program sees it: jobs that run on one connection, in one transaction."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

from spote.settings import Settings
from spote.storage.folder import require_folder
from spote.storage.listening import Listener, Look, Stream

T = TypeVar("T")
T_contra = TypeVar("T_contra")
Row = tuple[Any, ...]
Done = Callable[[Any, BaseException | None], None]


class Words(Protocol):
    """Full-text search of one engine; `match` is what `match_query` made of the searched terms."""

    @property
    def source(self) -> str:
        """The index, for FROM, as w."""
        ...

    @property
    def number(self) -> str:
        """The column of w that holds the note's number."""
        ...

    @property
    def where(self) -> str:
        """The rows of the account `:me` that match `:match`."""
        ...

    def match_query(
        self, account_id: str, phrases: Sequence[Sequence[str]], *, prefix: bool, in_body: bool
    ) -> str:
        """For `:match`: every one of the phrases; with `prefix` the last word may go on.

        Without `in_body` only where the title and the labels hold them.
        """
        ...

    def put(
        self, db: "Connection", *, number: int, account_id: str, title: str, labels: str, body: str
    ) -> None: ...

    def drop(self, db: "Connection", *, number: int, account_id: str) -> None: ...


class Connection(Protocol):
    """One connection inside one transaction; what services and queries take as `db`."""

    @property
    def settings(self) -> Settings: ...

    @property
    def words(self) -> Words: ...

    @property
    def now(self) -> int:
        """When this job began, in milliseconds since 1970: one time for all that it writes."""
        ...

    def all(self, sql: str, values: Mapping[str, object] = ...) -> list[Row]: ...

    def one(self, sql: str, values: Mapping[str, object] = ...) -> Row | None: ...

    def execute(self, sql: str, values: Mapping[str, object] = ...) -> int:
        """Runs a statement and returns how many rows it changed."""
        ...

    def send(self, sql: str, values: Mapping[str, object] = ...) -> None:
        """As `execute`, for who needs no answer: it may travel with the next statement, and fail there."""
        ...

    def send_each(self, sql: str, rows: Iterable[Mapping[str, object]]) -> None:
        """`send` for each of the rows."""
        ...

    def lock(self, subject: str) -> bool:
        """From here to the end nobody else holds this lock, and what is read next is as its last holder left it.

        True where what was read before may be out of date; False where only one writes at a time anyway.
        """
        ...

    def try_lock(self, subject: str) -> bool:
        """As `lock`, but False at once where another holds it."""
        ...

    def announce(self) -> None:
        """After the commit, wake those who listen for events."""
        ...

    def check(self) -> None:
        """Touch the database and its full-text index: raises where they do not answer."""
        ...


Job = Callable[[Connection], T]
CarryOver = Callable[[Connection, Connection], None]  # from the present state into the restored one


class Engine(Protocol):
    """How one kind of database runs jobs on threads of its own."""

    def submit_read(self, job: Job[Any], done: Done) -> None: ...

    def submit_write(self, job: Job[Any], done: Done) -> None: ...

    def listen(self, look: Look, stopped: threading.Event) -> None:
        """Call `look` with a reading connection at once, then whenever there may be new events, until it is stopped.

        A look that fails because the database went away is followed by another.
        """
        ...

    def backup(self, target: Path) -> None: ...

    def restore(self, source: Path, carry_over: CarryOver) -> None: ...

    def close(self) -> None: ...


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


@dataclass(frozen=True, slots=True)
class ServerState(Generic[T]):
    """What was found where the database is a server."""

    engine: str  # name and version
    schema: int
    newest_schema: int
    result: T | None  # of the job, where the schema is the newest


def look_at_server(settings: Settings, job: Job[T]) -> ServerState[T]:
    """Run a reading job on a database that is a server, and change nothing. Raises Unavailable."""
    from spote.storage.dialects import postgresql  # noqa: PLC0415 - an engine is loaded when it is used

    return postgresql.look(settings, job)


class DatabaseFiles(Protocol):
    """Files that hold a database: the one in use, and copies made by `Database.backup`."""

    def engine_version(self) -> str:
        """The engine's name and version."""
        ...

    def check_file(self, settings: Settings, file: Path) -> list[str]:
        """What the engine's own checks find wrong; empty when the file is sound. Raises InvalidInput."""
        ...

    def file_schema(self, settings: Settings, file: Path) -> int:
        """Raises InvalidInput for what is no database."""
        ...

    def latest_version(self) -> int:
        """The newest schema that this program knows."""
        ...

    def prepare_copy(self, settings: Settings, file: Path) -> None:
        """Bring it to the newest schema. Raises InvalidInput where that cannot be."""
        ...

    def look_into(self, settings: Settings, file: Path, job: Job[Any]) -> Any:
        """Run a reading job on it."""
        ...

    def database_file(self, settings: Settings) -> Path:
        """Where the database in use is kept."""
        ...


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
