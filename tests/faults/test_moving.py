"""A move copies everything between the engines; killed at any moment, it ends right when it is run again."""

import signal
from functools import partial
from pathlib import Path

import pytest

from spote.domain import accounts, notes, search, tokens
from spote.errors import Unavailable
from spote.identity import Via
from spote.paging import Page
from spote.storage import Connection, Database, open_database
from tests.moving import (
    EMAIL,
    LAST_WORD,
    End,
    broken_off,
    directions,
    fill,
    fill_with_big_notes,
    measured_move,
    move,
    new_end,
    numbers_of,
)
from tests.postgresql import PostgreSQL
from tests.properties.soak import SOAK, rounds
from tests.waiting import until

NOTES = rounds(500, 20_000)
MOST_MEMORY = 150 * 1024 * 1024  # of the command, however much there is to move


@pytest.fixture
def source(one: str, tmp_path: Path, postgresql: PostgreSQL) -> End:
    return new_end(one, tmp_path / "from", postgresql)


@pytest.fixture
def target(other: str, tmp_path: Path, postgresql: PostgreSQL) -> End:
    return new_end(other, tmp_path / "to", postgresql)


def filled(end: End, number: int) -> str:
    """Returns a token."""
    with end.opened() as database:
        return fill(database, number)


@directions
def test_everything_arrives_and_works(source: End, target: End) -> None:
    token = filled(source, 50)
    before = source.contents()
    assert [table for table, (rows, _) in before.items() if not rows] == []
    ended = move(source, target)
    assert ended.returncode == 0, ended.stderr
    assert target.contents() == before
    assert source.contents() == before
    assert target.contradictions() == []
    if target.engine == "postgresql":
        [(notes_known,)] = target.sql("SELECT reltuples FROM pg_class WHERE relname = 'notes'")
        assert notes_known == before["notes"][0]
    with target.opened() as database:
        works(database, token)
    assert target.contradictions() == []


def works(database: Database, token: str) -> None:
    """A token is known, words are found, and new notes come beside the old ones."""
    agent = database.read_now(lambda db: tokens.authenticate_token(db, token, Via.API, None))
    wanted = search.SearchQuery(q=LAST_WORD, mode="keyword")
    found = database.read_now(lambda db: search.search_notes(db, agent, wanted, Page()))
    assert [hit.title for hit in found.items] == ["Last"]
    history = database.read_now(
        lambda db: notes.list_history(db, agent, note_id(db, "Note 1"), Page())
    )
    assert [one.version for one in history.items] == [3, 2, 1]
    for number in range(20):
        draft = notes.NoteDraft(title=f"New {number}", text="after the move")
        database.write_now(partial(notes.create_note, actor=agent, draft=draft))
    assert database.read_now(lambda db: accounts.account_by_email(db, EMAIL)).email == EMAIL


def note_id(db: Connection, title: str) -> str:
    row = db.one("SELECT id FROM notes WHERE title = :title", {"title": title})
    assert row is not None
    return str(row[0])


@directions
def test_numbers_go_on_after_the_highest(source: End, target: End) -> None:
    token = filled(source, 5)
    ended = move(source, target)
    assert ended.returncode == 0, ended.stderr
    old = set(numbers_of(target))
    with target.opened() as database:
        works(database, token)
    new = set(numbers_of(target)) - old
    assert len(new) == 20
    assert min(new) > max(old)


STAGES = [
    "Copying accounts",
    "Copying notes",
    "Copying revisions",
    "Indexing",
    "Comparing accounts",
]


@directions
@pytest.mark.soak
@pytest.mark.timeout(600)
def test_a_move_killed_at_any_stage_ends_right_the_next_time(source: End, target: End) -> None:
    filled(source, rounds(700, 3_000))
    before = source.contents()
    for stage in STAGES:
        code, said = broken_off(source, target, after=stage, by=signal.SIGKILL)
        assert code == -signal.SIGKILL, said
        refuses_to_serve(target)
        assert source.contents() == before
    with source.opened() as database:  # the server was started again in between
        database.write_now(
            lambda db: accounts.create_account(
                db, accounts.SignUp(email="later@example.org", password="correct horse"), "hash"
            )
        )
    assert {name for name, it in source.contents().items() if it != before[name]} == {"accounts"}
    ended = move(source, target)
    assert ended.returncode == 0, ended.stderr
    assert target.contents() == source.contents()
    assert target.contradictions() == []


def refuses_to_serve(target: End) -> None:
    """PostgreSQL may need a moment to see that the killed one has gone."""

    def refusal() -> str | None:
        with pytest.raises(Unavailable) as refused:
            open_database(target.settings)
        said = refused.value.message
        return None if "is being moved" in said else said

    assert "Run `spote database move` again" in until(refusal)


@directions
def test_a_move_that_is_interrupted_says_so(source: End, target: End) -> None:
    filled(source, 500)
    before = source.contents()
    code, said = broken_off(source, target, after="Copying notes", by=signal.SIGINT)
    assert code == 1
    assert "Broken off" in said
    assert "Traceback" not in said
    assert source.contents() == before
    refuses_to_serve(target)
    assert move(source, target).returncode == 0
    assert target.contents() == before


@directions
@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_much_is_moved_in_bounded_memory(
    source: End, target: End, capsys: pytest.CaptureFixture[str]
) -> None:
    """Killed once in the middle, then run to its end."""
    token = filled(source, NOTES)
    before = source.contents()
    code, said = broken_off(source, target, after="Copying revisions", by=signal.SIGKILL)
    assert code == -signal.SIGKILL, said
    seconds, memory = measured_move(source, target)
    assert target.contents() == before
    assert target.contradictions() == []
    assert memory < MOST_MEMORY
    with target.opened() as database:
        works(database, token)
    if SOAK:
        notes_moved, revisions = before["notes"][0], before["revisions"][0]
        with capsys.disabled():
            print(
                f"\n{source.engine} to {target.engine}: {notes_moved:,} notes with {revisions:,} revisions"
                f" in {seconds:.1f} s, {notes_moved / seconds:,.0f} notes/s, {memory / 1024**2:.0f} MiB"
            )


@directions
def test_long_notes_are_moved_in_bounded_memory(source: End, target: End) -> None:
    with source.opened() as database:
        fill_with_big_notes(database, rounds(15, 300))
    _, memory = measured_move(source, target)
    assert memory < MOST_MEMORY
    assert target.contents() == source.contents()
