"""SQL of mails to owners about their tokens."""

from typing import NamedTuple

from spote.storage import Connection

# Not of apps: theirs live an hour, and are renewed by the apps themselves.
_EXPIRING = (
    " FROM tokens AS t WHERE t.expires_at > :after AND t.expires_at <= :until AND t.revoked_at IS NULL"
    " AND t.app_id IS NULL AND t.expires_at - :lead > t.created_at AND NOT EXISTS (SELECT 1 FROM token_notices AS m"
    " WHERE m.account_id = t.account_id AND m.token_id = t.id AND m.kind = :kind AND m.about = t.expires_at)"
)
_KEY = "account_id = :account_id AND token_id = :token_id AND kind = :kind AND about = :about"


class NoticeKey(NamedTuple):
    account_id: str
    token_id: str
    kind: str
    about: int  # ms


class WaitingNotice(NamedTuple):
    account_id: str
    token_id: str
    kind: str
    about: int  # ms
    email: str
    label: str
    hint: str
    expires_at: int | None  # ms
    revoked_at: int | None  # ms

    @property
    def key(self) -> NoticeKey:
        return NoticeKey(self.account_id, self.token_id, self.kind, self.about)


def has_expiring(db: Connection, kind: str, *, after: int, until: int, lead: int) -> bool:
    values = {"kind": kind, "after": after, "until": until, "lead": lead}
    return db.one(f"SELECT 1{_EXPIRING} LIMIT 1", values) is not None


def insert_expiring(
    db: Connection, kind: str, *, after: int, until: int, lead: int, limit: int
) -> int:
    """Of tokens whose end lies between, which had more than `lead` to live when they were made."""
    return db.execute(
        "INSERT INTO token_notices (account_id, token_id, kind, about, try_at)"
        f" SELECT t.account_id, t.id, :kind, t.expires_at, :now{_EXPIRING} ORDER BY t.expires_at LIMIT :limit",
        {
            "kind": kind,
            "after": after,
            "until": until,
            "lead": lead,
            "now": db.now,
            "limit": limit,
        },
    )


def insert_notice(db: Connection, key: NoticeKey) -> None:
    db.send(
        "INSERT INTO token_notices (account_id, token_id, kind, about, try_at)"
        " VALUES (:account_id, :token_id, :kind, :about, :now) ON CONFLICT DO NOTHING",
        {**key._asdict(), "now": db.now},
    )


def has_waiting(db: Connection) -> bool:
    row = db.one(
        "SELECT 1 FROM token_notices WHERE sent_at IS NULL AND try_at <= :now LIMIT 1",
        {"now": db.now},
    )
    return row is not None


def waiting(db: Connection, *, limit: int) -> list[WaitingNotice]:
    rows = db.all(
        "SELECT m.account_id, m.token_id, m.kind, m.about, a.email, t.label, t.hint, t.expires_at, t.revoked_at"
        " FROM token_notices AS m JOIN tokens AS t ON t.account_id = m.account_id AND t.id = m.token_id"
        " JOIN accounts AS a ON a.id = m.account_id"
        " WHERE m.sent_at IS NULL AND m.try_at <= :now ORDER BY m.try_at, m.token_id LIMIT :limit",
        {"now": db.now, "limit": limit},
    )
    return [WaitingNotice(*row) for row in rows]


def update_as_sent(db: Connection, key: NoticeKey) -> None:
    db.send(
        f"UPDATE token_notices SET sent_at = :now WHERE {_KEY}", {**key._asdict(), "now": db.now}
    )


def postpone(db: Connection, key: NoticeKey, *, until: int) -> None:
    db.send(
        f"UPDATE token_notices SET try_at = :until WHERE {_KEY} AND sent_at IS NULL",
        {**key._asdict(), "until": until},
    )
