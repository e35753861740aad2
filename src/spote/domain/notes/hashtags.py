"""Reads `#hashtags` from Markdown texts and keeps a note's tags in step with its text."""

import re
from collections.abc import Iterator
from typing import NamedTuple
from unicodedata import category

import regex

from spote.domain.notes.markdown import without_code
from spote.domain.tokens.places import NAME_LIMIT, tag_form

# Not after what makes the '#' part of something else: C#x, a#b, ##x, &#39;, page/#x, \#x.
_START = r"\#(?<![\w#&/\\]\#)(?=\w)"
_WORD = regex.compile(r"[\p{L}\p{N}_][\p{L}\p{M}\p{N}_/\-]*+")  # `re` knows no \p{M}

_GAP = r"[\ \t]*+(?:\r?\n[\ \t]*+)?+"
_PLAIN = r"[^\s()\\]++|\\\S?+"
_DESTINATION = rf"(?:<[^<>\n]*+>|(?!<)(?:{_PLAIN}|\((?:{_PLAIN})*+\))++)"
_TITLE = r"""(?:"[^"\n]*+"|'[^'\n]*+'|\([^()\n]*+\))"""
_ATTRIBUTE = r"""\s++[A-Za-z_:][\w.:\-]*+(?:\s*+=\s*+(?:"[^"<]*+"|'[^'<]*+'|[^\s"'=<>`]++))?+"""

# Each alternative begins with a literal character, for speed, and reads no further than to its own
# next beginning or the end of the line, which keeps hostile texts linear.
_HASHTAG_OR_ADDRESS = re.compile(
    rf"""
      {_START}
    | \]\({_GAP}{_DESTINATION}(?:\s{_GAP}{_TITLE})?+{_GAP}\)        # [text](page.md#part "title")
    | \n[ \t>]*+\[(?!\^)[^\[\]\n]++\]:{_GAP}{_DESTINATION}
      (?:\s{_GAP}{_TITLE})?+[ \t\r]*+(?=\n|\Z)                      # [label]: page.md#part
    | \[\[[^\[\]\n]++\]\]                                           # [[Note#Heading]]
    | ://[^\s<>]++                                                  # https://example.org/#part
    | w(?<![\w\#/\-]w)ww\.[^\s<>]++
    | <[A-Za-z][A-Za-z0-9+.\-]{{1,31}}+:[^\s<>]*+>                  # <mailto:someone?subject=#1>
    | <[A-Za-z][\w\-]*+(?:{_ATTRIBUTE})*+\s*+/?>                    # <a href="#part">
    """,
    re.VERBOSE,
)
_ANY_START = re.compile(_START)


def hashtags(text: str) -> list[str]:
    """The hashtags as tags: without '#', lower case, NFC, unique, in order of first appearance."""
    return list(dict.fromkeys(found.tag for found in _occurrences(text)))


def retagged(tags: list[str], old_text: str, new_text: str) -> list[str]:
    """The tags after a change of text: hashtags that left it go, new ones come last."""
    before, after = hashtags(old_text), hashtags(new_text)
    gone = set(before).difference(after)
    come = set(after).difference(before)
    kept = [tag for tag in tags if tag not in gone]
    return list(dict.fromkeys(kept + [tag for tag in after if tag in come]))


def rename_hashtag(text: str, old: str, new: str) -> str:
    """The text with each `#old` that is a hashtag turned into `#new`, all else byte for byte.

    `new` is taken as given; whether it can stand as a hashtag is for the caller to know.
    """
    old = tag_form(old)
    pieces, done = [], 0
    for found in _occurrences(text):
        if found.tag == old:
            pieces += [text[done : found.start], new]
            done = found.end
    return "".join(pieces) + text[done:]


class _Hashtag(NamedTuple):
    tag: str
    start: int  # of the word after the '#'
    end: int


def _occurrences(text: str) -> Iterator[_Hashtag]:
    if _ANY_START.search(text) is None:
        return
    visible = "\n" + without_code(text)  # so that the first line begins like all others
    for found in _HASHTAG_OR_ADDRESS.finditer(visible):
        if found[0] == "#" and (hashtag := _hashtag_at(visible, found.end())):
            yield hashtag


def _hashtag_at(visible: str, start: int) -> _Hashtag | None:
    match = _WORD.match(visible, start)
    word = match[0].rstrip("-/") if match else ""
    tag = tag_form(word)
    if not tag or tag.isdigit() or len(tag) > NAME_LIMIT or _is_mark(visible[start - 2]):
        return None
    return _Hashtag(tag, start - 1, start - 1 + len(word))


def _is_mark(character: str) -> bool:
    """Whether the character belongs to a letter before it: U+FE0F follows emoji instead."""
    return character > "\x7f" and character != "\ufe0f" and category(character).startswith("M")
