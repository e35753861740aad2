"""Edits one section of a Markdown text, or the whole, and leaves everything else byte for byte."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from spote.domain.notes.links import title_key
from spote.domain.notes.markdown import without_fences

# Lines are found by the line feed before them; blank ones come together, as there may be many.
# What may begin a block other than a paragraph cannot be the text of an underlined heading.
_LINE = re.compile(
    r"""
      (?P<blank>(?:\n[ \t\r]*+(?=\n|\Z))++)
    | \n[ ]{0,3}(?P<marks>\#{1,6}+)(?=\s|\Z)(?P<title>[^\n]*+)
    | \n[ ]{0,3}(?P<underline>=++|-++)[ \t\r]*+(?=\n|\Z)
    | \n[ ]{0,3}(?P<rule>(?P<mark>[*_-])(?:[ \t]*+(?P=mark)){2,}+)[ \t\r]*+(?=\n|\Z)
    | \n[ ]{0,3}(?P<container>>|(?:[-+*]|\d{1,9}[.)])(?=\s|\Z)|<(?:[!?/]|[A-Za-z][\w\-]*+[\s/>]))[^\n]*+
    | \n(?P<indented>[ ]{4}|[ ]{0,3}\t)[^\n]*+
    | \n(?P<text>[^\n]*+)
    """,
    re.VERBOSE,
)
_LEVEL = re.compile(r"(#{1,6})(?:\s+|$)")


class HeadingNotFound(Exception):
    """No section has the heading that was asked for."""

    def __init__(self, heading: str) -> None:
        super().__init__(f"The text has no heading “{heading}”.")


class HeadingAmbiguous(Exception):
    """More than one section has the heading that was asked for."""

    def __init__(self, heading: str, found: int) -> None:
        super().__init__(
            f"{found} headings are “{heading}”. Give its level, as in “## Title”, or use replace with"
            " words that only the right section holds."
        )


class FindMismatch(Exception):
    """The words to replace do not occur as often as expected."""

    def __init__(self, found: int, expected: int) -> None:
        self.found = found
        self.expected = expected
        super().__init__(
            f"The words to replace occur {_times(found)}, not {_times(expected)}. Nothing was changed."
        )


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with what is below it, up to the next heading of its level or a higher one."""

    level: int  # 1 to 6
    title: str
    start: int  # character offsets into the text: where the heading's line begins,
    body_start: int  # where the line after the heading begins,
    end: int  # one past the last


def append(text: str, addition: str, heading: str | None = None) -> str:
    """Adds lines at the end of the text, or of a section, before the blank lines that end it.

    Raises HeadingNotFound or HeadingAmbiguous.
    """
    if heading is None:
        return _inserted(text, len(text), addition)
    return _inserted(text, _end_of_content(text, section(text, heading)), addition)


def prepend(text: str, addition: str, heading: str | None = None) -> str:
    """Adds lines at the very start of the text, or directly below a heading.

    Raises HeadingNotFound or HeadingAmbiguous.
    """
    position = 0 if heading is None else section(text, heading).body_start
    return _inserted(text, position, addition)


def replace(
    text: str, find: str, replacement: str, expected_count: int = 1, heading: str | None = None
) -> str:
    """Replaces each occurrence of `find` in the text, or in one section with its heading.

    Raises FindMismatch unless there are exactly `expected_count`, HeadingNotFound or
    HeadingAmbiguous, and ValueError when `find` is empty.
    """
    if not find:
        raise ValueError("replace needs the words to find.")
    within = section(text, heading) if heading is not None else None
    start, end = (within.start, within.end) if within else (0, len(text))
    part = text[start:end]
    found = part.count(find)
    if found != expected_count:
        raise FindMismatch(found, expected_count)
    return text[:start] + part.replace(find, replacement) + text[end:]


def outline(text: str) -> list[Section]:
    """The sections in the order of their headings (`# Title`, or underlined with `===`, `---`)."""
    sections: list[Section] = []
    ends = [len(text)] * 7  # for each level, where the next heading of it or a higher one begins
    for level, title, start, body_start in reversed(list(_headings(text))):
        sections.append(Section(level, title, start, body_start, ends[level]))
        ends[level:] = [start] * (7 - level)
    return sections[::-1]


def section(text: str, heading: str) -> Section:
    """The one with this heading, of which `## Title` says the level too. Raises HeadingNotFound or HeadingAmbiguous."""
    level, title = _wanted(heading.strip())
    candidates = [it for it in outline(text) if level in (None, it.level)]
    matches = [it for it in candidates if it.title == title]
    if not matches:
        matches = [it for it in candidates if title_key(it.title) == title_key(title)]
    if not matches:
        raise HeadingNotFound(heading)
    if len(matches) > 1:
        raise HeadingAmbiguous(heading, len(matches))
    return matches[0]


def _wanted(heading: str) -> tuple[int | None, str]:
    marks = _LEVEL.match(heading)
    if marks is None:
        return None, heading
    return len(marks[1]), _without_closing_marks(heading[marks.end() :])


class _Heading(NamedTuple):
    level: int
    title: str
    start: int
    body_start: int


def _headings(text: str) -> Iterator[_Heading]:
    visible = "\n" + without_fences(text)  # so that offsets of line feeds here are of lines there
    paragraph: int | None = None  # where the one begins that an underline would make a heading
    is_contained = False  # in a list item, quote or HTML, until a blank line at the latest
    for line in _LINE.finditer(visible):
        start, body_start = line.start(), min(line.end(), len(text))
        match line.lastgroup:
            case "title":
                title = _without_closing_marks(line["title"].strip())
                yield _Heading(len(line["marks"]), title, start, body_start)
                paragraph, is_contained = None, False
            case "underline" if paragraph is not None:
                level = 1 if line["underline"][0] == "=" else 2
                yield _Heading(level, _joined(text[paragraph:start]), paragraph, body_start)
                paragraph = None
            case "blank" | "rule":
                paragraph, is_contained = None, False
            case "underline" if line["underline"].startswith("---"):
                paragraph, is_contained = None, False
            case "container":
                paragraph, is_contained = None, True
            case "text" | "underline" if paragraph is None and not is_contained:
                paragraph = start


def _without_closing_marks(title: str) -> str:
    """`Title ##` is `Title`, but `C#` is `C#`."""
    bare = title.rstrip("#")
    return bare.rstrip() if bare == "" or bare[-1].isspace() else title


def _joined(lines: str) -> str:
    return " ".join(line.strip() for line in lines.strip().split("\n"))


def _end_of_content(text: str, section: Section) -> int:
    """Where the line after the section's last line that is not blank begins."""
    content = text[section.start : section.end].rstrip(" \t\r\n")
    return text.find("\n", section.start + len(content), section.end) + 1 or section.end


def _inserted(text: str, position: int, addition: str) -> str:
    if not addition:
        return text
    before, after = text[:position], text[position:]
    ending = _line_ending(text)
    if before and not before.endswith("\n") and not addition.startswith(("\n", "\r\n")):
        before += ending
    if _is_underlined_heading(after):
        after = ending + after  # without a blank line the addition would be part of the heading
    if after and not addition.endswith("\n"):
        after = ending + after
    return before + addition + after


def _is_underlined_heading(text: str) -> bool:
    first = next(_headings(text), None)
    return first is not None and first.start == 0 and "\n" in text[: first.body_start].rstrip()


def _line_ending(text: str) -> str:
    """The document's own, which its first line shows."""
    first = text.find("\n")
    return "\r\n" if first > 0 and text[first - 1] == "\r" else "\n"


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"
