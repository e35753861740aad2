"""SQL of files, and of the bytes in the store that belong to none."""

from collections.abc import Sequence

from spote.domain.files.model import ReceivedFile, StoredFile, Upload
from spote.storage import Connection

_COLUMNS = "account_id, id, extension, filename, mime_type, size_bytes, sha256, created_at, uploaded_by_token"


def insert_file(
    db: Connection, upload: Upload, received: ReceivedFile, *, token: str | None
) -> StoredFile:
    row = db.one(
        "INSERT INTO files (account_id, id, extension, filename, mime_type, size_bytes, sha256, created_at,"
        " uploaded_by_token, released_at) VALUES (:account_id, :id, :extension, :filename, :mime_type, :size_bytes,"
        f" :sha256, :now, :token, :now) RETURNING {_COLUMNS}",
        {
            "account_id": upload.account_id,
            "id": upload.file_id,
            "extension": received.extension,
            "filename": received.filename,
            "mime_type": received.mime_type,
            "size_bytes": received.size_bytes,
            "sha256": received.sha256,
            "now": db.now,
            "token": token,
        },
    )
    assert row is not None
    return StoredFile(*row)


def file_by_id(db: Connection, account_id: str, file_id: str) -> StoredFile | None:
    row = db.one(
        f"SELECT {_COLUMNS} FROM files WHERE account_id = :account_id AND id = :id",
        {"account_id": account_id, "id": file_id},
    )
    return StoredFile(*row) if row else None


def file_by_content(
    db: Connection, account_id: str, sha256: bytes, filename: str
) -> StoredFile | None:
    """The oldest with these bytes and this name."""
    row = db.one(
        f"SELECT {_COLUMNS} FROM files WHERE account_id = :account_id AND sha256 = :sha256 AND filename = :filename"
        " ORDER BY created_at, id LIMIT 1",
        {"account_id": account_id, "sha256": sha256, "filename": filename},
    )
    return StoredFile(*row) if row else None


def files_after(db: Connection, account_id: str, after: str, *, limit: int) -> list[StoredFile]:
    """Of the account, in the order of their ids."""
    rows = db.all(
        f"SELECT {_COLUMNS} FROM files WHERE account_id = :account_id AND id > :after ORDER BY id LIMIT :limit",
        {"account_id": account_id, "after": after, "limit": limit},
    )
    return [StoredFile(*row) for row in rows]


def all_files_after(
    db: Connection, account_id: str, file_id: str, *, limit: int
) -> list[StoredFile]:
    """Of every account."""
    rows = db.all(
        f"SELECT {_COLUMNS} FROM files WHERE (account_id, id) > (:account_id, :id)"
        " ORDER BY account_id, id LIMIT :limit",
        {"account_id": account_id, "id": file_id, "limit": limit},
    )
    return [StoredFile(*row) for row in rows]


def used_bytes(db: Connection, account_id: str) -> int:
    return _number(
        db,
        "SELECT coalesce(sum(size_bytes), 0) FROM files WHERE account_id = :account_id",
        account_id=account_id,
    )


def count_files(db: Connection) -> int:
    return _number(db, "SELECT count(*) FROM files")


def insert_stray(db: Connection, account_id: str, file_id: str, *, due_at: int) -> None:
    db.send(
        "INSERT INTO stray_blobs (account_id, file_id, due_at) VALUES (:account_id, :file_id, :due_at)"
        " ON CONFLICT (account_id, file_id) DO NOTHING",
        {"account_id": account_id, "file_id": file_id, "due_at": due_at},
    )


def take_stray(db: Connection, account_id: str, file_id: str) -> bool:
    """False where it is due: its bytes may be gone."""
    taken = db.execute(
        "DELETE FROM stray_blobs WHERE account_id = :account_id AND file_id = :file_id AND due_at > :now",
        {"account_id": account_id, "file_id": file_id, "now": db.now},
    )
    return taken > 0


def make_due(db: Connection, account_id: str, file_id: str) -> bool:
    """False where there is no such stray."""
    changed = db.execute(
        "UPDATE stray_blobs SET due_at = 0 WHERE account_id = :account_id AND file_id = :file_id",
        {"account_id": account_id, "file_id": file_id},
    )
    return changed > 0


def delete_stray(db: Connection, account_id: str, file_id: str) -> None:
    db.send(
        "DELETE FROM stray_blobs WHERE account_id = :account_id AND file_id = :file_id",
        {"account_id": account_id, "file_id": file_id},
    )


def due_strays(db: Connection, *, limit: int) -> list[tuple[str, str]]:
    """Accounts and files."""
    rows = db.all(
        "SELECT account_id, file_id FROM stray_blobs WHERE due_at <= :now"
        " ORDER BY due_at, account_id, file_id LIMIT :limit",
        {"now": db.now, "limit": limit},
    )
    return [(row[0], row[1]) for row in rows]


def strays_after(
    db: Connection, account_id: str, file_id: str, *, limit: int
) -> list[tuple[str, str]]:
    """Due or not."""
    rows = db.all(
        "SELECT account_id, file_id FROM stray_blobs WHERE (account_id, file_id) > (:account_id, :file_id)"
        " ORDER BY account_id, file_id LIMIT :limit",
        {"account_id": account_id, "file_id": file_id, "limit": limit},
    )
    return [(row[0], row[1]) for row in rows]


def account_with_unneeded_files(db: Connection, *, before: int) -> str | None:
    """Any one of them."""
    row = db.one(
        f"SELECT f.account_id FROM files AS f WHERE f.released_at < :before AND {_UNNEEDED} LIMIT 1",
        {"before": before},
    )
    return row[0] if row else None


def delete_unneeded_files(db: Connection, account_id: str, *, before: int, limit: int) -> int:
    return db.execute(
        "DELETE FROM files WHERE account_id = :account_id AND id IN ("
        f"SELECT f.id FROM files AS f WHERE f.account_id = :account_id AND f.released_at < :before AND {_UNNEEDED}"
        " ORDER BY f.released_at LIMIT :limit)",
        {"account_id": account_id, "before": before, "limit": limit},
    )


def delete_files(db: Connection, files: Sequence[StoredFile]) -> None:
    db.send_each(
        "DELETE FROM files WHERE account_id = :account_id AND id = :id",
        [{"account_id": file.account_id, "id": file.id} for file in files],
    )


def _number(db: Connection, sql: str, **values: object) -> int:
    row = db.one(sql, values)
    return int(row[0]) if row else 0


_UNNEEDED = "NOT EXISTS (SELECT 1 FROM note_files AS l WHERE l.file_account_id = f.account_id AND l.file_id = f.id)"
