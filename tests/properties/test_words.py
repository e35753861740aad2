"""What is written in any script can be found again, and is marked where it stands."""

import re
import sys
import unicodedata
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from spote.domain import accounts, notes, search
from spote.domain.notes.words import words
from spote.domain.search import snippets
from spote.identity import FULL_ACCESS, Actor, CredentialKind, Via, new_id
from spote.paging import Page
from spote.settings import Settings
from spote.storage import Connection, Database, open_database
from tests.properties.questions import asks_something
from tests.properties.soak import SOAK, examples

SYNTAX = [
    'NEAR(milk bread, 2)', "milk AND bread", "milk OR NOT bread", "NOT", "AND", "OR", "milk*", "*", "^milk", "^",
    "title : milk", "account : a", "{title body} : milk", ":", "-milk", "+milk", "milk + bread", '"', '""', '"milk',
    "'", "';--", "(", ")", "((milk", "milk)", "%", "_", "\\", "milk\\", "[", "?", "$1", "{{", "\x00", "\t", "\u200b",
    "\ufeff", "\U0010ffff", "c++", "c#", "#home", "a/b", "a_b", "_", "...", "—", "🦊", "e\u0301", "ＭＩＬＫ", "ﬁne",
    "½", "١٢٣", "ß", "SS", "İ", "ı", "K", "Å",
]  # fmt: skip
PIECES = st.one_of(
    st.sampled_from(SYNTAX),
    st.sampled_from(["milk", "bread", "MILK", "mil", "Zürich", "日本語", "한국어", "ไทย"]),
    st.text(max_size=8),
)
QUERIES = st.lists(PIECES, min_size=1, max_size=8).map(" ".join) | st.text(min_size=1, max_size=60)
TEXTS = st.lists(PIECES | st.sampled_from(["\n", "\r\n", "# ", "milk bread"]), max_size=30).map(
    lambda pieces: " ".join(pieces).replace("\x00", "")
)
LETTERS = {"L", "N"}  # the categories of characters that words are made of


@dataclass
class Asker:
    database: Database
    person: Actor

    def write(self, text: str, title: str = "Note") -> str:
        draft = notes.NoteDraft(title=title, text=text, tags=())
        job = lambda db: notes.create_note(db, self.person, draft)  # noqa: E731
        return str(self.database.write_now(job).id)

    def ask(self, q: str, limit: int = 50) -> search.SearchResults:
        query = search.SearchQuery(q=q)
        return self.database.read_now(
            lambda db: search.search_notes(db, self.person, query, Page(limit))
        )

    def finds(self, q: str) -> list[str]:
        return [note.id for note in self.ask(q).items]


@pytest.fixture(scope="module")
def asker(tmp_path_factory: pytest.TempPathFactory, database_url: str) -> Iterator[Asker]:
    """Somebody with a few notes, some of them hostile."""
    settings = Settings(data=tmp_path_factory.mktemp("search"), database_url=database_url)
    with closing(open_database(settings)) as database:
        asker = Asker(database, database.write_now(make_person))
        for text in ("milk and bread", "Zürich 日本語", " ".join(SYNTAX).replace("\x00", ""), ""):
            asker.write(text)
        yield asker


def make_person(db: Connection) -> Actor:
    draft = accounts.SignUp(email=f"{new_id()}@example.org", password="correct horse")
    account = accounts.create_account(db, draft, "$argon2id$")
    return Actor(account.id, FULL_ACCESS, CredentialKind.SESSION, new_id(), Via.WEB)


# Without Σ: small, it depends on what follows.
LATIN = st.text("abAB åÅéßıİª²½ĳ_-.’—…\n1\u0301йσ", max_size=60)


@given(text=LATIN, q=LATIN.filter(lambda q: bool(words(q))), goes_on=st.booleans())
@example(text="Abc ab abc", q="ab abc", goes_on=True)
@example(text="ab_ab-ab½ab", q="ab", goes_on=False)
@examples(few=2_000, many=100_000)
def test_words_found_by_themselves_are_those_that_each_token_names(
    text: str, q: str, goes_on: bool
):
    """The quick way of marking, for scripts with spaces, and the one for all."""
    asked = [words(q)]
    quick = snippets._matches(text, snippets._wanted(asked, prefix=goes_on), 0, len(text))
    slow = snippets._token_by_token(text, snippets._wanted(asked, prefix=goes_on), 0, len(text))
    assert list(quick) == list(slow)


@examples(100, 10_000)
@given(text=TEXTS, q=QUERIES)
@example("milk", "bread mil bread")
def test_snippets_point_at_the_text(asker: Asker, text: str, q: str):
    person = Asker(asker.database, asker.database.write_now(make_person))
    person.write(text)
    asked = words(text)[:2] or ["milk"]
    for query in (" ".join(asked), q):
        if asks_something(query):
            answer_is_sound(person.ask(query), query)


