"""Every SQL statement about tokens."""

from functools import lru_cache
from typing import Any, NamedTuple

from spote.domain.tokens.model import Access, Token
from spote.identity import Grant
from spote.storage import Connection, to_time_or_none

COLUMNS = (
    "id, label, hint, access, created_at, expires_at, last_used_at, last_address, last_client,"
    " revoked_at, revoked_because"
)


class TokenCheck(NamedTuple):
    """What is known of a presented secret."""

    account_id: str
    token_id: str
    label: str
    grant: Grant
    expires_at: int | None  # ms
    revoked_at: int | None  # ms
    secret_expires_at: int | None  # ms
    agents_read_only: bool
    is_app: bool
    has_shared_notes: bool


class TokenUse(NamedTuple):
    """The uses of one token since the last flush."""

    account_id: str
    token_id: str
    used_at: int  # ms
    address: str | None
    client: str | None


class TokenRights(NamedTuple):
    """All that is decided about a token, but for its secrets; as it is kept."""

    account_id: str
    token_id: str
    label: str
    hint: str
    access: str  # JSON
    created_at: int  # ms
    expires_at: int | None  # ms
    revoked_at: int | None  # ms
    revoked_because: str | None
    app_id: str | None  # of the app that got it by consent


def token_check(db: Connection, secret_hash: bytes) -> TokenCheck | None:
    row = db.one(
        "SELECT t.account_id, t.id, t.label, t.access, t.expires_at, t.revoked_at, s.expires_at, a.agents_read_only,"
        " t.app_id IS NOT NULL, EXISTS (SELECT 1 FROM shares AS sh WHERE sh.guest_id = s.account_id)"
        " FROM token_secrets AS s"
        " JOIN tokens AS t ON t.account_id = s.account_id AND t.id = s.token_id"
        " JOIN accounts AS a ON a.id = s.account_id"
        " WHERE s.secret_hash = :secret_hash",
        {"secret_hash": secret_hash},
    )
    if row is None:
        return None
    account_id, token_id, label, access, expires_at, revoked_at, ends_at, *flags = row
    read_only, is_app, has_shared_notes = flags
    return TokenCheck(
        account_id,
        token_id,
        label,
        _grant(access),
        expires_at,
        revoked_at,
        ends_at,
        bool(read_only),
        bool(is_app),
        bool(has_shared_notes),
    )


def insert_token(
    db: Connection,
    *,
    account_id: str,
    token_id: str,
    label: str,
    hint: str,
    grant: Grant,
    expires_at: int | None,
    app_id: str | None = None,
) -> Token:
    rows = db.all(
        "INSERT INTO tokens (account_id, id, label, hint, access, created_at, expires_at, app_id)"
        " VALUES (:account_id, :id, :label, :hint, :access, :now, :expires_at, :app_id)"
        f" RETURNING {COLUMNS}",
        {
            "account_id": account_id,
            "id": token_id,
            "label": label,
            "hint": hint,
            "access": _json(grant),
            "now": db.now,
            "expires_at": expires_at,
            "app_id": app_id,
        },
    )
    return _token(rows[0], db.now)


def insert_secret(
    db: Connection,
    *,
    account_id: str,
    token_id: str,
    secret_hash: bytes,
    expires_at: int | None = None,
) -> None:
    db.send(
        "INSERT INTO token_secrets (secret_hash, account_id, token_id, expires_at)"
        " VALUES (:secret_hash, :account_id, :token_id, :expires_at)",
        {
            "secret_hash": secret_hash,
            "account_id": account_id,
            "token_id": token_id,
            "expires_at": expires_at,
        },
    )


def delete_ended_secrets(db: Connection, *, account_id: str, token_id: str) -> None:
    db.send(
        "DELETE FROM token_secrets WHERE account_id = :account_id AND token_id = :token_id"
        " AND expires_at IS NOT NULL AND expires_at <= :now",
        {"account_id": account_id, "token_id": token_id, "now": db.now},
    )


