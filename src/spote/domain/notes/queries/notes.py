"""SQL of notes: reading them within an actor's reach, writing them."""

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from spote.domain.notes.links import title_key
from spote.domain.notes.model import (
    EXCERPT_LENGTH,
    Access,
    Attachment,
    NoteFilter,
    Person,
    UpdatedBy,
)
from spote.domain.notes.reach import (
    LIVE,
    SHARED_NOTES,
    TRASHED,
    Reach,
    any_of,
    bearing_any,
    bucket_reach,
    own_reach,
    reach,
    shared_reach,
)
from spote.identity import Actor
from spote.paging import Page
from spote.storage import Connection, to_ms

# Each note has its newest revision; an outer join says that notes come first. Without statistics PostgreSQL would read
# all revisions of an account, and all its notes for each.
_JOINS = (
    " LEFT JOIN revisions AS r ON r.account_id = n.account_id AND r.note_id = n.id AND r.version = n.version"
    " LEFT JOIN accounts AS u ON u.id = r.by_account"
)
_HEAD = (
    "n.number, n.account_id, n.id, n.title, n.bucket, n.tags, n.version, n.created_at, n.updated_at, n.trashed_at,"
    " n.attachments, r.by_account, u.name, u.email, r.via, r.token_label, r.client"
)
# For an actor with whom notes are shared: at which level, and by whom.
_SHARED_HEAD = ", g.permission, o.name, o.email"
_SHARED_JOINS = (
    " LEFT JOIN shares AS g ON g.guest_id = :me AND g.note_id = n.id AND g.account_id = n.account_id"
    " LEFT JOIN accounts AS o ON o.id = g.account_id"
)
NO_TEXT = "''"
_EXCERPT = f"substr(n.text, 1, {EXCERPT_LENGTH * 2})"


class StoredNote(NamedTuple):
    """A row of notes, with who changed it last. `text` is the beginning only, where a summary was asked for."""

    text: str
    number: int
    account_id: str
    id: str
    title: str
    bucket: str
    tags: tuple[str, ...]
    version: int
    created_at: int  # ms
    updated_at: int  # ms
    trashed_at: int | None  # ms
    attachments: tuple[Attachment, ...]
    updated_by: UpdatedBy
    access: Access = "owner"
    owner: Person | None = None  # None: the actor


class NoteValues(NamedTuple):
    """What a change leaves a note with."""

    title: str
    text: str
    bucket: str
    tags: tuple[str, ...]


def note_by_id(
    db: Connection, actor: Actor, note_id: str, *, trashed: bool = False, whole: bool = True
) -> StoredNote | None:
    """A live note, or one of their own in the trash; only within the actor's reach. Not `whole`: without the text."""
    within = own_reach(actor, trashed=True) if trashed else reach(actor, named="= :id")
    row = db.one(
        f"SELECT {'n.text' if whole else NO_TEXT}, {head(actor)} FROM notes AS n{joins(actor)}"
        f" WHERE {within.sql} AND n.id = :id AND {TRASHED if trashed else LIVE}",
        {**within.values, "id": note_id},
    )
    return stored_note(row) if row else None


def notes_by_id(db: Connection, actor: Actor, note_ids: Sequence[str]) -> list[StoredNote]:
    if not note_ids:
        return []
    found = both_kinds(
        actor, f"n.text, {head(actor)}", joins(actor), any_of("n.id", "id", note_ids)
    )
    rows = db.all(f"{found.sql} ORDER BY id LIMIT :limit", {**found.values, "limit": len(note_ids)})
    return [stored_note(row) for row in rows]


def notes_page(
    db: Connection, actor: Actor, wanted: NoteFilter, page: Page, *, whole: bool
) -> list[StoredNote]:
    """Newest first; the page is found in an index alone, before any text is touched."""
    if wanted.shared == "only" and not actor.reaches_shared_notes:
        return []
    found = _page_of(actor, wanted)
    rows = db.all(
        f"SELECT {'n.text' if whole else _EXCERPT}, {head(actor)} FROM ({found.sql}"
        " LIMIT :limit OFFSET :offset"
        f") AS p JOIN notes AS n ON n.account_id = p.account_id AND n.number = p.number{joins(actor)}"
        f" ORDER BY n.{wanted.sort} DESC, n.id DESC",
        {
            **found.values,
            "limit": page.limit,
            "offset": page.offset,
            "end": page.offset + page.limit,
        },
    )
    return [stored_note(row) for row in rows]


def count_notes(db: Connection, actor: Actor, wanted: NoteFilter) -> int:
    own = 0 if wanted.shared == "only" else _count_own(db, actor, wanted)
    if wanted.shared == "exclude" or not actor.reaches_shared_notes:
        return own
    within = _filtered(wanted, shared_reach(actor), of_own=False)
    sql = f"SELECT count(*) FROM {SHARED_NOTES} WHERE {within.sql} AND {LIVE}"
    return own + _number(db, sql, within.values)


