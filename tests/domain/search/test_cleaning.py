"""Cleaning texts for a model: what is taken out, and that no text takes long."""

import sys
import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spote.domain.search.embedding.cleaning import clean

EVERY_CHARACTER = "".join(map(chr, range(sys.maxunicode + 1)))


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("", ""),
        ("plain words", "plain words"),
        (" \t two\r\n\n lines\u00a0\u2003 ", "two lines"),
        ("nul\x00 bell\x07 escape\x1b delete\x7f next\x85line", "nul bell escape delete nextline"),
        ("half \ud800 and \udfff", "half and"),
        ("ﬁne ① Ａ ㍿ ｶﾞ", "fine 1 A 株式会社 ガ"),
        ("e\u0301", "é"),
        ("e\x00\u0301", "é"),
        ("soft\u00adhyphen \u202eturned\u202c \ufeffbom", "softhyphen turned bom"),
        ("ไทย\u200bไทย ▁", "ไทย ไทย"),
        ("نمی\u200cخواهم 👩\u200d👧", "نمی\u200cخواهم 👩\u200d👧"),
    ],
)
def test_what_comes_out(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned


@given(st.text(st.characters(exclude_categories=())))
def test_any_text_comes_out_clean(text: str) -> None:
    cleaned = clean(text)
    assert cleaned == clean(cleaned)
    assert unicodedata.is_normalized("NFKC", cleaned)
    assert "  " not in cleaned
    assert not {unicodedata.category(one) for one in cleaned} & {"Cc", "Cs", "Zl", "Zp"}


def test_marks_that_normalizing_would_sort_are_all_known() -> None:
    for one in EVERY_CHARACTER:
        if unicodedata.combining(unicodedata.normalize("NFKD", one)[0]):
            assert len(clean(f"a{one * 100}b")) < 100, hex(ord(one))


@pytest.mark.parametrize(
    "piece",
    [
        *(
            "a",
            "\x00",
            "\ud800",
            " ",
            "\n",
            "\u0301",
            "\u0301\u0316",
            "\uff9e\u0316",
            "가",
            "각\u11a8",
        ),
        *(
            "\ufdfa",
            "\u1e9b\u0323",
            "\u0f73\u0f71",
            "\U0001d160",
            "中",
            "😀\u200d",
            "\u200b",
            "ö\u0308",
        ),
    ],
    ids=ascii,
)
def test_a_mebibyte_takes_no_time(piece: str) -> None:
    text = piece * (2**20 // len(piece.encode("utf-8", "surrogatepass")))
    began = time.process_time()
    clean(text)
    clean(f"é{text}")
    assert time.process_time() - began < 10


def test_every_character_at_once_takes_no_time() -> None:
    began = time.process_time()
    clean(EVERY_CHARACTER)
    clean(EVERY_CHARACTER[::-1])
    assert time.process_time() - began < 10
