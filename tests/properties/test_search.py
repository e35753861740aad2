"""No query is an error, whatever it holds; what is found says truly where the words stand."""

import unicodedata
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spote.domain import accounts, notes, search
from spote.identity import FULL_ACCESS, Actor, CredentialKind, Via, new_id
from spote.paging import Page
from spote.settings import Settings
from spote.storage import Database, open_database
from tests.properties.questions import asks_something
from tests.properties.soak import examples

SYNTAX = [
    '"',
    "'",
    "*",
    "^",
    ":",
    "NEAR(",
    "AND",
    "OR",
    "NOT",
    "(",
    ")",
    "{title}",
    "-",
    "+",
    "a*b",
    "title:x",
    "\\",
    ";--",
    "%",
    "_",
]
queries = st.text(min_size=1, max_size=60) | st.lists(
    st.sampled_from([*SYNTAX, "milk", "Zürich", "日本", " "]), min_size=1, max_size=12
).map("".join)
HOSTILE = {
    "one letter": "a" * 1_000_000,
    "one word": "milk " * 200_000,
    "every block": "".join(
        chr(code) for code in range(1, 0x30000, 61) if not 0xD800 <= code < 0xE000
    ),
    "marks": "e" + "\u0301" * 100_000,
    "quotes": '"' * 500_000,
    "CJK": "日本語" * 100_000,
    "right to left": "\u202eשלום " * 50_000,
}


class Found:
    def __init__(self, database: Database) -> None:
        self._database = database
        draft = accounts.SignUp(email=f"{new_id()}@example.org", password="correct horse")
        account = database.write_now(lambda db: accounts.create_account(db, draft, "hash"))
        self._person = Actor(account.id, FULL_ACCESS, CredentialKind.SESSION, "s", Via.WEB)

    def save(self, title: str, text: str) -> str:
        draft = notes.NoteDraft(title=title, text=text)
        return self._database.write_now(lambda db: notes.create_note(db, self._person, draft)).id

    def by(self, q: str) -> list[search.FoundNote]:
        query = search.SearchQuery(q=q, mode="keyword")
        return self._database.read_now(
            lambda db: search.search_notes(db, self._person, query, Page(50))
        ).items


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory, database_url: str) -> Iterator[Database]:
    folder = tmp_path_factory.mktemp("search") / "data"
    database = open_database(Settings(data=folder, database_url=database_url))
    yield database
    database.close()


@pytest.fixture(scope="module")
def found(database: Database) -> Found:
    found = Found(database)
    found.save(
        "Milk and bread",
        "We need milk.\n\nZürich, NEAR the lake: 日本語のメモ — a*b title:x {title}",
    )
    found.save("Zurich", "NOT AND OR milk^2 'quoted' \"twice\"")
    return found


@given(q=queries.filter(asks_something))
@examples(few=300, many=20_000)
def test_no_query_is_an_error(found: Found, q: str) -> None:
    scores = [note.score for note in found.by(q)]
    assert scores == sorted(scores, reverse=True)
    assert all(0 < score <= 1 for score in scores)


@given(q=queries.filter(asks_something))
@examples(few=200, many=5_000)
def test_snippets_stand_in_the_text_and_matches_in_snippets(found: Found, q: str) -> None:
    for note in found.by(q):
        piece = note.snippet
        assert note.text[piece.start : piece.end] == piece.text
        assert all(piece.start <= start < end <= piece.end for start, end in piece.matches)


@given(word=st.text(st.characters(categories=["Ll", "Lu", "Lo", "Nd"]), min_size=2, max_size=12))
@examples(few=150, many=3_000)
def test_a_note_is_found_by_each_word_in_it(database: Database, word: str) -> None:
    found = Found(database)
    note = found.save("A note", f"before {word} after")
    assert [one.id for one in found.by(word)] == [note], ascii(word)
    plain = "".join(c for c in unicodedata.normalize("NFKD", word) if not "\u0300" <= c <= "\u036f")
    assert [one.id for one in found.by(plain)] == [note], ascii(word)


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_texts_are_saved_and_searched(database: Database, kind: str) -> None:
    found, text = Found(database), HOSTILE[kind][:300_000]
    note = found.save("Hostile harbour", text)
    assert [one.id for one in found.by("harbour")] == [note]
    for q in (text[:900], text[1000:1030]):
        if asks_something(q):
            found.by(q)


def test_hostile_texts_fit_a_note() -> None:
    for text in HOSTILE.values():
        notes.NoteDraft(title="x", text=text[:300_000])
