"""On PostgreSQL no list and no look-up walks through the rows of another account: the plans say so."""

import json
from collections.abc import Iterator
from contextlib import closing, suppress
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
import pytest

from spote.domain import accounts, notes, requests, search, sharing, tokens
from spote.domain.search.embedding import passages
from spote.domain.search.queries.waiting import WaitingNote
from spote.domain.search.writing import EmbeddedNote, write_account
from spote.errors import Conflict, NotFound
from spote.identity import FULL_ACCESS, Actor, CredentialKind, Grant, Via, new_id
from spote.paging import Page
from spote.settings import Settings
from spote.storage import Connection, Database
from spote.storage.dialects.postgresql.connection import PLANS
from spote.storage.dialects.postgresql.statements import statement
from tests.domain.search.embedders import DIMENSIONS, WordSenses
from tests.mails import token_in

pytestmark = pytest.mark.engine("postgresql")

MANY = 300  # notes
MODEL = "senses/1"
# What is found by something that only one has: a hash, an address, an id.
BY_ITSELF = {"accounts", "answers", "attempts"}
SHOWN = ("Node Type", "Relation Name", "Index Name", "Index Cond", "Recheck Cond", "Filter")
# Few pages hold all there is here, and reading them all would be cheapest: rows are to be counted, not pages.
AS_IF_LARGE = {"seq_page_cost": "0", "random_page_cost": "0"}
KEYS = (
    "account_id",
    "guest_id",
    "secret_hash",
    "email_key",
    "invitation_hash",
    "request_key",
    "subject",
)


class Recording:
    """A connection that keeps what runs on it."""

    def __init__(self, db: Connection) -> None:
        self._db = db
        self.ran: dict[str, dict[str, object]] = {}

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._db, name)
        if name not in ("all", "one", "execute", "send"):
            return found

        def recorded(sql: str, values: dict[str, object] | None = None) -> Any:
            self.ran.setdefault(sql, values or {})
            return found(sql, values or {})

        return recorded


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    return Settings(data=tmp_path / "data", database_url=database_url, invitations=10_000)


@pytest.fixture
def people(database: Database, sql) -> tuple[Actor, Actor]:
    """Two with as many notes each, so that a plan that reads all is wrong for both; and many with few."""
    people = [
        database.write_now(partial(fill, number=n, many=MANY if n < 2 else 2)) for n in range(40)
    ]
    for n, owner in enumerate(people):
        database.write_now(partial(share, owner=owner, guest=people[n - 1]))
    database.write_now(partial(share, owner=people[1], guest=people[0], notes_of_each=12))
    sql("ANALYZE")
    return people[0], people[1]


def share(db: Connection, owner: Actor, guest: Actor, notes_of_each: int = 2) -> None:
    listed = notes.list_summaries(db, owner, notes.NoteFilter(), Page(notes_of_each)).items
    for one in listed:
        email = f"{one.id}-{guest.account_id[-6:]}@example.org"
        draft = sharing.ShareDraft(email=email, permission="write")
        with suppress(Conflict):  # it is shared already
            unsent = sharing.create_share(db, owner, one.id, draft)
            sharing.confirm_share(db, owner, one.id, unsent.id)
            token = token_in(unsent.mail.link)
            sharing.accept_share(db, guest, sharing.Invitation(token=token))


def fill(db: Connection, number: int, many: int) -> Actor:
    draft = accounts.SignUp(email=f"person{number}@example.org", password="correct horse")
    account = accounts.create_account(db, draft, "hash")
    actor = Actor(account.id, FULL_ACCESS, CredentialKind.SESSION, new_id(), Via.WEB)
    for n in range(many):
        text = f"common word{n % 40} #t{n % 20} [[Note {n - 1}]]"
        if n == 3:  # longer than what is read for ranking
            text += " filler" * 8_000 + " further"
        note = notes.NoteDraft(title=f"Note {n}", text=text, bucket=f"B{n % 5}/x")
        made = notes.create_note(db, actor, note)
        if n % 7:
            embed(db, actor, made)
        if n % 10 == 0:
            notes.update_note(db, actor, made.id, notes.NoteChange(text=text + "!"))
        if n % 15 == 0:
            notes.delete_note(db, actor, made.id)
        if n % 20 == 0:
            tokens.create_token(db, actor, tokens.TokenDraft(label=f"Token {n}"))
            accounts.open_session(db, account.id, "hash", "Firefox", None)
    return actor


