"""SQL of the history: each change of a note. The current version's text stands in the note itself."""

from typing import Any, Literal, NamedTuple

from spote.domain.notes.model import UpdatedBy
from spote.domain.notes.queries.notes import NoteValues, StoredNote, from_json, to_json, updated_by
from spote.domain.notes.reach import revision_reach
from spote.identity import Actor, CredentialKind
from spote.paging import Page
from spote.storage import Connection

Change = Literal["created", "updated", "restored", "trashed", "untrashed"]
_COLUMNS = (
    "r.version, r.change, r.created_at, r.title, r.bucket, r.tags, r.size_bytes,"
    " r.by_account, u.name, u.email, r.via, r.token_label, r.client"
)
_FROM = (
    " FROM revisions AS r JOIN notes AS n ON n.account_id = r.account_id AND n.id = r.note_id"
    " LEFT JOIN accounts AS u ON u.id = r.by_account"
    " WHERE r.account_id = :account_id AND r.note_id = :note_id"
)


class StoredRevision(NamedTuple):
    text: str | None  # None: not asked for
    version: int
    change: Change
    created_at: int  # ms
    title: str
    bucket: str
    tags: tuple[str, ...]
    size_bytes: int
    updated_by: UpdatedBy


def insert_revision(
    db: Connection,
    *,
    actor: Actor,
    account_id: str,
    note_id: str,
    version: int,
    change: Change,
    values: NoteValues,
    at: int,
) -> None:
    is_token = actor.kind is CredentialKind.TOKEN
    db.send(
        "INSERT INTO revisions (account_id, note_id, version, change, title, bucket, tags, size_bytes, created_at,"
        " by_account, via, token_id, token_label, client) VALUES (:account_id, :note_id, :version, :change, :title,"
        " :bucket, :tags, :size_bytes, :at, :by_account, :via, :token_id, :token_label, :client)",
        {
            "account_id": account_id,
            "note_id": note_id,
            "version": version,
            "change": change,
            "title": values.title,
            "bucket": values.bucket,
            "tags": to_json(values.tags),
            "size_bytes": len(values.text.encode()),
            "at": at,
            "by_account": actor.account_id,
            "via": actor.via.value,
            "token_id": actor.credential_id if is_token else None,
            "token_label": actor.label,
            "client": actor.client,
        },
    )


def keep_text(db: Connection, note: StoredNote) -> None:
    """Before it is overwritten, the current text moves into its revision."""
    db.send(
        "UPDATE revisions SET text = :text"
        " WHERE account_id = :account_id AND note_id = :note_id AND version = :version",
        {
            "account_id": note.account_id,
            "note_id": note.id,
            "version": note.version,
            "text": note.text,
        },
    )


def revisions_page(
    db: Connection, actor: Actor, note: StoredNote, page: Page, *, with_text: bool
) -> list[StoredRevision]:
    """Newest first; those that lay outside the grant's places at their time are left out."""
    past = revision_reach(actor)
    text = "coalesce(r.text, n.text)" if with_text else "NULL"
    rows = db.all(
        f"SELECT {text}, {_COLUMNS}{_FROM} AND {past.sql} ORDER BY r.version DESC LIMIT :limit OFFSET :offset",
        {**past.values, **_key(note), "limit": page.limit, "offset": page.offset},
    )
    return [_revision(row) for row in rows]


def count_revisions(db: Connection, actor: Actor, note: StoredNote) -> int:
    past = revision_reach(actor)
    row = db.one(f"SELECT count(*){_FROM} AND {past.sql}", {**past.values, **_key(note)})
    return int(row[0]) if row else 0


def revision_by_version(
    db: Connection, actor: Actor, note: StoredNote, version: int, *, whole: bool = True
) -> StoredRevision | None:
    past = revision_reach(actor)
    text = "coalesce(r.text, n.text)" if whole else "NULL"
    row = db.one(
        f"SELECT {text}, {_COLUMNS}{_FROM} AND r.version = :version AND {past.sql}",
        {**past.values, **_key(note), "version": version},
    )
    return _revision(row) if row else None


def _key(note: StoredNote) -> dict[str, object]:
    return {"account_id": note.account_id, "note_id": note.id}


def _revision(row: tuple[Any, ...]) -> StoredRevision:
    text, version, change, created_at, title, bucket, tags, size_bytes, *author = row
    return StoredRevision(
        text,
        version,
        change,
        created_at,
        title,
        bucket,
        from_json(tags),
        size_bytes,
        updated_by(*author),
    )
