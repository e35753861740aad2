"""Agents that want to hear when a note changes: what they watch, and what a change is to them."""

from dataclasses import dataclass

from spote.domain.notes import saving
from spote.domain.notes.model import UpdatedBy
from spote.domain.notes.queries import notes as queries
from spote.domain.notes.queries import revisions, watches
from spote.errors import Conflict
from spote.identity import Actor, Verb
from spote.storage import Connection

WATCHES_LIMIT = 1_000  # notes that one session of an agent watches
KEPT_MS = 7 * 86_400_000
SWEEP_BATCH = 1_000  # rows in one transaction


@dataclass(frozen=True, slots=True)
class Change:
    """What a change of a note is to one actor: nothing, where it lies out of reach."""

    is_seen: bool
    is_watched: bool


@dataclass(frozen=True, slots=True)
class News:
    """What a stream of events tells of a note that has changed, never its text."""

    version: int | None
    updated_by: UpdatedBy | None


def watch_note(db: Connection, actor: Actor, note_id: str, session_id: str) -> None:
    """Safe to call twice. Raises NotFound, and Conflict where the session watches as many notes as it may."""
    actor.require(Verb.READ)
    saving.found(queries.note_by_id(db, actor, note_id))
    watching = watches.count_watches(db, account_id=actor.account_id, session_id=session_id)
    if watching >= WATCHES_LIMIT:
        raise Conflict(
            f"A session may watch {WATCHES_LIMIT} notes. Unsubscribe from some.",
            code="too_many_watches",
        )
    watches.insert_watch(db, account_id=actor.account_id, session_id=session_id, note_id=note_id)


def unwatch_note(db: Connection, actor: Actor, note_id: str, session_id: str) -> None:
    """Safe to call twice."""
    actor.require(Verb.READ)
    watches.delete_watch(db, account_id=actor.account_id, session_id=session_id, note_id=note_id)


def forget_watches(db: Connection, actor: Actor, session_id: str) -> None:
    """All that the session watched."""
    actor.require(Verb.READ)
    watches.delete_watches(db, account_id=actor.account_id, session_id=session_id)


def get_change(db: Connection, actor: Actor, note_id: str, session_id: str | None) -> Change:
    """Whether the actor may hear that this note has changed: it reaches it, now or in the trash."""
    actor.require(Verb.READ)
    live = queries.note_by_id(db, actor, note_id)
    is_seen = live is not None or queries.note_by_id(db, actor, note_id, trashed=True) is not None
    is_watched = session_id is not None and watches.has_watch(
        db, account_id=actor.account_id, session_id=session_id, note_id=note_id
    )
    return Change(is_seen or actor.grant.reaches_everything, is_watched)


def get_news(db: Connection, actor: Actor, note_id: str, version: int | None) -> News | None:
    """Of a note within reach, now or in the trash; empty of one that is gone; None where it lies out of reach."""
    actor.require(Verb.READ)
    note = queries.note_by_id(db, actor, note_id, whole=False) or queries.note_by_id(
        db, actor, note_id, trashed=True, whole=False
    )
    if note is not None:
        then = version and revisions.revision_by_version(db, actor, note, version, whole=False)
        return News(version or note.version, (then or note).updated_by)
    return News(None, None) if actor.grant.reaches_everything else None


def sweep_watches(db: Connection) -> int:
    """Removes those of sessions long gone, in a batch; returns how many went. Call it again until none does."""
    return watches.delete_watches_before(db, db.now - KEPT_MS, limit=SWEEP_BATCH)