def ask_as_guest(db: Connection, actor: Actor) -> None:
    """Of a note of somebody else, and as whoever shares it."""
    shared = notes.list_notes(db, actor, notes.NoteFilter(shared="only"), Page(20)).items[5]
    notes.get_note(db, actor, shared.id)
    notes.list_history(db, actor, shared.id, Page(20), diff=True)
    notes.list_relations(db, actor, shared.id)
    notes.update_note(db, actor, shared.id, notes.NoteChange(text="by a guest"))
    own = notes.list_notes(db, actor, notes.NoteFilter(), Page(20)).items[1]
    draft = sharing.ShareDraft(email="new@example.org", permission="read")
    unsent = sharing.create_share(db, actor, own.id, draft)
    sharing.confirm_share(db, actor, own.id, unsent.id)
    change = sharing.ShareChange(permission="write")
    sharing.update_share(db, actor, own.id, unsent.id, change)
    sharing.list_shares(db, actor, own.id, Page(20))
    sharing.delete_share(db, actor, own.id, unsent.id)
    sharing.withdraw_share(db, sharing.create_share(db, actor, own.id, draft))
    with suppress(NotFound):
        sharing.require_invitation(db, "none")


def ask_everything(db: Connection, actor: Actor) -> None:
    """Each list and look-up, and each change."""
    ask_as_guest(db, actor)
    page = Page(20)
    wishes = (
        notes.NoteFilter(),
        notes.NoteFilter(buckets=("B1/x",)),
        notes.NoteFilter(tags=("t3",)),
        notes.NoteFilter(sort="updated_at"),
        notes.NoteFilter(shared="include"),
        notes.NoteFilter(shared="include", sort="updated_at", buckets=("B1/x",)),
        notes.NoteFilter(shared="only", tags=("t3",)),
    )
    token_id = tokens.list_tokens(db, actor)[0].id
    agent = Actor(actor.account_id, FULL_ACCESS, CredentialKind.TOKEN, token_id, Via.API)
    grants = (Grant(buckets=("B1",)), Grant(tags=("t3",)), Grant(own_notes_only=True))
    for one in (
        actor,
        *(
            Actor(actor.account_id, grant, CredentialKind.TOKEN, token_id, Via.API)
            for grant in grants
        ),
    ):
        for wanted in wishes:
            notes.list_notes(db, one, wanted, page)
        notes.list_trash(db, one, page)
        notes.list_buckets(db, one, page)
        notes.list_tags(db, one, page)
        ask_by_meaning(db, one)
        for q in ("common", "word7 common", '"common word7"', "wor", "Note 7", "further"):
            search.search_notes(db, one, search.SearchQuery(q=q), page)
    note = notes.list_notes(db, actor, wishes[0], page).items[5]
    embed(db, actor, notes.update_note(db, actor, note.id, notes.NoteChange(title="Anew")))
    notes.list_history(db, actor, note.id, page, diff=True)
    notes.list_relations(db, actor, note.id)
    tokens.list_tokens(db, actor, dead_too=True)
    accounts.list_sessions(db, actor, page)
    accounts.get_account(db, actor)
    tokens.get_own_token(db, agent, tokens.TokenUsage())
    other = notes.list_notes(db, actor, wishes[0], page).items[6]
    notes.create_relation(db, actor, note.id, notes.RelationDraft(target_id=other.id))
    notes.update_note(db, actor, note.id, notes.NoteChange(text="other", bucket="C", tags=("x",)))
    notes.delete_note(db, actor, note.id)
    notes.restore_note(db, actor, note.id)
    notes.delete_note_for_good(db, actor, note.id)
    notes.empty_trash(db, actor)
    tokens.revoke_token(db, actor, token_id)
    accounts.credentials_for(db, "person1@example.org")
    requests.take_attempt(db, [("someone", 5)])


def ask_by_meaning(db: Connection, actor: Actor) -> None:
    by_meaning = search.SearchByMeaning(WordSenses(MODEL))
    prepared = search.prepare_search(db, actor, search.SearchQuery(q="car"))
    search.prepare_again(db, prepared)
    question = by_meaning.ask("car", MODEL)
    for query in (
        search.SearchQuery(q="car"),
        search.SearchQuery(q="car", buckets=("B1/x",)),
        search.SearchQuery(q="car", tags=("t3",)),
    ):
        found = search.search_notes(db, actor, query, Page(20), question)
        for one in found.items[:1]:
            search.similar_notes(db, actor, one.id, Page(20), by_meaning)


