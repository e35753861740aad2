"""What can be done with Personal Access Tokens, and by whom (tokens.md)."""

from datetime import datetime

from spote.domain import requests
from spote.domain.tokens import queries
from spote.domain.tokens.checking import end_of, refusal_of, wrong_door
from spote.domain.tokens.model import (
    EXPIRY_LIMIT_DAYS,
    NewToken,
    Rotation,
    SelfDescription,
    Token,
    TokenChange,
    TokenDraft,
)
from spote.domain.tokens.notices import plan_report_notice
from spote.domain.tokens.secret import hint, new_secret, secret_hash
from spote.domain.tokens.usage import TokenUsage
from spote.errors import (
    Conflict,
    FieldError,
    InvalidInput,
    LimitReached,
    NotAllowed,
    NotAuthenticated,
    NotFound,
)
from spote.identity import (
    FULL_ACCESS,
    Actor,
    CredentialKind,
    Grant,
    Verb,
    Via,
    new_id,
)
from spote.storage import Connection, events, to_ms

READ_ONLY = frozenset({Verb.READ})
DAY = 86_400_000  # ms


def authenticate_token(db: Connection, raw: str, via: Via, client: str | None) -> Actor:
    """The actor behind a presented token: one indexed look-up, the same for every kind of refusal.

    Raises:
        NotAuthenticated: malformed, unknown, expired, replaced or revoked; only its `reason`, for our logs, says which.
    """
    check = queries.token_check(db, secret_hash(raw))
    if refusal := refusal_of(check, raw, db.now) or wrong_door(check, via):
        raise NotAuthenticated("The token is not valid.", invalid=True, reason=refusal)
    assert check is not None
    actor = Actor(
        account_id=check.account_id,
        grant=check.grant,
        kind=CredentialKind.TOKEN,
        credential_id=check.token_id,
        via=via,
        label=check.label,
        client=client,
        agents_read_only=check.agents_read_only,
        may_have_shared_notes=check.has_shared_notes,
        expires_at=end_of(check),
    )
    return actor.within(READ_ONLY) if check.agents_read_only else actor


def create_token(db: Connection, actor: Actor, draft: TokenDraft) -> NewToken:
    """Raises NotAllowed where a token asks for more than it has itself, Conflict at the limit of live tokens."""
    actor.require(Verb.TOKENS)
    grant = draft.wished_grant() or FULL_ACCESS
    expires_at = _expiry(db, draft)
    _require_narrower(db, actor, grant, expires_at)
    if queries.count_live_tokens(db, actor.account_id) >= db.settings.tokens_per_account:
        raise Conflict(
            "This account has as many tokens as it may. Revoke some first.", code="too_many_tokens"
        )
    raw, token_id = new_secret(), new_id()
    token = queries.insert_token(
        db,
        account_id=actor.account_id,
        token_id=token_id,
        label=draft.label,
        hint=hint(raw),
        grant=grant,
        expires_at=expires_at,
    )
    queries.insert_secret(
        db, account_id=actor.account_id, token_id=token_id, secret_hash=secret_hash(raw)
    )
    _tell(db, actor.account_id, token_id)
    return _shown_once(token, raw)


def list_tokens(db: Connection, actor: Actor, *, dead_too: bool = False) -> list[Token]:
    """Newest first; for a token only those that can do no more than itself."""
    actor.require(Verb.TOKENS)
    tokens = queries.tokens_of(db, actor.account_id, dead_too=dead_too)
    return [token for token in tokens if _is_manageable(actor, token)]


def get_token(db: Connection, actor: Actor, token_id: str) -> Token:
    """Raises NotFound for another's, and for one that can do more than the token that asks."""
    actor.require(Verb.TOKENS)
    token = queries.token_by_id(db, actor.account_id, token_id)
    if token is None or not _is_manageable(actor, token):
        raise NotFound("There is no such token.")
    return token


def update_token(db: Connection, actor: Actor, token_id: str, change: TokenChange) -> Token:
    """Rename, narrow, widen (a person only), change the expiry. Raises Conflict for a revoked one."""
    token = _changeable(db, actor, token_id)
    old_grant, old_expiry = token.access.grant(), _ms(token.expires_at)
    grant = change.wished_grant() or old_grant
    expires_at = _expiry(db, change) if change.changes_expiry else old_expiry
    if actor.kind is CredentialKind.TOKEN and not (
        grant.is_within(old_grant) and _ends_no_later(expires_at, old_expiry)
    ):
        raise NotAllowed("Only the signed-in owner can widen a token.", scope=Verb.TOKENS.value)
    _tell(db, actor.account_id, token.id)
    return queries.update_token(
        db,
        account_id=actor.account_id,
        token=token,
        label=change.label or token.label,
        hint=token.hint,
        grant=grant,
        expires_at=expires_at,
    )


def rotate_token(db: Connection, actor: Actor, token_id: str, rotation: Rotation) -> NewToken:
    """A new secret for the same token; the old one lives on for the grace.

    Raises Conflict for a dead token, NotAllowed where a token would get a secret that outlives its own.
    """
    token = _changeable(db, actor, token_id)
    if token.state != "live":
        raise Conflict("The token has expired. Give it a new expiry first.", code="token_expired")
    _require_narrower(db, actor, token.access.grant(), _ms(token.expires_at))
    raw = new_secret()
    queries.end_secrets(
        db,
        account_id=actor.account_id,
        token_id=token.id,
        at=db.now + rotation.grace_seconds * 1000,
    )
    queries.insert_secret(
        db, account_id=actor.account_id, token_id=token.id, secret_hash=secret_hash(raw)
    )
    renewed = queries.update_token(
        db,
        account_id=actor.account_id,
        token=token,
        label=token.label,
        hint=hint(raw),
        grant=token.access.grant(),
        expires_at=_ms(token.expires_at),
    )
    _tell(db, actor.account_id, token.id)
    return _shown_once(renewed, raw)


