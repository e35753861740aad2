"""A diff says what changed, in git's words, and applying it to the old text gives the new one."""

import re
import shutil
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spote.domain.notes.differences import unified_diff

HUNK = re.compile(r"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@\n")
NO_END = "\\ No newline at end of file\n"
TEXT = st.lists(
    st.sampled_from(
        ["a\n", "b\n", "c\n", "\n", "a\r\n", "-- x\n", "\\ y\n", "a\x0cb\u2028\n", "d"]
    ),
    max_size=30,
).map("".join)


def diff(old: str, new: str) -> str:
    return unified_diff(old, new, "version 1", "version 2")


def patched(old: str, written: str) -> str:
    """Applies a diff, and checks each line that it takes away or leaves, and its counts."""
    if not written:
        return old
    from_label, to_label, *rest = lines(written)
    assert (from_label, to_label) == ("--- version 1\n", "+++ version 2\n")
    source, result = lines(old), []
    taken = 0
    while rest:
        header = HUNK.fullmatch(rest.pop(0))
        assert header is not None
        start, removed, new_start, added = (int(number or 1) for number in header.groups())
        result += source[taken : start - 1 if removed else start]
        taken = start - 1 if removed else start
        assert len(result) == (new_start - 1 if added else new_start)
        while removed or added:
            mark, line = rest[0][0], rest.pop(0)[1:]
            if rest and rest[0] == NO_END:
                rest.pop(0)
                line = line.removesuffix("\n")
            if mark in " -":
                assert source[taken] == line
                taken, removed = taken + 1, removed - 1
            if mark in " +":
                result.append(line)
                added -= 1
    return "".join(result + source[taken:])


def lines(text: str) -> list[str]:
    return re.findall(r"[^\n]*\n|[^\n]+", text)


def test_a_change_is_shown_with_three_lines_around_it():
    old = "".join(f"{number}\n" for number in range(1, 11))
    assert diff(old, old.replace("5\n", "five\n")) == (
        "--- version 1\n+++ version 2\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n"
    )


def test_changes_far_apart_are_hunks_of_their_own():
    old = "".join(f"{number}\n" for number in range(1, 21))
    new = old.replace("2\n", "two\n", 1).removesuffix("20\n")
    assert [line for line in lines(diff(old, new)) if line[0] in "@-+"][2:] == [
        "@@ -1,5 +1,5 @@\n", "-2\n", "+two\n", "@@ -17,4 +17,3 @@\n", "-20\n",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "hunk"),
    [
        ("", "a\n", "@@ -0,0 +1 @@\n+a\n"),
        ("a\n", "", "@@ -1 +0,0 @@\n-a\n"),
        ("a", "a\n", f"@@ -1 +1 @@\n-a\n{NO_END}+a\n"),
        ("a\n", "a", f"@@ -1 +1 @@\n-a\n+a\n{NO_END}"),
        ("a\nb", "c\nb", f"@@ -1,2 +1,2 @@\n-a\n+c\n b\n{NO_END}"),
        ("a\r\n", "a\n", "@@ -1 +1 @@\n-a\r\n+a\n"),
        ("a\n\n", "a\n", "@@ -1,2 +1 @@\n a\n-\n"),
    ],
)
def test_ends_of_lines_and_texts_are_shown(old, new, hunk):
    assert diff(old, new) == f"--- version 1\n+++ version 2\n{hunk}"


def test_what_did_not_change_has_no_diff():
    assert diff("a\nb", "a\nb") == ""


@given(TEXT, TEXT)
def test_applying_the_diff_gives_the_new_text(old, new):
    assert patched(old, diff(old, new)) == new


@given(TEXT, TEXT, TEXT, TEXT)
def test_what_both_texts_share_at_the_ends_changes_nothing_of_that(start, old, new, end):
    old, new = start + old + end, start + new + end
    assert patched(old, diff(old, new)) == new


@given(st.integers(0, 5), st.integers(0, 5))
def test_changes_too_great_to_compare_are_one_block(before, after):
    start = "".join(f"start {number}\n" for number in range(before))
    end = "".join(f"end {number}\n" for number in range(after))
    old = start + "x\nsame\n" * 1_000 + "y\n" + end
    new = start + "z\nsame\n" * 1_000 + end
    written = diff(old, new)
    assert patched(old, written) == new
    assert written.count("@@ -") == 1
    assert [line[1:] for line in lines(written)[3:] if line[0] == " "] == (
        lines(start)[-3:] + lines(end)[:3]
    )


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
@pytest.mark.parametrize(
    ("old", "new"), [("a\nb", "b\nc"), ("", "a\r\n"), ("a\n" * 20, "a\n" * 9 + "b\n" + "a\n" * 9)]
)
def test_git_can_apply_it(tmp_path, old, new):
    (tmp_path / "note").write_bytes(old.encode())
    written = unified_diff(old, new, "a/note", "b/note").encode()
    subprocess.run(["git", "apply", "--verbose"], input=written, cwd=tmp_path, check=True)
    assert (tmp_path / "note").read_bytes() == new.encode()


# Comparing these line by line would take hours.
@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("a\nb\n" * 250_000, "b\na\n" * 250_000),
        ("\n" * 1_000_000, "a\n" * 500_000),
        ("a\n" * 500_000, ""),
        ("x" * 1_000_000, "y" * 1_000_000),
        ("".join(f"{n % 101}\n" for n in range(1_490)), "".join(f"{n % 101 if n % 2 else -n}\n" for n in range(1_490))),
        ("".join(f"{n}\n" for n in range(150_000)), "".join(f"{n}\n" for n in range(150_000, 0, -1))),
    ],
    ids=["swapped", "blank", "emptied", "one line", "largest compared", "reversed"],
)  # fmt: skip
def test_hostile_changes_take_no_longer_than_others(old, new):
    assert diff(old, new).endswith("\n")
