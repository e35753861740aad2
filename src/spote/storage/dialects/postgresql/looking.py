"""Looks at a database as it is, without changing it."""

from contextlib import closing

import psycopg

from spote.settings import Settings
from spote.storage.contract import Job, ServerState, T
from spote.storage.dialects.postgresql import connection as connections
from spote.storage.dialects.postgresql import failures
from spote.storage.dialects.postgresql.migrate import latest_version, schema_version


def look(settings: Settings, job: Job[T]) -> ServerState[T]:
    """Raises Unavailable where it cannot be reached."""
    db = connections.open_connection(settings)
    with closing(db):
        try:
            schema, newest = schema_version(db.raw), latest_version()
            db.begin(connections.READ)
            result = job(db) if schema == newest else None
        except psycopg.Error as error:
            raise failures.translated(error) from error
        version = db.raw.info.parameter_status("server_version")
    return ServerState(f"PostgreSQL {version}", schema, newest, result)
