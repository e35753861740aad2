"""A note's score by words is what its words say, in every script."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spote.domain.notes.words import words
from spote.domain.search.queries.words import Candidate
from spote.domain.search.ranking import rank
from tests.properties.soak import examples

PIECES = [
    *"abc _-.1",
    *"漢字かがカ한글ทีา",
    *("e\u0301", "か\u3099", "ｶﾞ", "\u1112", "\u1161", "é", "ß", "Σς", "İ", "①", "½", "ﷺ", "™", "…", "🦊", "क", "ी"),
]  # fmt: skip
TEXTS = st.lists(st.sampled_from(PIECES), min_size=1, max_size=30).map("".join)


def score(text: str, phrase: tuple[str, ...]) -> float:
    note = Candidate(1, "id", "Title", "Inbox", "[]", text)
    return rank([note], (phrase,), prefix=False, which_hold=nobody)[0].score


def nobody(numbers: object, phrase: object, *, prefix: bool) -> set[int]:
    raise AssertionError("asked of a text that was read as a whole")


def times(row: list[str], phrase: tuple[str, ...]) -> int:
    """How often the phrase stands in a row of words, none of them counted twice."""
    count = at = 0
    while at < len(row):
        found = tuple(row[at : at + len(phrase)]) == phrase
        count, at = count + found, at + (len(phrase) if found else 1)
    return count


@given(text=TEXTS, start=st.integers(0, 30), length=st.integers(1, 3), other=TEXTS)
@examples(few=300, many=20_000)
def test_a_phrase_counts_as_often_as_its_words_stand_in_a_row(
    text: str, start: int, length: int, other: str
) -> None:
    row = words(text)
    for phrase in (tuple(row[start : start + length]), tuple(words(other)[:length])):
        if phrase:
            count = times(row, phrase)
            expected = 1 - 0.25 / count if count else 0
            assert score(text, phrase) == pytest.approx(expected, abs=0.0001)
