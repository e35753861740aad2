"""One SQLite connection, with the settings that make it safe."""

import time
from collections.abc import Iterable, Mapping
from pathlib import Path

import apsw

from spote.errors import Unavailable
from spote.settings import Settings
from spote.storage.contract import Row
from spote.storage.dialects.sqlite.words import WORDS
from spote.storage.folder import DATABASE_NAME

NOTHING: Mapping[str, object] = {}


class SQLiteConnection:
    """See `storage.Connection`."""

    words = WORDS
    numbered_passages = (
        "json_each(:numbers) AS it"
        " CROSS JOIN passages AS p ON p.number = CAST(it.key AS INTEGER) AND p.account_id = :owner"
        " CROSS JOIN notes AS n ON n.number = it.value"
        " AND n.account_id = p.account_id AND n.id = p.note_id"
    )
    own_passages = numbered_passages.replace(":owner", ":me") + " WHERE n.trashed_at IS NULL"

    def __init__(self, raw: apsw.Connection, settings: Settings) -> None:
        self.raw = raw
        self.settings = settings
        self.now = 0

    def begin(self, how: str) -> None:
        self.raw.execute(how)
        self.start_job()

    def start_job(self) -> None:
        self.now = time.time_ns() // 1_000_000

    def all(self, sql: str, values: Mapping[str, object] = NOTHING) -> list[Row]:
        return self.raw.execute(sql, values).fetchall()

    def one(self, sql: str, values: Mapping[str, object] = NOTHING) -> Row | None:
        rows = self.all(
            sql, values
        )  # to the end: a statement with RETURNING works only as it is stepped
        return rows[0] if rows else None

    def execute(self, sql: str, values: Mapping[str, object] = NOTHING) -> int:
        self.raw.execute(sql, values)
        return self.raw.changes()

    def send(self, sql: str, values: Mapping[str, object] = NOTHING) -> None:
        self.raw.execute(sql, values)

    def send_each(self, sql: str, rows: Iterable[Mapping[str, object]]) -> None:
        self.raw.executemany(sql, rows)

    def lock(self, subject: str) -> bool:
        return False

    def try_lock(self, subject: str) -> bool:
        return True

    def announce(self) -> None:
        """Listeners look by themselves."""

    def check(self) -> None:
        try:
            self.one("SELECT count(*) FROM (SELECT id FROM accounts LIMIT 1)")
            self.one("SELECT rowid FROM note_words WHERE note_words MATCH 'ready' LIMIT 1")
        except apsw.Error as error:
            raise unavailable(error) from error  # also where a table is gone


def database_file(settings: Settings) -> Path:
    return settings.data / DATABASE_NAME


def open_connection(settings: Settings, file: Path, *, writes: bool) -> SQLiteConnection:
    """Open one connection to an existing or new database file.

    Raises:
        Unavailable: the file cannot be opened or is not a database.
    """
    flags = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE | apsw.SQLITE_OPEN_NOMUTEX
    try:
        raw = apsw.Connection(str(file), flags)
        raw.set_busy_timeout(int(settings.busy_seconds * 1000))
        for pragma in _pragmas(writes=writes):
            raw.execute(f"PRAGMA {pragma}")
    except apsw.Error as error:
        raise unavailable(error) from error
    return SQLiteConnection(raw, settings)


def unavailable(error: apsw.Error) -> Unavailable:
    """The engine's own words go to the log with the exception; people get a sentence."""
    match error:
        case apsw.FullError():
            return Unavailable(
                "The server's disk is full. Nothing was changed.", retry_after_seconds=60
            )
        case apsw.ReadOnlyError() | apsw.PermissionsError():
            return Unavailable(
                "The server cannot write to its data folder.", retry_after_seconds=60
            )
        case apsw.BusyError() | apsw.LockedError():
            return Unavailable(
                "The server is busy with other changes. Try again.", retry_after_seconds=2
            )
        case _:
            return Unavailable("The server cannot reach its database.", retry_after_seconds=10)


def _pragmas(*, writes: bool) -> list[str]:
    return [
        "journal_mode = WAL",
        "synchronous = FULL",  # an acknowledged write survives a power cut
        "foreign_keys = ON",
        "trusted_schema = OFF",
        "journal_size_limit = 67108864",
        "temp_store = MEMORY",
        "cache_size = -8000" if writes else "cache_size = -4000",  # KiB
        *([] if writes else ["query_only = ON"]),
    ]
