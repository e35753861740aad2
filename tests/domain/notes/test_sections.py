"""Edits of a section land where a reader expects them, and leave everything else as it was."""

from collections.abc import Iterator
from itertools import pairwise, product

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from spote.domain.notes.sections import (
    FindMismatch,
    HeadingAmbiguous,
    HeadingNotFound,
    Section,
    append,
    outline,
    prepend,
    replace,
)

NOTE = """\
Intro.

# Shopping

- milk

## Later

- bread

# Ideas
One.
"""
LINES = st.sampled_from(
    [
        "# A",
        "## B",
        "### C ##",
        "A\n===",
        "B\n---",
        "text",
        "",
        "  ",
        "- item",
        "> quote",
        "```",
        "---",
    ]
)
MARKDOWN = st.builds(
    lambda lines, ending, last: ("\n".join(lines) + last).replace("\n", ending),
    st.lists(LINES, max_size=15),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from(["", "\n"]),
)
ADDITION = st.sampled_from(["x", "x\n", "\nx", "x\ny", "\r\nx\r\n", " ", "\n"])


def headings(text: str) -> list[tuple[int, str]]:
    return [(section.level, section.title) for section in outline(text)]


def test_sections_reach_to_the_next_heading_of_their_level_or_a_higher_one():
    shopping, later, ideas = outline(NOTE)
    assert NOTE[shopping.start : shopping.end] == "# Shopping\n\n- milk\n\n## Later\n\n- bread\n\n"
    assert NOTE[shopping.body_start :].startswith("\n- milk")
    assert NOTE[later.start : later.end] == "## Later\n\n- bread\n\n"
    assert NOTE[ideas.body_start : ideas.end] == "One.\n"


def test_a_section_knows_its_offsets():
    assert outline("a\n\n# B\nc") == [Section(level=1, title="B", start=3, body_start=7, end=8)]
    assert outline("# B") == [Section(level=1, title="B", start=0, body_start=3, end=3)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("# A\n## B\n###### C", [(1, "A"), (2, "B"), (6, "C")]),
        ("# A ##\n## B #  \n# C#\n# D \\#", [(1, "A"), (2, "B"), (1, "C#"), (1, "D \\#")]),
        ("#\tA\n   # B\n#\n# #", [(1, "A"), (1, "B"), (1, ""), (1, "")]),
        ("# A\r\n\r\n# B\r\n", [(1, "A"), (1, "B")]),
        ("## #tag and `# code`", [(2, "#tag and `# code`")]),
        ("A\n===\nB\n---\n", [(1, "A"), (2, "B")]),
        ("A\r\n=\r\n", [(1, "A")]),
        ("two\n  lines\n===", [(1, "two lines")]),
        ("a\n\nB\n   ---  \n", [(2, "B")]),
        ("# A\nB\n---", [(1, "A"), (2, "B")]),
        ("***\nA\n===", [(1, "A")]),
        ("- item\n\nA\n===", [(1, "A")]),
    ],
)
def test_headings_are_found(text, found):
    assert headings(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "#A",
        "####### A",
        "    # A",
        "\\# A",
        "a # A",
        "> # A",
        "- # A",
        "```\n# A\n```",
        "~~~\nA\n===\n",
        "---",
        "a\n\n---",
        "- item\n---",
        "1. item\nlazy\n---",
        "> quote\n===",
        "* * *\n---",
        "    code\n---",
        "a\n    ---",
        "a\n--- -\n",
        "a\n==-\n",
        "| a |\n| --- |",
        "<div>\n---",
        "```\na\n```\n---",
        "",
    ],
)
def test_what_is_no_heading_is_not_found(text):
    assert headings(text) == []


@given(MARKDOWN)
def test_sections_are_nested_or_apart(text):
    sections = outline(text)
    assert sections == sorted(sections, key=lambda section: section.start)
    for section, following in pairwise(sections):
        assert section.start < section.body_start <= following.start
        assert following.start >= section.end or following.end <= section.end
    assert all(section.end <= len(text) for section in sections)