def _count_own(db: Connection, actor: Actor, wanted: NoteFilter) -> int:
    """From the buckets' counts where the filter and the grant speak of buckets alone: no scan."""
    grant = actor.grant
    narrower = wanted.tags or wanted.updated_since
    if narrower or grant.tags is not None or grant.own_notes_only:
        within = _filtered(wanted, own_reach(actor), of_own=True)
        return _number(
            db, f"SELECT count(*) FROM notes AS n WHERE {within.sql} AND {LIVE}", within.values
        )
    places = bucket_reach(grant, "c.bucket")
    named = any_of("c.bucket", "bucket", wanted.buckets) if wanted.buckets else Reach("1 = 1", {})
    return _number(
        db,
        "SELECT coalesce(sum(c.notes), 0) FROM bucket_counts AS c"
        f" WHERE c.account_id = :me AND {places.sql} AND {named.sql}",
        {"me": actor.account_id, **places.values, **named.values},
    )


def trash_page(db: Connection, actor: Actor, page: Page) -> list[StoredNote]:
    within = own_reach(actor, trashed=True)
    rows = db.all(
        f"SELECT {_EXCERPT}, {head(actor)} FROM notes AS n{joins(actor)} WHERE {within.sql} AND {TRASHED}"
        " ORDER BY n.trashed_at DESC, n.id DESC LIMIT :limit OFFSET :offset",
        {**within.values, "limit": page.limit, "offset": page.offset},
    )
    return [stored_note(row) for row in rows]


def count_trash(db: Connection, actor: Actor) -> int:
    within = own_reach(actor, trashed=True)
    return _number(
        db,
        f"SELECT count(*) FROM notes AS n WHERE {within.sql} AND {TRASHED}",
        within.values,
    )


def insert_note(
    db: Connection,
    *,
    actor: Actor,
    note_id: str,
    values: NoteValues,
    attachments: Sequence[Attachment],
    created_at: int,
    updated_at: int,
    token: str | None,
) -> int:
    """Returns the note's number."""
    row = db.one(
        "INSERT INTO notes (account_id, id, title, title_key, text, bucket, tags, attachments, version, created_at,"
        " updated_at, created_by_token) VALUES (:account_id, :id, :title, :title_key, :text, :bucket, :tags,"
        " :attachments, 1, :created_at, :updated_at, :token) RETURNING number",
        {
            "account_id": actor.account_id,
            "id": note_id,
            "title": values.title,
            "title_key": title_key(values.title),
            "text": values.text,
            "bucket": values.bucket,
            "tags": to_json(values.tags),
            "attachments": _attachments_to_json(attachments),
            "created_at": created_at,
            "updated_at": updated_at,
            "token": token,
        },
    )
    assert row is not None
    return int(row[0])


def update_note(
    db: Connection,
    note: StoredNote,
    values: NoteValues,
    *,
    attachments: Sequence[Attachment],
    trashed_at: int | None,
    updated_at: int,
) -> None:
    db.send(
        "UPDATE notes SET title = :title, title_key = :title_key, text = :text, bucket = :bucket, tags = :tags,"
        " attachments = :attachments, version = version + 1, updated_at = :updated_at, trashed_at = :trashed_at"
        " WHERE account_id = :account_id AND id = :id",
        {
            "account_id": note.account_id,
            "id": note.id,
            "title": values.title,
            "title_key": title_key(values.title),
            "text": values.text,
            "bucket": values.bucket,
            "tags": to_json(values.tags),
            "attachments": _attachments_to_json(attachments),
            "updated_at": updated_at,
            "trashed_at": trashed_at,
        },
    )


def delete_note(db: Connection, *, account_id: str, note_id: str) -> None:
    """For good, with its history and everything that hangs on it."""
    db.send(
        "DELETE FROM notes WHERE account_id = :account_id AND id = :id",
        {"account_id": account_id, "id": note_id},
    )


def delete_trash(db: Connection, account_id: str) -> int:
    return db.execute(
        "DELETE FROM notes WHERE account_id = :account_id AND trashed_at IS NOT NULL",
        {"account_id": account_id},
    )


def account_with_expired_trash(db: Connection, *, before: int) -> str | None:
    """Any one of them."""
    row = db.one(
        "SELECT account_id FROM notes WHERE trashed_at < :before LIMIT 1", {"before": before}
    )
    return row[0] if row else None


def delete_expired_trash(db: Connection, account_id: str, *, before: int, limit: int) -> int:
    return db.execute(
        "DELETE FROM notes WHERE account_id = :account_id AND id IN ("
        "SELECT id FROM notes WHERE account_id = :account_id AND trashed_at < :before"
        " ORDER BY trashed_at LIMIT :limit)",
        {"account_id": account_id, "before": before, "limit": limit},
    )


