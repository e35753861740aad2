"""One ranking out of two: what was found by words and what was found by meaning."""

from collections.abc import Mapping

WORDS_WEIGHT = (
    0.4  # how far words alone can lift a note; chosen by measurement, see docs/search-quality.md
)


def fuse(words: Mapping[str, float], meaning: Mapping[str, float]) -> dict[str, float]:
    """Scores 0..1 by note, the best first: two pieces of evidence, either of which may speak for a note.

    Read as chances that a note is what was meant, they are combined as independent ones: 1 − (1 − a)(1 − b).
    """
    scores = {
        note_id: 1 - (1 - meaning.get(note_id, 0.0)) * (1 - WORDS_WEIGHT * words.get(note_id, 0.0))
        for note_id in {**meaning, **words}
    }
    return dict(sorted(scores.items(), key=lambda one: -one[1]))
