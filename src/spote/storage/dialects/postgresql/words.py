"""Full-text search on tsvector. What comes in has been folded and split by `domain/notes/words.py`.

Vectors and queries are written out here rather than by `to_tsvector`, whose parser has its own ideas of e-mail
addresses, URLs and hyphens, and of what is a letter in which locale.
"""

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spote.storage.contract import Connection

_WORD = re.compile(r"[^\W_]+")  # as in domain/notes/words.py
LONGEST = 400  # characters of a word that count: 2 kB of UTF-8 are PostgreSQL's limit
PART_WORDS = 15_000  # in one vector; PostgreSQL tells no places apart after 16,383
PART_CHARACTERS = 100_000  # of words in one vector, which may have 1 MiB with their places
OVERLAP = 32  # words at the start of a part that the part before has too, for phrases
PLACES = 250  # of one word in a vector; PostgreSQL keeps 255
TITLE, LABELS, BODY = "A", "B", ""  # weights; the body has the default
GAP = 100  # places between title, labels and body, so that no phrase goes across


class PostgreSQLWords:
    """See `storage.contract.Words`. The account is a word of each vector, which leads the index to it."""

    source = "note_words AS w"
    number = "w.number"
    # A sum, or PostgreSQL would come by the rows of these numbers, and unpack each one's vector.
    found_number = "w.number + 0"
    newest_first = f"{found_number} DESC"
    where = "w.account_id = :me AND w.words @@ CAST(:match AS tsquery)"
    where_readable = "w.words @@ CAST(:match AS tsquery)"  # readers are words of each row
    is_of_note = "n.account_id = w.account_id AND n.number = w.number"

    def match_query(
        self, account_id: str, phrases: Sequence[Sequence[str]], *, prefix: bool, in_body: bool
    ) -> str:
        where = "" if in_body else TITLE + LABELS
        words = [[f"'{word[:LONGEST]}':{where}" for word in phrase] for phrase in phrases]
        if prefix:
            words[-1][-1] += "*"
        wanted = "&".join(f"({'<->'.join(phrase)})" for phrase in words)
        return f"'{_account_word(account_id)}'&{wanted}"

    def put(
        self,
        db: "Connection",
        *,
        number: int,
        account_id: str,
        title: str,
        labels: str,
        body: str,
        guest_ids: Sequence[str] = (),
    ) -> None:
        made = list(vectors((account_id, *guest_ids), title, labels, body))
        key = {"account_id": account_id, "number": number, "parts": len(made)}
        db.send_each(
            "WITH gone AS (DELETE FROM note_words"
            " WHERE account_id = :account_id AND number = :number AND part >= :parts)"
            " INSERT INTO note_words (account_id, number, part, words)"
            " VALUES (:account_id, :number, :part, :words)"
            " ON CONFLICT (account_id, number, part) DO UPDATE SET words = excluded.words",
            [key | {"part": part, "words": words} for part, words in enumerate(made)],
        )

    def drop(self, db: "Connection", *, number: int, account_id: str) -> None:
        db.send(
            "DELETE FROM note_words WHERE account_id = :account_id AND number = :number",
            {"account_id": account_id, "number": number},
        )


WORDS = PostgreSQLWords()


def vectors(account_ids: Sequence[str], title: str, labels: str, body: str) -> Iterator[str]:
    """What the index keeps of a note: one vector for all but long texts."""
    readers = " ".join(f"'{_account_word(one)}'" for one in account_ids)
    for part, words in enumerate(_parts(_words(body))):
        places: dict[str, list[str]] = {}
        place = 1
        if part == 0:
            place = _add(places, _words(title), TITLE, place) + GAP
            place = _add(places, _words(labels), LABELS, place) + GAP
        _add(places, words, BODY, place)
        vector = " ".join(f"'{word}':{','.join(at[:PLACES])}" for word, at in places.items())
        yield f"{readers} {vector}"


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())


def _add(places: dict[str, list[str]], words: Sequence[str], weight: str, place: int) -> int:
    """Returns the place after the last word."""
    for offset, word in enumerate(words):
        places.setdefault(word[:LONGEST], []).append(f"{place + offset}{weight}")
    return place + len(words)


def _parts(words: list[str]) -> Iterator[list[str]]:
    start = 0
    while True:
        end, characters = start, 0
        while end < len(words) and end - start < PART_WORDS and characters < PART_CHARACTERS:
            characters += len(words[end])
            end += 1
        yield words[start:end]
        if end >= len(words):
            return
        start = max(start + 1, end - OVERLAP)


def _account_word(account_id: str) -> str:
    return "a" + account_id.replace("-", "")
