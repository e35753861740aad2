"""The SQL of apps: clients, codes, refresh tokens."""

import json
from typing import NamedTuple

from spote.domain.apps.model import AppClient
from spote.storage import Connection


class StoredCode(NamedTuple):
    account_id: str
    client_id: str
    redirect_uri: str
    challenge: str
    resource: str
    access: str  # JSON
    label: str
    expires_at: int  # ms
    token_id: str | None  # set: it was used


class StoredRefresh(NamedTuple):
    account_id: str
    token_id: str
    client_id: str
    resource: str
    expires_at: int  # ms
    used_at: int | None  # ms


def client_by_id(db: Connection, client_id: str, *, used_after: int) -> AppClient | None:
    row = db.one(
        "SELECT id, name, redirect_uris FROM app_clients WHERE id = :id AND used_at > :used_after",
        {"id": client_id, "used_after": used_after},
    )
    return AppClient(id=row[0], name=row[1], redirect_uris=json.loads(row[2])) if row else None


def put_client(db: Connection, client: AppClient) -> None:
    db.send(
        "INSERT INTO app_clients (id, name, redirect_uris, created_at, used_at)"
        " VALUES (:id, :name, :redirect_uris, :now, :now) ON CONFLICT (id) DO UPDATE"
        " SET name = excluded.name, redirect_uris = excluded.redirect_uris, used_at = excluded.used_at",
        {
            "id": client.id,
            "name": client.name,
            "redirect_uris": json.dumps(client.redirect_uris),
            "now": db.now,
        },
    )


def count_clients(db: Connection) -> int:
    row = db.one("SELECT count(*) FROM app_clients")
    return int(row[0]) if row else 0


def touch_client(db: Connection, client_id: str) -> None:
    db.send(
        "UPDATE app_clients SET used_at = :now WHERE id = :id", {"id": client_id, "now": db.now}
    )


def insert_code(db: Connection, code_hash: bytes, code: StoredCode) -> None:
    db.send(
        "INSERT INTO app_codes (code_hash, account_id, client_id, redirect_uri, challenge, resource, access, label,"
        " expires_at) VALUES (:code_hash, :account_id, :client_id, :redirect_uri, :challenge, :resource, :access,"
        " :label, :expires_at)",
        {"code_hash": code_hash, **code._asdict()},
    )


def code_by_hash(db: Connection, code_hash: bytes) -> StoredCode | None:
    row = db.one(
        "SELECT account_id, client_id, redirect_uri, challenge, resource, access, label, expires_at, token_id"
        " FROM app_codes WHERE code_hash = :code_hash",
        {"code_hash": code_hash},
    )
    return StoredCode(*row) if row else None


def use_code(db: Connection, code_hash: bytes, token_id: str) -> bool:
    """False where it was used already."""
    changed = db.execute(
        "UPDATE app_codes SET token_id = :token_id WHERE code_hash = :code_hash AND token_id IS NULL",
        {"code_hash": code_hash, "token_id": token_id},
    )
    return changed == 1


def insert_refresh(db: Connection, secret_hash: bytes, refresh: StoredRefresh) -> None:
    db.send(
        "INSERT INTO app_refreshes (secret_hash, account_id, token_id, client_id, resource, expires_at)"
        " VALUES (:secret_hash, :account_id, :token_id, :client_id, :resource, :expires_at)",
        {"secret_hash": secret_hash, **refresh._asdict()},
    )


def refresh_by_hash(db: Connection, secret_hash: bytes) -> StoredRefresh | None:
    row = db.one(
        "SELECT account_id, token_id, client_id, resource, expires_at, used_at FROM app_refreshes"
        " WHERE secret_hash = :secret_hash",
        {"secret_hash": secret_hash},
    )
    return StoredRefresh(*row) if row else None


def use_refresh(db: Connection, secret_hash: bytes) -> bool:
    """False where it was used already."""
    changed = db.execute(
        "UPDATE app_refreshes SET used_at = :now WHERE secret_hash = :secret_hash AND used_at IS NULL",
        {"secret_hash": secret_hash, "now": db.now},
    )
    return changed == 1


def all_refreshes(db: Connection) -> list[tuple[bytes, StoredRefresh]]:
    """Of all accounts, the used ones too: that they come again is how a theft is noticed."""
    rows = db.all(
        "SELECT secret_hash, account_id, token_id, client_id, resource, expires_at, used_at FROM app_refreshes"
        " ORDER BY secret_hash"
    )
    return [(row[0], StoredRefresh(*row[1:])) for row in rows]


def put_refresh(db: Connection, secret_hash: bytes, refresh: StoredRefresh) -> None:
    """Where its token is there."""
    db.send(
        "INSERT INTO app_refreshes (secret_hash, account_id, token_id, client_id, resource, expires_at, used_at)"
        " SELECT :secret_hash, account_id, id, :client_id, :resource, :expires_at, :used_at FROM tokens"
        " WHERE account_id = :account_id AND id = :token_id",
        {"secret_hash": secret_hash, **refresh._asdict()},
    )


def delete_all_grants(db: Connection) -> None:
    """Every code and refresh token."""
    db.execute("DELETE FROM app_codes")
    db.execute("DELETE FROM app_refreshes")


def delete_old(db: Connection, *, clients_before: int, strangers_before: int, limit: int) -> int:
    """Codes and refresh tokens that have ended, clients that nobody let in, and those that nobody came back to.

    Returns how many.
    """
    day_ago = {"before": db.now - 86_400_000, "limit": limit}
    return sum(
        (
            db.execute(
                "DELETE FROM app_codes WHERE code_hash IN (SELECT code_hash FROM app_codes"
                " WHERE expires_at < :before ORDER BY expires_at LIMIT :limit)",
                day_ago,
            ),
            db.execute(
                "DELETE FROM app_refreshes WHERE secret_hash IN (SELECT secret_hash FROM app_refreshes"
                " WHERE expires_at < :before ORDER BY expires_at LIMIT :limit)",
                {"before": db.now, "limit": limit},
            ),
            db.execute(
                "DELETE FROM app_clients WHERE id IN (SELECT id FROM app_clients"
                " WHERE used_at < :before ORDER BY used_at LIMIT :limit)",
                {"before": clients_before, "limit": limit},
            ),
            db.execute(
                "DELETE FROM app_clients WHERE id IN (SELECT id FROM app_clients AS c WHERE used_at < :before"
                " AND NOT EXISTS (SELECT 1 FROM tokens AS t WHERE t.app_id = c.id) ORDER BY used_at LIMIT :limit)",
                {"before": strangers_before, "limit": limit},
            ),
        )
    )
