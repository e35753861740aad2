"""The threads that run jobs: one that fails, waits or is given up harms no other."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import apsw
import pytest

from spote.errors import InvalidInput, Unavailable
from spote.settings import Settings
from spote.storage import Connection, Database, open_database
from spote.storage.dialects.sqlite.engine import BACKLOG, BATCH, SQLiteEngine
from tests.faults.soundness import connect
from tests.waiting import until


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path / "data", busy_seconds=0.3)


@pytest.fixture
def database(settings: Settings) -> Iterator[Database]:
    with closing(open_database(settings)) as database:
        yield database


def add(name: str):
    """A job that writes one row, for which accounts are good enough."""

    def job(db: Connection) -> str:
        db.execute(
            "INSERT INTO accounts (id, email, email_key, name, password_hash, created_at)"
            " VALUES (:name, '', :name, '', '', 0)",
            {"name": name},
        )
        return name

    return job


def add_and_raise(name: str, error: BaseException):
    def job(db: Connection) -> None:
        add(name)(db)
        raise error

    return job


def names(database: Database) -> set[str]:
    return {row[0] for row in database.read_now(lambda db: db.all("SELECT id FROM accounts"))}


@contextmanager
def busy_writer(database: Database) -> Iterator[None]:
    """Jobs that come meanwhile wait, and are then taken as one batch."""
    go_on, has_begun = threading.Event(), threading.Event()

    def wait(db: Connection) -> None:
        has_begun.set()
        go_on.wait(30)

    waiting = threading.Thread(target=database.write_now, args=(wait,))
    waiting.start()
    has_begun.wait(30)
    try:
        yield
    finally:
        go_on.set()
        waiting.join(30)


async def write_as_batch(database: Database, *jobs):
    with busy_writer(database):
        tasks = [asyncio.create_task(database.write(job)) for job in jobs]
        await asyncio.sleep(0)
    return await asyncio.gather(*tasks, return_exceptions=True)


@pytest.mark.parametrize(
    "error",
    [
        InvalidInput("no"),
        ValueError("a bug"),
        apsw.SQLError("a wrong statement"),
        StopIteration(),
    ],
    ids=repr,
)
async def test_a_job_that_raises_leaves_nothing_and_its_neighbours_commit(database, error):
    results = await write_as_batch(database, add("a"), add_and_raise("b", error), add("c"))
    assert (results[0], results[2]) == ("a", "c")
    assert isinstance(results[1], BaseException)
    assert names(database) == {"a", "c"}


async def test_a_broken_constraint_is_the_failure_of_one_job_alone(database):
    results = await write_as_batch(database, add("a"), add("a"), add("c"))
    assert isinstance(results[1], apsw.ConstraintError)
    assert names(database) == {"a", "c"}


async def test_when_the_commit_fails_the_whole_batch_is_undone_and_may_try_again(database):
    def break_the_commit(db: Connection) -> None:
        db.all("PRAGMA defer_foreign_keys = ON")
        db.execute(
            "INSERT INTO tokens (account_id, id, label, hint, access, created_at)"
            " VALUES ('nobody', 't', '', '', '{}', 0)"
        )

    results = await write_as_batch(database, add("a"), break_the_commit, add("c"))
    assert [type(result) for result in results] == [Unavailable] * 3
    assert names(database) == set()
    assert await database.write(add("a")) == "a"


async def test_a_full_disk_fails_what_needs_room_and_nothing_else(database):
    def use_room(db: Connection) -> None:
        db.execute(
            "INSERT INTO answers (scope, request_key, body_hash, sealed, created_at)"
            " VALUES ('', zeroblob(8), zeroblob(8), zeroblob(10000000), 0)"
        )

    def limit_room(db: Connection) -> None:
        db.all("PRAGMA max_page_count = 200")

    await database.write(limit_room)
    results = await write_as_batch(database, add("a"), use_room, add("c"))
    assert isinstance(results[1], Unavailable)
    assert "disk is full" in results[1].message
    assert results[1].retry_after_seconds > 0
    acknowledged = {result for result in results if isinstance(result, str)}
    assert names(database) == acknowledged
    assert await database.write(add("d")) == "d"


async def test_a_caller_who_goes_away_harms_nobody(database):
    with busy_writer(database):
        tasks = [asyncio.create_task(database.write(add(name))) for name in "abc"]
        await asyncio.sleep(0)
        tasks[1].cancel()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert (results[0], results[2]) == ("a", "c")
    assert isinstance(results[1], asyncio.CancelledError)
    assert names(database) == {"a", "b", "c"}


async def test_a_reader_who_goes_away_harms_nobody(database):
    tasks = [asyncio.create_task(database.read(lambda db: db.now)) for _ in range(100)]
    await asyncio.sleep(0)
    for task in tasks[::2]:
        task.cancel()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert all(isinstance(result, int) for result in results[1::2])


def test_an_event_loop_that_ends_before_its_answer_harms_nobody(database):
    async def give_up() -> None:
        task = asyncio.create_task(database.write(add("a")))
        await asyncio.sleep(0)
        task.cancel()

    with busy_writer(database):
        asyncio.run(give_up())
    assert database.write_now(add("b")) == "b"
    assert names(database) == {"a", "b"}


def test_closing_finishes_what_was_submitted(settings):
    database = open_database(settings)
    count = 3 * BATCH
    threads = [
        threading.Thread(target=database.write_now, args=(add(f"n{number}"),))
        for number in range(count)
    ]
    with busy_writer(database):
        for thread in threads:
            thread.start()
        wait_until_submitted(database, count)
        closer = threading.Thread(target=database.close)
        closer.start()
    closer.join(30)
    for thread in threads:
        thread.join(30)
    with closing(connect(settings.data)) as raw:
        assert raw.execute("SELECT count(*) FROM accounts").fetchone() == (count,)


def wait_until_submitted(database: Database, count: int) -> None:
    engine = database._engine
    assert isinstance(engine, SQLiteEngine)
    until(lambda: engine._writes.qsize() >= count)


def test_a_closed_database_says_so(settings):
    database = open_database(settings)
    database.close()
    database.close()
    with pytest.raises(Unavailable, match="stopping"):
        database.write_now(add("a"))
    with pytest.raises(Unavailable, match="stopping"):
        database.read_now(lambda db: db.now)


async def test_more_than_can_be_done_is_turned_away(database):
    with busy_writer(database):
        tasks = [asyncio.create_task(database.write(add(f"n{n}"))) for n in range(BACKLOG + 10)]
        await asyncio.sleep(0)
    results = await asyncio.gather(*tasks, return_exceptions=True)
    refused = [result for result in results if isinstance(result, Unavailable)]
    assert len(refused) == 10
    assert all(one.retry_after_seconds > 0 for one in refused)
    assert len(names(database)) == BACKLOG


def test_another_program_that_holds_the_database_makes_writers_wait_and_then_give_up(
    database, settings
):
    with closing(connect(settings.data)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert names(database) == set()
        with pytest.raises(Unavailable, match="busy"):
            database.write_now(add("a"))
        other.execute("ROLLBACK")
    assert database.write_now(add("a")) == "a"


def test_a_job_that_reads_cannot_write(database):
    with pytest.raises(Unavailable):
        database.read_now(add("a"))
    assert names(database) == set()


def test_a_reading_job_sees_one_moment(database):
    def read_twice(db: Connection) -> tuple[int, int]:
        (before,) = db.one("SELECT count(*) FROM accounts") or (-1,)
        database.write_now(add(f"n{before}"))
        (after,) = db.one("SELECT count(*) FROM accounts") or (-1,)
        return before, after

    assert database.read_now(read_twice) == (0, 0)
    assert database.read_now(read_twice) == (1, 1)
