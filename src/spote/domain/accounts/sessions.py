"""How a person stays signed in: sessions, each in one browser, from signing in to signing out."""

from datetime import timedelta

from spote.domain.accounts import queries
from spote.domain.accounts.model import Credentials, NewSession, Session, email_key
from spote.domain.accounts.session_secret import new_secret, secret_hash
from spote.errors import NotAuthenticated, NotFound
from spote.identity import FULL_ACCESS, Actor, CredentialKind, Via, new_id
from spote.paging import Listing, Page
from spote.storage import Connection, events

SWEEP_BATCH = 1_000  # rows in one transaction
TEXT_LIMIT = 500  # characters kept of a User-Agent


def credentials_for(db: Connection, email: str) -> Credentials | None:
    """What to check a password against; None for an unknown address, which must look and time alike."""
    return queries.credentials_by_email(db, email_key(email))


def wrong_password(reason: str = "wrong password or unknown address") -> NotAuthenticated:
    """The one refusal of a sign-in, whatever was wrong; `reason` is for our logs only."""
    return NotAuthenticated("The e-mail address or the password is wrong.", reason=reason)


def open_session(
    db: Connection,
    account_id: str,
    expected_password_hash: str,
    client: str | None,
    address: str | None,
    *,
    renewed_hash: str | None = None,
) -> NewSession:
    """Sign in, once the password has been checked against the expected hash.

    `renewed_hash` takes its place: the same password, hashed with today's parameters.

    Raises:
        NotAuthenticated: the password was changed, or the account deleted, since that check.
    """
    account = queries.replace_password_hash(  # also locks the row, so that no change comes between
        db, account_id, expected=expected_password_hash, new=renewed_hash or expected_password_hash
    )
    if account is None:
        raise wrong_password("password changed meanwhile")
    secret = new_secret()
    expires_at = queries.insert_session(
        db,
        account_id=account_id,
        session_id=new_id(),
        secret_hash=secret_hash(secret),
        lifetime=timedelta(days=db.settings.session_days),
        client=client[:TEXT_LIMIT] if client else None,
        address=address,
    )
    return NewSession(account, secret, expires_at)


def authenticate_session(
    db: Connection, secret: str, via: Via = Via.WEB, client: str | None = None
) -> Actor:
    """Who sends this cookie, with all that a person may do.

    Raises:
        NotAuthenticated: the session is unknown, ended or expired; all alike but for our logs.
    """
    found = queries.session_by_secret(db, secret_hash(secret))
    if found is None:
        raise NotAuthenticated(invalid=True, reason="unknown session")
    account_id, session_id, is_expired, has_shared_notes = found
    if is_expired:
        raise NotAuthenticated(invalid=True, reason="expired session")
    return Actor(
        account_id,
        FULL_ACCESS,
        CredentialKind.SESSION,
        session_id,
        via,
        client=client,
        may_have_shared_notes=has_shared_notes,
    )


def end_session(db: Connection, actor: Actor) -> None:
    """Sign out. Safe to run twice."""
    actor.require_person()
    queries.delete_session(db, actor.account_id, actor.credential_id)
    _tell(db, actor.account_id, actor.credential_id)


def list_sessions(db: Connection, actor: Actor, page: Page) -> Listing[Session]:
    """Where the person is signed in, the newest first."""
    actor.require_person()
    sessions = queries.list_sessions(
        db,
        actor.account_id,
        current=actor.credential_id,
        limit=page.limit,
        offset=page.offset,
    )
    return Listing(sessions, queries.count_sessions(db, actor.account_id))


def end_other_session(db: Connection, actor: Actor, session_id: str) -> None:
    """Sign another browser out, at once.

    Raises:
        NotFound: the account has no such session.
    """
    actor.require_person()
    if not queries.delete_session(db, actor.account_id, session_id):
        raise NotFound("There is no such session.")
    _tell(db, actor.account_id, session_id)


def end_all_sessions(db: Connection) -> None:
    """For the operator: everybody has to sign in again."""
    queries.delete_all_sessions(db)


def sweep_sessions(db: Connection) -> int:
    """Removes expired sessions, in a batch; returns how many went. Call it again until none does."""
    return queries.delete_expired_sessions(db, limit=SWEEP_BATCH)


def _tell(db: Connection, account_id: str, session_id: str) -> None:
    events.publish(db, "session.ended", account_id=account_id, subject_id=session_id)
