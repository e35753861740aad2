"""The one way in which a note changes: place checked, old text kept, revision written, made findable again."""

from collections.abc import Sequence

from spote.domain.notes.attachments import FILES_PATH, Attached, find_attached
from spote.domain.notes.links import links
from spote.domain.notes.queries import attachments as attachment_queries
from spote.domain.notes.queries import findable, revisions
from spote.domain.notes.queries import notes as queries
from spote.domain.notes.queries.notes import NoteValues, StoredNote
from spote.domain.notes.queries.revisions import Change
from spote.domain.notes.queries.shares import guests_of
from spote.domain.notes.queries.unembedded import add_to_unembedded
from spote.domain.notes.showing import whole
from spote.errors import Conflict, NotAllowed, NotFound, TooLarge
from spote.identity import Actor, CredentialKind, Verb, new_id
from spote.storage import Connection, events

NoteKey = tuple[str, str]  # account and note
EVENTS: dict[Change, str] = {
    "created": "note.created",
    "updated": "note.updated",
    "restored": "note.updated",
    "trashed": "note.deleted",
    "untrashed": "note.created",
}


def found(note: StoredNote | None) -> StoredNote:
    """Raises NotFound: absent, not the caller's and outside the grant's places are alike."""
    if note is None:
        raise NotFound("There is no such note.")
    return note


def found_to_change(db: Connection, actor: Actor, note_id: str) -> StoredNote:
    """In its owner's turn. Raises NotFound, and NotAllowed where it is shared with the actor for reading alone."""
    note = found(queries.note_by_id(db, actor, note_id))
    if note.access != "owner" and db.lock(note.account_id):
        note = found(queries.note_by_id(db, actor, note_id))
    if note.access == "read":
        raise NotAllowed(
            "This note is shared with you for reading. Its owner can let you edit it.",
            code="shared_read_only",
        )
    return note


def found_own(db: Connection, actor: Actor, note_id: str) -> StoredNote:
    """Raises NotFound, and NotAllowed for a note of somebody else that is shared with the actor."""
    note = found(queries.note_by_id(db, actor, note_id))
    if note.access != "owner":
        raise NotAllowed("Only the owner of this note can do this.", code="owner_only")
    return note


def require_version(db: Connection, actor: Actor, note: StoredNote, version: int | None) -> None:
    """Raises Conflict, with both texts, where the caller had read another version than the current one."""
    if version is None or version == note.version:
        return
    details = {}
    if actor.may(Verb.READ):
        base = revisions.revision_by_version(db, actor, note, version)
        details = {
            "current": whole(actor, note),
            "base": base and whole(actor, _as_of(db, actor, note, base)),
        }
    raise Conflict(
        f"The note has changed: it is at version {note.version}, and yours was {version}. "
        "Nothing was saved. Merge your change into the current text and send it with the current version.",
        code="version_conflict",
        details=details,
    )


def add(
    db: Connection,
    actor: Actor,
    values: NoteValues,
    *,
    created_at: int | None = None,
    updated_at: int | None = None,
) -> StoredNote:
    """Write a new note. Raises NotAllowed outside the grant's places, TooLarge above the limit."""
    _require_place(actor, values)
    _require_size(db, values)
    created_at = db.now if created_at is None else created_at
    updated_at = created_at if updated_at is None else max(created_at, updated_at)
    note_id = new_id()
    attached = find_attached(db, actor, values.text, owner=actor.account_id, note_id=None)
    is_token = actor.kind is CredentialKind.TOKEN
    number = queries.insert_note(
        db,
        actor=actor,
        note_id=note_id,
        values=values,
        attachments=attached.shown,
        created_at=created_at,
        updated_at=updated_at,
        token=actor.credential_id if is_token else None,
    )
    key = (actor.account_id, note_id)
    _insert_revision(db, actor, key, 1, "created", values, updated_at)
    attachment_queries.put_references(db, actor.account_id, note_id, attached.references)
    tell(db, EVENTS["created"], key, version=1)
    findable.insert_links(
        db, account_id=actor.account_id, note_id=note_id, links=links(values.text)
    )
    findable.show_note(
        db, number=number, account_id=actor.account_id, note_id=note_id, values=values
    )
    return found(queries.note_by_id(db, actor, note_id))


def change(
    db: Connection,
    actor: Actor,
    note: StoredNote,
    values: NoteValues,
    *,
    kind: Change = "updated",
    updated_at: int | None = None,
) -> StoredNote:
    """Write a changed note as its next version; without any change it stays as it is. Raises as `add`."""
    if values == values_of(note):
        return note
    _require_place(actor, values)
    _require_size(db, values)
    at = updated_at or db.now
    attached = _attach(db, actor, note, values.text)
    revisions.keep_text(db, note)
    queries.update_note(
        db, note, values, attachments=attached.shown, trashed_at=None, updated_at=at
    )
    _insert_revision(db, actor, key_of(note), note.version + 1, kind, values, at)
    guest_ids = guests_of(db, account_id=note.account_id, note_id=note.id)
    tell(db, EVENTS[kind], key_of(note), version=note.version + 1, guest_ids=guest_ids)
    _update_findable(db, note, values, guest_ids)
    return found(queries.note_by_id(db, actor, note.id))


