"""One ranking out of two: what was found by words, and what was found by meaning.

Both scores are taken as how likely a note is what was looked for, each on its own evidence, so that one of them is
enough: 1 - (1 - words) · (1 - meaning). Ranks alone (reciprocal rank fusion, Cormack 2009) cannot tell a note that
holds the very name from one that shares a filler word with the question: measured in docs/search-quality.md.
"""

import math
from collections.abc import Mapping
from typing import TypeVar

Key = TypeVar("Key")

HALF_SURE = 0.64  # of what was asked: a note that has so much is as likely right as not
STEEPNESS = 12
MOST = 0.95  # even who holds each word may mean something else
FILLER = (
    0.2  # of what was asked, in words that say nothing: enough to be found, and to change no order
)


def fused(
    by_words: Mapping[Key, float], by_meaning: Mapping[Key, float]
) -> list[tuple[Key, float]]:
    """The best first, with its score between 0 and 1; equal ones in the order of `by_words`, then of `by_meaning`.

    `by_words` has scores as ranking.py gives them, `by_meaning` calibrated ones. Who is missing in one has 0 there.
    """
    either = {**by_words, **by_meaning}
    scores = {
        key: _either(_sureness(by_words.get(key, 0.0)), by_meaning.get(key, 0.0)) for key in either
    }
    return sorted(scores.items(), key=lambda item: -item[1])


def _either(words: float, meaning: float) -> float:
    return 1 - (1 - words) * (1 - meaning)


def _sureness(score: float) -> float:
    """Grows steeply, from 0.02 for a third of what was asked to 0.75 for a single word that stands once in a text."""
    if score < FILLER:
        return score / 1000
    return MOST / (1 + math.exp(-STEEPNESS * (score - HALF_SURE)))
