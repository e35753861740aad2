"""Brings a database file to the newest schema: numbered files, forward only, each in its own transaction."""

import re
from collections.abc import Iterator
from contextlib import closing
from importlib import resources
from pathlib import Path

import apsw

from spote.errors import Unavailable
from spote.settings import Settings
from spote.storage.dialects.sqlite.catalog import unfinished_from
from spote.storage.dialects.sqlite.connection import open_connection, unavailable
from spote.storage.moving.sole_use import not_whole


def migrate(settings: Settings, file: Path) -> None:
    """Safe to run in several processes at once, and again.

    Raises:
        Unavailable: the file cannot be used, was written by a newer Spote, or is a part of an unfinished move.
    """
    connection = open_connection(settings, file, writes=True)
    with closing(connection.raw) as raw:
        bring_up_to_date(raw)
        if source := unfinished_from(connection):
            raise not_whole(source)


def bring_up_to_date(raw: apsw.Connection) -> None:
    """As `migrate`, also for an unfinished move."""
    try:
        for version, script in migrations():
            _apply(raw, version, script)
        found = schema_version(raw)
    except apsw.Error as error:
        raise unavailable(error) from error
    if found > latest_version():
        raise Unavailable(
            f"The database has schema {found}, and this Spote knows {latest_version()}. Use a newer Spote."
        )


def schema_version(raw: apsw.Connection) -> int:
    return int(raw.pragma("user_version") or 0)


def latest_version() -> int:
    return max(version for version, _ in migrations())


def migrations() -> Iterator[tuple[int, str]]:
    folder = resources.files("spote.storage") / "migrations" / "sqlite"
    for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if found := re.match(r"(\d+)_.*\.sql$", file.name):
            yield int(found[1]), file.read_text("utf-8")


def _apply(raw: apsw.Connection, version: int, script: str) -> None:
    if schema_version(raw) >= version:
        return
    raw.execute("BEGIN IMMEDIATE")
    try:
        if schema_version(raw) < version:  # another process may have been quicker
            raw.execute(script)
            raw.execute(f"PRAGMA user_version = {version}")
        raw.execute("COMMIT")
    except BaseException:
        if raw.in_transaction:
            raw.execute("ROLLBACK")
        raise
