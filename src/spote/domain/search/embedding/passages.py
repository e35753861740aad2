"""Cuts a note into passages that the model can take whole, with what belongs to each of them: title, bucket, tags."""

import hashlib
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import islice

import regex

from spote.domain.notes.model import INBOX
from spote.domain.search.embedding.cleaning import clean

PASSAGES_PER_NOTE = 256  # about 23,000 English words; what follows is found by its words only
LONGEST = 240  # atoms: 160 English words, 130 Swedish ones, 480 Chinese characters
SHORTEST = 120  # of a passage that another one follows
OVERLAP = 45  # atoms that a passage shares with the one before, at most: 30 English words
TITLE_LENGTH = 200  # characters of a title that count
LABELS_LENGTH = 200  # characters of bucket and tags that count

_IDEOGRAPHS = (
    "\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"
)
_HANGUL = "\uac00-\ud7af"
_SPACELESS = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"  # Thai, Lao, Burmese, Khmer
_APART = f"{_IDEOGRAPHS}{_HANGUL}{_SPACELESS}"
# About what the model counts as one token, in every script and in code.
_ATOM = regex.compile(
    rf"[{_IDEOGRAPHS}{_HANGUL}]{{1,2}}|[{_SPACELESS}]{{1,4}}"
    rf"|[\p{{L}}\p{{M}}--[{_APART}]]{{1,6}}|\d{{1,3}}|([^\s\w])\1{{0,7}}|\S",
    regex.V1,
)
_GAP_LENGTH = 100  # characters of white space that are looked at
_SENTENCE_ENDS = ".!?…:;"
_IDEOGRAPHIC_ENDS = "。！？"

Span = tuple[int, int]


class Bound(IntEnum):
    """How good a place is for a cut."""

    INSIDE_A_WORD = 0
    WORD = 1
    SENTENCE = 2
    LINE = 3
    PARAGRAPH = 4
    HEADING = 5


@dataclass(frozen=True, slots=True)
class Passage:
    """Offsets count Unicode characters from the start of the note's text."""

    start: int
    end: int
    embedded: str  # what the model gets
    digest: bytes  # SHA-256 of that, so that it is not embedded again as long as it is the same


def passages(title: str, bucket: str, tags: Sequence[str], text: str) -> list[Passage]:
    """In the order of the text; at least one. Equal notes give equal passages, and an edit changes those near it."""
    title, labels = clean(title[:TITLE_LENGTH]), _labels(bucket, tags)
    return [_passage(title, labels, text, span) for span in _spans(text)]


def _labels(bucket: str, tags: Sequence[str]) -> str:
    """A bucket that nobody chose has no meaning."""
    chosen = (bucket, *tags) if bucket != INBOX else tags
    return clean(", ".join(chosen)[:LABELS_LENGTH])


def _passage(title: str, labels: str, text: str, span: Span) -> Passage:
    """The labels first, which was measured to be better; a title that the text repeats only once."""
    start, end = span
    body = clean(text[start:end])
    if body.lstrip("# ").startswith(title):
        title = ""
    embedded = ": ".join(part for part in (labels, title, body) if part)
    return Passage(start, end, embedded, hashlib.sha256(embedded.encode()).digest())


def _spans(text: str) -> list[Span]:
    most = PASSAGES_PER_NOTE * LONGEST
    atoms = [atom.span() for atom in islice(_ATOM.finditer(text), most)]
    if not atoms:
        return [(0, 0)]
    spans, first = list[Span](), 0
    while len(atoms) - first > LONGEST and len(spans) < PASSAGES_PER_NOTE - 1:
        cut = _cut(text, atoms, first)
        spans.append((atoms[first][0], atoms[cut - 1][1]))
        first = _start_after(text, atoms, cut)
    last = min(len(atoms), first + LONGEST)
    return [*spans, (atoms[first][0], atoms[last - 1][1])]


def _cut(text: str, atoms: Sequence[Span], first: int) -> int:
    """The atom that begins the next passage.

    Among equally good places the text itself decides, by a checksum of what follows: so after an edit the cuts soon
    fall on the same places again, and the passages further down stay what they were.
    """
    window = range(first + SHORTEST, first + LONGEST + 1)
    bounds = {place: _bound(text, atoms, place) for place in window}
    best = max(bounds.values())
    return min(
        (place for place, bound in bounds.items() if bound == best),
        key=lambda place: zlib.crc32(
            text[atoms[place][0] : atoms[place][0] + 32].encode("utf-8", "replace")
        ),
    )


def _start_after(text: str, atoms: Sequence[Span], cut: int) -> int:
    """A little before the cut: where a section, else a sentence, else a word begins."""
    bounds = {place: _bound(text, atoms, place) for place in range(cut - OVERLAP, cut + 1)}
    if headings := [place for place, bound in bounds.items() if bound == Bound.HEADING]:
        return headings[-1]
    for least in (Bound.SENTENCE, Bound.WORD):
        for place in range(cut - OVERLAP, cut):
            if bounds[place] >= least:
                return place
    return cut - OVERLAP


def _bound(text: str, atoms: Sequence[Span], place: int) -> Bound:
    end, start = atoms[place - 1][1], atoms[place][0]
    lines = text.count("\n", end, min(start, end + _GAP_LENGTH))
    if lines and text[start] == "#":
        return Bound.HEADING
    if lines:
        return Bound.PARAGRAPH if lines > 1 else Bound.LINE
    if text[end - 1] in _IDEOGRAPHIC_ENDS or (end < start and text[end - 1] in _SENTENCE_ENDS):
        return Bound.SENTENCE
    return Bound.WORD if end < start else Bound.INSIDE_A_WORD