@pytest.mark.parametrize(
    ("text", "addition", "result"),
    [
        ("", "x", "x"),
        ("a", "x", "a\nx"),
        ("a\n", "x", "a\nx"),
        ("a\n\n", "x\n", "a\n\nx\n"),
        ("a", "\nx", "a\nx"),
        ("a\n", "\nx", "a\n\nx"),
        ("a\r\nb", "x", "a\r\nb\r\nx"),
        ("a\r\nb", "\r\nx", "a\r\nb\r\nx"),
        ("a", "", "a"),
    ],
)
def test_what_is_appended_is_a_line_of_its_own(text, addition, result):
    assert append(text, addition) == result


@pytest.mark.parametrize(
    ("text", "addition", "result"),
    [
        ("", "x", "x"),
        ("a", "x", "x\na"),
        ("a", "x\n", "x\na"),
        ("\na", "x", "x\n\na"),
        ("a\r\nb", "x", "x\r\na\r\nb"),
        ("# A\na", "x", "x\n# A\na"),
        ("a", "", "a"),
    ],
)
def test_what_is_prepended_is_a_line_of_its_own(text, addition, result):
    assert prepend(text, addition) == result


@pytest.mark.parametrize(
    ("text", "addition", "result"),
    [
        ("# A\na\n\n# B\n", "x", "# A\na\nx\n\n# B\n"),
        ("# A\na\n\n# B\n", "x\n", "# A\na\nx\n\n# B\n"),
        ("# A\na\n\n# B\n", "\nx", "# A\na\n\nx\n\n# B\n"),
        ("# A\na\n# B\n", "x", "# A\na\nx\n# B\n"),
        ("# A\na\n## C\nc\n \t\n\n# B\n", "x", "# A\na\n## C\nc\nx\n \t\n\n# B\n"),
        ("# A\n\n# B\n", "x", "# A\nx\n\n# B\n"),
        ("# A\n# B\n", "x", "# A\nx\n# B\n"),
        ("# A", "x", "# A\nx"),
        ("# A\na", "x", "# A\na\nx"),
        ("# A\na\n", "x", "# A\na\nx"),
        ("# A\na\n\n\n", "x", "# A\na\nx\n\n\n"),
        ("A\r\n===\r\na\r\n\r\nB\r\n===\r\n", "x", "A\r\n===\r\na\r\nx\r\n\r\nB\r\n===\r\n"),
    ],
)
def test_a_section_is_appended_to_before_the_blank_lines_that_end_it(text, addition, result):
    assert append(text, addition, "A") == result


@pytest.mark.parametrize(
    ("text", "addition", "result"),
    [
        ("# A\na\n", "x", "# A\nx\na\n"),
        ("# A\n\na\n", "x", "# A\nx\n\na\n"),
        ("# A\n\na\n", "\nx", "# A\n\nx\n\na\n"),
        ("# A\n# B\n", "x\n", "# A\nx\n# B\n"),
        ("# A", "x", "# A\nx"),
        ("b\n\nA\n---\na", "x", "b\n\nA\n---\nx\na"),
        ("# A\r\na", "x", "# A\r\nx\r\na"),
    ],
)
def test_a_section_is_prepended_to_directly_below_its_heading(text, addition, result):
    assert prepend(text, addition, "A") == result


def test_replacing_changes_each_occurrence_and_nothing_else():
    assert replace("a b a\r\n", "b", "c") == "a c a\r\n"
    assert replace("a b a\r\n", "a", "aa", expected_count=2) == "aa b aa\r\n"
    assert replace("a\r\nb", "\r\n", "\n") == "a\nb"
    assert replace("a", "a", "") == ""


def test_replacing_in_a_section_leaves_the_same_words_elsewhere_alone():
    text = "x\n# A\nx\n## C\nx\n# B\nx\n"
    assert replace(text, "x", "y", heading="C") == "x\n# A\nx\n## C\ny\n# B\nx\n"
    assert replace(text, "x", "y", 2, "A") == "x\n# A\ny\n## C\ny\n# B\nx\n"
    assert replace(text, "# B", "# D", heading="B") == text.replace("# B", "# D")


