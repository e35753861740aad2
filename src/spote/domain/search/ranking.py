"""How well a note answers a query by its words, as a number between 0 and 1.

The number depends on nothing but the query and notes that the caller can see: a rank over the whole index,
such as BM25 gives, would tell through its word frequencies what stands in notes out of reach. Of each phrase
that was asked for, a note earns a share by where it stands (title, labels, text) and how often; rarer phrases
among the candidates weigh more. Of a long text the beginning is read, and the index says what the rest holds.
"""

import math
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import Protocol

from spote.domain.notes.words import LETTER, UNSPACED, folded
from spote.domain.search.queries.words import Candidate

IN_TITLE = 1.0
IN_LABELS = 0.95
ONCE_IN_TEXT = 0.75  # grows with each further time towards IN_TITLE
BEGINNING = 0.8  # of the share, where only the beginning of a word was asked for
AS_ASKED = 0.5  # of what is missing to 1, where the whole query stands in a row
_UNSPACED = re.compile(f"[{UNSPACED}]")
_LETTERS = re.compile(f"{LETTER}+")
Phrase = tuple[str, ...]


class WhichHold(Protocol):
    def __call__(self, numbers: Sequence[int], phrase: Phrase, *, prefix: bool) -> Collection[int]:
        """Of the notes with these numbers, those that hold the phrase; with `prefix` its last word may go on."""
        ...


@dataclass(frozen=True, slots=True)
class Ranked:
    candidate: Candidate
    score: float  # 0..1


@dataclass(frozen=True)
class _Read:
    """What is known of a note, folded; the text only when it is needed."""

    candidate: Candidate

    @cached_property
    def title(self) -> str:
        return _apart(self.candidate.title)

    @cached_property
    def labels(self) -> str:
        return _apart(f"{self.candidate.bucket} {self.candidate.tags}")

    @cached_property
    def text(self) -> str:
        return _apart(self.candidate.text)


@dataclass(frozen=True, slots=True)
class _Earned:
    shares: list[float]  # one for each phrase
    is_as_asked: bool  # the whole query stands in a row


def rank(
    candidates: Sequence[Candidate],
    phrases: tuple[Phrase, ...],
    *,
    prefix: bool,
    which_hold: WhichHold,
) -> list[Ranked]:
    """The best first; equal ones as the candidates came."""
    earned = [_earned(_Read(one), phrases, prefix=prefix) for one in candidates]
    pairs = list(zip(candidates, earned, strict=True))
    in_part = {candidate.number: one.shares for candidate, one in pairs if not candidate.is_whole}
    last = len(phrases) - 1
    for n, phrase in enumerate(phrases):
        _add_unread(in_part, n, phrase, which_hold, prefix=prefix and n == last)
    weights = [
        _weight(sum(1 for one in earned if one.shares[n]), len(earned)) for n in range(len(phrases))
    ]
    ranked = [Ranked(candidate, _score(one, weights)) for candidate, one in pairs]
    return sorted(ranked, key=lambda one: -one.score)


def _earned(note: _Read, phrases: tuple[Phrase, ...], *, prefix: bool) -> _Earned:
    last = len(phrases) - 1
    shares = [_share(note, phrase, prefix=prefix and n == last) for n, phrase in enumerate(phrases)]
    return _Earned(shares, len(phrases) > 1 and all(shares) and _stands_in_a_row(note, phrases))


def _add_unread(
    shares: Mapping[int, list[float]],
    n: int,
    phrase: Phrase,
    which_hold: WhichHold,
    *,
    prefix: bool,
) -> None:
    """To the shares of texts that were read in part: what stands further down counts as standing there once."""
    wishes = [(ONCE_IN_TEXT, False), (BEGINNING * ONCE_IN_TEXT, True)]
    for least, goes_on in wishes if prefix else wishes[:1]:
        unread = [number for number, row in shares.items() if row[n] < least]
        if unread:
            for number in which_hold(unread, phrase, prefix=goes_on):
                shares[number][n] = least


def _score(earned: _Earned, weights: list[float]) -> float:
    score = sum(share * weight for share, weight in zip(earned.shares, weights, strict=True)) / sum(
        weights
    )
    if earned.is_as_asked:
        score += (1 - score) * AS_ASKED
    return round(min(score, 1.0), 4)


def _weight(holders: int, candidates: int) -> float:
    return math.log(1 + (candidates + 1) / (holders + 0.5))


def _share(note: _Read, phrase: Phrase, *, prefix: bool) -> float:
    share = _whole_share(note, _pattern(phrase, prefix=False))
    if prefix and not share:
        return BEGINNING * _whole_share(note, _pattern(phrase, prefix=True))
    return share


def _whole_share(note: _Read, pattern: re.Pattern[str]) -> float:
    if pattern.search(note.title):
        return IN_TITLE
    if pattern.search(note.labels):
        return IN_LABELS
    times = len(pattern.findall(note.text))
    return IN_TITLE - (IN_TITLE - ONCE_IN_TEXT) / times if times else 0.0


def _stands_in_a_row(note: _Read, phrases: tuple[Phrase, ...]) -> bool:
    pattern = _pattern(tuple(word for phrase in phrases for word in phrase), prefix=False)
    return bool(pattern.search(note.title) or pattern.search(note.text))


def _apart(text: str) -> str:
    """Folded, and with spaces between letters and characters of scripts without spaces.

    Between such characters it puts none, as the index has them: that would take many times as long.
    """
    text = folded(text)
    if text.isascii() or not _UNSPACED.search(text):
        return text
    return _LETTERS.sub(lambda found: f" {found[0]} ", text)


@lru_cache(maxsize=1024)
def _pattern(phrase: Phrase, *, prefix: bool) -> re.Pattern[str]:
    """The words of the phrase in a row, with nothing but other characters than letters and digits between them.

    Characters of scripts without spaces are words by themselves. The first word stands before the look back at what
    precedes it: so the search for it is a plain and quick one.
    """
    first, last = re.escape(phrase[0]), phrase[-1]
    before = "" if _UNSPACED.match(first) else rf"(?<![^\W_]{first})"
    row = "".join(_gap(one, other) + re.escape(other) for one, other in pairwise(phrase))
    after = "" if prefix or _UNSPACED.match(last) else r"(?![^\W_])"
    return re.compile(first + before + row + after)


def _gap(one: str, other: str) -> str:
    return r"[\W_]*" if _UNSPACED.match(one) and _UNSPACED.match(other) else r"[\W_]+"
