"""Embeds what waits, the newest first, in the background: a table is the queue, and a job may run twice."""

import logging
import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING

from spote.domain.search.batches import Cutter, Task, next_tasks, notes_to_embed
from spote.domain.search.by_meaning import SearchByMeaning
from spote.domain.search.embedding import Embedder, OtherLength
from spote.domain.search.lease import Lease
from spote.domain.search.queries import waiting as queries
from spote.domain.search.queries.waiting import WaitingNote
from spote.domain.search.writing import EmbeddedNote, serve, write_account
from spote.errors import SpoteError
from spote.storage import Connection, Database

if TYPE_CHECKING:  # numpy takes 20 MB
    from spote.domain.search.part import Vector

POLL = 0.2  # seconds between two looks at the queue, for what other processes saved
PAUSE = 5.0  # seconds after a failure
RETRY = 30_000  # ms until a note whose embedding failed is tried again, at least
LOOK_FOR_OLD = 60.0  # seconds between two looks for accounts that an earlier model embedded
ACCOUNTS = 100  # queued at once after a change of model
STOP_SECONDS = 3.0
log = logging.getLogger(__name__)


class EmbeddingWorker:
    """One thread; in all server processes together one works at a time."""

    def __init__(self, database: Database, by_meaning: SearchByMeaning) -> None:
        self._database = database
        self._by_meaning = by_meaning
        self._looked_with: Embedder | None = None  # for accounts that another model embedded
        self._lease = Lease(database, "embedder")
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="spote-embedder", daemon=True)
        self._cutter = Cutter()
        # Fewer after failures, to get past a bad one.
        self._most_notes = by_meaning.embedder.batch.texts
        self._looks_for_old_at = 0.0  # the next time, by time.monotonic()

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """After the batch in hand, which takes moments; another process may go on at once. Safe to call twice."""
        self._stopping.set()
        self._by_meaning.close()
        if self._thread.is_alive():
            self._thread.join(STOP_SECONDS)
        self._lease.give_back()

    def work_once(self) -> bool:
        """Embed one batch; False where nothing waits, or another process is at it."""
        if not self._database.read_now(lambda db: bool(queries.waiting_notes(db, limit=1))):
            return self._queue_old()
        if not self._lease.take():
            return False
        with self._lease.renewed():
            embedder = self._known_embedder()
            tasks = self._database.read_now(
                lambda db: next_tasks(db, self._cutter, embedder, most_notes=self._most_notes)
            )
            vectors = self._embedded(embedder, tasks)
        self._write(embedder.name, tasks, vectors)
        self._most_notes = min(self._most_notes * 2, embedder.batch.texts)
        return True

    def _known_embedder(self) -> Embedder:
        """With its whole name, of which the length of a service's vectors is a part: it has to be asked once."""
        embedder = self._by_meaning.embedder
        with self._postponing(
            lambda: self._database.read_now(lambda db: notes_to_embed(db, limit=self._most_notes))
        ):
            _ = embedder.dimensions
        return embedder

    def _embedded(self, embedder: Embedder, tasks: Sequence[Task]) -> "dict[bytes, Vector]":
        """What the tasks miss, by digest. After OtherLength they are due again at once, by another name."""
        missing = [passage for task in tasks for passage in task.missing]
        with self._postponing(lambda: [task.note for task in tasks]):
            try:
                vectors = embedder.embed_passages([one.embedded for one in missing])
                return dict(zip((one.digest for one in missing), vectors, strict=True))
            except OtherLength as error:
                change = error
        self._by_meaning.replace(embedder)
        raise change

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                worked = self.work_once()
            except SpoteError as error:
                self._pause("embedding failed: %s", error.__cause__ or error)
            except Exception:
                log.exception("embedding failed")
                self._pause("embedding goes on in a moment")
            else:
                if not worked:
                    self._by_meaning.bell.wait(POLL)
                    self._by_meaning.bell.clear()

    def _pause(self, message: str, *details: object) -> None:
        if not self._stopping.is_set():
            log.warning(message, *details)
            self._stopping.wait(PAUSE)

    @contextmanager
    def _postponing(self, notes: Callable[[], Sequence[WaitingNote]]) -> Iterator[None]:
        """Whatever goes wrong within it, the notes are tried again later."""
        with ExitStack() as failed:
            failed.callback(lambda: self._note_failure(notes()))
            yield
            failed.pop_all()

    def _note_failure(self, notes: Sequence[WaitingNote]) -> None:
        """They are tried again in other company, and fewer at once: it may be one note's fault."""
        if self._stopping.is_set():
            return
        self._most_notes = max(1, len(notes) // 2)
        self._database.write_now(lambda db: _postpone(db, notes))

    def _queue_old(self) -> bool:
        """After a change of model, and for accounts that never had one."""
        is_known = self._looked_with is self._by_meaning.embedder
        if is_known and time.monotonic() < self._looks_for_old_at:
            return False
        self._looked_with = self._by_meaning.embedder
        self._looks_for_old_at = time.monotonic() + LOOK_FOR_OLD
        model = self._known_embedder().name
        find = partial(queries.accounts_to_embed, model=model, limit=ACCOUNTS)
        accounts = self._database.read_now(find)
        for account_id in accounts:
            self._database.write_now(partial(_queue, account_id=account_id, model=model))
        if len(accounts) == ACCOUNTS:
            self._looks_for_old_at = 0.0
        return bool(accounts)

    def _write(self, model: str, tasks: Sequence[Task], vectors: "dict[bytes, Vector]") -> None:
        from spote.domain.search.meaning import stored_form  # noqa: PLC0415 - loads numpy

        forms = {digest: stored_form(vector) for digest, vector in vectors.items()}
        by_account = sorted(tasks, key=lambda task: task.note.account_id)
        for account_id, some in groupby(by_account, key=lambda task: task.note.account_id):
            embedded = [
                EmbeddedNote(
                    task.note,
                    task.passages,
                    [(one, forms[one.digest]) for one in task.missing],
                    task.is_whole,
                )
                for task in some
            ]
            self._database.write_now(
                partial(write_account, account_id=account_id, model=model, embedded=embedded)
            )


def _queue(db: Connection, account_id: str, model: str) -> None:
    db.lock(account_id)
    if not queries.queue_account(db, account_id, model):
        serve(db, account_id, model)


def _postpone(db: Connection, notes: Sequence[WaitingNote]) -> None:
    for note in notes:
        queries.postpone(db, note, until=db.now + int(RETRY * random.uniform(1, 2)))
