"""Names of tags get one form, and what is none is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spote.domain.tokens import tag_name


@pytest.mark.parametrize(
    ("raw", "tag"),
    [
        ("work", "work"),
        ("  Work\n", "work"),
        ("#work", "work"),
        ("C++", "c++"),
        ("e\u0301", "é"),
        ("2024", "2024"),
        ("a'b\"c:d", "a'b\"c:d"),
        ("👩‍💻", "👩‍💻"),
        ("x" * 100, "x" * 100),
    ],
)
def test_tags_get_one_form(raw, tag):
    assert tag_name(raw) == tag


@pytest.mark.parametrize("raw", [
    "", " ", "#", " # ", "##x", "# x", "a b", "a\tb", "a\nb", "a\u00a0b", "a\x00b", "a\x7fb",
    "a,b", "a#b", "a\u2028b", "a\ud800b", "x" * 101,
])  # fmt: skip
def test_what_is_no_tag_is_refused_in_a_sentence(raw):
    with pytest.raises(ValueError, match=r"^a tag has"):
        tag_name(raw)


@given(st.text(max_size=110))
def test_the_form_of_a_tag_is_its_own(raw):
    try:
        tag = tag_name(raw)
    except ValueError:
        return
    assert tag_name(tag) == tag
    assert 1 <= len(tag) <= 100
