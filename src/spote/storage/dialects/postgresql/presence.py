"""Who uses a PostgreSQL database: each connection holds an advisory lock together with all others, a move alone."""

import time
from typing import Any

import psycopg

KEY = 7_310_577_431_202  # any number would do that nothing else locks
JOIN = f"SELECT pg_try_advisory_lock_shared({KEY})"
TAKE_ALONE = f"SELECT pg_try_advisory_lock({KEY})"
LEAVING_SECONDS = 5  # for which PostgreSQL may still hold what a connection had that was closed


def take_alone(raw: "psycopg.Connection[Any]") -> bool:
    """False where others are there. Asks again rather than waits in line: newcomers would have to wait behind."""
    deadline = time.monotonic() + LEAVING_SECONDS
    while True:
        row = raw.execute(TAKE_ALONE.encode()).fetchone()
        if row and row[0]:
            return True
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
