"""Buckets and tags: what there is, and renaming them across many notes at once."""

from collections.abc import Callable

from spote.domain.notes import saving
from spote.domain.notes.hashtags import hashtags, rename_hashtag
from spote.domain.notes.model import INBOX, BucketName, Count, NoteFilter, TagName
from spote.domain.notes.queries import labels as label_queries
from spote.domain.notes.queries import notes as queries
from spote.domain.notes.queries.notes import NoteValues, StoredNote
from spote.errors import Conflict, InvalidInput, NotFound
from spote.identity import Actor, Verb
from spote.paging import Page
from spote.storage import Connection


def list_buckets(db: Connection, actor: Actor, page: Page) -> list[Count]:
    actor.require(Verb.READ)
    return label_queries.buckets_page(db, actor, page)


def list_tags(db: Connection, actor: Actor, page: Page) -> list[Count]:
    actor.require(Verb.READ)
    return label_queries.tags_page(db, actor, page)


def rename_bucket(db: Connection, actor: Actor, name: str, new: BucketName) -> Count:
    """Moves each own note that the caller reaches there; merges where the new name exists. All or nothing.

    Counts what is in the bucket of the new name then, notes of others too.
    """
    actor.require(Verb.EDIT)
    moved = _change_each(
        db, actor, label_queries.ids_in_bucket(db, actor, name), lambda note: _moved(note, new.name)
    )
    if not moved:
        raise NotFound("There is no such bucket.")
    there = queries.count_notes(db, actor, NoteFilter(buckets=(new.name,), shared="include"))
    return Count(name=new.name, count=there)


def delete_bucket(db: Connection, actor: Actor, name: str) -> None:
    """Moves its notes to the Inbox. Raises Conflict for the Inbox itself."""
    actor.require(Verb.EDIT)
    if name == INBOX:
        raise Conflict("The Inbox stays: notes of deleted buckets move there.", code="inbox_stays")
    rename_bucket(db, actor, name, BucketName(name=INBOX))


def rename_tag(db: Connection, actor: Actor, name: str, new: TagName) -> Count:
    """On each own note that the caller reaches, in the texts' hashtags too. All or nothing."""
    actor.require(Verb.EDIT)
    renamed = _change_each(
        db,
        actor,
        label_queries.ids_with_tag(db, actor, name),
        lambda note: _retagged(note, name, new.name),
    )
    if not renamed:
        raise NotFound("There is no such tag.")
    bearing = queries.count_notes(db, actor, NoteFilter(tags=(new.name,), shared="include"))
    return Count(name=new.name, count=bearing)


def _change_each(
    db: Connection, actor: Actor, note_ids: list[str], changed: Callable[[StoredNote], NoteValues]
) -> int:
    for note_id in note_ids:
        note = saving.found(queries.note_by_id(db, actor, note_id))
        saving.change(db, actor, note, changed(note))
    return len(note_ids)


def _moved(note: StoredNote, bucket: str) -> NoteValues:
    return saving.values_of(note)._replace(bucket=bucket)


def _retagged(note: StoredNote, old: str, new: str) -> NoteValues:
    text = rename_hashtag(note.text, old, new)
    if text != note.text and hashtags(f"#{new}") != [new]:
        raise InvalidInput(
            f"'{new}' cannot stand as a #hashtag in a text, and some texts hold #{old}. "
            "Use letters, digits, _, - and /."
        )
    tags = tuple(dict.fromkeys(new if tag == old else tag for tag in note.tags))
    return saving.values_of(note)._replace(text=text, tags=tags)
