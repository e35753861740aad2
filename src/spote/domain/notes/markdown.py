"""Blanks out code in Markdown texts, so that readers of hashtags, links and headings pass it."""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

_QUOTE = 0  # what stands for a block quote among the widths of list items, which are 2 or more
_MOST_CONTAINERS = 20  # as markdown-it; without a bound deep nesting costs depth × lines

# Patterns that run over a whole text begin with a literal character: `re` then skips to it at the
# speed of a byte search. Hence lines are found by the line feed before them.
_BLANK_LINES_OR_LINE = re.compile(r"(?:\n[ \t\r]*+(?=\n|\Z))++|\n(?P<line>[^\n]*+)")
_CONTAINER_OR_FENCE = re.compile(
    r"\n(?= {0,3}(?:>|[-+*](?:\s|\Z)|\d{1,9}[.)](?:\s|\Z)|```|~~~))(?P<line>[^\n]*+)"
)
_TICKS = re.compile(r"`(?<!``)`*+")
# A code span ends with its block at the latest (CommonMark 0.31 §3 and §6.1).
_NEW_BLOCK = re.compile(r"\n[ \t>]*+(?:\r?\n|#{1,6}[ \t]|[-+*][ \t]|\d{1,9}[.)][ \t])")

_QUOTE_MARK = re.compile(r" {0,3}> ?")
_QUOTE_OR_LIST_MARK = re.compile(r" {0,3}> ?|( {0,3}(?:[-+*]|\d{1,9}[.)]))(?:( {1,4})(?! )| |$)")
_FENCE_OPENS = re.compile(r" {0,3}(`{3,}+(?=[^`]*+$)|~{3,}+)")
_FENCE_CLOSES = re.compile(r" {0,3}(?:`{3,}+|~{3,}+) *+$")

Range = tuple[int, int]  # offsets: first character, one past the last


def without_code(text: str) -> str:
    """The text with fenced code and code spans turned into spaces; offsets and line feeds stay."""
    text = without_fences(text)
    if "`" not in text:
        return text
    return _blanked(text, _code_spans(text))


def without_fences(text: str) -> str:
    """The text with fenced code and its fences turned into spaces; offsets and line feeds stay."""
    if "```" not in text and "~~~" not in text:
        return text
    text = "\n" + text
    return _blanked(text, _fences(text))[1:]


def _blanked(text: str, ranges: Iterable[Range]) -> str:
    pieces, done = [], 0
    for start, end in ranges:
        lines = text[start:end].split("\n")
        pieces += [text[done:start], "\n".join([" " * len(line) for line in lines])]
        done = end
    return "".join(pieces) + text[done:]


class _Fence(NamedTuple):
    start: int
    marks: str
    depth: int  # containers around it; it ends with the innermost at the latest


def _fences(text: str) -> Iterator[Range]:
    containers: list[int] = []
    fence: _Fence | None = None
    end = 0
    while found := (_BLANK_LINES_OR_LINE if containers else _CONTAINER_OR_FENCE).search(text, end):
        start, end = found.span()
        line = found["line"] or ""
        depth, rest = _stays_in(containers, line.rstrip("\r").expandtabs(4))
        if fence and depth == fence.depth:
            if _closes(fence, rest):
                yield fence.start, end
                fence = None
            continue
        if fence:
            yield fence.start, start
        containers[depth:], rest = _opened(rest, _MOST_CONTAINERS - depth)
        opening = _FENCE_OPENS.match(rest)
        fence = _Fence(start, opening[1], len(containers)) if opening else None
    if fence:
        yield fence.start, len(text)


def _stays_in(containers: list[int], line: str) -> tuple[int, str]:
    """How many of the open containers the line belongs to, and what of the line is inside them."""
    for depth, width in enumerate(containers):
        if width == _QUOTE:
            mark = _QUOTE_MARK.match(line)
            if mark is None:
                return depth, line
            line = line[mark.end() :]
        elif line.startswith(" " * width):
            line = line[width:]
        elif line.strip(" "):
            return depth, line
    return len(containers), line


def _opened(line: str, most: int) -> tuple[list[int], str]:
    """The block quotes and list items that the line itself begins, and what is inside them."""
    opened: list[int] = []
    while len(opened) < most and (mark := _QUOTE_OR_LIST_MARK.match(line)):
        bullet, space = mark.groups()
        opened.append(len(bullet) + len(space or " ") if bullet else _QUOTE)
        line = line[mark.end() :]
    return opened, line


def _closes(fence: _Fence, line: str) -> bool:
    # A line of fence characters only that holds the opening ones is of their kind and long enough.
    return fence.marks in line and _FENCE_CLOSES.match(line) is not None


def _code_spans(text: str) -> Iterator[Range]:
    done = 0
    for start, end in reversed(_pairs_of_ticks(text)):
        if start >= done:
            done = end
            yield start, end


def _pairs_of_ticks(text: str) -> list[Range]:
    """From each run of backticks to the next of its length in its block; the last one first.

    Going backwards, the next run of each length is known: linear, whatever the lengths are.
    """
    pairs: list[Range] = []
    following: dict[int, int] = {}
    next_start = len(text)
    for start, end in reversed([found.span() for found in _TICKS.finditer(text)]):
        if _NEW_BLOCK.search(text, end, next_start):
            following = {}
        # A backslash takes the first backtick away, but cannot keep the run from closing.
        is_escaped = text[start - 1] == "\\" and _is_escaped(text, start)
        if closer := following.get(end - start - is_escaped):
            pairs.append((start + is_escaped, closer))
        following[end - start] = end
        next_start = start
    return pairs


def _is_escaped(text: str, position: int) -> bool:
    first = position
    while first and text[first - 1] == "\\":
        first -= 1
    return (position - first) % 2 == 1
