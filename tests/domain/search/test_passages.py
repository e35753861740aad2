"""Cutting notes into passages: all of the text, in good places, the same ones after an edit."""

import hashlib
import random
import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spote.domain.search.embedding import Passage, passages
from spote.domain.search.embedding.passages import PASSAGES_PER_NOTE

SENTENCE = "the plan for a new house on our hill, with two rooms and one garden. It rains often!"
WORDS = SENTENCE.split()


def cut(text: str) -> list[Passage]:
    return passages("Title", "Work", ("one", "two"), text)


def prose(words: int, seed: int = 1, ending: str = "\n\n") -> str:
    """Paragraphs of about sixty different words."""
    chance = random.Random(seed)
    lines = []
    while words > 0:
        length = min(words, chance.randint(30, 90))
        lines.append(" ".join(f"{chance.choice(WORDS)}" for _ in range(length)) + f" {words}.")
        words -= length
    return ending.join(lines)


# Long enough for several passages, made of what notes are made of.
TEXTS = st.lists(
    st.one_of(
        st.text(max_size=40),
        st.sampled_from(
            ["word ", "\n\n", "\n# Heading\n", "- item\n", "中文。", "ไทย", "```\n", "   "]
        ),
        st.builds(prose, st.integers(1, 300), st.integers(0, 5)),
    ),
    max_size=12,
).map("".join)


@given(TEXTS)
def test_passages_cover_the_text_in_order(text: str) -> None:
    cuts = cut(text)
    assert cuts[0].start == 0 or not text[: cuts[0].start].strip()
    assert not text[cuts[-1].end :].strip()
    for one, following in pairwise(cuts):
        assert one.start < following.start
        assert one.end < following.end
        assert not text[one.end : following.start].strip()


@given(TEXTS)
def test_passages_are_the_same_each_time_and_hold_what_their_digest_says(text: str) -> None:
    cuts = cut(text)
    assert cut(text) == cuts
    for one in cuts:
        assert 0 <= one.start <= one.end <= len(text)
        assert one.digest == hashlib.sha256(one.embedded.encode()).digest()


def test_a_short_note_is_one_passage() -> None:
    text = "  Two words\nand more.\n"
    assert cut(text) == [
        Passage(
            start=2,
            end=21,
            embedded="Work, one, two: Title: Two words and more.",
            digest=cut(text)[0].digest,
        )
    ]


@pytest.mark.parametrize("text", ["", " \n\t "])
def test_a_note_without_text_is_its_title(text: str) -> None:
    (only,) = cut(text)
    assert (only.start, only.end) == (0, 0)
    assert only.embedded == "Work, one, two: Title"


def test_the_inbox_is_no_meaning() -> None:
    assert passages("Title", "Inbox", (), "Text")[0].embedded == "Title: Text"
    assert passages("Title", "Inbox", ("home",), "Text")[0].embedded == "home: Title: Text"


@pytest.mark.parametrize("text", ["Title\n\nMore.", "# Title\n\nMore."])
def test_a_title_that_begins_the_text_is_there_once(text: str) -> None:
    assert passages("Title", "Inbox", (), text)[0].embedded.count("Title") == 1


def test_a_long_title_leaves_room_for_the_text() -> None:
    (only,) = passages("t" * 500, "b" * 200, ["tag"] * 200, "The text.")
    assert only.embedded.endswith(": The text.")
    assert len(only.embedded) < 450


def test_a_passage_has_about_160_words() -> None:
    cuts = cut(prose(5000))
    lengths = [len(one.embedded.split()) for one in cuts[:-1]]
    assert min(lengths) > 80
    assert max(lengths) < 250
    assert 100 < sum(lengths) / len(lengths) < 180


def test_neighbours_share_some_words() -> None:
    text = prose(5000, ending=" ")
    for one, following in pairwise(cut(text)):
        assert 10 < len(text[following.start : one.end].split()) < 50


def test_cuts_fall_between_paragraphs() -> None:
    text = "\n\n".join(prose(50, seed) for seed in range(60))
    for one in cut(text)[:-1]:
        assert text[one.end :].startswith("\n\n")


def test_a_section_begins_a_passage() -> None:
    sections = [f"# Section {n}\n\n{prose(110, n)}" for n in range(8)]
    text = "\n\n".join(sections)
    assert [one.start for one in cut(text)] == [text.index(section) for section in sections]


@pytest.mark.parametrize("text", ["漢字かな交じり文。" * 400, "ภาษาไทยไม่เว้นวรรค" * 200, "x" * 9000])
def test_text_without_spaces_is_cut_by_its_characters(text: str) -> None:
    cuts = cut(text)
    assert len(cuts) > 3
    assert all(200 < one.end - one.start < 1500 for one in cuts[:-1])


@pytest.mark.parametrize("ending", ["\n\n", " "])
def test_an_edit_changes_passages_near_it_only(ending: str) -> None:
    text = prose(6000, ending=ending)
    before = {one.digest for one in cut(text)}
    changed = []
    for seed in range(60):
        place = random.Random(seed).randrange(len(text))
        edited = f"{text[:place]} a few words put in {text[place:]}"
        changed.append(len({one.digest for one in cut(edited)} - before))
    assert sum(changed) / len(changed) < 7
    assert len(before) > 40


def test_words_at_the_end_change_the_last_passages_only() -> None:
    text = prose(6000)
    before = [one.digest for one in cut(text)]
    after = [one.digest for one in cut(f"{text}\n\nA line more.")]
    assert after[: len(before) - 1] == before[:-1]


@pytest.mark.parametrize(
    "piece",
    [
        *("a", " ", "\n", "a\n", "-=", "-", "_", "中", "\u0301\u0316", "\ufdfa", "\ud800", "# a\n"),
        *("\x00", "```\n", "😀", "word "),
    ],
    ids=ascii,
)
def test_a_mebibyte_of_anything_is_cut_soon(piece: str) -> None:
    text = piece * (2**20 // len(piece.encode("utf-8", "surrogatepass")))
    began = time.process_time()
    cuts = cut(text)
    assert time.process_time() - began < 10
    assert len(cuts) <= PASSAGES_PER_NOTE
    assert max(len(one.embedded) for one in cuts) < 40_000
