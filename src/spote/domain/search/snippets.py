"""The passage of a text that answers a query best, with the places of the words that were found."""

import re
from collections.abc import Sequence
from functools import lru_cache

from spote.domain.notes.words import words
from spote.domain.search.model import Snippet

LENGTH = 240  # characters, about
SCANNED = 200_000  # characters of a text that are looked through
_TOKEN = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003134f]|[^\\W_]+"
)
Span = tuple[int, int]


def snippet(text: str, phrases: Sequence[Sequence[str]], *, prefix: bool) -> Snippet:
    """The window with the most different words that were asked for; the beginning where none stands in the text."""
    wanted = {word for phrase in phrases for word in phrase}
    beginning = phrases[-1][-1] if prefix else None
    found = _found(text[:SCANNED], wanted, beginning)
    start = _best_start(found)
    start, end = _rounded(text, start)
    return Snippet(
        text=text[start:end],
        start=start,
        end=end,
        matches=tuple((a, b) for a, b, _ in found if start <= a and b <= end),
    )


def passage_snippet(text: str, starts_at: int, ends_at: int) -> Snippet:
    """The beginning of a passage."""
    start = min(starts_at, len(text))
    end = min(ends_at, len(text))
    if end - start > LENGTH:
        end = start + LENGTH
        if (space := text.rfind(" ", start + LENGTH // 2, end)) >= 0:
            end = space
    return Snippet(text=text[start:end], start=start, end=end, matches=())


def _found(text: str, wanted: set[str], beginning: str | None) -> list[tuple[int, int, str]]:
    """Start, end and word. Where lower case changes no offset, the words asked for are looked up right away."""
    if text.isascii():
        return [
            (m.start(), m.end(), m[0])
            for m in _any(frozenset(wanted), beginning).finditer(text.lower())
        ]
    found: list[tuple[int, int, str]] = []
    known: dict[str, str | None] = {}  # scripts without spaces have few tokens, each of them often
    for token in _TOKEN.finditer(text):
        if token[0] not in known:
            known[token[0]] = _match(words(token[0]), wanted, beginning)
        if word := known[token[0]]:
            found.append((token.start(), token.end(), word))
    return found


def _match(token: list[str], wanted: set[str], beginning: str | None) -> str | None:
    """A token may fold to several words."""
    for word in token:
        if word in wanted or (beginning and word.startswith(beginning)):
            return word
    return None


@lru_cache(maxsize=256)
def _any(wanted: frozenset[str], beginning: str | None) -> re.Pattern[str]:
    choices = [re.escape(word) for word in sorted(wanted, key=len, reverse=True) if word.isascii()]
    if beginning and beginning.isascii():
        choices.append(rf"{re.escape(beginning)}[^\W_]*")
    return re.compile(rf"(?<![^\W_])(?:{'|'.join(choices) or '(?!)'})(?![^\W_])")


def _best_start(found: list[tuple[int, int, str]]) -> int:
    best, best_start = 0, 0
    most = len({word for _, _, word in found})
    left = 0
    for right, (_, end, _) in enumerate(found):
        while end - found[left][0] > LENGTH and left < right:
            left += 1
        different = len({word for _, _, word in found[left : right + 1]})
        if different > best:
            best, best_start = different, found[left][0]
        if best == most:
            break
    return best_start


def _rounded(text: str, match: int) -> Span:
    """A little before the first match, from the beginning of a line or word to the end of one."""
    start = max(0, match - LENGTH // 6)
    line = text.rfind("\n", start, match)
    if line >= 0:
        start = line + 1
    elif start and (space := text.find(" ", start, match)) >= 0:
        start = space + 1
    end = min(len(text), start + LENGTH)
    if end < len(text) and (space := text.rfind(" ", start + LENGTH // 2, end)) >= 0:
        end = space
    return start, end
