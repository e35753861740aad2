"""Notes to measure with: made from a fixed seed, words as frequent as in real language (Zipf's law)."""

import random
from collections.abc import Iterator
from itertools import accumulate

from spote.domain.notes import NoteDraft

SEED = 20_261_124
SYLLABLES = [
    "ka",
    "lo",
    "mi",
    "ra",
    "te",
    "su",
    "no",
    "vi",
    "pe",
    "da",
    "shi",
    "bu",
    "gor",
    "len",
    "tam",
    "ris",
]
WORDS = 20_000
BUCKETS = ["Inbox", "Work", "Work/Plans", "Home", "Reading", "Archive"]
NOTE_WORDS = 300  # about 2 KB


def vocabulary() -> list[str]:
    chance = random.Random(SEED)
    words: dict[str, None] = {}
    while len(words) < WORDS:
        words["".join(chance.choices(SYLLABLES, k=chance.randint(1, 4)))] = None
    return list(words)


def drafts(count: int, seed: int = SEED) -> Iterator[NoteDraft]:
    chance = random.Random(seed)
    words = vocabulary()
    weights = list(accumulate(1 / (rank + 1) for rank in range(len(words))))
    for number in range(count):
        some = chance.choices(words, cum_weights=weights, k=NOTE_WORDS)
        yield NoteDraft(
            title=" ".join(some[:5]) + f" {number}",
            text=" ".join(some) + f"\n\n#{some[7]} #{some[11]}\n",
            bucket=chance.choice(BUCKETS),
        )


def queries(count: int) -> list[str]:
    """One to three words that say something: none of the hundred most common, most of them rarer."""
    return _queries(count, commonest=100)


def common_queries(count: int) -> list[str]:
    """The worst that can be asked: words that stand in nearly every note."""
    return _queries(count, commonest=0)


def _queries(count: int, commonest: int) -> list[str]:
    chance = random.Random(SEED + 1)
    words = vocabulary()[commonest:]
    return [
        " ".join(words[int(len(words) ** chance.random()) - 1] for _ in range(chance.randint(1, 3)))
        for _ in range(count)
    ]
