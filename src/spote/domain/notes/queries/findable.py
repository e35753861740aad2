"""SQL of what a note is found by: its words, tags, links, its bucket's count, and whether it is to be embedded."""

from collections.abc import Sequence

from spote.domain.notes.links import Links, title_key
from spote.domain.notes.queries.notes import NoteValues, StoredNote
from spote.domain.notes.queries.unembedded import add_to_unembedded, delete_from_unembedded
from spote.domain.notes.words import searchable
from spote.storage import Connection


def show_note(
    db: Connection,
    *,
    number: int,
    account_id: str,
    note_id: str,
    values: NoteValues,
    guest_ids: Sequence[str] = (),
) -> None:
    """Make a live note findable: by its words, its tags, its bucket's count, and soon by its meaning."""
    put_words(db, number=number, account_id=account_id, values=values, guest_ids=guest_ids)
    add_to_unembedded(db, account_id=account_id, note_id=note_id)
    insert_tags(db, account_id=account_id, note_id=note_id, tags=values.tags)
    add_to_bucket(db, account_id=account_id, bucket=values.bucket, notes=1)


def hide_note(db: Connection, note: StoredNote) -> None:
    """The reverse: what goes to the trash is in no list, search or count."""
    db.words.drop(db, number=note.number, account_id=note.account_id)
    delete_from_unembedded(db, account_id=note.account_id, note_id=note.id)
    delete_tags(db, account_id=note.account_id, note_id=note.id)
    add_to_bucket(db, account_id=note.account_id, bucket=note.bucket, notes=-1)


def put_words(
    db: Connection,
    *,
    number: int,
    account_id: str,
    values: NoteValues,
    guest_ids: Sequence[str] = (),
) -> None:
    """For the searches of its owner and of its guests."""
    db.words.put(
        db,
        number=number,
        account_id=account_id,
        guest_ids=guest_ids,
        title=searchable(values.title),
        labels=searchable(" ".join((values.bucket, *values.tags))),
        body=searchable(values.text),
    )


def insert_tags(db: Connection, *, account_id: str, note_id: str, tags: Sequence[str]) -> None:
    db.send_each(
        "INSERT INTO note_tags (account_id, tag, note_id) VALUES (:account_id, :tag, :note_id)",
        [{"account_id": account_id, "tag": tag, "note_id": note_id} for tag in tags],
    )


def delete_tags(db: Connection, *, account_id: str, note_id: str) -> None:
    db.send(
        "DELETE FROM note_tags WHERE account_id = :account_id AND note_id = :note_id",
        {"account_id": account_id, "note_id": note_id},
    )


def add_to_bucket(db: Connection, *, account_id: str, bucket: str, notes: int) -> None:
    db.send(
        "INSERT INTO bucket_counts (account_id, bucket, notes) VALUES (:account_id, :bucket, :notes)"
        " ON CONFLICT (account_id, bucket) DO UPDATE SET notes = bucket_counts.notes + excluded.notes",
        {"account_id": account_id, "bucket": bucket, "notes": notes},
    )


def replace_links(db: Connection, *, account_id: str, note_id: str, links: Links) -> None:
    db.send(
        "DELETE FROM note_links WHERE account_id = :account_id AND note_id = :note_id",
        {"account_id": account_id, "note_id": note_id},
    )
    insert_links(db, account_id=account_id, note_id=note_id, links=links)


def insert_links(db: Connection, *, account_id: str, note_id: str, links: Links) -> None:
    targets = [("title", title_key(title)) for title in links.titles] + [
        ("id", id_) for id_ in links.note_ids
    ]
    db.send_each(
        "INSERT INTO note_links (account_id, note_id, kind, target)"
        " VALUES (:account_id, :note_id, :kind, :target) ON CONFLICT DO NOTHING",
        [
            {"account_id": account_id, "note_id": note_id, "kind": kind, "target": target}
            for kind, target in targets
        ],
    )
