"""Moving: everything in one database, into another one of either engine."""

from spote.storage.moving.steps import Check, Rebuild, Report, move_database

__all__ = ["Check", "Rebuild", "Report", "move_database"]
