"""Finding passages by meaning: the model, the index in memory, and a closer look at the nearest vectors."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spote.domain.notes.reach import Reach
from spote.domain.search.index import Index
from spote.domain.search.queries import passages as queries
from spote.domain.search.queries.passages import ReachableVector
from spote.identity import Actor
from spote.storage import Connection

CLOSER_LOOK = 400  # passages whose whole vectors are compared
NOTHING_MORE = Reach("", {})  # no wish besides the actor's reach
STALE_SHARE = 0.1  # of passages that are gone, from which the index is learned anew at once
Vector = NDArray[np.float32]


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

    def nearest(
        self, db: Connection, actor: Actor, model: str, vector: Vector, wished: Reach, *, count: int
    ) -> list[Nearest]:
        """The best notes first. What the grant or the wishes leave out is left out before anything is cut off."""
        part = self._index.part(db, actor.account_id, model)
        narrow = not actor.grant.reaches_everything or wished.sql
        among = np.array(queries.reachable_notes(db, actor, wished), np.int64) if narrow else None
        numbers = self._index.nearest(part, vector, among=among, count=CLOSER_LOOK)
        vectors = queries.reachable_vectors(db, actor, numbers, wished)
        if len(vectors) < len(numbers) * (1 - STALE_SHARE):
            self._index.forget(actor.account_id, model)
            part = self._index.part(db, actor.account_id, model)
            numbers = self._index.nearest(part, vector, among=among, count=CLOSER_LOOK)
            vectors = queries.reachable_vectors(db, actor, numbers, wished)
        return best_of_each_note(vectors, vector)[:count]


def best_of_each_note(vectors: Sequence[ReachableVector], vector: Vector) -> list[Nearest]:
    """By falling cosine."""
    if not vectors:
        return []
    matrix = np.stack([np.frombuffer(one.vector, "<f2") for one in vectors]).astype(np.float32)
    cosines = matrix @ vector
    best: dict[str, Nearest] = {}
    for place in np.argsort(-cosines, kind="stable"):
        one = vectors[int(place)]
        if one.note_id not in best:
            best[one.note_id] = Nearest(
                one.note_id, float(cosines[place]), one.starts_at, one.ends_at
            )
    return list(best.values())


def mean_vector(stored: Sequence[bytes]) -> Vector:
    """Of all passages of a note, of length 1: what the note as a whole is about."""
    passages = np.stack([np.frombuffer(one, "<f2") for one in stored]).astype(np.float32)
    mean: Vector = passages.sum(axis=0)
    return mean / np.float32(np.linalg.norm(mean) or 1.0)


def stored_form(vector: Vector) -> bytes:
    """float16[dimensions], little-endian: half the bytes, and no difference that a ranking would notice."""
    return vector.astype("<f2").tobytes()
