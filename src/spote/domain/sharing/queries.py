"""Every SQL statement about shares."""

from typing import Any, NamedTuple

from spote.domain.notes.model import Person
from spote.domain.sharing.model import Permission, Share
from spote.paging import Page
from spote.storage import Connection, to_time, to_time_or_none

_COLUMNS = (
    "s.id, s.note_id, s.invited_email, s.permission, s.created_at, s.accepted_at, s.expires_at,"
    " g.id, g.name, g.email"
)
_FROM = (
    " FROM shares AS s LEFT JOIN accounts AS g ON g.id = s.guest_id"
    " WHERE s.account_id = :account_id AND s.sent_at IS NOT NULL"
)


class OpenInvitation(NamedTuple):
    """An invitation that can be accepted."""

    account_id: str  # the note's owner
    share_id: str
    note_id: str


class SharedNote(NamedTuple):
    account_id: str  # the note's owner
    note_id: str
    guest_id: str


class ShareRights(NamedTuple):
    """All that is decided about a share."""

    account_id: str
    id: str
    note_id: str
    permission: str
    guest_id: str | None
    accepted_at: int | None  # ms


def insert_share(
    db: Connection,
    *,
    account_id: str,
    share_id: str,
    note_id: str,
    from_version: int,
    email: str,
    email_key: str,
    permission: Permission,
    invitation_hash: bytes,
    expires_at: int,
) -> bool:
    """Not sent yet. False where the address has a share for this note."""
    rows = db.all(
        "INSERT INTO shares (account_id, id, note_id, invited_email, email_key, permission, from_version, created_at,"
        " invitation_hash, expires_at) VALUES (:account_id, :id, :note_id, :email, :email_key, :permission,"
        " :from_version, :now, :invitation_hash, :expires_at)"
        " ON CONFLICT (account_id, note_id, email_key) DO NOTHING RETURNING id",
        {
            "account_id": account_id,
            "id": share_id,
            "note_id": note_id,
            "from_version": from_version,
            "email": email,
            "email_key": email_key,
            "permission": permission,
            "invitation_hash": invitation_hash,
            "expires_at": expires_at,
            "now": db.now,
        },
    )
    return bool(rows)


def update_as_sent(db: Connection, account_id: str, share_id: str) -> bool:
    """False where it is gone."""
    changed = db.execute(
        "UPDATE shares SET sent_at = coalesce(sent_at, :now) WHERE account_id = :account_id AND id = :id",
        {"account_id": account_id, "id": share_id, "now": db.now},
    )
    return changed == 1


def delete_unsent(db: Connection, account_id: str, share_id: str) -> None:
    db.execute(
        "DELETE FROM shares WHERE account_id = :account_id AND id = :id AND coalesce(sent_at, 0) = 0",
        {"account_id": account_id, "id": share_id},
    )


def delete_unsent_to(
    db: Connection, account_id: str, note_id: str, email_key: str, *, before: int
) -> None:
    db.execute(
        "DELETE FROM shares WHERE account_id = :account_id AND note_id = :note_id AND email_key = :email_key"
        " AND coalesce(sent_at, 0) = 0 AND created_at + 0 < :before",
        {
            "account_id": account_id,
            "note_id": note_id,
            "email_key": email_key,
            "before": before,
        },
    )


def delete_unsent_before(db: Connection, before: int, *, limit: int) -> int:
    return db.execute(
        "DELETE FROM shares WHERE (account_id, id) IN (SELECT account_id, id FROM shares"
        " WHERE sent_at IS NULL AND created_at < :before ORDER BY created_at LIMIT :limit)",
        {"before": before, "limit": limit},
    )


def shares_page(db: Connection, account_id: str, note_id: str, page: Page) -> list[Share]:
    """The oldest first."""
    rows = db.all(
        f"SELECT {_COLUMNS}{_FROM} AND s.note_id = :note_id"
        " ORDER BY s.created_at, s.id LIMIT :limit OFFSET :offset",
        {
            "account_id": account_id,
            "note_id": note_id,
            "limit": page.limit,
            "offset": page.offset,
        },
    )
    return [_share(row) for row in rows]


def count_shares(db: Connection, account_id: str, note_id: str) -> int:
    row = db.one(
        f"SELECT count(*){_FROM} AND s.note_id = :note_id",
        {"account_id": account_id, "note_id": note_id},
    )
    return int(row[0]) if row else 0


