"""Every SQL statement about accounts and sessions."""

from datetime import UTC, datetime, timedelta

from spote.domain.accounts.model import Account, Credentials, Session
from spote.storage import Connection
from spote.storage.contract import Row

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ACCOUNT = "id, email, name, is_administrator, agents_read_only, created_at"


def insert_account(
    db: Connection, *, account_id: str, email: str, email_key: str, name: str, password_hash: str
) -> Account | None:
    """The first one becomes administrator, decided where no other writer can come between.

    None where the address is taken.
    """
    row = db.one(
        "INSERT INTO accounts"
        " (id, email, email_key, name, password_hash, is_administrator, created_at)"
        " VALUES (:id, :email, :email_key, :name, :password_hash,"
        " CASE WHEN EXISTS (SELECT 1 FROM accounts) THEN 0 ELSE 1 END, :now)"
        f" ON CONFLICT (email_key) DO NOTHING RETURNING {ACCOUNT}",
        {
            "id": account_id,
            "email": email,
            "email_key": email_key,
            "name": name,
            "password_hash": password_hash,
            "now": db.now,
        },
    )
    return _account(row) if row else None


def has_accounts(db: Connection) -> bool:
    return db.one("SELECT 1 FROM accounts LIMIT 1") is not None


def account_by_id(db: Connection, account_id: str) -> Account | None:
    row = db.one(f"SELECT {ACCOUNT} FROM accounts WHERE id = :id", {"id": account_id})
    return _account(row) if row else None


def account_by_email(db: Connection, email_key: str) -> Account | None:
    row = db.one(
        f"SELECT {ACCOUNT} FROM accounts WHERE email_key = :email_key", {"email_key": email_key}
    )
    return _account(row) if row else None


def list_accounts(db: Connection, *, limit: int, offset: int) -> list[Account]:
    rows = db.all(
        f"SELECT {ACCOUNT} FROM accounts ORDER BY created_at, id LIMIT :limit OFFSET :offset",
        {"limit": limit, "offset": offset},
    )
    return [_account(row) for row in rows]


def count_accounts(db: Connection) -> int:
    return _count(db.one("SELECT COUNT(*) FROM accounts"))


def credentials_by_email(db: Connection, email_key: str) -> Credentials | None:
    row = db.one(
        "SELECT id, password_hash FROM accounts WHERE email_key = :email_key",
        {"email_key": email_key},
    )
    return Credentials(*row) if row else None


def email_and_hash(db: Connection, account_id: str) -> tuple[str, str] | None:
    row = db.one("SELECT email, password_hash FROM accounts WHERE id = :id", {"id": account_id})
    return (row[0], row[1]) if row else None


def update_account(
    db: Connection, account_id: str, *, name: str | None, agents_read_only: bool | None
) -> Account | None:
    row = db.one(
        "UPDATE accounts SET name = COALESCE(:name, name),"
        " agents_read_only = COALESCE(:agents_read_only, agents_read_only)"
        f" WHERE id = :id RETURNING {ACCOUNT}",
        {
            "id": account_id,
            "name": name,
            "agents_read_only": None if agents_read_only is None else int(agents_read_only),
        },
    )
    return _account(row) if row else None


def replace_password_hash(
    db: Connection, account_id: str, *, expected: str, new: str
) -> Account | None:
    """None where the hash is not, or no longer, the expected one."""
    row = db.one(
        "UPDATE accounts SET password_hash = :new"
        f" WHERE id = :id AND password_hash = :expected RETURNING {ACCOUNT}",
        {"id": account_id, "expected": expected, "new": new},
    )
    return _account(row) if row else None


def set_password_hash(db: Connection, email_key: str, new: str) -> Account | None:
    row = db.one(
        "UPDATE accounts SET password_hash = :new"
        f" WHERE email_key = :email_key RETURNING {ACCOUNT}",
        {"email_key": email_key, "new": new},
    )
    return _account(row) if row else None


