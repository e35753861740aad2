"""Finds the links between notes that a Markdown text holds: `[[Title]]` and `/app/note/<id>`."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from unicodedata import normalize

from spote.domain.notes.markdown import without_code

MOST_LINKS = 1_000  # of each kind in one text
_TITLE_MAX_CHARACTERS = 500  # no note has a longer one

_TITLE = re.compile(r"\[\[(?P<title>[^\[\]\n|#]++)(?:[|#][^\[\]\n]*+)?+\]\]")
_NOTE_ADDRESS = re.compile(
    r"/app/note/([0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})(?![0-9A-Za-z\-])"
)


@dataclass(frozen=True, slots=True)
class Links:
    """Unique, in order of first appearance, at most `MOST_LINKS` of each."""

    titles: list[str]  # as written, without white space around; `title_key` makes them comparable
    note_ids: list[str]  # in lower case


def links(text: str) -> Links:
    """The links outside code; `[[Title|alias]]` and `[[Title#Heading]]` count as `[[Title]]`."""
    if "[[" not in text and "/app/note/" not in text:
        return Links([], [])
    visible = without_code(text)
    return Links(
        titles=_first_ones(_titles(text, visible)),
        note_ids=_first_ones(found[1].lower() for found in _NOTE_ADDRESS.finditer(visible)),
    )


def title_key(title: str) -> str:
    """What two titles have in common that mean the same note: neither case nor spacing counts."""
    return " ".join(normalize("NFC", normalize("NFC", title).casefold()).split())


def _titles(text: str, visible: str) -> Iterable[str]:
    for found in _TITLE.finditer(visible):
        # From the text itself, as code in a title is blank in what is visible; in a table, the
        # '|' of an alias needs a backslash before it.
        title = text[slice(*found.span("title"))].strip().removesuffix("\\").rstrip()
        if title and len(title) <= _TITLE_MAX_CHARACTERS:
            yield title


def _first_ones(found: Iterable[str]) -> list[str]:
    return list(islice(dict.fromkeys(found), MOST_LINKS))