def answer_is_sound(found: search.SearchResults, q: str) -> None:
    scores = [note.score for note in found.items]
    assert scores == sorted(scores, reverse=True)
    assert len({note.id for note in found.items}) == len(found.items) <= found.total
    asked = words(q)
    for note in found.items:
        assert 0 <= note.score <= 1
        snippet = note.snippet
        assert note.text[snippet.start : snippet.end] == snippet.text
        assert len(snippet.text) <= 400
        for start, end in snippet.matches:
            assert snippet.start <= start < end <= snippet.end
            marked = words(note.text[start:end])
            assert set(marked) & set(asked) or any(one.startswith(asked[-1]) for one in marked)


@examples(150, 20_000)
@given(text=TEXTS)
def test_each_word_of_a_text_finds_it(asker: Asker, text: str):
    person = Asker(asker.database, asker.database.write_now(make_person))
    note_id = person.write(text)
    for word in re.findall(r"\w+", text):
        if words(word):
            assert note_id in person.finds(word), word


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("Zürich", "zurich"),
        ("Zurich", "Zürich"),
        ("Zu\u0308rich", "Zürich"),
        ("café", "CAFE"),
        ("ΑΘΉΝΑ", "αθηνα"),
        ("Привет, мир", "МИР"),
        ("ＭＩＬＫ", "milk"),
        ("ﬁne", "fine"),
        ("日本語の文章", "日本"),
        ("日本語の文章", "文章"),
        ("東京都に住む", "京都"),
        ("カタカナ", "ｶﾀｶﾅ"),
        ("한국어 문장", "국어"),
        ("\u1112\u1161\u11ab\u1100\u116e\u11a8", "한국"),
        ("ภาษาไทย", "ไทย"),
        ("हिन्दी भाषा", "हिन्दी"),
        ("العربية", "العربية"),
        ("עברית", "עברית"),
        ("c++ and c#", "c++"),
        ("snake_case_name", "case"),
        ("foo-bar", "foo-bar"),
        ("v1.2.3", "v1.2"),
        ("done🥳now", "done"),
        ("🤖robot", "robot"),
        ("price ₺5", "5"),
        ("don't", "don't"),
    ],
)
def test_what_people_write_and_how_they_ask_for_it(asker, written, asked):
    person = Asker(asker.database, asker.database.write_now(make_person))
    note_id = person.write(f"before {written} after")
    other = person.write("something else")
    found = person.ask(asked)
    assert [note.id for note in found.items] == [note_id]
    assert found.items[0].score > 0.3
    assert other not in person.finds(asked)
    answer_is_sound(found, asked)


def test_a_letter_of_every_script_can_be_found(asker):
    """One word of each block of Unicode's first plane, all in one note and each in one of its own."""
    person = Asker(asker.database, asker.database.write_now(make_person))
    lost = []
    for name, word in blocks():
        note_id = person.write(f"the {word} of {name}")
        if words(word) and note_id not in person.finds(word):
            lost.append(name)
    assert lost == []


def blocks() -> Iterator[tuple[str, str]]:
    """A word of the letters of each 256 characters."""
    last = sys.maxunicode if SOAK else 0xFFFF
    for start in range(0, last, 256):
        letters = [
            chr(code)
            for code in range(start, start + 256)
            if unicodedata.category(chr(code))[0] in LETTERS
        ]
        if letters:
            yield f"u{start:x}", "".join(letters[:6])


@pytest.mark.parametrize(
    "text",
    [
        "a" * 1_000_000,
        "\u0301" * 300_000,
        "日" * 340_000,
        "🦊" * 250_000,
        "a " * 500_000,
        "\n" * 1_000_000,
        '"' * 1_000_000,
        "`" * 1_000_000,
        "#a" * 500_000,
        "[[" * 500_000,
        "> " * 500_000,
        "- " * 500_000,
        "<a " * 300_000,
        "ﷺ" * 300_000,  # one character that NFKC makes eighteen of
    ],
    ids=lambda text: ascii(text[:3]),
)
@pytest.mark.timeout(60)
def test_a_megabyte_of_the_same_is_kept_and_does_no_harm(asker, text):
    person = Asker(asker.database, asker.database.write_now(make_person))
    note_id = person.write(f"needle {text} haystack")
    for q in ("needle", "haystack", text[:500], text[:3] + "x"):
        if asks_something(q):
            answer_is_sound(person.ask(q), q)
    assert person.finds("needle haystack") == [note_id]
    job = lambda db: notes.get_note(db, person.person, note_id)  # noqa: E731
    assert asker.database.read_now(job).text == f"needle {text} haystack"


def test_many_hashtags_are_kept_and_the_note_can_be_sent_back(asker):
    """A text may hold more hashtags than a client may send as tags."""
    person = Asker(asker.database, asker.database.write_now(make_person))
    text = " ".join(f"#tag{number}x" for number in range(20_000))
    draft = notes.NoteDraft(title="Tags", text=text)
    note: Any = asker.database.write_now(lambda db: notes.create_note(db, person.person, draft))
    change = notes.NoteChange.model_validate(
        {**note.model_dump(by_alias=True), "title": "Sent back"}
    )
    again = asker.database.write_now(
        lambda db: notes.update_note(db, person.person, note.id, change)
    )
    assert again.tags == note.tags
