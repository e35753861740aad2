"""Texts are prepared for finding them by words, in time that grows with their length only."""

import time

import pytest

from spote.domain.notes.words import searchable, stream_safe


def test_marks_of_real_texts_stay() -> None:
    for text in ("e\u0301", "ที่นี่", "שָׁלוֹם", "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢"):
        assert stream_safe(text) == text


@pytest.mark.parametrize(
    ("text", "indexed"),
    [
        ("漢字とkana。가나 x", ["漢", "字", "と", "kana", "가", "나", "x"]),
        ("がパ か\u3099 ｶﾞ", ["が", "パ", "が", "ガ"]),
        ("ｇｕｌｌ Ångström ﬁne", ["gull", "angstrom", "fine"]),
        ("done🥳now — x", ["done", "now", "x"]),
        ("Plain E-Mail", ["Plain", "E-Mail"]),  # ASCII is the engines' own affair
    ],
)
def test_words_of_every_script_stand_apart(text: str, indexed: list[str]) -> None:
    assert searchable(text).split() == indexed


@pytest.mark.parametrize("marks", ["\u0301\u0316", "\uff9e\u0316", "\u0f73\u0f71"], ids=ascii)
def test_a_million_marks_in_a_row_take_no_time(marks: str) -> None:
    began = time.process_time()
    searchable("a" + marks * 2**19)
    assert time.process_time() - began < 10
