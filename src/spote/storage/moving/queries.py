"""The SQL of a move: the same for every table and engine."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from spote.storage.moving.tables import UNFINISHED, MovedTable

if TYPE_CHECKING:
    from spote.storage.contract import Connection, Row


def rows_in_order(table: MovedTable) -> str:
    """All of them, for streaming. An index of both engines has this order."""
    return f"SELECT {', '.join(table.columns)} FROM {table.name} ORDER BY {', '.join(table.key)}"


def insert_rows(
    db: "Connection", table: MovedTable, rows: "Iterable[Row]", *, overriding: str = ""
) -> None:
    """`overriding` is what an engine wants to be told where rows bring numbers along that it would give."""
    columns, marks = ", ".join(table.columns), ", ".join(f":{name}" for name in table.columns)
    db.send_each(
        f"INSERT INTO {table.name} ({columns}){overriding} VALUES ({marks})",
        (dict(zip(table.columns, row, strict=True)) for row in rows),
    )


def count_rows(db: "Connection", table: str) -> int:
    row = db.one(f"SELECT count(*) FROM {table}")
    return int(row[0]) if row else 0


def mark_unfinished(db: "Connection", source: str) -> None:
    db.execute(f"CREATE TABLE {UNFINISHED} (source TEXT NOT NULL)")
    db.execute(f"INSERT INTO {UNFINISHED} (source) VALUES (:source)", {"source": source})


def unfinished_from(db: "Connection") -> str:
    """Where the rows come from; only where there is the mark."""
    row = db.one(f"SELECT source FROM {UNFINISHED}")
    return str(row[0]) if row else ""


def mark_whole(db: "Connection") -> None:
    db.execute(f"DROP TABLE {UNFINISHED}")
