"""LISTEN and NOTIFY: how servers wake each other when there are new events."""

import threading
import time
from contextlib import closing

import psycopg

from spote.errors import Unavailable
from spote.settings import Settings
from spote.storage.dialects.postgresql import connection as connections
from spote.storage.dialects.postgresql.connection import CHANNEL, PostgreSQLConnection
from spote.storage.listening import Look

TELL_SECONDS = 0.05  # between two calls of one server
LOOK_SECONDS = 0.5  # after which a listener looks anyway: a call may be lost with its caller
RETRY_SECONDS = 0.5


class Herald:
    """Calls the others after commits. Of many in a moment, not each by itself: NOTIFY takes a lock of the whole server.

    It does so outside the transactions, as within one it would let only one at a time commit.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._is_due = False
        self._told_at = 0.0  # by time.monotonic()

    def tell(self, connection: PostgreSQLConnection) -> bool:
        """Between two transactions. False where the connection is of no more use."""
        with self._lock:
            self._is_due = self._is_due or connection.has_news
            now = time.monotonic()
            if not self._is_due or now - self._told_at < TELL_SECONDS:
                return True
            self._is_due, self._told_at = False, now
        return connection.notify()


def listen(settings: Settings, look: Look, stopped: threading.Event) -> None:
    """See `storage.contract.Engine`."""
    while not stopped.is_set():
        try:
            with closing(connections.open_connection(settings)) as db:
                _listen_on(db, look, stopped)
        except (Unavailable, psycopg.Error):
            stopped.wait(RETRY_SECONDS)


def _listen_on(db: PostgreSQLConnection, look: Look, stopped: threading.Event) -> None:
    db.raw.execute(f"LISTEN {CHANNEL}".encode())
    while not stopped.is_set():
        db.begin(connections.READ)
        look(db)
        db.roll_back()
        for _ in db.raw.notifies(timeout=LOOK_SECONDS, stop_after=1):
            pass
