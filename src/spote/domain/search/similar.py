"""Notes that mean much the same as a note, by the vectors that are stored: nothing is embedded again."""

from typing import TYPE_CHECKING

from spote.domain import notes
from spote.domain.search.by_meaning import SearchByMeaning
from spote.domain.search.embedding import curve_of
from spote.domain.search.model import FoundNote, SearchQuery, SearchResults
from spote.domain.search.preparing import model_for
from spote.domain.search.queries import passages as queries
from spote.domain.search.service import SEARCH_DEPTH, search_notes
from spote.domain.search.snippets import passage_snippet
from spote.errors import InvalidInput
from spote.identity import Actor, Verb
from spote.paging import Page
from spote.storage import Connection

if TYPE_CHECKING:
    from spote.domain.search.meaning import Nearest


def similar_notes(
    db: Connection,
    actor: Actor,
    note_id: str,
    page: Page,
    by_meaning: SearchByMeaning | None = None,
) -> SearchResults:
    """By falling score, without the note itself. Where it has no vectors yet, by the words of its title.

    Raises NotFound where the note is absent or out of reach.
    """
    actor.require(Verb.READ)
    note = notes.get_note(db, actor, note_id)
    model = model_for(db, actor)
    vectors = queries.vectors_of_note(db, actor, note_id, model) if model else []
    if not vectors or by_meaning is None or model is None:
        return _by_title(db, actor, note, page)
    from spote.domain.search.meaning import NOTHING_MORE, mean_vector  # noqa: PLC0415 - loads numpy

    nearest = by_meaning.meaning.nearest(
        db, actor, model, mean_vector(vectors), NOTHING_MORE, count=SEARCH_DEPTH + 1
    )
    others = [one for one in nearest if one.note_id != note_id][:SEARCH_DEPTH]
    shown = others[page.offset : page.offset + page.limit]
    return SearchResults(_found(db, actor, model, shown), len(others), "semantic")


def _by_title(db: Connection, actor: Actor, note: notes.Note, page: Page) -> SearchResults:
    query = SearchQuery(q=note.title, mode="keyword")
    try:
        found = search_notes(db, actor, query, Page(SEARCH_DEPTH))
    except InvalidInput:  # a title that nobody can see asks nothing
        return SearchResults([], 0, "keyword")
    others = [one for one in found.items if one.id != note.id]
    shown = others[page.offset : page.offset + page.limit]
    return SearchResults(shown, len(others), "keyword")


def _found(db: Connection, actor: Actor, model: str, nearest: "list[Nearest]") -> list[FoundNote]:
    whole = notes.get_notes(db, actor, [one.note_id for one in nearest])
    return [
        FoundNote.model_validate(
            {
                **{name: getattr(note, name) for name in note.model_fields_set},
                "score": round(curve_of(model).score(one.cosine), 4),
                "snippet": passage_snippet(note.text, one.starts_at, one.ends_at),
                "matched_by": ("meaning",),
            }
        )
        for one in nearest
        if (note := whole.get(one.note_id))
    ]
