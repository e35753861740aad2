"""Tokens of apps that a person has let in: short-lived secrets, renewed by the app, ended as any other token."""

from spote.domain.tokens import queries
from spote.domain.tokens.model import Token
from spote.domain.tokens.secret import new_secret, secret_hash
from spote.errors import Conflict, NotFound
from spote.identity import Actor, Grant, new_id
from spote.storage import Connection, events


def create_app_token(db: Connection, account_id: str, label: str, grant: Grant, app_id: str) -> str:
    """Its id. It has no secret yet. Raises Conflict at the limit of live tokens."""
    if queries.count_live_tokens(db, account_id) >= db.settings.tokens_per_account:
        raise Conflict("This account has as many tokens as it may.", code="too_many_tokens")
    token_id = new_id()
    queries.insert_token(
        db,
        account_id=account_id,
        token_id=token_id,
        label=label,
        hint="",
        grant=grant,
        expires_at=None,
        app_id=app_id,
    )
    events.publish(db, "token.changed", account_id=account_id, subject_id=token_id)
    return token_id


def issue_secret(db: Connection, account_id: str, token_id: str, *, seconds: int) -> str:
    """A new secret beside those that have not ended; it ends by itself."""
    raw = new_secret()
    queries.delete_ended_secrets(db, account_id=account_id, token_id=token_id)
    queries.insert_secret(
        db,
        account_id=account_id,
        token_id=token_id,
        secret_hash=secret_hash(raw),
        expires_at=db.now + seconds * 1000,
    )
    return raw


def app_token(db: Connection, account_id: str, token_id: str) -> Token | None:
    """None where it is no app's; dead ones too."""
    return queries.token_by_id(db, account_id, token_id, app=True)


def app_token_of(db: Connection, raw: str) -> tuple[str, str] | None:
    """Account and id of the app's token that this is a secret of, also of one that has ended."""
    check = queries.token_check(db, secret_hash(raw))
    return (check.account_id, check.token_id) if check and check.is_app else None


def is_of_app(db: Connection, account_id: str, token_id: str, *, app_id: str) -> bool:
    return queries.app_of(db, account_id, token_id) == app_id


def list_apps(db: Connection, actor: Actor) -> list[Token]:
    """Those connected now, the newest first. For the owner in person."""
    actor.require_person()
    return queries.tokens_of(db, actor.account_id, dead_too=False, apps=True)


def disconnect_app(db: Connection, actor: Actor, token_id: str) -> None:
    """Dead from the commit on, in every process. Raises NotFound."""
    actor.require_person()
    if app_token(db, actor.account_id, token_id) is None or not end_app_token(
        db, actor.account_id, token_id, because="owner"
    ):
        raise NotFound("There is no such app.")


def end_app_token(db: Connection, account_id: str, token_id: str, *, because: str) -> bool:
    """False where it had ended already."""
    ended = queries.update_as_revoked(db, account_id=account_id, token_id=token_id, because=because)
    if ended:
        events.publish(db, "token.changed", account_id=account_id, subject_id=token_id)
    return ended