def share_by_id(db: Connection, account_id: str, note_id: str, share_id: str) -> Share | None:
    row = db.one(
        f"SELECT {_COLUMNS}{_FROM} AND s.note_id = :note_id AND s.id = :id",
        {"account_id": account_id, "note_id": note_id, "id": share_id},
    )
    return _share(row) if row else None


def update_permission(
    db: Connection, account_id: str, share_id: str, permission: Permission
) -> None:
    db.send(
        "UPDATE shares SET permission = :permission WHERE account_id = :account_id AND id = :id",
        {"account_id": account_id, "id": share_id, "permission": permission},
    )


def delete_share(db: Connection, account_id: str, share_id: str) -> None:
    db.send(
        "DELETE FROM shares WHERE account_id = :account_id AND id = :id",
        {"account_id": account_id, "id": share_id},
    )


def open_invitation(db: Connection, invitation_hash: bytes) -> OpenInvitation | None:
    """Not expired, of a note that is not in the trash. That its token is known shows that the mail has gone."""
    row = db.one(
        "SELECT s.account_id, s.id, s.note_id FROM shares AS s"
        " JOIN notes AS n ON n.account_id = s.account_id AND n.id = s.note_id"
        " WHERE s.invitation_hash = :invitation_hash AND s.expires_at > :now AND n.trashed_at IS NULL",
        {"invitation_hash": invitation_hash, "now": db.now},
    )
    return OpenInvitation(*row) if row else None


def is_guest(db: Connection, invitation: OpenInvitation, guest_id: str) -> bool:
    row = db.one(
        "SELECT 1 FROM shares"
        " WHERE guest_id = :guest_id AND note_id = :note_id AND account_id = :account_id",
        {
            "guest_id": guest_id,
            "note_id": invitation.note_id,
            "account_id": invitation.account_id,
        },
    )
    return row is not None


def update_as_accepted(db: Connection, invitation: OpenInvitation, guest_id: str) -> None:
    """The token is used up."""
    db.send(
        "UPDATE shares SET guest_id = :guest_id, accepted_at = :now, sent_at = coalesce(sent_at, :now),"
        " invitation_hash = NULL WHERE account_id = :account_id AND id = :id",
        {
            "guest_id": guest_id,
            "account_id": invitation.account_id,
            "id": invitation.share_id,
            "now": db.now,
        },
    )


def all_with_guests(db: Connection, account_id: str) -> list[SharedNote]:
    """Every accepted share that the account gives or has."""
    rows = db.all(
        "SELECT account_id, note_id, guest_id FROM shares"
        " WHERE account_id = :account_id AND guest_id IS NOT NULL"
        " UNION ALL SELECT account_id, note_id, guest_id FROM shares WHERE guest_id = :account_id",
        {"account_id": account_id},
    )
    return [SharedNote(*row) for row in rows]


def delete_shares_with(db: Connection, guest_id: str) -> None:
    db.send("DELETE FROM shares WHERE guest_id = :guest_id", {"guest_id": guest_id})


def rights_of_shares(db: Connection) -> list[ShareRights]:
    """Of all accounts."""
    rows = db.all(
        "SELECT account_id, id, note_id, permission, guest_id, accepted_at FROM shares ORDER BY account_id, id"
    )
    return [ShareRights(*row) for row in rows]


def has_note(db: Connection, account_id: str, note_id: str) -> bool:
    row = db.one(
        "SELECT 1 FROM notes WHERE account_id = :account_id AND id = :note_id",
        {"account_id": account_id, "note_id": note_id},
    )
    return row is not None


def update_rights(db: Connection, rights: ShareRights) -> None:
    db.execute(
        "UPDATE shares SET permission = :permission WHERE account_id = :account_id AND id = :id",
        {"account_id": rights.account_id, "id": rights.id, "permission": rights.permission},
    )


def _share(row: tuple[Any, ...]) -> Share:
    share_id, note_id, email, permission, created, accepted, expires, *guest = row
    guest_id, name, guest_email = guest
    return Share.model_validate(
        {
            "_id": share_id,
            "note_id": note_id,
            "invited_email": email,
            "permission": permission,
            "created_at": to_time(created),
            "accepted_at": to_time_or_none(accepted),
            "accepted_by": None
            if guest_id is None
            else Person.model_validate({"_id": guest_id, "name": name, "email": guest_email}),
            "expires_at": to_time(expires) if accepted is None else None,
        }
    )
