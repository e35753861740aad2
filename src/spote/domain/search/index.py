"""The vectors of accounts in memory, small: the sign of each number is enough to find who deserves a closer look.

Each account's part learns what is new by sequence number, in the snapshot of the search itself, so that no search
in any process misses what was committed before it. Parts that were not used for the longest time go first when memory
is short.
"""

import threading
from collections import OrderedDict
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from spote.domain.search.queries import passages as queries
from spote.storage import Connection

LEARNED_AT_ONCE = 5_000  # passages
OF_ONE_NOTE = 4  # passages of a note that get a closer look: the best one counts
Key = tuple[str, str, int]  # account, model, epoch
Bits = NDArray[np.uint64]
Numbers = NDArray[np.int64]


@dataclass(frozen=True)
class Part:
    """One account's passages; never changed, only replaced, so that threads can share it."""

    sequence: int
    numbers: Numbers = field(repr=False)  # of passages
    notes: Numbers = field(repr=False)  # the number of the note of each
    bits: Bits = field(repr=False)  # uint64[passages, dimensions / 64]

    @property
    def size_bytes(self) -> int:
        return self.numbers.nbytes + self.notes.nbytes + self.bits.nbytes


EMPTY = Part(0, np.empty(0, np.int64), np.empty(0, np.int64), np.empty((0, 0), np.uint64))


class Index:
    """Parts by account, model and epoch, up to a number of bytes in all."""

    def __init__(self, *, limit_bytes: int) -> None:
        self._limit = limit_bytes
        self._parts: OrderedDict[Key, Part] = OrderedDict()
        self._lock = threading.Lock()

    def part(self, db: Connection, account_id: str, model: str) -> Part:
        """What this snapshot of the database holds, and perhaps a little of later ones."""
        key = (account_id, model, queries.epoch_of(db, account_id))
        with self._lock:
            known = self._parts.get(key, EMPTY)
        learned = self._learn(db, account_id, model, known)
        self._keep(key, learned)
        return learned

    def nearest(
        self, part: Part, vector: NDArray[np.float32], *, among: Numbers | None, count: int
    ) -> list[int]:
        """Numbers of the passages whose signs differ least from the vector's; `among` are numbers of notes."""
        if not len(part.numbers) or count < 1:
            return []
        differing = np.bitwise_count(part.bits ^ signs(vector[np.newaxis])).sum(
            axis=1, dtype=np.uint16
        )
        numbers, notes = part.numbers, part.notes
        if among is not None:
            mask = np.isin(notes, among)
            differing, numbers, notes = differing[mask], numbers[mask], notes[mask]
        chosen = _nearest(differing, notes, count)
        return [int(number) for number in numbers[chosen]]

    def forget(self, account_id: str, model: str) -> None:
        """For a part that holds too many passages that are gone: the next search learns it anew."""
        with self._lock:
            for key in [key for key in self._parts if key[:2] == (account_id, model)]:
                del self._parts[key]

    @property
    def size_bytes(self) -> int:
        with self._lock:
            return sum(part.size_bytes for part in self._parts.values())

    def _learn(self, db: Connection, account_id: str, model: str, known: Part) -> Part:
        while rows := queries.vectors_since(
            db, account_id, model, sequence=known.sequence, limit=LEARNED_AT_ONCE
        ):
            vectors = np.stack([np.frombuffer(row.vector, "<f2") for row in rows])
            known = Part(
                rows[-1].sequence,
                np.concatenate([known.numbers, np.array([row.number for row in rows], np.int64)]),
                np.concatenate(
                    [known.notes, np.array([row.note_number for row in rows], np.int64)]
                ),
                np.concatenate([known.bits, signs(vectors)]) if len(known.bits) else signs(vectors),
            )
        return known

    def _keep(self, key: Key, part: Part) -> None:
        with self._lock:
            held = self._parts.get(key)
            if held is None or held.sequence < part.sequence:
                self._parts[key] = part
            self._parts.move_to_end(key)
            while (
                len(self._parts) > 1
                and sum(one.size_bytes for one in self._parts.values()) > self._limit
            ):
                self._parts.popitem(last=False)


def _nearest(differing: NDArray[np.uint16], notes: Numbers, count: int) -> NDArray[np.intp]:
    """Places of the least differing, a few of each note, so that a long one does not push out all others."""
    looked_at = 2 * count
    while True:
        if looked_at >= len(differing):
            places = np.arange(len(differing))
        else:
            places = np.argpartition(differing, looked_at)[:looked_at]
        places = places[np.argsort(differing[places], kind="stable")]
        chosen = places[_place_within(notes[places]) < OF_ONE_NOTE]
        if len(chosen) >= count or looked_at >= len(differing):
            return chosen[:count]
        looked_at *= 4


def _place_within(notes: Numbers) -> NDArray[np.intp]:
    """Of each entry: how many of the same note come before it."""
    order = np.argsort(notes, kind="stable")
    ordered = notes[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
    lengths = np.diff(np.r_[starts, len(ordered)])
    within = np.empty(len(notes), np.intp)
    within[order] = np.arange(len(notes)) - np.repeat(starts, lengths)
    return within


def signs(vectors: NDArray[np.floating]) -> Bits:
    """uint64[n, ceil(dimensions / 64)]: a bit for each number that is above zero."""
    packed = np.packbits(vectors > 0, axis=1)
    padding = -packed.shape[1] % 8
    if padding:
        packed = np.pad(packed, ((0, 0), (0, padding)))
    return np.ascontiguousarray(packed).view(np.uint64)
