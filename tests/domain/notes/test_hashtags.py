"""Hashtags are read from where people mean them, and tags keep in step with the text."""

import unicodedata

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from spote.domain.notes.hashtags import (
    hashtags,
    rename_hashtag,
    retagged,
)
from spote.domain.tokens import tag_name

MEBIBYTE = 1 << 20
FRAGMENTS = st.sampled_from([
    *"abzÀ1_-/#`~[](){}<>!:.,;\"'|*& \t\n\\", "\n\n", "```\n", "~~~\n", "#tag", "#Tag", "[[", "]]",
    "](", "\n[a]: ", "https://", "www.", "- ", "> ", "# ", '<a href="', "e\u0301", "\u0130", "😀",
])  # fmt: skip
MARKDOWN = st.lists(FRAGMENTS, max_size=30).map("".join)


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("#one and #two", ["one", "two"]),
        ("#two #one #two", ["two", "one"]),
        ("#One #ONE", ["one"]),
        ("first line\n#second\r\n#third", ["second", "third"]),
        ("(#a) [#b] {#c} “#d” '#e' ,#f *#g* **#h** ~~#i~~ |#j| >#k !#l", list("abcdefghijkl")),
        ("#project/alpha #to-do #snake_case #v2", ["project/alpha", "to-do", "snake_case", "v2"]),
        ("#end. #comma, #colon: #a- #b/ #c-/", ["end", "comma", "colon", "a", "b", "c"]),
        ("#größe #日本語 #теги #हिन्दी", ["größe", "日本語", "теги", "हिन्दी"]),
        ("#e\u0301te\u0301", ["été"]),
        ("#İstanbul", ["i\u0307stanbul"]),
        ("#2024 #1 #2024-plan #a1", ["2024-plan", "a1"]),
        ("## #tag in heading", ["tag"]),
        ("- [ ] call #anna", ["anna"]),
        ("> quoted #yes", ["yes"]),
        ("| a | #cell |", ["cell"]),
        ("<!-- #noted -->", ["noted"]),
        ("🎉#party ❤️#love", ["party", "love"]),
        ("[#tag](page.md)", ["tag"]),
        ("[text](page.md)#tag", ["tag"]),
        ("[^1]: #footnote", ["footnote"]),
        ("[todo]: #urgent, write it", ["urgent"]),
        ("[x](a b #tag)", ["tag"]),
        ("a < b #tag > c", ["tag"]),
        ("    #indented", ["indented"]),
        ("#" + "a" * 100, ["a" * 100]),
    ],
)
def test_hashtags_are_found(text, tags):
    assert hashtags(text) == tags


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no tag",
        "# Title",
        "## Title ##",
        "#",
        "# ",
        "#- #/ #! #.",
        "#-x #/settings",
        "##x ###x",
        "C#x a#b 1#b _#b é#b e\u0301#b",
        "page/#x",
        "&#39; &#x27; &#xe9;",
        "\\#no",
        "#️⃣",
        "#123 #٣",
        "#" + "a" * 101,
        "`#no` ``#no ` #no``",
        "`two\n#lines`",
        "```\n#no\n```",
        "~~~ #no\n#no\n~~~",
        "```\n#no to the end",
        "> ```\n> #no\n> ```",
        "- a\n\n  ```\n  #no\n  ```",
        "https://example.org/#no https://example.org/a?b=(#no ssh://x/#no",
        "see www.example.org/#no",
        "<https://example.org/#no> <mailto:a@example.org?subject=#no>",
        "[text](#no) ![image](#no) [text](<#no yes>)",
        "[text](page.md#no) [text](a,#no) [text]( #no 'title' )",
        '[text](page.md "a #title") [text](a_(b)#no) [text](\\)#no)',
        "[text](\n#no)",
        "[label]: #no",
        "a\n  [label]: #no 'title'\nb",
        "> [label]: <#no>",
        "[label]:\n#no",
        "[[Note#Heading]] [[#Heading]] [[Note|#alias]]",
        '<a href="#no">text</a> <a class=x href = \'#no\'/> <p style="color:#fff">',
    ],
)
def test_what_is_no_hashtag_is_not_found(text):
    assert hashtags(text) == []


def test_a_link_keeps_the_rest_of_its_line():
    text = "See [a](x#no), [[b#no]] and https://c.example/#no for #this, `#not` #that."
    assert hashtags(text) == ["this", "that"]


@given(MARKDOWN)
@example("#İ #é")
def test_hashtags_are_tags_and_unique(text):
    found = hashtags(text)
    assert list(dict.fromkeys(map(tag_name, found))) == found