def end_secrets(db: Connection, *, account_id: str, token_id: str, at: int) -> None:
    """The token's secrets so far end at this time, or earlier where they would have."""
    db.send(
        "UPDATE token_secrets SET expires_at = :at WHERE account_id = :account_id AND token_id = :token_id"
        " AND (expires_at IS NULL OR expires_at > :at)",
        {"account_id": account_id, "token_id": token_id, "at": at},
    )


def tokens_of(
    db: Connection, account_id: str, *, dead_too: bool, apps: bool = False
) -> list[Token]:
    """People's own, or of apps. Bounded by the setting `tokens_per_account`, and by its tenfold with dead ones."""
    rows = db.all(
        f"SELECT {COLUMNS} FROM tokens WHERE account_id = :account_id AND (:dead_too = 1 OR ({_LIVE}))"
        f" AND app_id IS {'NOT NULL' if apps else 'NULL'}"
        " ORDER BY created_at DESC, id DESC LIMIT :limit",
        {
            "account_id": account_id,
            "dead_too": int(dead_too),
            "now": db.now,
            "limit": db.settings.tokens_per_account * (10 if dead_too else 1),
        },
    )
    return [_token(row, db.now) for row in rows]


def count_live_tokens(db: Connection, account_id: str) -> int:
    row = db.one(
        f"SELECT count(*) FROM tokens WHERE account_id = :account_id AND {_LIVE}",
        {"account_id": account_id, "now": db.now},
    )
    return int(row[0]) if row else 0


def token_by_id(
    db: Connection, account_id: str, token_id: str, *, app: bool = False
) -> Token | None:
    row = db.one(
        f"SELECT {COLUMNS} FROM tokens WHERE account_id = :account_id AND id = :id"
        f" AND app_id IS {'NOT NULL' if app else 'NULL'}",
        {"account_id": account_id, "id": token_id},
    )
    return _token(row, db.now) if row else None


def app_of(db: Connection, account_id: str, token_id: str) -> str | None:
    row = db.one(
        "SELECT app_id FROM tokens WHERE account_id = :account_id AND id = :id",
        {"account_id": account_id, "id": token_id},
    )
    return row[0] if row else None


def update_token(
    db: Connection,
    *,
    account_id: str,
    token: Token,
    label: str,
    hint: str,
    grant: Grant,
    expires_at: int | None,
) -> Token:
    rows = db.all(
        "UPDATE tokens SET label = :label, hint = :hint, access = :access, expires_at = :expires_at"
        f" WHERE account_id = :account_id AND id = :id RETURNING {COLUMNS}",
        {
            "account_id": account_id,
            "id": token.id,
            "label": label,
            "hint": hint,
            "access": _json(grant),
            "expires_at": expires_at,
        },
    )
    return _token(rows[0], db.now)


def update_as_revoked(db: Connection, *, account_id: str, token_id: str, because: str) -> bool:
    """False where there is no such token that was not revoked yet."""
    changed = db.execute(
        "UPDATE tokens SET revoked_at = :now, revoked_because = :because"
        " WHERE account_id = :account_id AND id = :id AND revoked_at IS NULL",
        {"account_id": account_id, "id": token_id, "now": db.now, "because": because},
    )
    return changed == 1


def rights_of_tokens(db: Connection) -> list[TokenRights]:
    """Of all accounts."""
    rows = db.all(
        "SELECT account_id, id, label, hint, access, created_at, expires_at, revoked_at, revoked_because, app_id"
        " FROM tokens ORDER BY account_id, id"
    )
    return [TokenRights(*row) for row in rows]


def update_rights(db: Connection, rights: TokenRights) -> bool:
    """A token that is revoked stays so. False where there is no such token."""
    changed = db.execute(
        "UPDATE tokens SET hint = :hint, access = :access, expires_at = :expires_at,"
        " revoked_at = coalesce(revoked_at, :revoked_at),"
        " revoked_because = coalesce(revoked_because, :revoked_because)"
        " WHERE account_id = :account_id AND id = :token_id",
        rights._asdict(),
    )
    return changed == 1


