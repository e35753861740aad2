"""Letting an app in: a person's consent becomes a code, the code a token, and that renews itself until it is ended."""

import base64
import hashlib
import hmac

from spote.domain import tokens
from spote.domain.apps import clients, queries
from spote.domain.apps.model import (
    ACCESS_SECONDS,
    CODE_SECONDS,
    OFFERED,
    REFRESH_DAYS,
    Asked,
    ConnectedApp,
    Issued,
    OAuthError,
)
from spote.domain.apps.queries import StoredCode, StoredRefresh
from spote.identity import Actor
from spote.storage import Connection

DAY = 86_400_000  # ms
SWEEP_BATCH = 500  # rows of each table in one transaction
CLIENT_DAYS = 180
STRANGER_DAYS = 1  # for which an app is remembered that nobody has let in


def grant_consent(db: Connection, actor: Actor, asked: Asked, access: tokens.Access) -> str:
    """The code that the app gets. The person chooses: more or less than was asked for, but only what is offered."""
    actor.require_person()
    if not set(access.verbs) <= set(OFFERED):
        raise OAuthError("invalid_scope", "This right is not for apps.")
    code = tokens.new_secret()
    queries.touch_client(db, asked.client.id)
    queries.insert_code(
        db,
        tokens.secret_hash(code),
        StoredCode(
            actor.account_id,
            asked.client.id,
            asked.redirect_uri,
            asked.challenge,
            asked.resource,
            access.model_dump_json(),
            asked.client.name,
            db.now + CODE_SECONDS * 1000,
            None,
        ),
    )
    return code


def redeem_code(db: Connection, given: dict[str, str]) -> Issued | OAuthError:
    """A code that comes a second time ends what it gave the first time (RFC 6749 §4.1.2).

    Returns the error where something was changed, as raising would undo that. Raises OAuthError elsewhere.
    """
    code_hash = tokens.secret_hash(given.get("code", ""))
    code = queries.code_by_hash(db, code_hash)
    if code is None or code.client_id != given.get("client_id"):
        raise _bad_grant()
    db.lock(code.account_id)
    code = queries.code_by_hash(db, code_hash) or code
    if code.token_id is not None:
        tokens.end_app_token(db, code.account_id, code.token_id, because="code used twice")
        return _bad_grant()
    if code.expires_at <= db.now or code.redirect_uri != given.get("redirect_uri"):
        raise _bad_grant()
    if not _verifies(code.challenge, given.get("code_verifier", "")):
        raise _bad_grant()
    _require_resource(code.resource, given)
    access = tokens.Access.model_validate_json(code.access)
    token_id = tokens.create_app_token(
        db, code.account_id, code.label, access.grant(), code.client_id
    )
    queries.use_code(db, code_hash, token_id)
    return _issue(db, code.account_id, token_id, code.client_id, code.resource, access)


def refresh(db: Connection, given: dict[str, str]) -> Issued | OAuthError:
    """The refresh token is replaced. One that comes a second time was stolen, from whomever: all of its family ends.

    Returns and raises as `redeem_code`.
    """
    secret_hash = tokens.secret_hash(given.get("refresh_token", ""))
    found = queries.refresh_by_hash(db, secret_hash)
    if found is None or found.client_id != given.get("client_id"):
        raise _bad_grant()
    db.lock(found.account_id)
    token = tokens.app_token(db, found.account_id, found.token_id)
    if token is None or token.state != "live" or found.expires_at <= db.now:
        raise _bad_grant()
    if not queries.use_refresh(db, secret_hash):
        tokens.end_app_token(db, found.account_id, found.token_id, because="refresh used twice")
        return _bad_grant()
    _require_resource(found.resource, given)
    if not set(clients.scopes_of(given.get("scope"))) <= set(token.access.verbs):
        raise OAuthError("invalid_scope", "More than the person has agreed to.")
    return _issue(
        db, found.account_id, found.token_id, found.client_id, found.resource, token.access
    )


def revoke(db: Connection, raw: str, client_id: str) -> None:
    """RFC 7009: either token ends both. Unknown ones, and those of other apps, are no error."""
    found = queries.refresh_by_hash(db, tokens.secret_hash(raw))
    place = (found.account_id, found.token_id) if found else tokens.app_token_of(db, raw)
    if place is None or not tokens.is_of_app(db, *place, app_id=client_id):
        return
    db.lock(place[0])
    tokens.end_app_token(db, *place, because="app")


def list_apps(db: Connection, actor: Actor) -> list[ConnectedApp]:
    actor.require_person()
    return [
        ConnectedApp.model_validate(
            {
                "_id": one.id,
                "name": one.label,
                "access": one.access,
                "created_at": one.created_at,
                "last_used_at": one.last_used_at,
                "last_client": one.last_client,
            }
        )
        for one in tokens.list_apps(db, actor)
    ]


def disconnect_app(db: Connection, actor: Actor, app_id: str) -> None:
    """At once, in every process. Raises NotFound."""
    actor.require_person()
    tokens.disconnect_app(db, actor, app_id)


def sweep_apps(db: Connection) -> int:
    """Removes what has ended, in a batch; returns how many rows went. Call it again until none does."""
    return queries.delete_old(
        db,
        clients_before=db.now - CLIENT_DAYS * DAY,
        strangers_before=db.now - STRANGER_DAYS * DAY,
        limit=SWEEP_BATCH,
    )


def _issue(
    db: Connection,
    account_id: str,
    token_id: str,
    client_id: str,
    resource: str,
    access: tokens.Access,
) -> Issued:
    renewing = tokens.new_secret()
    ends = db.now + REFRESH_DAYS * DAY
    queries.insert_refresh(
        db,
        tokens.secret_hash(renewing),
        StoredRefresh(account_id, token_id, client_id, resource, ends, None),
    )
    return Issued(
        access_token=tokens.issue_secret(db, account_id, token_id, seconds=ACCESS_SECONDS),
        refresh_token=renewing,
        scope=" ".join(verb.value for verb in OFFERED if verb in access.verbs),
        expires_in=ACCESS_SECONDS,
    )


def _verifies(challenge: str, verifier: str) -> bool:
    """RFC 7636 §4.6."""
    if not 43 <= len(verifier) <= 128:
        return False
    digest = hashlib.sha256(verifier.encode("utf-8", "surrogatepass")).digest()
    made = base64.urlsafe_b64encode(digest).decode().rstrip("=")
    return hmac.compare_digest(made, challenge)


def _require_resource(agreed: str, given: dict[str, str]) -> None:
    wanted = given.get("resource")
    if wanted is not None and not clients.same_resource(agreed, wanted):
        raise OAuthError("invalid_target", "The person agreed to another resource.")


def _bad_grant() -> OAuthError:
    """The same for every reason."""
    return OAuthError("invalid_grant", "The code or refresh token is not valid.")
