"""A note's history: what changed, by whom, through what; and going back."""

from spote.domain.notes import saving
from spote.domain.notes.differences import unified_diff
from spote.domain.notes.model import Note, NoteReceipt, NoteVersion, Revision
from spote.domain.notes.queries import notes as queries
from spote.domain.notes.queries import revisions
from spote.domain.notes.queries.notes import NoteValues, StoredNote
from spote.domain.notes.queries.revisions import StoredRevision
from spote.domain.notes.showing import shown
from spote.errors import NotFound
from spote.identity import Actor, Verb
from spote.paging import Listing, Page
from spote.storage import Connection, to_time

DIFFS_LIMIT = 20  # revisions with diffs in one answer


def list_history(
    db: Connection, actor: Actor, note_id: str, page: Page, *, diff: bool = False
) -> Listing[Revision]:
    """Newest first. With `diff` at most 20 at a time, each with what it changed against the version before."""
    actor.require(Verb.READ)
    note = saving.found(queries.note_by_id(db, actor, note_id))
    total = revisions.count_revisions(db, actor, note)
    if not diff:
        stored = revisions.revisions_page(db, actor, note, page, with_text=False)
        return Listing([Revision.model_validate(_shape(one, None)) for one in stored], total)
    limit = min(page.limit, DIFFS_LIMIT)
    stored = revisions.revisions_page(db, actor, note, Page(limit + 1, page.offset), with_text=True)
    by_version = {one.version: one for one in stored}
    items = [
        Revision.model_validate(_shape(one, _diff(by_version.get(one.version - 1), one)))
        for one in stored[:limit]
    ]
    return Listing(items, total)


def get_version(
    db: Connection, actor: Actor, note_id: str, version: int, *, diff: bool = False
) -> NoteVersion:
    actor.require(Verb.READ)
    note = saving.found(queries.note_by_id(db, actor, note_id))
    stored = _version(db, actor, note, version)
    changed = None
    if diff:
        before = revisions.revision_by_version(db, actor, note, version - 1)
        changed = _diff(before, stored)
    return NoteVersion.model_validate({**_shape(stored, changed), "text": stored.text})


def restore_version(db: Connection, actor: Actor, note_id: str, version: int) -> Note | NoteReceipt:
    """The old title, text, bucket and tags become a new version."""
    actor.require(Verb.EDIT)
    note = saving.found_to_change(db, actor, note_id)
    old = _version(db, actor, note, version)
    values = NoteValues(old.title, old.text or "", old.bucket, old.tags)
    return shown(actor, saving.change(db, actor, note, values, kind="restored"))


def _version(db: Connection, actor: Actor, note: StoredNote, version: int) -> StoredRevision:
    stored = revisions.revision_by_version(db, actor, note, version)
    if stored is None:
        raise NotFound(f"The note has no version {version}.")
    return stored


def _diff(old: StoredRevision | None, new: StoredRevision) -> str | None:
    """None where the version before is out of the grant's places."""
    if old is None and new.version > 1:
        return None
    return unified_diff(
        (old.text or "") if old else "",
        new.text or "",
        f"version {new.version - 1}",
        f"version {new.version}",
    )


def _shape(stored: StoredRevision, diff: str | None) -> dict[str, object]:
    return {
        "version": stored.version,
        "change": stored.change,
        "created_at": to_time(stored.created_at),
        "updated_by": stored.updated_by,
        "title": stored.title,
        "bucket": stored.bucket,
        "tags": stored.tags,
        "size_bytes": stored.size_bytes,
        **({} if diff is None else {"diff": diff}),
    }
