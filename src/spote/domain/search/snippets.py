"""The passage of a text that answers a query best, with the places of the words that were found."""

import re
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import takewhile

from spote.domain.notes.words import LETTER, UNSPACED, folded, words
from spote.domain.search.model import QUERY_LIMIT, Snippet

LENGTH = 240  # characters, about
SCANNED = (
    2_000_000  # folded characters that are looked through: more than a text has, unless by setting
)
CLOSE_LOOKS = 100  # at two pieces at a time
FEW = 20  # words that are looked for one by one before all words are cut out
_PIECE = re.compile(
    rf".{{1,1000}}{LETTER}{{,1000}}", re.DOTALL
)  # cuts no word that can be asked for
# With the accents and sound marks of decomposed texts.
_TOKEN = re.compile(rf"[{UNSPACED}][\u3099\u309a]*|{LETTER}+(?:[\u0300-\u036f]+{LETTER}*)*")
_WORD = re.compile(rf"[{UNSPACED}]|{LETTER}+")  # of a folded text
_LETTERS = re.compile(rf"{LETTER}+")
# Folded, none of these characters vanishes or melts into another: Latin, Greek and Cyrillic with their punctuation.
_STANDING = re.compile("[\x00-\u02ff\u0370-\u052f\u1e00-\u1fff\u2010-\u205e\u20a0-\u20bf]*")
Span = tuple[int, int]
Match = tuple[int, int, str]  # start, end, and which of the words that were asked for


@dataclass(frozen=True, slots=True)
class _Wanted:
    """The words that were asked for."""

    words: frozenset[str]
    beginning: str | None  # the last of them, where it may go on
    # Tokens looked at before: looks overlap, and scripts without spaces have few tokens, each of them often.
    known: dict[str, str | None] = field(default_factory=dict)

    def are_more(self, than: int, text: str) -> bool:
        """Whether a folded text holds more of them. Where it cannot, no word is cut out to see."""
        if len(self.words) <= FEW and sum(word in text for word in self.words) <= than:
            return False
        return len(self._standing_in(text)) > than

    def _standing_in(self, text: str) -> set[str]:
        cut = _WORD.findall(text)
        found = set(self.words.intersection(cut))
        if self.beginning and any(word.startswith(self.beginning) for word in cut):
            found.add(self.beginning)
        return found

    def places(self, text: str) -> Iterator[Match]:
        """In a folded text without characters that are words by themselves, in no order."""
        for word in self.words:
            goes_on = word == self.beginning
            at = text.find(word)
            while at >= 0:
                run = _LETTERS.match(text, at)
                assert run is not None  # a word is of letters
                end = run.end()
                if not (at and text[at - 1].isalnum()):
                    whole = end == at + len(word)
                    if whole or (goes_on and text[at:end] not in self.words):
                        yield at, end, word
                at = text.find(word, end)

    def named_by(self, token: str) -> str | None:
        """A token may fold to several words."""
        for word in [token.lower()] if token.isascii() else words(token):
            if word in self.words:
                return word
            if self.beginning and word.startswith(self.beginning):
                return self.beginning
        return None


def snippet(text: str, phrases: Sequence[Sequence[str]], *, prefix: bool) -> Snippet:
    """The window with the most different words that were asked for; the beginning where none stands in the text."""
    wanted = _wanted(phrases, prefix=prefix)
    return _marked(text, wanted, *_rounded(text, _best_start(text, wanted)))


def snippet_within(
    text: str, starts_at: int, ends_at: int, phrases: Sequence[Sequence[str]], *, prefix: bool
) -> Snippet:
    """As `snippet`, of a passage: where the words stand in it, else its beginning."""
    wanted = _wanted(phrases, prefix=prefix)
    different, place = _best_window(_matches(text, wanted, starts_at, ends_at))
    if not different:
        return passage_snippet(text, starts_at, ends_at)
    start, end = _rounded(text, place)
    return _marked(text, wanted, max(start, starts_at), min(end, ends_at))


def _wanted(phrases: Sequence[Sequence[str]], *, prefix: bool) -> _Wanted:
    asked = frozenset(word for phrase in phrases for word in phrase)
    return _Wanted(asked, phrases[-1][-1] if prefix else None)


def _marked(text: str, wanted: _Wanted, start: int, end: int) -> Snippet:
    # From one character before, so that the rest of a word is not taken for a word.
    found = _matches(text, wanted, max(0, start - 1), end)
    matches = tuple((a, b) for a, b, _ in found if start <= a and b <= end)
    return Snippet(text=text[start:end], start=start, end=end, matches=matches)


def passage_snippet(text: str, starts_at: int, ends_at: int) -> Snippet:
    """The beginning of a passage."""
    start = min(starts_at, len(text))
    end = min(ends_at, len(text))
    if end - start > LENGTH:
        end = start + LENGTH
        if (space := text.rfind(" ", start + LENGTH // 2, end)) >= 0:
            end = space
    return Snippet(text=text[start:end], start=start, end=end, matches=())


def _best_start(text: str, wanted: _Wanted) -> int:
    """Of the first window with the most words: a quick look at each piece, a close one at those that may hold it."""
    best, best_start, looks, scanned = 0, 0, 0, 0
    start, before = 0, ""  # of the piece before: a window may begin there
    for piece in _PIECE.finditer(text):
        here = folded(piece[0])
        scanned += len(here)
        if wanted.are_more(best, before + here):
            different, place = _best_window(_matches(text, wanted, start, piece.end()))
            if different > best:
                best, best_start = different, place
            looks += 1
        if best == len(wanted.words) or looks == CLOSE_LOOKS or scanned > SCANNED:
            break
        start, before = piece.start(), here
    return best_start


def _matches(text: str, wanted: _Wanted, start: int, end: int) -> Iterator[Match]:
    """Of the tokens that begin in this part of the text."""
    if len(wanted.words) <= FEW:
        plain = _folded_in_place(text[start : end + QUERY_LIMIT])
        if plain is not None:
            places = ((start + a, start + b, word) for a, b, word in sorted(wanted.places(plain)))
            return takewhile(lambda place: place[0] < end, places)
    return _token_by_token(text, wanted, start, end)


def _folded_in_place(text: str) -> str | None:
    """Each character in its place; None where some stand for several, or may stand for none."""
    if text.isascii():
        return text.lower()
    if not _STANDING.fullmatch(text):
        return None
    plain = folded(text)
    return plain if len(plain) == len(text) else None


def _token_by_token(text: str, wanted: _Wanted, start: int, end: int) -> Iterator[Match]:
    known = wanted.known
    for token in _TOKEN.finditer(text, start):
        if token.start() >= end:
            return
        written = token[0]
        if len(written) > QUERY_LIMIT:  # nobody can ask for it, and each look would begin within it
            continue
        if written not in known:
            known[written] = wanted.named_by(written)
        if word := known[written]:
            yield token.start(), token.end(), word


def _best_window(found: Iterator[Match]) -> Span:
    """How many different words the best window has, and where its first one starts."""
    best, best_start = 0, 0
    window, times = deque[Match](), Counter[str]()
    for match in found:
        window.append(match)
        times[match[2]] += 1
        while match[1] - window[0][0] > LENGTH and len(window) > 1:
            gone = window.popleft()[2]
            times[gone] -= 1
            if not times[gone]:
                del times[gone]
        if len(times) > best:
            best, best_start = len(times), window[0][0]
    return best, best_start


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
