"""SQLite, as the one that apsw brings along: one writer, a pool of readers, FTS5."""

from spote.storage.dialects.sqlite.connection import database_file, open_connection
from spote.storage.dialects.sqlite.copies import (
    check_file,
    engine_version,
    file_schema,
    look_into,
    prepare_copy,
)
from spote.storage.dialects.sqlite.engine import open_engine
from spote.storage.dialects.sqlite.migrate import latest_version, migrate, schema_version

__all__ = [
    "check_file",
    "database_file",
    "engine_version",
    "file_schema",
    "latest_version",
    "look_into",
    "migrate",
    "open_connection",
    "open_engine",
    "prepare_copy",
    "schema_version",
]