def delete_account(db: Connection, account_id: str, *, expected: str) -> bool:
    """The schema takes everything that belongs to the account along."""
    deleted = db.execute(
        "DELETE FROM accounts WHERE id = :id AND password_hash = :expected",
        {"id": account_id, "expected": expected},
    )
    return deleted > 0


def insert_session(
    db: Connection,
    *,
    account_id: str,
    session_id: str,
    secret_hash: bytes,
    lifetime: timedelta,
    client: str | None,
    address: str | None,
) -> datetime:
    """When it expires."""
    expires_at = db.now + lifetime // timedelta(milliseconds=1)
    db.send(
        "INSERT INTO sessions"
        " (account_id, id, secret_hash, created_at, expires_at, client, address)"
        " VALUES (:account_id, :id, :secret_hash, :now, :expires_at, :client, :address)",
        {
            "account_id": account_id,
            "id": session_id,
            "secret_hash": secret_hash,
            "now": db.now,
            "expires_at": expires_at,
            "client": client,
            "address": address,
        },
    )
    return _time(expires_at)


def session_by_secret(db: Connection, secret_hash: bytes) -> tuple[str, str, bool, bool] | None:
    """The account's id, the session's id, whether it has expired, and whether others share notes with the account."""
    row = db.one(
        "SELECT s.account_id, s.id, s.expires_at, EXISTS (SELECT 1 FROM shares AS sh WHERE sh.guest_id = s.account_id)"
        " FROM sessions AS s WHERE s.secret_hash = :secret_hash",
        {"secret_hash": secret_hash},
    )
    return (row[0], row[1], row[2] <= db.now, bool(row[3])) if row else None


def list_sessions(
    db: Connection, account_id: str, *, current: str, limit: int, offset: int
) -> list[Session]:
    rows = db.all(
        "SELECT id, client, address, created_at, expires_at FROM sessions"
        " WHERE account_id = :account_id AND expires_at > :now"
        " ORDER BY created_at DESC, id DESC LIMIT :limit OFFSET :offset",
        {"account_id": account_id, "now": db.now, "limit": limit, "offset": offset},
    )
    return [_session(row, current) for row in rows]


def count_sessions(db: Connection, account_id: str) -> int:
    row = db.one(
        "SELECT COUNT(*) FROM sessions WHERE account_id = :account_id AND expires_at > :now",
        {"account_id": account_id, "now": db.now},
    )
    return _count(row)


def delete_session(db: Connection, account_id: str, session_id: str) -> bool:
    deleted = db.execute(
        "DELETE FROM sessions WHERE account_id = :account_id AND id = :id",
        {"account_id": account_id, "id": session_id},
    )
    return deleted > 0


def delete_sessions_of(db: Connection, account_id: str, *, but: str | None = None) -> None:
    db.send(
        "DELETE FROM sessions WHERE account_id = :account_id AND id <> :but",
        {"account_id": account_id, "but": but or ""},
    )


def delete_all_sessions(db: Connection) -> None:
    db.send("DELETE FROM sessions")


def delete_expired_sessions(db: Connection, *, limit: int) -> int:
    return db.execute(
        "DELETE FROM sessions WHERE (account_id, id) IN (SELECT account_id, id"
        " FROM sessions WHERE expires_at <= :now ORDER BY expires_at LIMIT :limit)",
        {"now": db.now, "limit": limit},
    )


def _account(row: Row) -> Account:
    return Account(
        id=row[0],
        email=row[1],
        name=row[2],
        is_administrator=bool(row[3]),
        agents_read_only=bool(row[4]),
        created_at=_time(row[5]),
    )


def _session(row: Row, current: str) -> Session:
    return Session(
        id=row[0],
        client=row[1],
        address=row[2],
        created_at=_time(row[3]),
        expires_at=_time(row[4]),
        is_current=row[0] == current,
    )


def _count(row: Row | None) -> int:
    return int(row[0]) if row else 0


def _time(milliseconds: int) -> datetime:
    return EPOCH + timedelta(milliseconds=milliseconds)
