"""Finding passages by meaning: the model, the index in memory, and a closer look at the nearest vectors."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from spote.domain.notes.reach import Reach
from spote.domain.search.index import Index, Likely, nearest
from spote.domain.search.part import Numbers, Vector, View
from spote.domain.search.queries import passages as queries
from spote.domain.search.queries.passages import Embedded, Reachable
from spote.identity import Actor
from spote.storage import Connection

CLOSELY = 40  # passages that get a closer look at the least: the rough order is only nearly right
SPARE = 20  # and more of them where some are gone
FEW = 200  # notes that one account shares: their vectors are read from the database
NOTHING_MORE = Reach("", {})  # no wish besides the actor's reach
NONE: Numbers = np.empty(0, np.int64)


class Nearest(NamedTuple):
    """A note by its best passage."""

    note_id: str
    cosine: float
    starts_at: int
    ends_at: int
    passage: int  # its number


class Meaning:
    """What this process's searches remember of vectors. Safe to use from several threads."""

    def __init__(self, *, limit_bytes: int) -> None:
        self._index = Index(limit_bytes=limit_bytes)

    @property
    def size_bytes(self) -> int:
        """Of what it remembers."""
        return self._index.size_bytes

    def nearest(
        self, db: Connection, actor: Actor, model: str, vector: Vector, wished: Reach, *, count: int
    ) -> list[Nearest]:
        """The best notes first. What the grant or the wishes leave out is left out before anything is cut off."""
        asked = _Asked(db, actor, model, vector, wished, count)
        narrow = not actor.grant.reaches_everything or wished.sql
        among = _reachable(asked) if narrow else None
        found = self._nearest_of(asked, actor.account_id, among)
        if actor.reaches_shared_notes:
            for account_id, numbers in _by_owner(queries.shared_notes(db, actor, wished)):
                found += self._shared(asked, account_id, numbers)
        return _best_of_each_note(found)[:count]

    def _shared(self, asked: "_Asked", account_id: str, numbers: list[int]) -> list[Nearest]:
        """From memory where that holds little but what is wanted: it would have to learn all of the owner's notes."""
        if len(numbers) > FEW:
            return self._nearest_of(asked, account_id, np.array(numbers, np.int64))
        stored = queries.shared_vectors(
            asked.db, asked.actor, account_id, asked.model, asked.wished
        )
        return _with_cosines(stored, asked.vector)

    def _nearest_of(self, asked: "_Asked", account_id: str, among: Numbers | None) -> list[Nearest]:
        """The nearest passages in one account, one of each note.

        It compares first with what is remembered, and learns with the passages whether that was enough.
        """
        wanted = max(asked.count, CLOSELY)
        has_buried = False
        view = self._index.remembered(account_id, asked.model)
        while True:
            view = view or self._index.view(asked.db, account_id, asked.model)
            likely = nearest(view, asked.vector, among=among, count=wanted + SPARE)
            found, embedded = _read(asked, account_id, likely[:wanted])
            if not view.holds(embedded):
                view = None
                continue
            if len(found) == len(likely[:wanted]):
                return found
            found += _read(asked, account_id, likely[wanted:])[0]
            is_ahead = view.sequence > embedded.sequence
            gone = NONE if is_ahead else _gone(asked, account_id, view, likely, found)
            if len(gone):
                with view.part.lock:
                    view.part.bury(gone)
            elif len(found) >= wanted or among is not None:
                return found
            if among is None and (has_buried or not len(gone)):
                among = _reachable(asked)  # what is nearer lies in the trash, or more is gone
            has_buried, view = True, None


@dataclass(frozen=True, slots=True)
class _Asked:
    """One look for the nearest, by whom and among what."""

    db: Connection
    actor: Actor
    model: str
    vector: Vector
    wished: Reach
    count: int


def _reachable(asked: _Asked) -> Numbers:
    """The numbers of all own notes within reach: takes longer the more there are."""
    return np.array(queries.reachable_notes(asked.db, asked.actor, asked.wished), np.int64)


def _read(
    asked: _Asked, account_id: str, likely: Sequence[Likely]
) -> tuple[list[Nearest], Embedded]:
    """Those that are still there and within reach; and how far the account is embedded."""
    numbers = {one.number: one.note_number for one in likely}
    stored, embedded = queries.reachable_passages(
        asked.db, asked.actor, account_id, asked.wished, numbers
    )
    return _with_cosines(stored, asked.vector), embedded


def _gone(
    asked: _Asked,
    account_id: str,
    view: View,
    likely: Sequence[Likely],
    found: Sequence[Nearest],
) -> Numbers:
    """What is remembered and there no more of the notes that were looked for in vain; others lie in the trash."""
    read = {one.passage for one in found}
    notes = list({one.note_number for one in likely if one.number not in read})
    remembered = view.numbers[np.isin(view.notes, notes)]
    present = queries.passages_of_notes(asked.db, account_id, asked.model, notes)
    return remembered[~np.isin(remembered, present)]


def _by_owner(shared: Sequence[tuple[str, int]]) -> list[tuple[str, list[int]]]:
    numbers: dict[str, list[int]] = {}
    for account_id, number in shared:
        numbers.setdefault(account_id, []).append(number)
    return list(numbers.items())


def _with_cosines(stored: Sequence[Reachable], vector: Vector) -> list[Nearest]:
    if not stored:
        return []
    cosines = (matrix([one.vector for one in stored]) @ vector).tolist()
    return [
        Nearest(one.note_id, cosine, one.starts_at, one.ends_at, one.number)
        for one, cosine in zip(stored, cosines, strict=True)
    ]


def _best_of_each_note(found: list[Nearest]) -> list[Nearest]:
    """By falling cosine."""
    best: dict[str, Nearest] = {}
    for one in sorted(found, key=lambda one: (-one.cosine, one.passage)):
        best.setdefault(one.note_id, one)
    return list(best.values())


def matrix(stored: Sequence[bytes]) -> Vector:
    """float32[len(stored), dimensions], of stored forms"""
    return np.frombuffer(b"".join(stored), "<f2").reshape(len(stored), -1).astype(np.float32)


def mean_vector(stored: Sequence[bytes]) -> Vector:
    """Of all passages of a note, of length 1: what the note as a whole is about."""
    return mean_of(matrix(stored))


def mean_of(vectors: Vector) -> Vector:
    mean: Vector = vectors.sum(axis=0)
    return mean / np.float32(np.linalg.norm(mean) or 1.0)


def stored_form(vector: Vector) -> bytes:
    """float16[dimensions], little-endian: half the bytes, and no difference that a ranking would notice."""
    return vector.astype("<f2").tobytes()
