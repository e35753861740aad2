"""Every table there is can be moved between the engines, or stands in a list with what is done instead."""

from pathlib import Path

import pytest

from spote.settings import Settings
from spote.storage import open_database
from spote.storage.moving import sole_use
from spote.storage.moving.tables import NOT_MOVED, REBUILT, UNFINISHED, Table, moved_tables
from tests.postgresql import PostgreSQL

Schemas = dict[str, list[Table]]


@pytest.fixture(scope="module")
def schemas(tmp_path_factory: pytest.TempPathFactory, postgresql: PostgreSQL) -> Schemas:
    """The newest one, of each engine."""
    folder = tmp_path_factory.mktemp("schemas")
    return {
        "sqlite": tables_of(folder / "sqlite", ""),
        "postgresql": tables_of(folder / "postgresql", postgresql.new_database()),
    }


def tables_of(folder: Path, url: str) -> list[Table]:
    settings = Settings(data=folder, database_url=url)
    open_database(settings).close()
    with (
        sole_use.opened(settings, is_new=False) as database,
        database.snapshot() as db,
    ):
        return database.tables(db)


@pytest.mark.parametrize(("one", "other"), [("sqlite", "postgresql"), ("postgresql", "sqlite")])
def test_every_table_can_be_moved_or_is_listed(schemas: Schemas, one: str, other: str) -> None:
    """A table of one engine alone, with other columns, with a type of its own or without a common key raises here."""
    moved = [table.name for table in moved_tables(schemas[one], schemas[other])]
    listed = {*NOT_MOVED, *REBUILT}
    assert sorted(moved) == sorted({it.name for it in schemas[other]} - listed)
    assert len(moved) >= 14


@pytest.mark.parametrize(("one", "other"), [("sqlite", "postgresql"), ("postgresql", "sqlite")])
def test_what_a_table_refers_to_is_moved_before_it(schemas: Schemas, one: str, other: str) -> None:
    order = [table.name for table in moved_tables(schemas[one], schemas[other])]
    for table in schemas[other]:
        if table.name in order:
            assert all(order.index(parent) < order.index(table.name) for parent in table.parents)


def test_nothing_is_listed_that_is_gone(schemas: Schemas) -> None:
    there = {table.name for tables in schemas.values() for table in tables}
    assert {*NOT_MOVED, *REBUILT} - {UNFINISHED} <= there
    assert all({**NOT_MOVED, **REBUILT}.values())


def test_what_is_rebuilt_is_there_on_both_engines(schemas: Schemas) -> None:
    for tables in schemas.values():
        assert set(REBUILT) <= {table.name for table in tables}
