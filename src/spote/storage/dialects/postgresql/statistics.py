"""Keeps what PostgreSQL knows of its tables as young as they are: by itself it looks once a minute.

Until then connections keep plans that they made when a table was nearly empty, for which any index was as good as
the right one. New statistics also make these plans anew.
"""

from spote.storage.contract import Connection

GROWN = (
    "SELECT quote_ident(schemaname) || '.' || quote_ident(relname) FROM pg_stat_user_tables"
    " WHERE schemaname = current_schema() AND n_mod_since_analyze > 100 + n_live_tup / 2"
    " ORDER BY relname"
)


def refresh(db: Connection) -> None:
    """Of tables that have changed by half since the last look, by anybody. Nothing where another server is at it."""
    if db.try_lock("statistics"):
        for (table,) in db.all(GROWN):
            db.execute(f"ANALYZE (SKIP_LOCKED) {table}")
