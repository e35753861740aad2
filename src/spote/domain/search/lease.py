"""One server process embeds for all: it says so in the database, and another takes over soon where it died.

A lock of the database would do that for what happens within one transaction; embedding takes too long for one.
"""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from spote.domain.search.queries import leases as queries
from spote.errors import SpoteError
from spote.identity import new_id
from spote.storage import Connection, Database

LASTS = 10_000  # ms, unless renewed
RENEWAL = 3.0  # seconds
log = logging.getLogger(__name__)


class Lease:
    def __init__(self, database: Database, name: str) -> None:
        self._database = database
        self._name = name
        self._holder = new_id()
        self._is_held = False

    def take(self) -> bool:
        """False where another process has it."""
        self._is_held = self._database.write_now(self._take)
        return self._is_held

    @contextmanager
    def renewed(self) -> Iterator[None]:
        """Meanwhile it does not run out."""
        done = threading.Event()
        thread = threading.Thread(target=self._renew, args=(done,), name="spote-lease", daemon=True)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()

    def give_back(self) -> None:
        """Another may take it at once. Safe to call twice."""
        if not self._is_held:
            return
        self._is_held = False
        try:
            self._database.write_now(lambda db: queries.end_lease(db, self._name, self._holder))
        except SpoteError as error:
            log.warning("the lease %s runs out by itself: %s", self._name, error)

    def _take(self, db: Connection) -> bool:
        return queries.take_lease(db, self._name, self._holder, until=db.now + LASTS)

    def _renew(self, done: threading.Event) -> None:
        while not done.wait(RENEWAL):
            try:
                self._database.write_now(self._take)
            except SpoteError as error:
                log.warning("the lease %s could not be renewed: %s", self._name, error)
