"""Searching the notes that an actor reaches."""

from spote.domain import notes
from spote.domain.notes.words import phrases as phrases_of
from spote.domain.search import queries
from spote.domain.search.model import QUERY_LIMIT, FoundNote, SearchQuery, SearchResults
from spote.domain.search.ranking import Ranked, rank
from spote.domain.search.snippets import snippet
from spote.errors import FieldError, InvalidInput, Unavailable
from spote.identity import Actor, Verb
from spote.paging import Page
from spote.storage import Connection

SEARCH_DEPTH = 100  # notes that are ranked; a page further down is empty
PREFIX_LENGTH = 3  # letters from which the last word may be the beginning of one


def search_notes(db: Connection, actor: Actor, query: SearchQuery, page: Page) -> SearchResults:
    """By falling score. Without a model, `hybrid` searches by words and says so.

    Raises:
        InvalidInput: the query is blank or too long.
        Unavailable: search by meaning was asked for, and this server has no model for it.
    """
    actor.require(Verb.READ)
    _require_question(query.q)
    if query.mode == "semantic":
        raise Unavailable(
            "This server has no model to search by meaning. Use mode=keyword.",
            retry_after_seconds=3600,
        )
    ranked = _by_words(db, actor, query)
    shown = ranked[page.offset : page.offset + page.limit]
    return SearchResults(_found(db, actor, query.q, shown), len(ranked), "keyword")


def _require_question(q: str) -> None:
    if not q.strip():
        raise _bad_query("must not be blank: say what you look for")
    if len(q) > QUERY_LIMIT:
        raise _bad_query(f"may have {QUERY_LIMIT} characters")


def _bad_query(message: str) -> InvalidInput:
    return InvalidInput(f"The query q {message}.", fields=[FieldError("q", message)])


def _by_words(db: Connection, actor: Actor, query: SearchQuery) -> list[Ranked]:
    phrases, prefix = phrases_of(query.q), _goes_on(query.q)
    if not phrases:
        return []
    candidates = queries.notes_with_words(
        db,
        actor,
        phrases,
        buckets=query.buckets,
        tags=query.tags,
        prefix=prefix,
        limit=SEARCH_DEPTH,
    )
    return rank(candidates, phrases, prefix=prefix)


def _goes_on(q: str) -> bool:
    """Whether the last word may still be being typed."""
    phrases = phrases_of(q)
    return bool(phrases) and q[-1].isalnum() and len(phrases[-1][-1]) >= PREFIX_LENGTH


def _found(db: Connection, actor: Actor, q: str, ranked: list[Ranked]) -> list[FoundNote]:
    whole = notes.get_notes(db, actor, [one.candidate.note_id for one in ranked])
    return [
        FoundNote.model_validate(
            {
                **whole[one.candidate.note_id].model_dump(by_alias=True, exclude_unset=True),
                "score": one.score,
                "snippet": snippet(one.candidate.text, phrases_of(q), prefix=_goes_on(q)),
                "matched_by": ("words",),
            }
        )
        for one in ranked
    ]
