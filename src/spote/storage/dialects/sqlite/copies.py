"""Whole copies of a database that is in use: taken with VACUUM INTO, put back with SQLite's online backup."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import apsw

from spote.errors import InvalidInput, Unavailable
from spote.settings import Settings
from spote.storage.contract import CarryOver
from spote.storage.dialects.sqlite.connection import (
    SQLiteConnection,
    open_connection,
    unavailable,
)
from spote.storage.dialects.sqlite.migrate import latest_version, migrate, schema_version


def backup(settings: Settings, source: Path, target: Path) -> None:
    """Copy the database to a new file that only its owner may read, without its write-ahead log.

    Raises:
        Unavailable: the disk is full or a file cannot be used.
        FileExistsError: the target is there already.
    """
    target.touch(mode=0o600, exist_ok=False)  # SQLite fills an empty file and leaves its mode
    try:
        # Opened for writing: `query_only` forbids VACUUM, also into another file.
        with _opened(settings, source, writes=True) as reader:
            reader.raw.execute("VACUUM INTO ?", (str(target),))
    except Unavailable:
        target.unlink(missing_ok=True)
        raise


def restore(settings: Settings, source: Path, target: Path, carry_over: CarryOver) -> None:
    """Replace the content of a database by that of another file, in one transaction.

    While `carry_over` runs nobody else can write to the target, so that what it reads there is the last state.
    The source is changed by it.

    Raises:
        Unavailable: the target stayed locked, or the disk is full; nothing was changed.
    """
    with (
        _opened(settings, source, writes=True) as origin,
        _opened(settings, target, writes=False) as present,
        _opened(settings, target, writes=True) as live,
        live.raw.backup("main", origin.raw, "main") as copy,
    ):
        copy.step(1)  # takes the target's write lock, and keeps it to the end
        with _transaction(present, "BEGIN"), _transaction(origin, "BEGIN IMMEDIATE"):
            carry_over(present, origin)
        while not copy.done:
            copy.step()


def check_file(settings: Settings, file: Path) -> list[str]:
    """What SQLite's own checks find wrong with a database file; empty when it is sound.

    Raises:
        InvalidInput: the file is not a database of Spote.
    """
    try:
        with _opened(settings, file, writes=False) as connection:
            raw = connection.raw
            findings = [str(row[0]) for row in raw.execute("PRAGMA integrity_check")]
            broken = [
                f"a row of {row[0]} refers to {row[2]}, which is missing"
                for row in raw.execute("PRAGMA foreign_key_check")
            ]
    except Unavailable as error:
        raise InvalidInput(f"{file.name} is not a database of Spote, or is damaged.") from error
    return [finding for finding in findings if finding != "ok"] + broken


def engine_version() -> str:
    return f"SQLite {apsw.sqlite_lib_version()}"


def file_schema(settings: Settings, file: Path) -> int:
    """The number of the schema that a database file has; 0 for an empty one.

    Raises:
        InvalidInput: the file is not a database.
    """
    try:
        with _opened(settings, file, writes=False) as connection:
            return schema_version(connection.raw)
    except Unavailable as error:
        raise InvalidInput(f"{file.name} is not a database of Spote, or is damaged.") from error


def prepare_copy(settings: Settings, file: Path) -> None:
    """Bring a copy to the newest schema, so that it can be restored.

    Raises:
        InvalidInput: it is no database of Spote, or a newer Spote made it.
    """
    found, newest = file_schema(settings, file), latest_version()
    if found < 1:
        raise InvalidInput(f"{file.name} is not a database of Spote.")
    if found > newest:
        raise InvalidInput(
            f"The copy has schema {found}, and this Spote knows {newest}. Use a newer Spote."
        )
    migrate(settings, file)


def look_into(settings: Settings, file: Path, job: Callable[[SQLiteConnection], object]) -> object:
    """Run a reading job on a database file other than the one in use."""
    with (
        _opened(settings, file, writes=False) as connection,
        _transaction(connection, "BEGIN"),
    ):
        return job(connection)


@contextmanager
def _opened(settings: Settings, file: Path, *, writes: bool) -> Iterator[SQLiteConnection]:
    connection = open_connection(settings, file, writes=writes)
    with closing(connection.raw):
        try:
            yield connection
        except apsw.Error as error:
            raise unavailable(error) from error


@contextmanager
def _transaction(connection: SQLiteConnection, how: str) -> Iterator[None]:
    connection.begin(how)
    try:
        yield
    except BaseException:
        if connection.raw.in_transaction:
            connection.raw.execute("ROLLBACK")
        raise
    connection.raw.execute("COMMIT")