def embed(db: Connection, actor: Actor, note: notes.Note | notes.NoteReceipt) -> None:
    assert isinstance(note, notes.Note)
    task = EmbeddedNote(
        WaitingNote(actor.account_id, note.id, db.now, note.version),
        cut := passages(note.title, note.bucket, note.tags, note.text),
        [(one, np.ones(DIMENSIONS, "<f2").tobytes()) for one in cut],
        is_whole=True,
    )
    write_account(db, actor.account_id, MODEL, [task])


def test_every_statement_goes_by_the_account(database, settings, people):
    recording: list[Recording] = []

    def job(db: Connection) -> None:
        recording.append(Recording(db))
        ask_everything(recording[0], people[0])
        raise Undone

    with pytest.raises(Undone):
        database.write_now(job)
    ran = recording[0].ran
    assert len(ran) > 60
    with closing(psycopg.connect(settings.database_url, autocommit=True)) as connection:
        for name, value in {**PLANS, **AS_IF_LARGE}.items():
            connection.execute(f"SET {name} = '{value}'".encode())
        wrong = [
            f"{sql}\n{fault} ({mode})"
            for sql, values in ran.items()
            for mode in ("force_custom_plan", "force_generic_plan")
            for fault in faults(plan(connection, sql, values, mode))
        ]
    assert not wrong, "\n".join(wrong)


def test_a_search_looks_for_each_note_in_the_trash_by_its_key(database, settings, people, sql):
    """Not through the whole trash for each passage, though there was nothing in it when the plan was made."""
    sql("DELETE FROM notes WHERE trashed_at IS NOT NULL")
    sql("ANALYZE")
    recording: list[Recording] = []

    def job(db: Connection) -> None:
        recording.append(Recording(db))
        ask_by_meaning(recording[0], people[0])

    database.read_now(job)
    ran = [(one, values) for one, values in recording[0].ran.items() if "p.vector" in one]
    with closing(psycopg.connect(settings.database_url, autocommit=True)) as connection:
        for name, value in PLANS.items():
            connection.execute(f"SET {name} = '{value}'".encode())
        found = [
            one["Index Cond"]
            for asked, values in ran
            for mode in ("force_custom_plan", "force_generic_plan")
            for one in nodes(plan(connection, asked, values, mode))
            if one.get("Index Name") == "notes_in_trash"
        ]
    assert len(found) >= 2
    assert all("(id = p.note_id)" in condition for condition in found), found


class Undone(Exception):
    """Rolls a job back."""


def plan(
    connection: psycopg.Connection, sql: str, values: dict[str, object], mode: str
) -> dict[str, Any]:
    wanted = statement(sql)
    connection.execute(f"SET plan_cache_mode = {mode}".encode())
    connection.execute(b"PREPARE one AS " + wanted.text)
    given = ", ".join(literal(values[name]) for name in wanted.names)
    call = f"EXECUTE one({given})" if given else "EXECUTE one"
    row = connection.execute(f"EXPLAIN (FORMAT JSON) {call}".encode()).fetchone()
    connection.execute("DEALLOCATE one")
    assert row is not None
    return dict(row[0][0]["Plan"])


def literal(value: object) -> str:
    match value:
        case None:
            return "NULL"
        case bytes():
            return f"'\\x{value.hex()}'"
        case int():
            return str(int(value))
        case _:
            return "'" + str(value).replace("'", "''") + "'"


def nodes(one: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield one
    for below in one.get("Plans", ()):
        yield from nodes(below)


def faults(top: dict[str, Any]) -> Iterator[str]:
    """Scans that are not led to the rows of one account, or to one row, by an index."""
    for one in nodes(top):
        table = one.get("Relation Name")
        if table is None or one["Node Type"] == "ModifyTable":
            continue
        condition = one.get("Index Cond") or one.get("Recheck Cond") or ""
        is_led = any(key in condition for key in KEYS) or (table in BY_ITSELF and condition)
        if not is_led and not (table == "note_words" and "words @@" in condition):
            yield json.dumps({key: value for key, value in one.items() if key in SHOWN})
