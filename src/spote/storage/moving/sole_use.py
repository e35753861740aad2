"""A database that nobody else uses meanwhile: what both ends of a move are."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Protocol

from spote.errors import Conflict, Unavailable
from spote.settings import Settings
from spote.storage.moving.tables import MovedTable, Table

if TYPE_CHECKING:
    from spote.storage.contract import Connection, Row


class SoleUse(Protocol):
    """One connection to a database, whose servers and commands are kept out from `claim` on."""

    @property
    def place(self) -> str:
        """For people."""
        ...

    def identity(self) -> tuple[object, ...]:
        """Alike for one database, however it is named."""
        ...

    def claim(self) -> None:
        """Raises Conflict where a server or another command uses the database."""
        ...

    def schema(self) -> int:
        """0 for an empty database."""
        ...

    def newest_schema(self) -> int: ...

    def migrate(self) -> None: ...

    def tables(self, db: "Connection") -> list[Table]: ...

    def snapshot(self) -> "AbstractContextManager[Connection]":
        """For reading alone, all at one moment."""
        ...

    def transaction(self) -> "AbstractContextManager[Connection]":
        """Committed at the end, unless something is raised."""
        ...

    def stream(self, db: "Connection", sql: str) -> "Iterator[Row]":
        """Row by row, without holding them all; within a snapshot."""
        ...

    def insert(self, db: "Connection", table: MovedTable, rows: "Iterable[Row]") -> None:
        """Raises InvalidInput where the engine cannot keep one of them."""
        ...

    def empty(self, db: "Connection", tables: Sequence[str]) -> None:
        """Remove every row. Tables that others refer to come first."""
        ...

    def continue_numbers(self, db: "Connection") -> None:
        """The numbers that the engine gives go on after the highest that is there."""
        ...

    def gather_statistics(self, db: "Connection") -> None:
        """So that the engine plans well from the first query on."""
        ...

    def close(self) -> None: ...


@contextmanager
def opened(settings: Settings, *, is_new: bool) -> Iterator[SoleUse]:
    """`is_new` makes what is missing, where the engine can.

    Raises:
        Unavailable: it cannot be used.
        NotFound: it is not there.
    """
    database = _open(settings, is_new=is_new)
    try:
        yield database
    finally:
        database.close()


def _open(settings: Settings, *, is_new: bool) -> SoleUse:
    """An engine is loaded when it is used."""
    if settings.database_url:
        from spote.storage.dialects.postgresql import sole_use  # noqa: PLC0415

        return sole_use.PostgreSQLSoleUse(settings)
    from spote.storage.dialects.sqlite import sole_use as files  # noqa: PLC0415

    return files.SQLiteSoleUse(settings, is_new=is_new)


def in_use(place: str) -> Conflict:
    return Conflict(
        f"{place} is in use. Stop every server and command that works on it, then do this again."
    )


def being_moved() -> Unavailable:
    """For those who come while another holds the database alone."""
    return Unavailable(
        "The database is being moved. It can be used again when `spote database move` has ended.",
        retry_after_seconds=30,
    )


def not_whole(source: str) -> Unavailable:
    """For servers and commands that come upon the mark of an unfinished move."""
    return Unavailable(
        f"The database holds a part of what was to be moved from {source}."
        " Run `spote database move` again, to its end."
    )
