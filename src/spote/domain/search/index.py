"""The vectors of accounts in memory, a byte for each number: near enough to say which passages deserve a closer look.

Each account's part learns what is new by sequence number, in the snapshot of the search itself, so that no search
in any process misses what was committed before it; only a note that changes while the search runs may be missing.
Parts that were not used for the longest time go first when memory is short.
"""

import threading
from collections import OrderedDict
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from spote.domain.search.part import COMPARED, NO_NOTE, Numbers, Part, Vector, View
from spote.domain.search.queries import passages as queries
from spote.storage import Connection

LEARNED_AT_ONCE = 5_000  # passages
Key = tuple[str, str]  # account, model


class Likely(NamedTuple):
    """A passage that is near, as far as memory can tell."""

    number: int
    note_number: int


class Index:
    """Parts by account and model, up to a number of bytes in all."""

    def __init__(self, *, limit_bytes: int) -> None:
        self._limit = limit_bytes
        self._parts: OrderedDict[Key, Part] = OrderedDict()
        self._lock = threading.Lock()

    def remembered(self, account_id: str, model: str) -> View | None:
        """As far as was learned for other searches: who uses it has to see whether it reaches their own snapshot."""
        key = (account_id, model)
        with self._lock:
            part = self._parts.get(key)
            if part is None or part.is_mostly_gone:
                return None
            self._parts.move_to_end(key)
        with part.lock:
            return part.view()

    def view(self, db: Connection, account_id: str, model: str) -> View:
        """What this snapshot of the database holds, perhaps with what later ones have added to it meanwhile.

        It may hold passages that are gone, until somebody looks for one of them in vain and says so.
        """
        embedded = queries.embedded(db, account_id)
        key = (account_id, model)
        with self._lock:
            part = self._parts.get(key)
            if part is None or part.is_mostly_gone or part.epoch != embedded.epoch:
                part = self._parts[key] = Part(embedded.epoch)
            self._parts.move_to_end(key)
        with part.lock:
            if part.sequence < embedded.sequence:
                _learn(db, account_id, model, part)
                part.sequence = max(part.sequence, embedded.sequence)
            view = part.view()
        self._evict()
        return view

    @property
    def size_bytes(self) -> int:
        with self._lock:
            return self._size()

    def _size(self) -> int:
        return sum(part.size_bytes for part in self._parts.values())

    def _evict(self) -> None:
        with self._lock:
            while len(self._parts) > 1 and self._size() > self._limit:
                self._parts.popitem(last=False)


def _learn(db: Connection, account_id: str, model: str, part: Part) -> None:
    while rows := queries.vectors_since(
        db, account_id, model, sequence=part.sequence, limit=LEARNED_AT_ONCE
    ):
        part.learn(
            rows[-1].sequence,
            np.array([row.number for row in rows], np.int64),
            np.array([row.note_number for row in rows], np.int64),
            np.stack([np.frombuffer(row.vector, "<f2") for row in rows]).astype(np.float32),
        )


def nearest(view: View, vector: Vector, *, among: Numbers | None, count: int) -> list[Likely]:
    """The best passage of each of the nearest notes, nearest first. `among` are numbers of notes."""
    rows = None if among is None else np.flatnonzero(np.isin(view.notes, among))
    compared = COMPARED
    while True:
        places, cosines = view.nearest(vector, rows, compared=compared)
        best = _best_of_notes(view.notes[places], cosines, count)
        if len(best) == count or len(places) == (len(view.numbers) if rows is None else len(rows)):
            at = places[best]
            return list(map(Likely, view.numbers[at].tolist(), view.notes[at].tolist()))
        compared *= 8  # a few long notes have all of them


def _best_of_notes(notes: Numbers, cosines: Vector, count: int) -> NDArray[np.intp]:
    """Places of the greatest cosine of each note, by falling cosine."""
    looked_at = 2 * count
    while True:
        some: NDArray[np.intp] = np.arange(len(notes))
        if looked_at < len(notes):
            some = np.argpartition(-cosines, looked_at)[:looked_at]
        some = some[np.argsort(-cosines[some], kind="stable")]
        some = some[notes[some] != NO_NOTE]
        _, firsts = np.unique(notes[some], return_index=True)
        if len(firsts) >= count or looked_at >= len(notes):
            return some[np.sort(firsts)[:count]]
        looked_at *= 4
