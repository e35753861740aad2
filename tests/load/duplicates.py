"""How like notes are that say the same, and how like the nearest of those that do not: a part of `make bench-search`.

Each answer of zaragoza-construction-faq is a note with its question as the title. Its copies are changed as people
change them; beside them stands the nearest other note of the same language, which is about the same subject.
"""

import random
from collections.abc import Callable, Sequence

import numpy as np

from spote.domain.notes.model import INBOX
from spote.domain.search.duplicates import likeness
from spote.domain.search.embedding import Embedder, passages
from tests.load.search_quality import LANGUAGES, load

COPIED = 120  # notes of each language
LOOKED_AT = 5  # nearest others
THRESHOLDS = (0.95, 0.96, 0.97, 0.98)
Note = tuple[str, str]  # title and text
Vectors = list[np.ndarray]  # float32[passages, dimensions] of each note


def print_duplicates(embedder: Embedder) -> None:
    marks = " | ".join(f"from {one}" for one in THRESHOLDS)
    print(f"\n| taken for the same | {marks} |\n|---|{'---|' * len(THRESHOLDS)}")
    for language, file in LANGUAGES.items():
        notes = [(one.question, one.answer) for one in load(file)]
        vectors = vectors_of(embedder, notes)
        chance = random.Random(4)
        some = chance.sample(range(len(notes)), COPIED)
        for name, change in CHANGES.items():
            copies = vectors_of(embedder, [change(notes[n], chance) for n in some])
            like = [likeness(vectors[n], one) for n, one in zip(some, copies, strict=True)]
            _print_row(f"{language}: {name}", like)
        _print_row(f"{language}: the nearest other note", nearest_others(vectors))


def vectors_of(embedder: Embedder, notes: Sequence[Note]) -> Vectors:
    cut = [passages(title, INBOX, (), text) for title, text in notes]
    rows = embedder.embed_passages([one.embedded for some in cut for one in some])
    return np.split(rows, np.cumsum([len(some) for some in cut])[:-1])


def nearest_others(vectors: Vectors) -> list[float]:
    first = np.stack([one[0] for one in vectors])
    near = first @ first.T
    np.fill_diagonal(near, -1)
    return [
        max(likeness(vectors[n], vectors[other]) for other in np.argsort(-row)[:LOOKED_AT])
        for n, row in enumerate(near)
    ]


def _print_row(name: str, like: Sequence[float]) -> None:
    shares = " | ".join(f"{np.mean(np.array(like) >= one):.1%}" for one in THRESHOLDS)
    print(f"| {name} | {shares} |")


def _with_typos(note: Note, chance: random.Random) -> Note:
    """In one word of ten two letters change places."""
    words = note[1].split(" ")
    for place in chance.sample(range(len(words)), max(1, len(words) // 10)):
        word = words[place]
        if len(word) > 3:
            at = chance.randrange(len(word) - 1)
            words[place] = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    return note[0], " ".join(words)


def _shortened(note: Note, chance: random.Random) -> Note:
    return note[0], " ".join(word for word in note[1].split(" ") if chance.random() > 0.15)


def _with_another_title(note: Note, _: random.Random) -> Note:
    return "Untitled", note[1]


def _longer(note: Note, _: random.Random) -> Note:
    return note[0], f"{note[1]}\n\nAsk Anna about this on Tuesday."


def _as_a_list(note: Note, _: random.Random) -> Note:
    sentences = (one.strip() for one in note[1].split(". "))
    return note[0], "\n".join(f"- **{one}**" for one in sentences if one)


CHANGES: dict[str, Callable[[Note, random.Random], Note]] = {
    "two letters swapped in one word of ten": _with_typos,
    "one word of seven left out": _shortened,
    "a sentence added": _longer,
    "made a list in bold": _as_a_list,
    "another title": _with_another_title,
}
