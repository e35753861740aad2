"""Databases for tests that make a world of their own for each example."""

from collections.abc import Iterator

import pytest

from tests.postgresql import PostgreSQL
from tests.properties import worlds


@pytest.fixture(scope="module")
def world_databases(engine: str, request: pytest.FixtureRequest) -> Iterator[None]:
    """On PostgreSQL two, for a world and its twin; on SQLite each world has a folder."""
    if engine == "sqlite":
        yield
        return
    postgresql: PostgreSQL = request.getfixturevalue("postgresql")
    worlds.DATABASES[:] = [postgresql.new_database(postgresql.template) for _ in range(2)]
    yield
    for url in worlds.DATABASES:
        postgresql.drop_database(url)
    worlds.DATABASES.clear()
