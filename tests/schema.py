"""Which tables and columns a database has, asked of either engine."""

from collections.abc import Callable
from typing import Any, NamedTuple

OWN = {
    "schema_version",
    "note_words",
}  # the schema's number; the index of words, which has its own shape


class Column(NamedTuple):
    name: str
    kind: str  # integer, text or bytes
    is_needed: bool  # and not filled by itself


def tables(sql: Callable[..., Any], engine: str) -> list[str]:
    """Those that others refer to come first."""
    names = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        " AND name NOT LIKE 'note_words_%' ORDER BY rowid",
        "postgresql": "SELECT relname FROM pg_class WHERE relkind = 'r'"
        " AND relnamespace = 'public'::regnamespace ORDER BY oid",
    }
    return [name for (name,) in sql(names[engine]) if name not in OWN]


def columns(sql: Callable[..., Any], engine: str, table: str) -> list[Column]:
    found = {
        "sqlite": 'SELECT name, type, "notnull" FROM pragma_table_info(:table)',
        "postgresql": "SELECT column_name, data_type, CASE WHEN is_nullable = 'NO' AND is_identity = 'NO'"
        " AND column_default IS NULL THEN 1 ELSE 0 END FROM information_schema.columns"
        " WHERE table_schema = 'public' AND table_name = :table ORDER BY ordinal_position",
    }
    return [
        Column(name, _KINDS[kind.lower()], bool(needed))
        for name, kind, needed in sql(found[engine], table=table)
    ]


_KINDS = {
    "integer": "integer",
    "bigint": "integer",
    "text": "text",
    "blob": "bytes",
    "bytea": "bytes",
}
