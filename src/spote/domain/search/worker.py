"""Embeds what waits, the newest first, in the background: a table is the queue, and a job may run twice."""

import json
import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from spote.domain.search.by_meaning import SearchByMeaning
from spote.domain.search.embedding import Passage, passages
from spote.domain.search.queries import passages as queries
from spote.domain.search.queries.passages import WaitingNote
from spote.errors import SpoteError
from spote.identity import new_id
from spote.storage import Connection, Database

BATCH = 16  # passages embedded between two writes
NOTES = 16  # notes looked at for one batch
POLL = 0.2  # seconds between two looks at the queue, for what other processes saved
LEASE = 30_000  # ms until another process may take over from one that died
RETRY = 30_000  # ms until a note whose embedding failed is tried again
ACCOUNTS = 100  # queued at once after a change of model
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Task:
    """A waiting note, cut; `missing` are those of its passages that have no vector, as far as this batch goes."""

    note: WaitingNote
    passages: tuple[Passage, ...]
    missing: tuple[Passage, ...]
    is_whole: bool  # whether nothing is missing once this batch is written


class EmbeddingWorker:
    """One thread; in all server processes together one works at a time, by a lease in the database."""

    def __init__(self, database: Database, by_meaning: SearchByMeaning) -> None:
        self._database = database
        self._embedder = by_meaning.embedder
        self._bell = by_meaning.bell
        self._holder = new_id()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="spote-embedder", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """After the batch in hand; another process may go on at once. Safe to call twice."""
        self._stopping.set()
        self._bell.set()
        if self._thread.is_alive():
            self._thread.join()
        self._give_back_lease()

    def work_once(self) -> bool:
        """Embed one batch; False where nothing waits, or another process is at it."""
        if not self._database.read_now(lambda db: bool(queries.waiting_notes(db, limit=1))):
            return self._database.write_now(self._queue_old) > 0 if self._is_behind() else False
        if not self._database.write_now(self._take_lease):
            return False
        from spote.domain.search.meaning import stored_form  # noqa: PLC0415 - loads numpy

        tasks = self._database.read_now(self._tasks)
        missing = [passage for task in tasks for passage in task.missing]
        try:
            vectors = self._embedder.embed_passages([one.embedded for one in missing])
        except SpoteError:
            self._database.write_now(lambda db: _postpone(db, tasks))
            raise
        forms = {
            one.digest: stored_form(vector) for one, vector in zip(missing, vectors, strict=True)
        }
        self._database.write_now(lambda db: _write(db, tasks, forms, self._embedder.name))
        return True

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                worked = self.work_once()
            except SpoteError as error:
                log.warning("embedding failed: %s", error.__cause__ or error)
                worked = False
            if not worked:
                self._bell.wait(POLL)
                self._bell.clear()

    def _give_back_lease(self) -> None:
        try:
            self._database.write_now(lambda db: queries.end_lease(db, "embedder", self._holder))
        except SpoteError as error:
            log.warning("the embedder's lease runs out by itself: %s", error)

    def _take_lease(self, db: Connection) -> bool:
        return queries.take_lease(db, "embedder", self._holder, until=db.now + LEASE)

    def _is_behind(self) -> bool:
        name = self._embedder.name
        return bool(
            self._database.read_now(lambda db: queries.accounts_to_embed(db, name, limit=1))
        )

    def _queue_old(self, db: Connection) -> int:
        """After a change of model, and for accounts that never had one."""
        name = self._embedder.name
        accounts = queries.accounts_to_embed(db, name, limit=ACCOUNTS)
        for account_id in accounts:
            if not queries.queue_account(db, account_id, name):
                _serve(db, account_id, name)
        return len(accounts)

    def _tasks(self, db: Connection) -> list[Task]:
        """As many notes as fill a batch; a long one is embedded over several."""
        tasks, room = [], BATCH
        for note in queries.waiting_notes(db, limit=NOTES):
            task = _task(db, note, self._embedder.name, room)
            tasks.append(task)
            room -= len(task.missing)
            if room <= 0:
                break
        return tasks


def _task(db: Connection, note: WaitingNote, model: str, room: int) -> Task:
    cut = passages(note.title, note.bucket, tuple(json.loads(note.tags)), note.text)
    known = queries.digests_of(db, note.account_id, note.note_id, model)
    wanted = {one.digest: one for one in cut if one.digest not in known}
    missing = tuple(islice(wanted.values(), room))
    return Task(note, tuple(cut), missing, is_whole=len(missing) == len(wanted))


def _write(db: Connection, tasks: Sequence[Task], vectors: dict[bytes, bytes], model: str) -> None:
    for task in tasks:
        if queries.note_version(db, task.note.account_id, task.note.note_id) == task.note.version:
            _write_note(db, task, vectors, model)
    for account_id in sorted({task.note.account_id for task in tasks}):
        serving = queries.serving_model(db, account_id)
        if serving is None or (serving != model and not queries.count_waiting(db, account_id)):
            _serve(db, account_id, model)


def _write_note(db: Connection, task: Task, vectors: dict[bytes, bytes], model: str) -> None:
    """Passages that stayed keep their vectors; those that are gone from the note go once it is whole."""
    note = task.note
    known = queries.digests_of(db, note.account_id, note.note_id, model)
    last = queries.next_sequences(db, note.account_id, len(task.missing))
    for place, passage in enumerate(task.missing):
        queries.insert_passage(
            db,
            account_id=note.account_id,
            note_id=note.note_id,
            model=model,
            starts_at=passage.start,
            ends_at=passage.end,
            digest=passage.digest,
            vector=vectors[passage.digest],
            sequence=last - len(task.missing) + 1 + place,
        )
    if not task.is_whole:
        return
    present = {passage.digest: passage for passage in reversed(task.passages)}
    for digest, number in known.items():
        if digest in present:
            queries.move_passage(
                db, number, starts_at=present[digest].start, ends_at=present[digest].end
            )
        else:
            queries.delete_passage(db, number)
    queries.delete_waiting(db, note)


def _serve(db: Connection, account_id: str, model: str) -> None:
    """From now on the account's searches use this model, with which all its notes are embedded."""
    queries.update_serving_model(db, account_id, model)
    queries.delete_other_models(db, account_id, model)


def _postpone(db: Connection, tasks: Sequence[Task]) -> None:
    for task in tasks:
        queries.postpone(db, task.note, until=db.now + RETRY)