@pytest.mark.parametrize(("find", "found"), [("x", 2), ("z", 0), ("X", 0)])
def test_replacing_refuses_another_count_than_expected(find, found):
    with pytest.raises(
        FindMismatch, match=r"^The words to replace occur \d times, not once\."
    ) as error:
        replace("x x\n", find, "y")
    assert (error.value.found, error.value.expected) == (found, 1)


def test_replacing_nothing_is_refused():
    with pytest.raises(ValueError, match="words to find"):
        replace("a", "", "b")


@pytest.mark.parametrize(
    "heading", ["Shopping", " # Shopping ", "# Shopping #", "SHOPPING", "# shopping"]
)
def test_a_heading_is_named_by_title_or_with_its_level(heading):
    assert append(NOTE, "x", heading) == NOTE.replace("- bread\n", "- bread\nx\n")


@pytest.mark.parametrize("heading", ["Shop", "## Shopping", "Intro.", "", "#", "##Later"])
def test_a_heading_that_is_not_there_is_an_error(heading):
    for edit in (append, prepend):
        with pytest.raises(HeadingNotFound, match="no heading"):
            edit(NOTE, "x", heading)
    with pytest.raises(HeadingNotFound):
        replace(NOTE, "milk", "x", heading=heading)


def test_the_exact_title_wins_over_one_in_another_case():
    assert prepend("# a\n# A\n", "x", "A") == "# a\n# A\nx"
    with pytest.raises(HeadingAmbiguous, match=r"^2 headings are “Aa”"):
        prepend("# aa\n# AA\n", "x", "Aa")


def test_the_level_tells_headings_of_one_title_apart():
    text = "# A\n## A\n"
    assert append(text, "x", "## A") == "# A\n## A\nx"
    with pytest.raises(HeadingAmbiguous, match="level"):
        append(text, "x", "A")


@given(MARKDOWN, ADDITION, st.sampled_from([None, "A", "## B", "C"]))
def test_additions_stand_on_lines_of_their_own_and_nothing_is_lost(text, addition, heading):
    for edit in (append, prepend):
        try:
            result = edit(text, addition, heading)
        except (HeadingNotFound, HeadingAmbiguous):
            continue
        assert result in insertions_of_lines(text, addition)


def insertions_of_lines(text: str, addition: str) -> Iterator[str]:
    ending = "\r\n" if "\r\n" in text else "\n"
    many = ("", ending, ending * 2)
    for at, first, last in product(range(len(text) + 1), ("", ending), many):
        before, after = text[:at] + first, text[at:]
        begins = before == "" or before.endswith("\n") or addition.startswith(("\n", "\r"))
        ends = after == "" or (addition + last).endswith("\n")
        if begins and ends:
            yield before + addition + last + after


@given(MARKDOWN, st.sampled_from([None, "A", "B", "C"]))
def test_an_added_paragraph_is_in_its_section_and_changes_no_heading(text, heading):
    assume("```" not in text)  # one that is not closed would swallow it
    for edit in (append, prepend):
        try:
            result = edit(text, "\nnew\n\n", heading)
        except (HeadingNotFound, HeadingAmbiguous):
            continue
        assert headings(result) == headings(text)
        found = next((it for it in outline(result) if it.title == heading), None)
        assert "new" in (result[found.start : found.end] if found else result)


def test_an_addition_does_not_become_part_of_an_underlined_heading():
    assert prepend("A\n===\nB\n---\n", "x") == "x\n\nA\n===\nB\n---\n"
    assert prepend("A\n===\nB\n---\n", "x", "A") == "A\n===\nx\n\nB\n---\n"
    assert append("A\n---\nB\n---\n", "x", "A") == "A\n---\nx\n\nB\n---\n"


@given(MARKDOWN, st.sampled_from(["A", "e", "text", "\n"]), st.text("Ax\n", max_size=3))
def test_replacing_is_what_it_is_for_strings(text, find, replacement):
    assume(find in text)
    assert replace(text, find, replacement, text.count(find)) == text.replace(find, replacement)


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "pattern",
    ["\n", "#", "# ", "# a\n", "a\n", "a\n===\n", "- \n", "=", "=== ", "* ", "\n\t", "#\n"],
)
def test_hostile_texts_take_no_longer_than_others(pattern):
    outline((pattern * (1 << 20))[: 1 << 20] + "x")
