"""How well a note answers a query by its words, as a number between 0 and 1.

The number depends on nothing but the query and notes that the caller can see: a rank over the whole index,
such as BM25 gives, would tell through its word frequencies what stands in notes out of reach. Of each phrase
that was asked for, a note earns a share by where it stands (title, labels, text) and how often; rarer phrases
among the candidates weigh more.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from spote.domain.notes.words import searchable
from spote.domain.search.queries.words import Candidate

IN_TITLE = 1.0
IN_LABELS = 0.95
ONCE_IN_TEXT = 0.75  # grows with each further time towards IN_TITLE
BEGINNING = 0.8  # of the share, where only the beginning of a word was asked for
AS_ASKED = 0.5  # of what is missing to 1, where the whole query stands in a row
SCANNED = 50_000  # characters of a text that count


@dataclass(frozen=True, slots=True)
class Ranked:
    candidate: Candidate
    score: float  # 0..1


def rank(
    candidates: Sequence[Candidate], phrases: tuple[tuple[str, ...], ...], *, prefix: bool
) -> list[Ranked]:
    """The best first; equal ones as the candidates came."""
    shares = [_shares(candidate, phrases, prefix=prefix) for candidate in candidates]
    weights = [
        _weight(sum(1 for row in shares if row[n]), len(shares)) for n in range(len(phrases))
    ]
    ranked = [
        Ranked(candidate, _score(candidate, row, weights, phrases))
        for candidate, row in zip(candidates, shares, strict=True)
    ]
    return sorted(ranked, key=lambda one: -one.score)


def _score(
    candidate: Candidate,
    shares: list[float],
    weights: list[float],
    phrases: tuple[tuple[str, ...], ...],
) -> float:
    score = sum(share * weight for share, weight in zip(shares, weights, strict=True)) / sum(
        weights
    )
    if len(phrases) > 1 and all(shares) and _stands_in_a_row(candidate, phrases):
        score += (1 - score) * AS_ASKED
    return round(min(score, 1.0), 4)


def _weight(holders: int, candidates: int) -> float:
    return math.log(1 + (candidates + 1) / (holders + 0.5))


def _shares(
    candidate: Candidate, phrases: tuple[tuple[str, ...], ...], *, prefix: bool
) -> list[float]:
    title = _folded(candidate.title)
    labels = _folded(f"{candidate.bucket} {candidate.tags}")
    body = _folded(candidate.text[:SCANNED])
    last = len(phrases) - 1
    return [
        _share(phrase, title, labels, body, prefix=prefix and n == last)
        for n, phrase in enumerate(phrases)
    ]


def _share(phrase: tuple[str, ...], title: str, labels: str, body: str, *, prefix: bool) -> float:
    if share := _whole_share(_pattern(phrase, prefix=False), title, labels, body):
        return share
    return (
        BEGINNING * _whole_share(_pattern(phrase, prefix=True), title, labels, body)
        if prefix
        else 0.0
    )


def _whole_share(pattern: re.Pattern[str], title: str, labels: str, body: str) -> float:
    if pattern.search(title):
        return IN_TITLE
    if pattern.search(labels):
        return IN_LABELS
    times = len(pattern.findall(body))
    return IN_TITLE - (IN_TITLE - ONCE_IN_TEXT) / times if times else 0.0


def _stands_in_a_row(candidate: Candidate, phrases: tuple[tuple[str, ...], ...]) -> bool:
    pattern = _pattern(tuple(word for phrase in phrases for word in phrase), prefix=False)
    return bool(
        pattern.search(_folded(candidate.title))
        or pattern.search(_folded(candidate.text[:SCANNED]))
    )


def _folded(text: str) -> str:
    return searchable(text).lower()


@lru_cache(maxsize=1024)
def _pattern(phrase: tuple[str, ...], *, prefix: bool) -> re.Pattern[str]:
    """The words of the phrase in a row, with nothing but other characters than letters and digits between them.

    The first word stands before the look back at what precedes it: so the search for it is a plain and quick one.
    """
    first, *others = (re.escape(word) for word in phrase)
    row = "".join(rf"[\W_]+{word}" for word in others)
    return re.compile(rf"{first}(?<![^\W_]{first}){row}" + ("" if prefix else r"(?![^\W_])"))
