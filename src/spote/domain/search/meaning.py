"""Finding passages by meaning: the model, the index in memory, and a closer look at the nearest vectors."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from spote.domain.notes.reach import Reach
from spote.domain.search.index import Index, nearest
from spote.domain.search.part import Numbers, Vector
from spote.domain.search.queries import passages as queries
from spote.domain.search.queries.passages import ReachableVector
from spote.identity import Actor
from spote.storage import Connection

MARGIN = 20  # passages more than asked for get a closer look, as some may be gone
NOTHING_MORE = Reach("", {})  # no wish besides the actor's reach


@dataclass(frozen=True, slots=True)
class Nearest:
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
        narrow = not actor.grant.reaches_everything or wished.sql
        among = np.array(queries.reachable_notes(db, actor, wished), np.int64) if narrow else None
        look = partial(self._look, db, actor, model, vector, wished, among, count + MARGIN)
        vectors, asked = look()
        if len(vectors) < asked - MARGIN:  # too many are gone
            self._index.forget(actor.account_id, model)
            vectors, _ = look()
        return best_of_each_note(vectors, vector)[:count]

    def _look(
        self,
        db: Connection,
        actor: Actor,
        model: str,
        vector: Vector,
        wished: Reach,
        among: Numbers | None,
        count: int,
    ) -> tuple[list[ReachableVector], int]:
        """The whole vectors of the nearest, and how many were asked for."""
        view = self._index.view(db, actor.account_id, model)
        numbers = nearest(view, vector, among=among, count=count)
        return queries.reachable_vectors(db, actor, numbers, wished), len(numbers)


def best_of_each_note(vectors: Sequence[ReachableVector], vector: Vector) -> list[Nearest]:
    """By falling cosine."""
    if not vectors:
        return []
    cosines = matrix([one.vector for one in vectors]) @ vector
    best: dict[str, Nearest] = {}
    for place in np.argsort(-cosines, kind="stable"):
        one = vectors[int(place)]
        if one.note_id not in best:
            best[one.note_id] = Nearest(
                one.note_id, float(cosines[place]), one.starts_at, one.ends_at
            )
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
