"""How text is prepared for finding it by words, the same for what is kept and for what is asked.

Accents go, letters get one form (NFKC), case goes, and characters of scripts that write no spaces between words
stand alone, so that a phrase of them finds what no tokenizer would cut right. The index on either engine gets the
outcome.
"""

import re
import unicodedata
from functools import lru_cache

import regex

MARKS_IN_A_ROW = 30  # Unicode Standard Annex 15, Stream-Safe Text Format
QUERY_LIMIT = 32  # phrases that count in one query
UNSPACED = (  # characters of scripts without spaces, for a class of a regular expression
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003134f"
)
LETTER = rf"[^\W_{UNSPACED}]"  # a letter or digit of a word that may have more of them
# Kana and its sound mark. With these composed first, Japanese takes half as long to normalize.
_VOICED = re.compile("[\u3041-\u30fe][\u3099\u309a]")
_VOICED_KANA = {
    unicodedata.normalize("NFD", kana): kana for kana in map(chr, range(0x3041, 0x30FF))
}
_ACCENTS = re.compile("[\u0300-\u036f]+")
_UNSPACED_OR_NO_WORD = re.compile(
    rf"([{UNSPACED}]+)"
    # To an index whose tables are older than Python's, a new emoji is a letter of the word beside it.
    r"|[^\w\x00-\x7f]+"
)
_WORD = re.compile(r"[^\W_]+")
_MARKS = regex.compile(rf"([\p{{M}}\uff9e\uff9f]{{{MARKS_IN_A_ROW}}})[\p{{M}}\uff9e\uff9f]+")
_PHRASE = re.compile(r'"([^"]*)"|(\S+)')


def folded(text: str) -> str:
    """Without accents and case, compatibility forms unified. Quick for plain English."""
    if text.isascii():
        return text.lower()
    plain = _ACCENTS.sub("", unicodedata.normalize("NFKD", stream_safe(text)))
    if "\u3099" in plain or "\u309a" in plain:
        plain = _VOICED.sub(_composed, plain)
    return unicodedata.normalize("NFC", plain).lower()


def _composed(found: re.Match[str]) -> str:
    return _VOICED_KANA.get(found[0], found[0])


def stream_safe(text: str) -> str:
    """Without the marks after the thirtieth in a row: normalizing sorts them, which for a million takes hours."""
    return _MARKS.sub(r"\1", text)


def searchable(text: str) -> str:
    """What the index gets of a text."""
    if text.isascii():
        return text
    text = folded(text)
    return text if text.isascii() else _UNSPACED_OR_NO_WORD.sub(_apart, text)


def _apart(found: re.Match[str]) -> str:
    """One call for a whole run: with one for each character a text took four times as long."""
    return f" {' '.join(found[1])} " if found[1] else " "


def words(text: str) -> list[str]:
    return _WORD.findall(searchable(text).lower())


@lru_cache(maxsize=256)
def phrases(query: str) -> tuple[tuple[str, ...], ...]:
    """What was asked, as phrases of words: "quoted ones", and each other chunk by itself (`foo-bar`: two words).

    Nothing in a query is syntax, so that none is an error. Empty where it holds no word at all.
    """
    found = (tuple(words(quoted or chunk)) for quoted, chunk in _PHRASE.findall(query))
    return tuple(dict.fromkeys(phrase for phrase in found if phrase))[:QUERY_LIMIT]
