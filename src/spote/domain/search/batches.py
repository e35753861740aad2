"""What is embedded next: waiting notes, cut into passages, as many as fill a batch of the model."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from spote.domain.search.embedding import Embedder, Passage, passages
from spote.domain.search.embedding.embedder import Batch
from spote.domain.search.queries import passages as vector_queries
from spote.domain.search.queries import waiting as queries
from spote.domain.search.queries.waiting import WaitingNote
from spote.storage import Connection


@dataclass(frozen=True, slots=True)
class Task:
    """A waiting note, cut; `missing` are those of its passages that have no vector, as far as this batch goes."""

    note: WaitingNote
    passages: tuple[Passage, ...]
    missing: tuple[Passage, ...]
    is_whole: bool  # whether nothing is missing once this batch is written


class Cutter:
    """Remembers the note that it cut last: a long one takes several batches."""

    def __init__(self) -> None:
        self._note: WaitingNote | None = None
        self._cut: tuple[Passage, ...] = ()

    def passages(self, db: Connection, note: WaitingNote) -> tuple[Passage, ...] | None:
        """None where it changed meanwhile."""
        if note != self._note:
            found = queries.note_to_embed(db, note.account_id, note.note_id)
            if found is None or found.version != note.version:
                return None
            tags = tuple(json.loads(found.tags))
            cut = passages(found.title, found.bucket, tags, found.text)
            self._note, self._cut = note, tuple(cut)
        return self._cut


def next_tasks(
    db: Connection, cutter: Cutter, embedder: Embedder, *, most_notes: int
) -> list[Task]:
    """As many notes as fill a batch; a long one is embedded over several."""
    tasks, room = list[Task](), embedder.batch
    for note in notes_to_embed(db, limit=most_notes):
        task = _task(db, cutter, note, room, embedder.name)
        if task is None:
            continue
        if tasks and not task.is_whole:  # a long note does not hold up the short ones before it
            break
        tasks.append(task)
        room = Batch(
            room.texts - len(task.missing),
            room.size_bytes - sum(_size(one) for one in task.missing),
        )
        if min(room) <= 0:
            break
    return tasks


def notes_to_embed(db: Connection, *, limit: int) -> list[WaitingNote]:
    """The newest first. Those that a search waits for are not held up by others in their batch."""
    awaited = queries.waiting_notes(db, awaited=True, limit=limit)
    return awaited or queries.waiting_notes(db, limit=limit)


def _task(
    db: Connection, cutter: Cutter, note: WaitingNote, room: Batch, model: str
) -> Task | None:
    cut = cutter.passages(db, note)
    if cut is None:
        return None
    known = vector_queries.digests_of(db, note.account_id, note.note_id, model)
    wanted = {one.digest: one for one in cut if one.digest not in known}
    missing = _first(list(wanted.values()), room)
    return Task(note, cut, missing, is_whole=len(missing) == len(wanted))


def _first(wanted: Sequence[Passage], room: Batch) -> tuple[Passage, ...]:
    """One at least."""
    chosen, size_bytes = list[Passage](), room.size_bytes
    for one in wanted[: room.texts]:
        chosen.append(one)
        size_bytes -= _size(one)
        if size_bytes <= 0:
            break
    return tuple(chosen)


def _size(passage: Passage) -> int:
    return len(passage.embedded.encode())
