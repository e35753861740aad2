"""On PostgreSQL an account that grows quickly is not read with plans that were made when it was small."""

from functools import partial
from typing import Any

import pytest

from spote.domain import notes
from spote.identity import Actor
from spote.settings import Settings
from spote.storage import Connection, Database
from tests.waiting import until

pytestmark = pytest.mark.engine("postgresql")

FEW, MANY = 90, 400  # notes


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """All jobs on one connection, which keeps its plans."""
    return settings.model_copy(update={"writer_threads": 1})


def save(db: Connection, person: Actor, number: int) -> str:
    return notes.create_note(db, person, notes.NoteDraft(title=f"Note {number}", text="x")).id


def rows_read(db: Connection) -> int:
    row = db.one(
        "SELECT CAST(sum(idx_tup_fetch) AS bigint) FROM pg_stat_xact_user_tables"
        " WHERE relname IN ('notes', 'revisions')"
    )
    return int(row[0]) if row else 0


def test_reading_notes_never_compares_each_with_each(database: Database, person: Actor) -> None:
    """Also right after they came, when nobody has looked at how many there are."""

    def look(db: Connection, ids: list[str]) -> int:
        before = rows_read(db)
        assert len(notes.get_notes(db, person, ids)) == len(ids)
        return rows_read(db) - before

    ids = [database.write_now(partial(save, person=person, number=n)) for n in range(FEW)][:50]
    for _ in range(10):  # from the sixth time on the plan stays
        database.write_now(partial(look, ids=ids))
    for number in range(MANY):
        database.write_now(partial(save, person=person, number=number))
    assert database.write_now(partial(look, ids=ids)) < 6 * MANY


def test_a_table_that_grew_is_looked_at_soon(database: Database, person: Actor, sql: Any) -> None:
    for number in range(MANY):
        database.write_now(partial(save, person=person, number=number))
    known = "SELECT reltuples FROM pg_class WHERE oid = CAST('notes' AS regclass)"
    until(lambda: sql(known)[0][0] >= MANY)
