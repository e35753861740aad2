"""Which tables a PostgreSQL database has, and how they hang together."""

from collections import defaultdict
from typing import Any

import psycopg

from spote.storage.dialects.postgresql.connection import PostgreSQLConnection
from spote.storage.moving.tables import UNFINISHED, Kind, Table

KINDS = {
    "bigint": Kind.NUMBER,
    "integer": Kind.NUMBER,
    "smallint": Kind.NUMBER,
    "boolean": Kind.NUMBER,
    "text": Kind.TEXT,
    "bytea": Kind.BYTES,
}
_TABLES = (
    "SELECT c.oid FROM pg_class AS c WHERE c.relkind IN ('r', 'p')"
    " AND c.relnamespace = CAST(current_schema() AS regnamespace)"
)
_COLUMNS = (
    "SELECT CAST(c.relname AS text), CAST(a.attname AS text), format_type(a.atttypid, NULL)"
    " FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid"
    f" WHERE a.attrelid IN ({_TABLES}) AND a.attnum > 0 AND NOT a.attisdropped ORDER BY c.relname, a.attnum"
)
_UNIQUE = (
    "SELECT CAST(c.relname AS text), i.indexrelid, CAST(a.attname AS text) FROM pg_index AS i"
    " JOIN pg_class AS c ON c.oid = i.indrelid"
    " CROSS JOIN unnest(CAST(i.indkey AS int2[])) WITH ORDINALITY AS k (number, place)"
    " JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = k.number"
    f" WHERE i.indrelid IN ({_TABLES}) AND i.indisunique AND i.indpred IS NULL AND i.indexprs IS NULL"
    " ORDER BY c.relname, i.indisprimary DESC, i.indexrelid, k.place"
)
_PARENTS = (
    "SELECT CAST(c.relname AS text), CAST(p.relname AS text) FROM pg_constraint AS f"
    " JOIN pg_class AS c ON c.oid = f.conrelid JOIN pg_class AS p ON p.oid = f.confrelid"
    f" WHERE f.contype = 'f' AND f.conrelid IN ({_TABLES}) AND f.conrelid <> f.confrelid"
)
_NUMBERED = (
    "SELECT CAST(c.relname AS text), CAST(a.attname AS text) FROM pg_attribute AS a"
    " JOIN pg_class AS c ON c.oid = a.attrelid"
    f" WHERE a.attrelid IN ({_TABLES}) AND a.attidentity <> '' ORDER BY c.relname, a.attnum"
)


def tables(db: PostgreSQLConnection) -> list[Table]:
    columns: dict[str, dict[str, Kind]] = defaultdict(dict)
    for table, column, kind in db.all(_COLUMNS):
        columns[table][column] = KINDS.get(kind, Kind.OTHER)
    keys: dict[str, dict[int, list[str]]] = defaultdict(lambda: defaultdict(list))
    for table, index, column in db.all(_UNIQUE):
        keys[table][index].append(column)
    parents: dict[str, set[str]] = defaultdict(set)
    for table, parent in db.all(_PARENTS):
        parents[table].add(parent)
    return [
        Table(name, found, list(map(tuple, keys[name].values())), frozenset(parents[name]))
        for name, found in columns.items()
    ]


def numbered_columns(db: PostgreSQLConnection) -> list[tuple[str, str]]:
    """Tables and columns that PostgreSQL gives numbers in."""
    return [(table, column) for table, column in db.all(_NUMBERED)]


def unfinished_from(raw: "psycopg.Connection[Any]") -> str | None:
    """Where a move came from that has not ended; None where all is whole."""
    mark = raw.execute("SELECT to_regclass(%s)", (UNFINISHED,)).fetchone()
    if mark is None or mark[0] is None:
        return None
    row = raw.execute(f"SELECT source FROM {UNFINISHED}".encode()).fetchone()
    return str(row[0]) if row else "elsewhere"
