"""Which tables a database file has, and how they hang together."""

from spote.storage.dialects.sqlite.connection import SQLiteConnection
from spote.storage.moving.tables import UNFINISHED, Kind, Table

KINDS = {"INTEGER": Kind.NUMBER, "TEXT": Kind.TEXT, "BLOB": Kind.BYTES}


def tables(db: SQLiteConnection) -> list[Table]:
    """Not those that FTS5 keeps for itself."""
    names = db.all(
        "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type IN ('table', 'virtual')"
        " AND name NOT LIKE 'sqlite!_%' ESCAPE '!' ORDER BY name"
    )
    return [_table(db, name) for (name,) in names]


def unfinished_from(db: SQLiteConnection) -> str | None:
    """Where a move came from that has not ended; None where all is whole."""
    mark = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = :name"
    if not db.one(mark, {"name": UNFINISHED}):
        return None
    row = db.one(f"SELECT source FROM {UNFINISHED}")
    return str(row[0]) if row else "elsewhere"


def _table(db: SQLiteConnection, name: str) -> Table:
    columns = db.all(
        "SELECT name, type, pk FROM pragma_table_xinfo(:name) WHERE hidden = 0 ORDER BY cid",
        {"name": name},
    )
    primary = [column for column, _, place in sorted(columns, key=lambda row: row[2]) if place]
    parents = db.all('SELECT "table" FROM pragma_foreign_key_list(:name)', {"name": name})
    return Table(
        name,
        {column: KINDS.get(kind.upper(), Kind.OTHER) for column, kind, _ in columns},
        list(dict.fromkeys([tuple(primary), *_unique(db, name)])),
        frozenset(parent for (parent,) in parents) - {name},
    )


def _unique(db: SQLiteConnection, name: str) -> list[tuple[str, ...]]:
    indexes = db.all(
        'SELECT name FROM pragma_index_list(:name) WHERE "unique" = 1 AND partial = 0 ORDER BY name',
        {"name": name},
    )
    columns = "SELECT name FROM pragma_index_info(:index) ORDER BY seqno"
    return [tuple(column for (column,) in db.all(columns, {"index": it})) for (it,) in indexes]
