"""PostgreSQL: several writers that take turns by account, readers on snapshots, tsvector."""

from spote.storage.dialects.postgresql.connection import open_connection
from spote.storage.dialects.postgresql.copies import (
    check_file,
    database_file,
    engine_version,
    file_schema,
    look_into,
    prepare_copy,
)
from spote.storage.dialects.postgresql.engine import open_engine
from spote.storage.dialects.postgresql.looking import look
from spote.storage.dialects.postgresql.migrate import latest_version, migrate, schema_version

__all__ = [
    "check_file",
    "database_file",
    "engine_version",
    "file_schema",
    "latest_version",
    "look",
    "look_into",
    "migrate",
    "open_connection",
    "open_engine",
    "prepare_copy",
    "schema_version",
]
