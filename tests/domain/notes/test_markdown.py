"""What counts as code in a Markdown text, and that only that is blanked out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spote.domain.notes.markdown import without_code, without_fences

MARKDOWN = st.text(st.sampled_from("ab`~>-# \t\r\n\\1."), max_size=80)


@pytest.mark.parametrize(
    "text",
    [
        "```\nX\n```\n",
        "~~~\nX\n~~~\n",
        "```python\nX\n```",
        "``` a ~ b\nX",
        "~~~ a `b`\nX\n~~~",
        "   ```\nX\n   ```",
        "````\nX\n```\nX\n````\n",
        "```\nX\n`````\n",
        "```\nX\n~~~\nX",
        "```\nX\n``` not closed\nX",
        "```\nX\n    ```\nX",
        "```\r\nX\r\n```\r\n",
        "> ```\n> X\n> ```\n",
        ">```\n>X\n",
        "- ```\n  X\n  ```\n",
        "1. a\n\n   ```\n   X\n\n   X\n   ```\n",
        "- a\n  - b\n    ```\n    X\n    ```\n",
        "- a\n\t```\n\tX\n\t```\n",
        "> - ```\n>   X\n",
        "`X`",
        "``X ` X``",
        "`X\nX`",
        "a`X`b",
        "\\\\`X`",
        "`X\\`",
        "\\``X`",
    ],
)
def test_code_is_blanked(text):
    assert "X" not in without_code(text)


@pytest.mark.parametrize(
    "text",
    [
        "    ```\nX",
        "``\nX",
        "``` a`b\nX",
        "```\n```\nX\n",
        "```\n```  \nX",
        "> ```\nX",
        "> ```\n> ```\n> X",
        "- ```\nX",
        "- ```\n- X",
        "- a\n\nb\n\n    ```\nX",
        "`X",
        "`X``",
        "``X`",
        "`a\n\nX`",
        "> `a\n>\n> X`",
        "- `a\n- X`",
        "`a\n# X`",
        "`a\n\n```\n```\nX`",
        "\\`X`",
        "\\`X\\`",
    ],
)
def test_what_only_looks_like_code_stays(text):
    assert "X" in without_code(text)


def test_code_spans_are_no_fences():
    assert without_fences("`a` ```b```") == "`a` ```b```"


@given(MARKDOWN)
def test_offsets_and_line_feeds_stay(text):
    visible = without_code(text)
    assert len(visible) == len(text)
    assert all(seen in (was, " ") for was, seen in zip(text, visible, strict=True))
    assert visible.count("\n") == text.count("\n")


@given(MARKDOWN)
def test_nothing_is_code_twice(text):
    assert without_fences(without_fences(text)) == without_fences(text)


@given(st.text(st.characters(exclude_characters="`~")))
def test_texts_without_backticks_and_tildes_stay_whole(text):
    assert without_code(text) == text
