"""A PostgreSQL database for a move alone. See `storage.moving.SoleUse`."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

import psycopg

from spote.errors import InvalidInput, Unavailable
from spote.settings import Settings
from spote.storage.contract import Connection, Row
from spote.storage.dialects.postgresql import catalog, failures, presence
from spote.storage.dialects.postgresql import connection as connections
from spote.storage.dialects.postgresql.connection import open_connection
from spote.storage.dialects.postgresql.migrate import (
    bring_up_to_date,
    latest_version,
    schema_version,
)
from spote.storage.moving import queries
from spote.storage.moving.sole_use import in_use
from spote.storage.moving.tables import MovedTable, Table


class PostgreSQLSoleUse:
    def __init__(self, settings: Settings) -> None:
        self.place = settings.database_place
        try:
            self._db = open_connection(settings, joins=False)
        except Unavailable as error:
            reason = str(error.__cause__ or error.message).partition("\n")[0]
            raise Unavailable(f"{self.place} cannot be used ({reason}).") from error
        # The source waits within its snapshot for as long as the target takes.
        self._db.raw.execute("SET idle_in_transaction_session_timeout = 0")

    def identity(self) -> tuple[object, ...]:
        row = self._db.raw.execute(
            "SELECT pg_postmaster_start_time(), current_setting('port'), oid FROM pg_database"
            " WHERE datname = current_database()"
        ).fetchone()
        return ("postgresql", *(row or ()))

    def claim(self) -> None:
        if not presence.take_alone(self._db.raw):
            raise in_use(self.place)

    def schema(self) -> int:
        return schema_version(self._db.raw)

    def newest_schema(self) -> int:
        return latest_version()

    def migrate(self) -> None:
        bring_up_to_date(self._db.raw)
        self._db.forget_prepared()  # after an ALTER TABLE the driver lets go of every statement

    def tables(self, db: Connection) -> list[Table]:
        return catalog.tables(self._db)

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        with _translated():
            self._db.raw.execute(connections.READ)
            try:
                yield self._db
            finally:
                self._db.roll_back()

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        with _translated():
            self._db.begin(connections.WRITE)
            try:
                yield self._db
                self._db.commit()
            finally:
                self._db.roll_back()

    def stream(self, db: Connection, sql: str) -> Iterator[Row]:
        with self._db.raw.cursor() as cursor:
            yield from cursor.stream(sql.encode(), binary=True)

    def insert(self, db: Connection, table: MovedTable, rows: Iterable[Row]) -> None:
        given = _without_nul(table, rows)
        queries.insert_rows(db, table, given, overriding=" OVERRIDING SYSTEM VALUE")

    def empty(self, db: Connection, tables: Sequence[str]) -> None:
        db.execute(f"TRUNCATE {', '.join(tables)} CASCADE")

    def continue_numbers(self, db: Connection) -> None:
        for table, column in catalog.numbered_columns(self._db):
            db.all(
                f"SELECT setval(pg_get_serial_sequence('{table}', '{column}'), max({column}))"
                f" FROM {table} HAVING max({column}) > 0"
            )

    def gather_statistics(self, db: Connection) -> None:
        db.execute("ANALYZE")

    def close(self) -> None:
        self._db.close()


def _without_nul(table: MovedTable, rows: Iterable[Row]) -> Iterator[Row]:
    for row in rows:
        if any(isinstance(value, str) and "\x00" in value for value in row):
            raise InvalidInput(
                f"A text in {table.name} holds the character U+0000, which PostgreSQL cannot keep."
                " Spote takes in no such text; find out where it comes from, and remove it."
            )
        yield row


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except psycopg.Error as error:
        raise failures.translated(error) from error
