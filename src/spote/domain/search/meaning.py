"""Finding passages by meaning: the model, the index in memory, and a closer look at the nearest vectors."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from spote.domain.notes.reach import Reach
from spote.domain.search.index import Index, nearest
from spote.domain.search.part import Numbers, Vector
from spote.domain.search.queries import passages as queries
from spote.domain.search.queries.passages import ReachableVector
from spote.identity import Actor
from spote.storage import Connection

MARGIN = 20  # passages more than asked for get a closer look, as some may be gone
FEW = 200  # notes that one account shares: their vectors are read from the database
NOTHING_MORE = Reach("", {})  # no wish besides the actor's reach


class Nearest(NamedTuple):
    """A note by its best passage."""

    note_id: str
    cosine: float
    starts_at: int
    ends_at: int


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
        among = np.array(queries.reachable_notes(db, actor, wished), np.int64) if narrow else None
        vectors = self._nearest_of(asked, actor.account_id, among)
        if actor.reaches_shared_notes:
            for account_id, numbers in _by_owner(queries.shared_notes(db, actor, wished)):
                vectors += self._shared(asked, account_id, numbers)
        return best_of_each_note(vectors, vector)[:count]

    def _shared(
        self, asked: "_Asked", account_id: str, numbers: list[int]
    ) -> list[ReachableVector]:
        """From memory where that holds little but what is wanted: it would have to learn all of the owner's notes."""
        if len(numbers) > FEW:
            return self._nearest_of(asked, account_id, np.array(numbers, np.int64))
        return queries.shared_vectors(asked.db, asked.actor, account_id, asked.model, asked.wished)

    def _nearest_of(
        self, asked: "_Asked", account_id: str, among: Numbers | None
    ) -> list[ReachableVector]:
        """The whole vectors of the nearest passages in one account."""
        vectors, wanted = self._look(asked, account_id, among)
        if len(vectors) < wanted - MARGIN:  # too many are gone
            self._index.forget(account_id, asked.model)
            vectors, _ = self._look(asked, account_id, among)
        return vectors

    def _look(
        self, asked: "_Asked", account_id: str, among: Numbers | None
    ) -> tuple[list[ReachableVector], int]:
        """And how many were asked for."""
        view = self._index.view(asked.db, account_id, asked.model)
        numbers = nearest(view, asked.vector, among=among, count=asked.count + MARGIN)
        found = queries.reachable_vectors(asked.db, asked.actor, account_id, numbers, asked.wished)
        return found, len(numbers)


@dataclass(frozen=True, slots=True)
class _Asked:
    """One look for the nearest, by whom and among what."""

    db: Connection
    actor: Actor
    model: str
    vector: Vector
    wished: Reach
    count: int


def _by_owner(shared: Sequence[tuple[str, int]]) -> list[tuple[str, list[int]]]:
    numbers: dict[str, list[int]] = {}
    for account_id, number in shared:
        numbers.setdefault(account_id, []).append(number)
    return list(numbers.items())


def best_of_each_note(vectors: Sequence[ReachableVector], vector: Vector) -> list[Nearest]:
    """By falling cosine."""
    if not vectors:
        return []
    cosines = (matrix([one.vector for one in vectors]) @ vector).tolist()
    best: dict[str, Nearest] = {}
    for one, cosine in sorted(
        zip(vectors, cosines, strict=True), key=lambda pair: (-pair[1], pair[0].number)
    ):
        if one.note_id not in best:
            best[one.note_id] = Nearest(one.note_id, cosine, one.starts_at, one.ends_at)
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
