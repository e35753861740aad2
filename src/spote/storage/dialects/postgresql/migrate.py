"""Brings a PostgreSQL database to the newest schema: numbered files, forward only, each in its own transaction."""

import re
from collections.abc import Iterator
from contextlib import closing
from functools import cache
from importlib import resources
from typing import Any

import psycopg

from spote.errors import Unavailable
from spote.settings import Settings
from spote.storage.dialects.postgresql.catalog import unfinished_from
from spote.storage.dialects.postgresql.connection import open_connection
from spote.storage.dialects.postgresql.failures import is_broken, translated
from spote.storage.moving.sole_use import not_whole

LOCK = 7_310_577_431_201  # which servers that start at once take turns with; any number would do


def migrate(settings: Settings) -> None:
    """Safe to run from several servers at once, and again.

    Raises:
        Unavailable: the database cannot be used, a newer Spote has changed it, or it is a part of an unfinished move.
    """
    with closing(open_connection(settings).raw) as raw:
        bring_up_to_date(raw)
        if source := unfinished_from(raw):
            raise not_whole(source)


def bring_up_to_date(raw: "psycopg.Connection[Any]") -> None:
    """As `migrate`, also for an unfinished move."""
    try:
        _require_utf8(raw)
        found = schema_version(raw)
        for version, script in migrations():
            if version > found:
                _apply(raw, version, script)
        found = schema_version(raw)
    except psycopg.Error as error:
        raise _reason(error) from error
    if found > latest_version():
        raise Unavailable(
            f"The database has schema {found}, and this Spote knows {latest_version()}. Use a newer Spote."
        )


def schema_version(raw: "psycopg.Connection[Any]") -> int:
    """0 for an empty database."""
    table = raw.execute("SELECT to_regclass('schema_version')").fetchone()
    if table is None or table[0] is None:
        return 0
    return _newest(raw)


def _newest(raw: "psycopg.Connection[Any]") -> int:
    row = raw.execute("SELECT max(version) FROM schema_version").fetchone()
    return int(row[0] or 0) if row else 0


def latest_version() -> int:
    return max(version for version, _ in migrations())


@cache
def migrations() -> tuple[tuple[int, str], ...]:
    return tuple(_files())


def _files() -> Iterator[tuple[int, str]]:
    folder = resources.files("spote.storage") / "migrations" / "postgresql"
    for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if found := re.match(r"(\d+)_.*\.sql$", file.name):
            yield int(found[1]), file.read_text("utf-8")


def _apply(raw: "psycopg.Connection[Any]", version: int, script: str) -> None:
    with raw.transaction():
        raw.execute("SET LOCAL lock_timeout = '10min'")  # another server may be at it
        raw.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK,))
        # Before looking: this one sees what was made while it waited, `to_regclass` may not.
        raw.execute("CREATE TABLE IF NOT EXISTS schema_version (version BIGINT PRIMARY KEY)")
        if _newest(raw) >= version:
            return
        raw.execute(script.encode())
        raw.execute("INSERT INTO schema_version (version) VALUES (%s)", (version,))


def _require_utf8(raw: "psycopg.Connection[Any]") -> None:
    encoding = raw.info.parameter_status("server_encoding")
    if encoding != "UTF8":
        raise Unavailable(
            f"The database has the encoding {encoding}, and notes need UTF8. Make it anew with"
            " CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0."
        )


def _reason(error: psycopg.Error) -> Exception:
    if is_broken(error):
        return translated(error)
    return Unavailable(
        f"The database could not be brought to the newest schema, and has the old one: {error.diag.message_primary}"
    )
