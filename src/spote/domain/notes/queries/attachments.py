"""SQL of the files that notes refer to: which there are, and whom a note lets read them."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from spote.domain.notes.reach import LIVE, any_of, reach
from spote.identity import Actor
from spote.storage import Connection


class FileKey(NamedTuple):
    account_id: str
    file_id: str


class ReferredFile(NamedTuple):
    account_id: str
    file_id: str
    extension: str
    filename: str
    mime_type: str
    size_bytes: int
    uploaded_by_token: str | None

    @property
    def key(self) -> FileKey:
        return FileKey(self.account_id, self.file_id)


class KnownReference(NamedTuple):
    """A file that a note refers to, or once did."""

    key: FileKey
    is_in_text: bool
    grants: bool


def files_by_id(
    db: Connection, account_id: str, file_ids: Sequence[str]
) -> dict[str, ReferredFile]:
    """Those of the account's files that there are."""
    named = any_of("f.id", "id", file_ids)
    rows = db.all(
        "SELECT f.account_id, f.id, f.extension, f.filename, f.mime_type, f.size_bytes, f.uploaded_by_token"
        f" FROM files AS f WHERE f.account_id = :account_id AND {named.sql} ORDER BY f.id LIMIT :limit",
        {**named.values, "account_id": account_id, "limit": len(file_ids)},
    )
    return {row[1]: ReferredFile(*row) for row in rows}


def references_of(db: Connection, account_id: str, note_id: str) -> list[KnownReference]:
    """All that the note ever referred to."""
    rows = db.all(
        "SELECT file_account_id, file_id, in_text, grants FROM note_files"
        " WHERE account_id = :account_id AND note_id = :note_id",
        {"account_id": account_id, "note_id": note_id},
    )
    return [KnownReference(FileKey(row[0], row[1]), bool(row[2]), bool(row[3])) for row in rows]


def files_through_notes(
    db: Connection,
    actor: Actor,
    account_id: str,
    file_ids: Sequence[str],
    *,
    in_notes_of: str | None = None,
) -> set[str]:
    """Those of the account's files that a live note lets the actor read; if wanted, only a note of one account."""
    within, named = reach(actor), any_of("l.file_id", "id", file_ids)
    owner = "" if in_notes_of is None else " AND n.account_id = :owner"
    rows = db.all(
        "SELECT DISTINCT l.file_id FROM note_files AS l"
        " JOIN notes AS n ON n.account_id = l.account_id AND n.id = l.note_id"
        f" WHERE l.file_account_id = :account_id AND {named.sql} AND l.in_text = 1 AND l.grants = 1"
        f" AND {within.sql} AND {LIVE}{owner} ORDER BY l.file_id LIMIT :limit",
        {
            **within.values,
            **named.values,
            "account_id": account_id,
            "limit": len(file_ids),
            **({} if in_notes_of is None else {"owner": in_notes_of}),
        },
    )
    return {row[0] for row in rows}


def leave_text(db: Connection, account_id: str, note_id: str) -> None:
    """Whatever the note referred to, its text does not any more."""
    db.send(
        "UPDATE note_files SET in_text = 0 WHERE account_id = :account_id AND note_id = :note_id",
        {"account_id": account_id, "note_id": note_id},
    )


def put_references(
    db: Connection, account_id: str, note_id: str, references: Iterable[KnownReference]
) -> None:
    db.send_each(
        "INSERT INTO note_files (account_id, note_id, file_account_id, file_id, in_text, grants)"
        " VALUES (:account_id, :note_id, :file_account_id, :file_id, :in_text, :grants)"
        " ON CONFLICT (account_id, note_id, file_account_id, file_id)"
        " DO UPDATE SET in_text = excluded.in_text, grants = excluded.grants",
        [
            {
                "account_id": account_id,
                "note_id": note_id,
                "file_account_id": one.key.account_id,
                "file_id": one.key.file_id,
                "in_text": int(one.is_in_text),
                "grants": int(one.grants),
            }
            for one in references
        ],
    )