def move_to_trash(db: Connection, actor: Actor, note: StoredNote) -> None:
    revisions.keep_text(db, note)
    findable.hide_note(db, note)
    values = values_of(note)
    queries.update_note(
        db,
        note,
        values,
        attachments=note.attachments,
        trashed_at=db.now,
        updated_at=note.updated_at,
    )
    _insert_revision(db, actor, key_of(note), note.version + 1, "trashed", values, db.now)
    guest_ids = guests_of(db, account_id=note.account_id, note_id=note.id)
    tell(db, EVENTS["trashed"], key_of(note), version=note.version + 1, guest_ids=guest_ids)


def take_from_trash(db: Connection, actor: Actor, note: StoredNote) -> StoredNote:
    values = values_of(note)
    revisions.keep_text(db, note)
    queries.update_note(
        db, note, values, attachments=note.attachments, trashed_at=None, updated_at=note.updated_at
    )
    _insert_revision(db, actor, key_of(note), note.version + 1, "untrashed", values, db.now)
    guest_ids = guests_of(db, account_id=note.account_id, note_id=note.id)
    tell(db, EVENTS["untrashed"], key_of(note), version=note.version + 1, guest_ids=guest_ids)
    findable.show_note(
        db,
        number=note.number,
        account_id=note.account_id,
        note_id=note.id,
        values=values,
        guest_ids=guest_ids,
    )
    return found(queries.note_by_id(db, actor, note.id))


def tell(
    db: Connection,
    kind: str,
    key: NoteKey,
    *,
    version: int | None = None,
    guest_ids: Sequence[str] = (),
) -> None:
    """The owner's streams, and those of the guests."""
    for account_id in (key[0], *guest_ids):
        events.publish(db, kind, account_id=account_id, subject_id=key[1], version=version)


def key_of(note: StoredNote) -> NoteKey:
    return note.account_id, note.id


def values_of(note: StoredNote) -> NoteValues:
    return NoteValues(note.title, note.text, note.bucket, note.tags)


def _attach(db: Connection, actor: Actor, note: StoredNote, text: str) -> Attached:
    """What the note refers to now; and write it down."""
    if text == note.text:
        return Attached((), note.attachments)
    attached = find_attached(
        db, actor, text, owner=note.account_id, note_id=note.id, old_text=note.text
    )
    if attached.references or FILES_PATH in note.text:
        attachment_queries.leave_text(db, note.account_id, note.id)
    attachment_queries.put_references(db, note.account_id, note.id, attached.references)
    return attached


def _require_place(actor: Actor, values: NoteValues) -> None:
    if actor.grant.covers(values.bucket, values.tags):
        return
    scope = f"bucket:{values.bucket}" if not actor.grant.covers_bucket(values.bucket) else "tags"
    raise NotAllowed(
        "This would put the note outside the places that this token may reach. "
        "Choose a bucket and tags within them (GET /api/settings/token/self lists them).",
        scope=scope,
    )


def _require_size(db: Connection, values: NoteValues) -> None:
    limit = db.settings.note_max_bytes
    if len(values.text) > limit or len(values.text.encode()) > limit:
        raise TooLarge(f"A note's text may have {limit:,} bytes. Split it into several notes.")


def _insert_revision(
    db: Connection,
    actor: Actor,
    key: NoteKey,
    version: int,
    kind: Change,
    values: NoteValues,
    at: int,
) -> None:
    revisions.insert_revision(
        db,
        actor=actor,
        account_id=key[0],
        note_id=key[1],
        version=version,
        change=kind,
        values=values,
        at=at,
    )


def _update_findable(
    db: Connection, note: StoredNote, values: NoteValues, guest_ids: Sequence[str]
) -> None:
    key = {"account_id": note.account_id, "note_id": note.id}
    findable.put_words(
        db, number=note.number, account_id=note.account_id, values=values, guest_ids=guest_ids
    )
    add_to_unembedded(db, **key)
    if values.text != note.text:
        findable.replace_links(db, **key, links=links(values.text))
    if values.tags != note.tags:
        findable.delete_tags(db, **key)
        findable.insert_tags(db, **key, tags=values.tags)
    if values.bucket != note.bucket:
        findable.add_to_bucket(db, account_id=note.account_id, bucket=note.bucket, notes=-1)
        findable.add_to_bucket(db, account_id=note.account_id, bucket=values.bucket, notes=1)


def _as_of(
    db: Connection, actor: Actor, note: StoredNote, revision: revisions.StoredRevision
) -> StoredNote:
    text = revision.text or ""
    attached = find_attached(
        db, actor, text, owner=note.account_id, note_id=note.id, old_text=note.text
    )
    return note._replace(
        title=revision.title,
        text=text,
        attachments=attached.shown,
        bucket=revision.bucket,
        tags=revision.tags,
        version=revision.version,
        updated_at=revision.created_at,
        updated_by=revision.updated_by,
    )
