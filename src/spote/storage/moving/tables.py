"""Which tables a move copies, in which order, and which ones it does not."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from spote.errors import Conflict

UNFINISHED = "unfinished_move"

# Tables that the target has from its own migrations, or that say nothing once servers start anew.
NOT_MOVED = {
    "agent_messages": "to streams that servers held open; they are gone",
    "agent_streams": "that servers held open; they are gone",
    "events": "what happened lately; servers that start anew have missed nothing",
    "leases": "who does which work; servers that start anew ask again",
    "schema_version": "the number of the schema, which each database has for itself",
    UNFINISHED: "the mark of a target that is not whole yet",
}
# Tables that look different on each engine: made from the notes, as saving makes them.
REBUILT = {
    "note_words": "the index of words",
}


class Kind(StrEnum):
    """What a column holds, whatever its engine calls that."""

    NUMBER = "number"  # also true and false, as 1 and 0
    TEXT = "text"
    BYTES = "bytes"
    OTHER = "other"  # of one engine alone; such a table cannot be copied


@dataclass(frozen=True, slots=True)
class Table:
    """A table as a database has it."""

    name: str
    columns: Mapping[str, Kind]
    keys: Sequence[tuple[str, ...]]  # columns that are unique together, the primary key first
    parents: frozenset[str]  # tables that it refers to


@dataclass(frozen=True, slots=True)
class MovedTable:
    """A table that both databases have."""

    name: str
    columns: tuple[str, ...]
    key: tuple[str, ...]  # of both; rows are read in its order


def moved_tables(source: Sequence[Table], target: Sequence[Table]) -> list[MovedTable]:
    """Those that others refer to come first.

    Raises:
        Conflict: the two do not have the same tables, or a table that cannot be copied; the message names it.
    """
    given, wanted = _movable(source), _movable(target)
    if odd := sorted(given.keys() ^ wanted.keys()):
        raise Conflict(
            f"Only one of the two databases has {', '.join(odd)}. Spote needs a database of its own."
        )
    return [_pair(given[name], wanted[name]) for name in _parents_first(wanted)]


def _movable(tables: Sequence[Table]) -> dict[str, Table]:
    return {one.name: one for one in tables if one.name not in {*NOT_MOVED, *REBUILT}}


def _pair(given: Table, wanted: Table) -> MovedTable:
    if given.columns != wanted.columns or Kind.OTHER in wanted.columns.values():
        raise Conflict(f"The table {wanted.name} cannot be copied: its columns differ by engine.")
    key = next((key for key in wanted.keys if key in given.keys), None)
    if key is None:
        raise Conflict(f"The table {wanted.name} cannot be copied: it has no key on both engines.")
    return MovedTable(wanted.name, tuple(wanted.columns), key)


def _parents_first(tables: Mapping[str, Table]) -> Iterator[str]:
    """In the same order each time."""
    left = dict(sorted(tables.items()))
    while left:
        ready = [name for name, table in left.items() if not table.parents & left.keys()]
        if not ready:
            raise Conflict(f"Tables refer to each other in a circle: {', '.join(left)}.")
        yield from ready
        for name in ready:
            del left[name]
