"""A database file for a move alone. See `storage.moving.SoleUse`."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

import apsw

from spote.errors import NotFound, Unavailable
from spote.settings import Settings
from spote.storage.contract import Connection, Row
from spote.storage.dialects.sqlite import catalog, presence
from spote.storage.dialects.sqlite.connection import (
    SQLiteConnection,
    database_file,
    open_connection,
    unavailable,
)
from spote.storage.dialects.sqlite.migrate import bring_up_to_date, latest_version, schema_version
from spote.storage.folder import require_folder
from spote.storage.moving import queries
from spote.storage.moving.sole_use import in_use
from spote.storage.moving.tables import MovedTable, Table


class SQLiteSoleUse:
    def __init__(self, settings: Settings, *, is_new: bool) -> None:
        self.place = settings.database_place
        self._file = database_file(settings)
        self._presence: presence.Presence | None = None
        if is_new:
            require_folder(settings.data)
        elif not self._file.is_file():
            raise NotFound(f"There is no database in {self.place}.")
        self._db = self._opened(settings, writes=is_new)

    def identity(self) -> tuple[object, ...]:
        found = self._file.stat()
        return ("sqlite", found.st_dev, found.st_ino)

    def claim(self) -> None:
        self._presence = presence.take_alone(self._file)
        if self._presence is None:
            raise in_use(self.place)

    def schema(self) -> int:
        return schema_version(self._db.raw)

    def newest_schema(self) -> int:
        return latest_version()

    def migrate(self) -> None:
        bring_up_to_date(self._db.raw)

    def tables(self, db: Connection) -> list[Table]:
        return catalog.tables(self._db)

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        with _translated():
            self._db.begin("BEGIN")
            try:
                yield self._db
            finally:
                self._undo()

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        with _translated():
            self._db.begin("BEGIN IMMEDIATE")
            try:
                yield self._db
                self._db.raw.execute("COMMIT")
            finally:
                self._undo()

    def stream(self, db: Connection, sql: str) -> Iterator[Row]:
        return iter(self._db.raw.execute(sql))

    def insert(self, db: Connection, table: MovedTable, rows: Iterable[Row]) -> None:
        queries.insert_rows(db, table, rows)

    def empty(self, db: Connection, tables: Sequence[str]) -> None:
        for name in reversed(tables):
            db.execute(f"DELETE FROM {name}")

    def continue_numbers(self, db: Connection) -> None:
        """SQLite looks for the highest itself."""

    def gather_statistics(self, db: Connection) -> None:
        """SQLite's plans here need none."""

    def close(self) -> None:
        self._db.raw.close()
        if self._presence is not None:
            self._presence.close()

    def _opened(self, settings: Settings, *, writes: bool) -> SQLiteConnection:
        try:
            db = open_connection(settings, self._file, writes=writes)
        except Unavailable as error:
            raise Unavailable(
                f"The database {self._file} cannot be used: {error.__cause__ or error.message}"
            ) from error
        return db

    def _undo(self) -> None:
        if self._db.raw.in_transaction:
            self._db.raw.execute("ROLLBACK")


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (apsw.SQLError, apsw.BindingsError, apsw.ConstraintError, apsw.MisuseError):
        raise
    except apsw.Error as error:
        raise unavailable(error) from error
