"""Writes the vectors of notes beside the notes, unless those have changed meanwhile."""

from collections.abc import Sequence
from dataclasses import dataclass

from spote.domain.search.embedding import Passage
from spote.domain.search.queries import passages as queries
from spote.domain.search.queries import waiting
from spote.domain.search.queries.passages import NewPassage
from spote.domain.search.queries.waiting import WaitingNote
from spote.storage import Connection


@dataclass(frozen=True, slots=True)
class EmbeddedNote:
    note: WaitingNote
    passages: Sequence[Passage]  # all of the note
    new: Sequence[tuple[Passage, bytes]]  # those that were missing, with their vectors
    is_whole: bool  # whether none is missing any more


def write_account(
    db: Connection, account_id: str, model: str, embedded: Sequence[EmbeddedNote]
) -> None:
    """In the turn of the account's own changes, so that none of them comes between look and write."""
    db.lock(account_id)
    for one in embedded:
        if waiting.live_version(db, account_id, one.note.note_id) == one.note.version:
            _write_note(db, one, model)
    serving = waiting.serving_model(db, account_id)
    if serving is None or (serving != model and not waiting.count_waiting(db, account_id)):
        # Notes that nobody changed since the model did may not wait yet, and would lose their vectors for good.
        queued = waiting.queue_account(db, account_id, model)
        if serving is None or not queued:
            serve(db, account_id, model)


def serve(db: Connection, account_id: str, model: str) -> None:
    """From now on the account's searches use this model, with which its notes are embedded."""
    waiting.update_serving_model(db, account_id, model)
    queries.delete_other_models(db, account_id, model)


def _write_note(db: Connection, embedded: EmbeddedNote, model: str) -> None:
    note = embedded.note
    if embedded.new:
        last = queries.next_sequences(db, note.account_id, len(embedded.new))
        first = last - len(embedded.new) + 1
        new = [
            NewPassage(one.start, one.end, one.digest, vector, first + place)
            for place, (one, vector) in enumerate(embedded.new)
        ]
        queries.insert_passages(db, note.account_id, note.note_id, model, new)
    if embedded.is_whole:
        _tidy_note(db, embedded, model)
        waiting.delete_waiting(db, note)


def _tidy_note(db: Connection, embedded: EmbeddedNote, model: str) -> None:
    """Passages that stayed keep their vectors, perhaps at another place; those that are gone from the note go."""
    note = embedded.note
    known = queries.digests_of(db, note.account_id, note.note_id, model)
    present = {passage.digest: passage for passage in reversed(embedded.passages)}
    stayed = [
        (number, present[digest].start, present[digest].end)
        for digest, number in known.items()
        if digest in present
    ]
    gone = [number for digest, number in known.items() if digest not in present]
    queries.move_passages(db, note.account_id, stayed)
    queries.delete_passages(db, note.account_id, gone)
