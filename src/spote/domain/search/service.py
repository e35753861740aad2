"""Searching the notes that an actor reaches."""

from spote.domain import notes
from spote.domain.notes.words import phrases as phrases_of
from spote.domain.search import queries
from spote.domain.search.model import QUERY_LIMIT, FoundNote, SearchQuery, SearchResults
from spote.domain.search.queries import Candidate
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
    """From the strictest wish to the widest, only as far as needed: a common word makes each step dear."""
    phrases, prefix = phrases_of(query.q), _goes_on(query.q)
    candidates: list[Candidate] = []
    for every, goes_on in _wishes(phrases, prefix=prefix):
        candidates = _candidates(db, actor, query, prefix=goes_on, every=every)
        if len(candidates) >= SEARCH_DEPTH:
            break
    return rank(candidates, phrases, prefix=prefix)


def _wishes(phrases: tuple[tuple[str, ...], ...], *, prefix: bool) -> list[tuple[bool, bool]]:
    """Every phrase or any, the last word whole or as a beginning."""
    wishes = [(True, False)] if phrases else []
    if len(phrases) > 1:
        wishes.append((False, False))
    if prefix:
        wishes.append((False, True))
    return wishes


def _candidates(
    db: Connection, actor: Actor, query: SearchQuery, *, prefix: bool, every: bool
) -> list[Candidate]:
    return queries.notes_with_words(
        db,
        actor,
        phrases_of(query.q),
        buckets=query.buckets,
        tags=query.tags,
        prefix=prefix,
        every=every,
        limit=SEARCH_DEPTH,
    )


def _goes_on(q: str) -> bool:
    """Whether the last word may still be being typed."""
    phrases = phrases_of(q)
    return bool(phrases) and q[-1].isalnum() and len(phrases[-1][-1]) >= PREFIX_LENGTH


def _found(db: Connection, actor: Actor, q: str, ranked: list[Ranked]) -> list[FoundNote]:
    whole = notes.get_notes(db, actor, [one.candidate.note_id for one in ranked])
    return [_shown(whole[one.candidate.note_id], one, q) for one in ranked]


def _shown(note: notes.Note, ranked: Ranked, q: str) -> FoundNote:
    known = {name: getattr(note, name) for name in note.model_fields_set}
    return FoundNote.model_validate(
        {
            **known,
            "score": ranked.score,
            "snippet": snippet(note.text, phrases_of(q), prefix=_goes_on(q)),
            "matched_by": ("words",),
        }
    )