def both_kinds(actor: Actor, columns: str, joined: str, named: Reach) -> Reach:
    """SQL of live notes that have one of these names: their own, then those that others share with the actor.

    To be ordered by the names of columns.
    """
    own = own_reach(actor)
    sql = f"SELECT {columns} FROM notes AS n{joined} WHERE {own.sql} AND {named.sql} AND {LIVE}"
    if actor.reaches_shared_notes:
        shared = f"{shared_reach(actor).sql} AND {named.sql.replace('n.id ', 'sh.note_id ')}"
        theirs = f"SELECT {columns} FROM {SHARED_NOTES}{joined} WHERE {shared} AND {LIVE}"
        sql += f" UNION ALL {theirs}"
    return Reach(f"SELECT * FROM ({sql}) AS found", {**own.values, **named.values})


def head(actor: Actor) -> str:
    """The columns of a note but for its text, with `joins`."""
    return _HEAD + _SHARED_HEAD if actor.reaches_shared_notes else _HEAD


def joins(actor: Actor) -> str:
    return _JOINS + _SHARED_JOINS if actor.reaches_shared_notes else _JOINS


def stored_note(row: Sequence[Any]) -> StoredNote:
    """Of a row of a text and `head`."""
    text, number, account_id, note_id, title, bucket, tags, *rest = row
    version, created_at, updated_at, trashed_at, attachments, *author = rest
    author, shared = author[:6], author[6:]
    return StoredNote(
        text, number, account_id, note_id, title, bucket, from_json(tags), version, created_at, updated_at, trashed_at,
        _attachments(attachments), updated_by(*author), *_shared_by(account_id, *shared),
    )  # fmt: skip


def _shared_by(
    account_id: str, permission: Access | None = None, name: str = "", email: str = ""
) -> tuple[Access, Person | None]:
    """The actor's level, and the owner of what is not their own."""
    if permission is None:
        return "owner", None
    return permission, Person.model_validate({"_id": account_id, "name": name, "email": email})


def updated_by(
    account_id: str,
    name: str | None,
    email: str | None,
    via: str,
    token_label: str | None,
    client: str | None,
) -> UpdatedBy:
    person = (
        None
        if name is None
        else Person.model_validate({"_id": account_id, "name": name, "email": email})
    )
    return UpdatedBy.model_validate(
        {"user": person, "via": via, "token_label": token_label, "client": client}
    )


def to_json(tags: Sequence[str]) -> str:
    return json.dumps(tags, ensure_ascii=False)


def from_json(tags: str) -> tuple[str, ...]:
    return () if tags == "[]" else tuple(json.loads(tags))


def _attachments_to_json(attachments: Sequence[Attachment]) -> str:
    return json.dumps([one.model_dump() for one in attachments], ensure_ascii=False)


def _attachments(stored: str) -> tuple[Attachment, ...]:
    return () if stored == "[]" else tuple(map(Attachment.model_validate, json.loads(stored)))


def _page_of(actor: Actor, wanted: NoteFilter) -> Reach:
    """SQL that ends with its order, without limit: the account and number of each note. Shared ones lie elsewhere."""
    order = f"{wanted.sort} DESC, id DESC"
    mine = _filtered(wanted, own_reach(actor), of_own=True)
    own = f" FROM notes AS n WHERE {mine.sql} AND {LIVE}"
    if wanted.shared == "exclude" or not actor.reaches_shared_notes:
        sql = f"SELECT n.account_id, n.number{own} ORDER BY n.{wanted.sort} DESC, n.id DESC"
        return Reach(sql, mine.values)
    theirs = _filtered(wanted, shared_reach(actor), of_own=False)
    columns = f"SELECT n.account_id, n.number, n.id, n.{wanted.sort}"
    shared = f"{columns} FROM {SHARED_NOTES} WHERE {theirs.sql} AND {LIVE}"
    if wanted.shared == "only":
        return Reach(f"{shared} ORDER BY n.{wanted.sort} DESC, n.id DESC", theirs.values)
    first = f"SELECT * FROM ({columns}{own} ORDER BY n.{wanted.sort} DESC, n.id DESC LIMIT :end) AS mine"
    return Reach(
        f"SELECT account_id, number FROM ({first} UNION ALL {shared}) AS both_kinds ORDER BY {order}",
        {**mine.values, **theirs.values},
    )


def _filtered(wanted: NoteFilter, within: Reach, *, of_own: bool) -> Reach:
    conditions, values = [within.sql], dict(within.values)
    if wanted.buckets:
        named = any_of("n.bucket", "bucket", wanted.buckets)
        conditions.append(named.sql)
        values |= named.values
    if wanted.tags:
        tagged = bearing_any(wanted.tags, of_own=of_own)
        conditions.append(tagged.sql)
        values |= tagged.values
    if wanted.updated_since:
        conditions.append("n.updated_at >= :updated_since")
        values["updated_since"] = to_ms(wanted.updated_since)
    return Reach(" AND ".join(conditions), values)


def _number(db: Connection, sql: str, values: dict[str, object]) -> int:
    row = db.one(sql, values)
    return int(row[0]) if row else 0