@given(MARKDOWN)
def test_hashtags_stand_in_the_text(text):
    folded = unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).lower())
    assert all(f"#{tag}" in folded for tag in hashtags(text))


@given(MARKDOWN)
def test_fenced_texts_hold_no_hashtags(text):
    assert hashtags("~~~\n" + text.replace("~", "")) == []


def test_hashtags_that_left_go_and_new_ones_come_last():
    tags = retagged(["mine", "old", "kept"], "#old #kept", "#new #kept #newer")
    assert tags == ["mine", "kept", "new", "newer"]


def test_a_new_hashtag_that_is_an_explicit_tag_stays_where_it_is():
    assert retagged(["new", "mine"], "", "#new") == ["new", "mine"]


def test_a_hashtag_whose_tag_was_taken_away_does_not_come_back():
    assert retagged(["mine"], "#removed", "#removed and more") == ["mine"]


@given(MARKDOWN, MARKDOWN, st.lists(st.sampled_from(["tag", "a", "b", "mine"]), unique=True))
def test_retagging_keeps_what_neither_text_holds(old_text, new_text, tags):
    result = retagged(tags, old_text, new_text)
    before, after = set(hashtags(old_text)), set(hashtags(new_text))
    assert set(result) == (set(tags) - (before - after)) | (after - before)
    assert [tag for tag in tags if tag in result] == result[: len([t for t in tags if t in result])]


def test_renaming_changes_hashtags_and_nothing_else():
    text = "#old #OLD, `#old` [x](#old) #older old #old/ [[a#old]]\r\n#old/er\r\n"
    renamed = "#new #new, `#old` [x](#old) #older old #new/ [[a#old]]\r\n#old/er\r\n"
    assert rename_hashtag(text, "old", "new") == renamed


def test_renaming_finds_what_is_written_otherwise():
    assert rename_hashtag("#e\u0301T\u00c9!", "Été", "summer") == "#summer!"


@given(MARKDOWN, st.sampled_from(["tag", "a", "b1", "é"]), st.sampled_from(["new", "www", "ü/x"]))
def test_renaming_changes_the_hashtag_in_the_list_and_no_other(text, old, new):
    expected = list(dict.fromkeys(new if tag == old else tag for tag in hashtags(text)))
    assert hashtags(rename_hashtag(text, old, new)) == expected


@given(MARKDOWN, st.from_regex(r"[a-z]{1,3}", fullmatch=True))
def test_renaming_what_is_not_there_changes_nothing(text, old):
    assume(f"#{old}".lower() not in text.lower())
    assert rename_hashtag(text, old, "new") == text


def rising(mark: str, *, between: str = " ") -> str:
    """Runs of 1, 2, 3, … marks, about 1 MiB."""
    return between.join(mark * length for length in range(1, 1_448))


# Where time grew with the square of the length, each of these would take an hour.
@pytest.mark.timeout(60)
@pytest.mark.parametrize("pattern", [
    "`", "`a ", "`` ` ", "`\n", "\\", "\\`", "[[", "[[a", "](", "](a ", '](a "', "](a '", "](a(",
    "](<", "](\\", "<", "<a ", '<a b="', "<a b=c ", "<a:", "://", "a://", "www.", "&#", "##",
    "#", "#a", "#a ", "#1 ", "#/", "#e\u0301", "\n", "\n>", "> ", "- ", "1. a\n", "- a\n",
    "```\n", "> ```\n", "- ```\n", "\n```a`", "\n[a]: ", "\n[a]:\n", '\n[a]: b "', "\n[a",
])  # fmt: skip
def test_hostile_texts_take_no_longer_than_others(pattern):
    hashtags((pattern * MEBIBYTE)[:MEBIBYTE] + " #end")


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "text",
    [
        rising("`"),
        rising("`")[::-1],
        rising("~", between="\n"),
        rising("`", between="\n"),
        "- " * MEBIBYTE + "\n```\n#a",
        "- " * 30 + "\n" * MEBIBYTE + "```\n#a",
        ">" * MEBIBYTE + "\n```\n#a",
        "#" + "a" * MEBIBYTE,
        "`#a`" + " #a" * (MEBIBYTE // 3),
    ],
    ids=["rising", "falling", "tildes", "fences", "lists", "blank lines", "quotes", "word", "tags"],
)
def test_hostile_texts_of_changing_lengths_take_no_longer_either(text):
    hashtags(text + " #end")
