"""Shows what changed between two versions of a text, as a unified diff."""

from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher
from itertools import takewhile

_CONTEXT = 3  # unchanged lines shown around a change
# Of either side, without what both share at the ends: difflib needs up to half a second for so
# many where every other line changed, and eight times as long for twice as many.
_MOST_LINES_COMPARED = 1_500

Opcode = tuple[str, int, int, int, int]  # what to do with old[i1:i2] to get new[j1:j2]


def unified_diff(old: str, new: str, old_label: str, new_label: str) -> str:
    """The diff as git writes it, line endings kept; empty when nothing changed.

    Where too much changed to compare it in time, the changed part is one replaced block.
    """
    if old == new:
        return ""
    old_lines, new_lines = _lines(old), _lines(new)
    hunks = _hunks(_changes(old_lines, new_lines))
    written = [_written(old_lines, new_lines, hunk) for hunk in hunks]
    return f"--- {old_label}\n+++ {new_label}\n" + "".join(written)


def _lines(text: str) -> list[str]:
    # Not splitlines, which also splits at form feeds and other characters inside a line.
    *lines, last = text.split("\n")
    return [f"{line}\n" for line in lines] + ([last] if last else [])


def _hunks(changes: Iterable[Opcode]) -> Iterator[list[Opcode]]:
    """The changes that stand close together, each group with the unchanged lines around it."""
    group: list[Opcode] = []
    for tag, i1, i2, j1, j2 in changes:
        if tag == "equal" and i2 - i1 > 2 * _CONTEXT:
            yield [*group, (tag, i1, i1 + _CONTEXT, j1, j1 + _CONTEXT)]
            group = []
            i1, j1 = i2 - _CONTEXT, j2 - _CONTEXT
        group.append((tag, i1, i2, j1, j2))
    yield group


def _changes(old: list[str], new: list[str]) -> Iterator[Opcode]:
    start = _shared(zip(old, new, strict=False))
    after = _shared(zip(reversed(old[start:]), reversed(new[start:]), strict=False))
    old_end, new_end = len(old) - after, len(new) - after
    before = min(start, _CONTEXT)
    yield "equal", start - before, start, start - before, start
    for tag, i1, i2, j1, j2 in _compared(old[start:old_end], new[start:new_end]):
        yield tag, start + i1, start + i2, start + j1, start + j2
    after = min(after, _CONTEXT)
    yield "equal", old_end, old_end + after, new_end, new_end + after


def _shared(pairs: Iterable[tuple[str, str]]) -> int:
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _compared(old: list[str], new: list[str]) -> Iterable[Opcode]:
    if max(len(old), len(new)) > _MOST_LINES_COMPARED:
        return [("replace", 0, len(old), 0, len(new))]
    return SequenceMatcher(None, old, new).get_opcodes()


def _written(old: list[str], new: list[str], changes: list[Opcode]) -> str:
    (_, i1, _, j1, _), (_, _, i2, _, j2) = changes[0], changes[-1]
    lines = [f"@@ -{_range(i1, i2)} +{_range(j1, j2)} @@\n"]
    for tag, i1, i2, j1, j2 in changes:
        if tag == "equal":
            lines += _marked(" ", old[i1:i2])
        else:
            lines += _marked("-", old[i1:i2]) + _marked("+", new[j1:j2])
    return "".join(lines)


def _range(start: int, end: int) -> str:
    """Counted from 1; an empty range names the line before it (POSIX, diff -u)."""
    match end - start:
        case 0:
            return f"{start},0"
        case 1:
            return f"{start + 1}"
        case length:
            return f"{start + 1},{length}"


def _marked(mark: str, lines: list[str]) -> list[str]:
    return [
        f"{mark}{line}" if line.endswith("\n") else f"{mark}{line}\n\\ No newline at end of file\n"
        for line in lines
    ]
