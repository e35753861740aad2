"""Searching the notes that an actor reaches."""

from dataclasses import dataclass
from itertools import chain

from spote.domain import notes
from spote.domain.notes.words import phrases as phrases_of
from spote.domain.notes.words import words
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


Phrases = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Wish:
    """A note is to hold each of the phrases; with `prefix` the last word may be the beginning of one."""

    phrases: Phrases
    prefix: bool = False
    in_body: bool = True  # else in the title and labels alone


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
    """All notes with any of the phrases; where those are too many to rank, the likeliest of them."""
    phrases, prefix = phrases_of(query.q), _goes_on(query.q)
    lists = [_numbers(db, actor, query, Wish((phrase,))) for phrase in phrases]
    lists.sort(key=len)  # a rare word says more than a common one
    numbers = dict.fromkeys(chain.from_iterable(lists))  # a set that keeps its order
    if len(numbers) >= SEARCH_DEPTH:
        numbers = _likeliest(db, actor, query, phrases, prefix=prefix) | numbers
    elif prefix:
        beginning = Wish(phrases[-1:], prefix=True)
        numbers |= dict.fromkeys(_numbers(db, actor, query, beginning))
    best = list(numbers)[:SEARCH_DEPTH]
    return rank(queries.candidates(db, actor, best), phrases, prefix=prefix)


def _likeliest(
    db: Connection, actor: Actor, query: SearchQuery, phrases: Phrases, *, prefix: bool
) -> dict[int, None]:
    """With every phrase, in title and labels before the text, as a beginning at last; only as far as needed."""
    wishes = [Wish(phrases, in_body=False), Wish(phrases)]
    if prefix and len(phrases) > 1:
        wishes.append(Wish(phrases, prefix=True))
    found: dict[int, None] = {}
    for wish in wishes:
        if len(found) < SEARCH_DEPTH:
            found |= dict.fromkeys(_numbers(db, actor, query, wish))
    return found


def _numbers(db: Connection, actor: Actor, query: SearchQuery, wish: Wish) -> list[int]:
    return queries.notes_with_words(
        db,
        actor,
        wish.phrases,
        buckets=query.buckets,
        tags=query.tags,
        prefix=wish.prefix,
        in_body=wish.in_body,
        limit=SEARCH_DEPTH,
    )


def _goes_on(q: str) -> bool:
    """Whether the last word may still be being typed: not where it came before, or one too many."""
    phrases = phrases_of(q)
    return (
        bool(phrases)
        and q[-1].isalnum()
        and len(phrases[-1][-1]) >= PREFIX_LENGTH
        and words(q)[-1] == phrases[-1][-1]
    )


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