def revoke_token(db: Connection, actor: Actor, token_id: str) -> None:
    """Dead from the commit on, in every process. Raises NotFound for another's and for a revoked one."""
    token = get_token(db, actor, token_id)
    _revoke(db, actor.account_id, token.id, because="owner")


def get_own_token(db: Connection, actor: Actor, usage: TokenUsage) -> SelfDescription:
    """What any token may ask about itself, whatever its verbs."""
    actor.require_token()
    token = queries.token_by_id(db, actor.account_id, actor.credential_id)
    assert token is not None
    return SelfDescription.model_validate(
        {
            "_id": token.id,
            "label": token.label,
            "access": token.access,
            "effective_verbs": tuple(verb for verb in Verb if verb in actor.grant.verbs),
            "agents_read_only": actor.agents_read_only,
            "created_at": token.created_at,
            "expires_at": token.expires_at,
            "budget": usage.budget(actor, limit=db.settings.requests_per_minute, now=db.now),
        }
    )


def revoke_own_token(db: Connection, actor: Actor) -> None:
    """A token may end itself, also while all agents are read-only."""
    actor.require_token()
    _revoke(db, actor.account_id, actor.credential_id, because="self")


def report_token(db: Connection, raw: str, *, network: str) -> None:
    """Kill a token that somebody found, and have its owner told. Raises LimitReached where this network has
    reported too often.

    Live, dead, unknown and malformed take the same way: one count, one look-up, one commit. A secret that a
    newer one has replaced is dead, and its report must not kill the newer one.
    """
    wait = requests.take_attempt(db, [(f"report:{network}", db.settings.network_attempts)])
    if wait is not None:
        raise LimitReached(
            "Too many reports from your network. Try again later.", retry_after_seconds=wait
        )
    check = queries.token_check(db, secret_hash(raw))
    if check is not None and db.lock(check.account_id):
        check = queries.token_check(db, secret_hash(raw))
    if check is not None and refusal_of(check, raw, db.now) is None:
        queries.update_as_revoked(
            db, account_id=check.account_id, token_id=check.token_id, because="reported"
        )
        plan_report_notice(db, account_id=check.account_id, token_id=check.token_id)
        _tell(db, check.account_id, check.token_id)


def record_usage(db: Connection, usage: TokenUsage) -> None:
    """Write down what was collected since the last time; safe to run from several processes."""
    usage.write(db)


def _changeable(db: Connection, actor: Actor, token_id: str) -> Token:
    token = get_token(db, actor, token_id)
    if token.revoked_at is not None:
        raise Conflict("The token is revoked, for good.", code="token_revoked")
    return token


def _revoke(db: Connection, account_id: str, token_id: str, *, because: str) -> None:
    if not queries.update_as_revoked(db, account_id=account_id, token_id=token_id, because=because):
        raise NotFound("There is no such token.")
    _tell(db, account_id, token_id)


def _is_manageable(actor: Actor, token: Token) -> bool:
    """One that reaches only its own notes gets no other's secret, with which it would reach that one's notes."""
    if actor.kind is not CredentialKind.TOKEN or token.id == actor.credential_id:
        return True
    return not actor.grant.own_notes_only and token.access.grant().is_within(actor.grant)


def _require_narrower(db: Connection, actor: Actor, grant: Grant, expires_at: int | None) -> None:
    if actor.kind is not CredentialKind.TOKEN:
        return
    mine = queries.token_by_id(db, actor.account_id, actor.credential_id)
    if not grant.is_within(actor.grant):
        raise NotAllowed(
            "A token can only make tokens that may do no more than itself. Ask for less in 'access'.",
            scope=Verb.TOKENS.value,
        )
    if mine is None or not _ends_no_later(expires_at, _ms(mine.expires_at)):
        raise NotAllowed(
            "A token can only make and rotate tokens that expire no later than itself.",
            scope=Verb.TOKENS.value,
        )


def _ends_no_later(expires_at: int | None, other: int | None) -> bool:
    return other is None or (expires_at is not None and expires_at <= other)


def _expiry(db: Connection, wishes: TokenDraft | TokenChange) -> int | None:
    if wishes.expires_in_days is not None:
        return db.now + wishes.expires_in_days * DAY
    if wishes.expires_at is None:
        return None
    at = to_ms(wishes.expires_at)
    if not db.now < at <= db.now + EXPIRY_LIMIT_DAYS * DAY:
        message = f"must lie in the future, at most {EXPIRY_LIMIT_DAYS} days from now"
        raise InvalidInput(f"expires_at {message}.", fields=[FieldError("expires_at", message)])
    return at


def _ms(time: datetime | None) -> int | None:
    return None if time is None else to_ms(time)


def _tell(db: Connection, account_id: str, token_id: str) -> None:
    events.publish(db, "token.changed", account_id=account_id, subject_id=token_id)


def _shown_once(token: Token, raw: str) -> NewToken:
    return NewToken.model_validate({**token.model_dump(by_alias=True), "token": raw})