def insert_revoked(db: Connection, rights: TokenRights) -> None:
    """Where its account is there."""
    db.execute(
        "INSERT INTO tokens (account_id, id, label, hint, access, created_at, expires_at, revoked_at, revoked_because,"
        " app_id)"
        " SELECT id, :token_id, :label, :hint, :access, :created_at, :expires_at, :revoked_at, :revoked_because,"
        " :app_id FROM accounts WHERE id = :account_id",
        rights._asdict(),
    )


def secrets_of(db: Connection, account_id: str, token_id: str) -> list[tuple[bytes, int | None]]:
    """Hashes, each with when it ends."""
    rows = db.all(
        "SELECT secret_hash, expires_at FROM token_secrets"
        " WHERE account_id = :account_id AND token_id = :token_id ORDER BY secret_hash",
        {"account_id": account_id, "token_id": token_id},
    )
    return [(row[0], row[1]) for row in rows]


def put_secret(
    db: Connection, *, account_id: str, token_id: str, secret_hash: bytes, expires_at: int | None
) -> None:
    """One that is there already ends at the earlier of both times."""
    db.send(
        "INSERT INTO token_secrets (secret_hash, account_id, token_id, expires_at)"
        " VALUES (:secret_hash, :account_id, :token_id, :expires_at)"
        " ON CONFLICT (secret_hash) DO UPDATE SET expires_at = CASE"
        " WHEN token_secrets.expires_at IS NULL OR excluded.expires_at < token_secrets.expires_at"
        " THEN excluded.expires_at ELSE token_secrets.expires_at END",
        {
            "account_id": account_id,
            "token_id": token_id,
            "secret_hash": secret_hash,
            "expires_at": expires_at,
        },
    )


def delete_secret(db: Connection, secret_hash: bytes) -> None:
    db.send(
        "DELETE FROM token_secrets WHERE secret_hash = :secret_hash", {"secret_hash": secret_hash}
    )


def update_last_use(db: Connection, use: TokenUse) -> None:
    db.send(
        "UPDATE tokens SET last_used_at = :used_at, last_address = :address, last_client = :client"
        " WHERE account_id = :account_id AND id = :id AND (last_used_at IS NULL OR last_used_at <= :used_at)",
        {
            "account_id": use.account_id,
            "id": use.token_id,
            "used_at": use.used_at,
            "address": use.address,
            "client": use.client,
        },
    )


def add_requests(
    db: Connection, *, account_id: str, token_id: str, minute: int, requests: int
) -> int:
    """Returns the sum over all server processes; 0 where the token is gone."""
    rows = db.all(
        "INSERT INTO token_requests (account_id, token_id, minute, requests)"
        " SELECT account_id, id, :minute, :requests FROM tokens WHERE account_id = :account_id AND id = :token_id"
        " ON CONFLICT (account_id, token_id, minute)"
        " DO UPDATE SET requests = token_requests.requests + excluded.requests"
        " RETURNING requests",
        {"account_id": account_id, "token_id": token_id, "minute": minute, "requests": requests},
    )
    return int(rows[0][0]) if rows else 0


def delete_old_requests(db: Connection, *, before_minute: int) -> None:
    db.execute("DELETE FROM token_requests WHERE minute < :minute", {"minute": before_minute})


_LIVE = "revoked_at IS NULL AND (expires_at IS NULL OR expires_at > :now)"


def _token(row: tuple[Any, ...], now: int) -> Token:
    token_id, label, hint, access, created, expires, used, address, client, revoked, because = row
    return Token.model_validate(
        {
            "_id": token_id,
            "label": label,
            "hint": hint,
            "access": Access.of(_grant(access)),
            "created_at": to_time_or_none(created),
            "expires_at": to_time_or_none(expires),
            "last_used_at": to_time_or_none(used),
            "last_address": address,
            "last_client": client,
            "revoked_at": to_time_or_none(revoked),
            "revoked_because": because,
            "state": "revoked" if revoked is not None else _expiry_state(expires, now),
        }
    )


def _expiry_state(expires: int | None, now: int) -> str:
    return "live" if expires is None or expires > now else "expired"


def _json(grant: Grant) -> str:
    return Access.of(grant).model_dump_json()


@lru_cache(maxsize=4096)
def _grant(access: str) -> Grant:
    return Access.model_validate_json(access).grant()
