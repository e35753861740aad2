"""A move from one database into another: copy, build the index, compare every row, and only then call it whole."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from spote.errors import Conflict, InvalidInput, Unavailable
from spote.settings import Settings
from spote.storage.moving import queries
from spote.storage.moving.sole_use import SoleUse, opened
from spote.storage.moving.tables import REBUILT, UNFINISHED, MovedTable, moved_tables

if TYPE_CHECKING:
    from spote.storage.contract import Connection, Row

Report = Callable[[str, int, int], None]  # what is done, how many rows of it, of how many
# From where the last call ended (None: the beginning), to where this one did (None: all is done), and how many notes.
Rebuild = Callable[["Connection", Any], tuple[Any, int]]
Check = Callable[["Connection"], Sequence[str]]  # sentences on what does not agree

BATCH = 500  # rows in one transaction
BATCH_SIZE = 4 * 1024 * 1024  # characters and bytes in one transaction
TOLD_EVERY = 200  # rows that are compared between two reports


def move_database(
    source: Settings, target: Settings, *, rebuild: Rebuild, check: Check, report: Report
) -> dict[str, int]:
    """Copy everything, and return how many rows of which table. The source stays as it is.

    Safe to run again when it was broken off: it begins anew, so that it does not matter what has changed meanwhile.
    Until it is done, servers refuse to work on the target.

    Raises:
        Conflict: one of them is in use, the target has accounts of its own, or is no true copy.
        InvalidInput: both are one database, or the source has another schema than this program.
        Unavailable, NotFound: one of them cannot be used.
    """
    with opened(source, is_new=False) as origin:
        _require_newest(origin)
        with opened(target, is_new=True) as goal:
            if origin.identity() == goal.identity():
                raise InvalidInput("FROM and TO are the same database.")
            origin.claim()
            goal.claim()
            _require_room(goal, origin.place)
            goal.migrate()
            with origin.snapshot() as from_db:
                return _Move(origin, from_db, goal, report).run(rebuild, check)


def _require_newest(origin: SoleUse) -> None:
    found, newest = origin.schema(), origin.newest_schema()
    if not found:
        raise InvalidInput(f"{origin.place} holds no database of Spote.")
    if found > newest:
        raise InvalidInput(
            f"{origin.place} has schema {found}, and this Spote knows {newest}. Use a newer Spote."
        )
    if found < newest:
        raise InvalidInput(
            f"{origin.place} has schema {found}, and this Spote works with {newest}. Start this Spote's server on it"
            " once, stop it, then move."
        )


def _require_room(goal: SoleUse, source: str) -> None:
    """Raises Conflict where the target holds anything but a part of what the same source had."""
    with goal.snapshot() as db:
        names = {table.name for table in goal.tables(db)}
        if UNFINISHED in names:
            other = queries.unfinished_from(db)
            if other != source:
                raise Conflict(
                    f"{goal.place} holds a part of what was to be moved from {other}. Move that again, or give"
                    " another target."
                )
        elif "accounts" in names and queries.count_rows(db, "accounts"):
            raise Conflict(
                f"{goal.place} has accounts already. Give a target that is empty; nothing was changed."
            )


class _Move:
    """One move under way: the source at one moment, and the target that only it uses."""

    def __init__(
        self, origin: SoleUse, from_db: "Connection", goal: SoleUse, report: Report
    ) -> None:
        self._origin = origin
        self._from = from_db
        self._goal = goal
        self._report = report
        self._tables = self._compared_tables()
        self._counts = {one.name: queries.count_rows(from_db, one.name) for one in self._tables}

    def run(self, rebuild: Rebuild, check: Check) -> dict[str, int]:
        self._begin_anew()
        for table in self._tables:
            self._copy(table)
        self._rebuild(rebuild)
        for table in self._tables:
            self._compare(table)
        self._finish(check)
        return self._counts

    def _compared_tables(self) -> list[MovedTable]:
        given = self._origin.tables(self._from)
        if any(table.name == UNFINISHED for table in given):
            raise InvalidInput(
                f"{self._origin.place} holds a part of what was to be moved from"
                f" {queries.unfinished_from(self._from)}. Move from there."
            )
        with self._goal.snapshot() as db:
            return moved_tables(given, self._goal.tables(db))

    def _begin_anew(self) -> None:
        with self._goal.transaction() as db:
            if all(table.name != UNFINISHED for table in self._goal.tables(db)):
                queries.mark_unfinished(db, self._origin.place)
            self._goal.empty(db, [*(table.name for table in self._tables), *REBUILT])

    def _copy(self, table: MovedTable) -> None:
        done = 0
        for batch in _batches(self._origin.stream(self._from, queries.rows_in_order(table))):
            with self._goal.transaction() as db:
                self._goal.insert(db, table, batch)
            done += len(batch)
            self._report(f"Copying {table.name}", done, self._counts[table.name])

    def _rebuild(self, rebuild: Rebuild) -> None:
        place, done = None, 0
        while True:
            with self._goal.transaction() as db:
                place, number = rebuild(db, place)
            done += number
            self._report("Indexing notes", done, done if place is None else self._counts["notes"])
            if place is None:
                return

    def _compare(self, table: MovedTable) -> None:
        """Every value of every row, on both sides in one order."""
        total, sql = self._counts[table.name], queries.rows_in_order(table)
        with self._goal.snapshot() as db:
            pairs = zip_longest(
                self._origin.stream(self._from, sql), self._goal.stream(db, sql), fillvalue=None
            )
            number = 0
            for number, (given, found) in enumerate(pairs, start=1):
                if given != found:
                    raise Conflict(
                        f"Row {number:,} of {table.name} is not the same in {self._goal.place}. Move again."
                    )
                if number % TOLD_EVERY == 0 or number == total:
                    self._report(f"Comparing {table.name}", number, total)
        if number != total:
            raise Unavailable(f"{number:,} rows of {table.name} were read instead of {total:,}.")

    def _finish(self, check: Check) -> None:
        with self._goal.transaction() as db:
            self._goal.continue_numbers(db)
            self._goal.gather_statistics(db)
            if wrong := check(db):
                raise Conflict(f"{self._goal.place}: {'; '.join(wrong)}. Move again.")
            queries.mark_whole(db)


def _batches(rows: "Iterable[Row]") -> "Iterator[list[Row]]":
    """So that neither many rows nor long ones are held at once."""
    batch: list[Row] = []
    size = 0
    for row in rows:
        batch.append(row)
        size += sum(len(value) for value in row if isinstance(value, (str, bytes)))
        if len(batch) >= BATCH or size >= BATCH_SIZE:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
