"""Links between notes are found wherever a text has them, outside code."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spote.domain.notes.links import Links, links, title_key

NOTE = "0b3c7f5e-8d5a-4f6e-9c1b-2a3d4e5f6a7b"
OTHER = "11111111-2222-4333-8444-555555555555"
MARKDOWN = st.lists(
    st.sampled_from([*"ab []|#`\n\\!", "[[", "]]", "```\n", f"/app/note/{NOTE}", "Title"]),
    max_size=30,
).map("".join)


@pytest.mark.parametrize(
    ("text", "titles"),
    [
        ("[[Title]]", ["Title"]),
        ("[[ Title ]] [[title]] [[Title]]", ["Title", "title"]),
        ("[[Title|alias]] [[Other#Heading]] [[Third#Heading|alias]]", ["Title", "Other", "Third"]),
        ("![[Embedded]]", ["Embedded"]),
        ("| [[In a table\\|alias]] |", ["In a table"]),
        ("# [[Heading]]\n- [[item]]\r\n> [[quote]]", ["Heading", "item", "quote"]),
        ("[[[Inner]]]", ["Inner"]),
        ("[[a [[b]]", ["b"]),
        ("[[Über (1999), “x”: 2/3]]", ["Über (1999), “x”: 2/3"]),
        ("[[with `code` in it]]", ["with `code` in it"]),
        ("[[Title][x]] [[a]b]] [[]] [[ ]] [[#Heading]] [[|alias]] [[a\nb]] [[open", []),
        ("`[[code]]` ``[[code]]``\n```\n[[code]]\n```\n", []),
        ("[" * 5 + "x" + "]", []),
        (f"[[{'x' * 500}]] [[{'y' * 501}]]", ["x" * 500]),
    ],
)
def test_titles_are_found(text, titles):
    assert links(text) == Links(titles, [])


@pytest.mark.parametrize(
    "text",
    [
        f"/app/note/{NOTE}",
        f"[text](/app/note/{NOTE})",
        f"https://notes.example.org/app/note/{NOTE}?x=1#part and more",
        f"<https://notes.example.org/app/note/{NOTE}>",
        f"See /app/note/{NOTE}. Then /app/note/{NOTE.upper()}, again.",
        f"_/app/note/{NOTE}_",
    ],
)
def test_note_addresses_are_found(text):
    assert links(text) == Links([], [NOTE])


@pytest.mark.parametrize(
    "text",
    [
        f"`/app/note/{NOTE}`",
        f"~~~\n/app/note/{NOTE}\n~~~",
        f"/app/note/{NOTE}0",
        f"/app/note/{NOTE}-1",
        f"/app/note/{NOTE[:-1]}",
        f"/app/note/{NOTE.replace('-', '')}",
        f"/app/notes/{NOTE}",
        "/app/note/",
        "",
    ],
)
def test_what_is_no_note_address_is_not_found(text):
    assert links(text) == Links([], [])


def test_both_kinds_come_in_order_of_appearance():
    text = f"/app/note/{OTHER} [[B]] [[A]] /app/note/{NOTE} [[B]] /app/note/{OTHER}"
    assert links(text) == Links(["B", "A"], [OTHER, NOTE])


def test_a_text_has_at_most_a_thousand_links_of_each_kind():
    titles = [f"Note {number}" for number in range(1_200)]
    ids = [f"{number:08x}{NOTE[8:]}" for number in range(1_200)]
    text = " ".join([f"[[{title}]]" for title in titles] + [f"/app/note/{id_}" for id_ in ids])
    assert links(text) == Links(titles[:1_000], ids[:1_000])


@given(MARKDOWN)
def test_titles_stand_in_the_text_between_brackets(text):
    for title in links(text).titles:
        assert title in text
        assert title == title.strip() != ""
        assert "\n" not in title


@given(MARKDOWN)
def test_links_are_unique(text):
    found = links(text)
    assert len(set(found.titles)) == len(found.titles)
    assert found.note_ids in ([], [NOTE])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Title", " tItLe\t"),
        ("Two  words", "two\u00a0words"),
        ("Caf\u00e9", "CAFE\u0301"),
        ("Straße", "STRASSE"),
        ("Σίσυφος", "ΣΊΣΥΦΟΣ"),
    ],
)
def test_titles_that_differ_in_case_or_spacing_have_one_key(one, other):
    assert title_key(one) == title_key(other)


def test_titles_that_differ_otherwise_have_different_keys():
    assert len({title_key(title) for title in ("a b", "ab", "a-b", "á b")}) == 4


@given(st.text())
def test_a_key_is_its_own_key(title):
    key = title_key(title)
    assert title_key(key) == key
    assert title_key(unicodedata.normalize("NFD", title)) == key


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "pattern", ["[[", "[[a", "[[a|", "[[a#", "[[a]]", "/app/note/", "`[[", "["]
)
def test_hostile_texts_take_no_longer_than_others(pattern):
    links((pattern * (1 << 20))[: 1 << 20] + "[[`a`]]")
