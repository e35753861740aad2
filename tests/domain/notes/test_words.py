"""Preparing texts for finding them by words takes time that grows with their length only."""

import time

import pytest

from spote.domain.notes.words import searchable, stream_safe


def test_marks_of_real_texts_stay() -> None:
    for text in ("e\u0301", "ที่นี่", "שָׁלוֹם", "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢"):
        assert stream_safe(text) == text


@pytest.mark.parametrize("marks", ["\u0301\u0316", "\uff9e\u0316", "\u0f73\u0f71"], ids=ascii)
def test_a_million_marks_in_a_row_take_no_time(marks: str) -> None:
    began = time.process_time()
    searchable("a" + marks * 2**19)
    assert time.process_time() - began < 10
