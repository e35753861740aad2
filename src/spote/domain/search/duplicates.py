"""Notes that are likely the same as another one, or as a text that nobody has saved yet, by the stored vectors."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from spote.domain import notes
from spote.domain.search.by_meaning import ReadText, SearchByMeaning
from spote.domain.search.embedding import curve_of
from spote.domain.search.preparing import model_for, unavailable
from spote.domain.search.queries import passages as queries
from spote.domain.search.queries import waiting as waiting_queries
from spote.identity import Actor, Verb
from spote.storage import Connection

if TYPE_CHECKING:  # numpy takes 20 MB
    from spote.domain.search.part import Vector

LOOKED_AT = 12  # notes near the whole and near the beginning that are compared passage by passage


@dataclass(frozen=True, slots=True)
class NearDuplicate:
    note: notes.Note
    likeness: float  # 0..1, see likeness()


def near_duplicates(
    db: Connection,
    actor: Actor,
    of: str | ReadText,
    by_meaning: SearchByMeaning,
    *,
    limit: int = LOOKED_AT,
) -> list[NearDuplicate]:
    """The likeliest first; `of` is a note's id, or what `SearchByMeaning.read_text` made of a text.

    Embeds nothing. A note that holds the other one and much else is no duplicate. How like they have to be stands
    in docs/search-quality.md.

    Raises:
        NotFound: the note is absent or out of reach.
        Unavailable: there are no vectors to compare yet, or only such of another model.
    """
    actor.require(Verb.READ)
    if isinstance(of, str):
        notes.get_note(db, actor, of)
    model = model_for(db, actor)
    vectors = _vectors_of(db, actor, of, model) if model else None
    if vectors is None or model is None:
        raise unavailable(waiting_queries.count_waiting(db, actor.account_id))
    least = curve_of(model).same_from
    like = {
        note_id: likeness(vectors, others)
        for note_id in _candidates(db, actor, by_meaning, model, vectors)
        if note_id != of and (others := _stored(db, actor, note_id, model)) is not None
    }
    best = sorted((one for one in like if like[one] >= least), key=lambda one: -like[one])[:limit]
    whole = notes.get_notes(db, actor, best)
    return [NearDuplicate(whole[one], like[one]) for one in best if one in whole]


def _vectors_of(db: Connection, actor: Actor, of: str | ReadText, model: str) -> "Vector | None":
    if isinstance(of, str):
        return _stored(db, actor, of, model)
    return of.vectors if of.model == model else None


def _stored(db: Connection, actor: Actor, note_id: str, model: str) -> "Vector | None":
    from spote.domain.search.meaning import matrix  # noqa: PLC0415 - loads numpy

    stored = queries.vectors_of_note(db, actor, note_id, model)
    return matrix(stored) if stored else None


def _candidates(
    db: Connection, actor: Actor, by_meaning: SearchByMeaning, model: str, vectors: "Vector"
) -> list[str]:
    from spote.domain.search.meaning import NOTHING_MORE, mean_of  # noqa: PLC0415 - loads numpy

    asked = [mean_of(vectors), vectors[0]] if len(vectors) > 1 else [vectors[0]]
    found = [
        by_meaning.meaning.nearest(db, actor, model, one, NOTHING_MORE, count=LOOKED_AT)
        for one in asked
    ]
    return list(dict.fromkeys(one.note_id for some in found for one in some))


def likeness(ours: "Vector", theirs: "Vector") -> float:
    """0..1: how near each passage is to its counterpart, on average, seen from the side that is worse off."""
    cosines = ours @ theirs.T
    mean = min(float(cosines.max(axis=1).mean()), float(cosines.max(axis=0).mean()))
    return min(max(mean, 0.0), 1.0)
