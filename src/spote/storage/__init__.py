"""Where everything is kept: one database with two engines behind one set of names."""

from spote.storage import events
from spote.storage.blobs import BlobStore, blob_key
from spote.storage.contract import CarryOver, Connection, DatabaseFiles, Job
from spote.storage.database import Database, database_files, look_at_server, open_database
from spote.storage.events import Event
from spote.storage.times import to_ms, to_time, to_time_or_none

__all__ = [
    "BlobStore",
    "CarryOver",
    "Connection",
    "Database",
    "DatabaseFiles",
    "Event",
    "Job",
    "blob_key",
    "database_files",
    "events",
    "look_at_server",
    "open_database",
    "to_ms",
    "to_time",
    "to_time_or_none",
]
