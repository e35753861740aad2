"""Searching the notes that an actor reaches: by words, by meaning, or by both."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from itertools import chain

from spote.domain import notes
from spote.domain.notes.words import phrases as phrases_of
from spote.domain.notes.words import words
from spote.domain.search.by_meaning import Question
from spote.domain.search.embedding import curve_of
from spote.domain.search.fusion import fused
from spote.domain.search.model import FoundNote, Mode, SearchQuery, SearchResults, Snippet
from spote.domain.search.preparing import require_question, unavailable
from spote.domain.search.queries import waiting as waiting_queries
from spote.domain.search.queries import words as word_queries
from spote.domain.search.ranking import rank
from spote.domain.search.snippets import passage_snippet, snippet, snippet_within
from spote.identity import Actor, Verb
from spote.paging import Page
from spote.storage import Connection

SEARCH_DEPTH = 100  # notes that are found at most, in each way too; a page further down is empty
PREFIX_LENGTH = 3  # letters from which the last word may be the beginning of one
Span = tuple[int, int]
Phrases = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Wish:
    """A note is to hold each of the phrases; with `prefix` the last word may be the beginning of one."""

    phrases: Phrases
    prefix: bool = False
    in_body: bool = True  # else in the title and labels alone


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why notes were found: scores 0..1 by note, and the best passage of those found by meaning."""

    words: Mapping[str, float]
    meaning: Mapping[str, float]
    passages: Mapping[str, Span]


def search_notes(
    db: Connection, actor: Actor, query: SearchQuery, page: Page, question: Question | None = None
) -> SearchResults:
    """By falling score. Without a question turned into a vector, `hybrid` searches by words and says so.

    Raises:
        InvalidInput: the query is blank or too long.
        Unavailable: search by meaning alone was asked for, and cannot be had now.
    """
    actor.require(Verb.READ)
    require_question(query.q)
    mode = _possible_mode(db, actor, query.mode, question)
    words = {} if mode == "semantic" else _by_words(db, actor, query)
    nearest = (
        question.nearest(db, actor, query, count=SEARCH_DEPTH)
        if question and mode != "keyword"
        else []
    )
    curve = curve_of(question.model if question else "")
    meaning = {one.note_id: curve.score(one.cosine) for one in nearest}
    evidence = Evidence(
        words, meaning, {one.note_id: (one.starts_at, one.ends_at) for one in nearest}
    )
    scores = dict(fused(words, meaning)[:SEARCH_DEPTH]) if mode == "hybrid" else words or meaning
    return SearchResults(_page(db, actor, query.q, scores, evidence, page), len(scores), mode)


def _possible_mode(db: Connection, actor: Actor, wished: Mode, question: Question | None) -> Mode:
    if question is not None or wished == "keyword":
        return wished
    if not waiting_queries.reaches_a_note(db, actor):
        return wished  # nothing is found in any way
    if wished == "semantic":
        raise unavailable(waiting_queries.count_readable_waiting(db, actor))
    return "keyword"


def _by_words(db: Connection, actor: Actor, query: SearchQuery) -> dict[str, float]:
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
    ranked = rank(
        word_queries.candidates(db, actor, best),
        phrases,
        prefix=prefix,
        which_hold=partial(word_queries.which_hold, db, actor),
    )
    return {one.candidate.note_id: one.score for one in ranked}


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
    return word_queries.notes_with_words(
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


def _page(
    db: Connection,
    actor: Actor,
    q: str,
    scores: Mapping[str, float],
    evidence: Evidence,
    page: Page,
) -> list[FoundNote]:
    shown = list(scores)[page.offset : page.offset + page.limit]
    whole = notes.get_notes(db, actor, shown)
    return [
        _shown(whole[note_id], scores[note_id], q, evidence)
        for note_id in shown
        if note_id in whole
    ]


def _shown(note: notes.Note, score: float, q: str, evidence: Evidence) -> FoundNote:
    known = {name: getattr(note, name) for name in note.model_fields_set}
    reasons = {"words": evidence.words, "meaning": evidence.meaning}
    return FoundNote.model_validate(
        {
            **known,
            "score": round(score, 4),
            "snippet": _snippet(note, q, evidence),
            "matched_by": tuple(reason for reason, scores in reasons.items() if note.id in scores),
        }
    )


def _snippet(note: notes.Note, q: str, evidence: Evidence) -> Snippet:
    """Of whichever evidence says more: where the words stand, or the passage that means what was asked."""
    phrases, prefix = phrases_of(q), _goes_on(q)
    passage = evidence.passages.get(note.id, (0, len(note.text)))
    if not phrases or note.id not in evidence.words:
        return passage_snippet(note.text, *passage)
    if evidence.words[note.id] >= evidence.meaning.get(note.id, 0.0):
        found = snippet(note.text, phrases, prefix=prefix)
        if found.matches or note.id not in evidence.passages:
            return found
    return snippet_within(note.text, *passage, phrases, prefix=prefix)
