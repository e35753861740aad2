"""What can be done with an account: sign up, look, change, delete."""

from spote.domain import requests
from spote.domain.accounts import queries
from spote.domain.accounts.model import (
    NAME_LIMIT,
    Account,
    AccountChange,
    Credentials,
    PasswordChange,
    SignUp,
    email_key,
    obvious_password,
)
from spote.errors import Conflict, FieldError, InvalidInput, NotAllowed, NotFound
from spote.identity import Actor, Verb, new_id
from spote.paging import Listing, Page
from spote.settings import SignUp as SignUpRule
from spote.storage import Connection, events

SIGN_UP = "sign-up"  # the lock that lets only one find no account before it


def may_sign_up(db: Connection, *, is_invited: bool = False) -> bool:
    """Whether this server takes a new account now: `SPOTE_SIGN_UP`. `is_invited`: with a good invitation."""
    match db.settings.sign_up:
        case SignUpRule.OPEN:
            return True
        case SignUpRule.INVITED:
            return is_invited or not queries.has_accounts(db)
        case SignUpRule.CLOSED:
            return False


def require_sign_up(db: Connection, *, is_invited: bool = False) -> None:
    """Ask before hashing a password, which costs more than everything else.

    Raises:
        NotAllowed: this server takes no new account now.
    """
    if not may_sign_up(db, is_invited=is_invited):
        raise NotAllowed(
            "This server takes no new accounts. Ask whoever runs it for one, or somebody here for an invitation.",
            code="sign_up_closed",
        )


def sign_up(
    db: Connection, draft: SignUp, password_hash: str, *, is_invited: bool = False
) -> Account:
    """The very first account of a server is its administrator.

    Raises:
        NotAllowed: this server takes no new account now.
        Conflict: the address has an account.
    """
    db.lock(SIGN_UP)
    require_sign_up(db, is_invited=is_invited)
    return create_account(db, draft, password_hash)


def create_account(db: Connection, draft: SignUp, password_hash: str) -> Account:
    """For the operator: as `sign_up`, whatever `SPOTE_SIGN_UP` says.

    Raises:
        Conflict: the address has an account.
    """
    db.lock(SIGN_UP)
    account = queries.insert_account(
        db,
        account_id=new_id(),
        email=draft.email,
        email_key=email_key(draft.email),
        name=draft.name or draft.email.partition("@")[0][:NAME_LIMIT],
        password_hash=password_hash,
    )
    if account is None:
        raise Conflict("This e-mail address has an account already.", code="email_taken")
    return account


def get_account(db: Connection, actor: Actor) -> Account:
    """Whose account this is: a token may ask too."""
    actor.require(Verb.READ)
    return _found(queries.account_by_id(db, actor.account_id))


def get_inviter(db: Connection, actor: Actor) -> Account:
    """For the invitation that is sent in this account's name."""
    actor.require(Verb.SHARE)
    return _found(queries.account_by_id(db, actor.account_id))


def update_account(db: Connection, actor: Actor, change: AccountChange) -> Account:
    actor.require_person()
    updated = queries.update_account(
        db, actor.account_id, name=change.name, agents_read_only=change.agents_read_only
    )
    if change.agents_read_only is not None:
        _tell(db, "account.changed", actor.account_id)
    return _found(updated)


def get_own_credentials(db: Connection, actor: Actor) -> Credentials:
    """What to check the password against before `delete_account`."""
    actor.require_person()
    _, password_hash = _email_and_hash(db, actor)
    return Credentials(actor.account_id, password_hash)


def prepare_password_change(db: Connection, actor: Actor, change: PasswordChange) -> Credentials:
    """What to check the current password against before `change_password`.

    Raises:
        InvalidInput: the new password is too easy to guess.
    """
    actor.require_person()
    email, password_hash = _email_and_hash(db, actor)
    if problem := obvious_password(change.new_password, email):
        raise InvalidInput(
            f"The new password {problem}.", fields=[FieldError("new_password", problem)]
        )
    return Credentials(actor.account_id, password_hash)


def change_password(db: Connection, actor: Actor, new_hash: str, expected_hash: str) -> Account:
    """Ends all other sessions; tokens stay, as they do not depend on the password.

    Raises:
        Conflict: the password was changed meanwhile.
    """
    actor.require_person()
    account = queries.replace_password_hash(
        db, actor.account_id, expected=expected_hash, new=new_hash
    )
    if account is None:
        raise _changed_meanwhile()
    queries.delete_sessions_of(db, actor.account_id, but=actor.credential_id)
    _tell(db, "sessions.ended", actor.account_id)
    return account


def delete_account(db: Connection, actor: Actor, expected_hash: str) -> None:
    """Removes everything that belongs to the account, for good.

    Raises:
        Conflict: the password was changed meanwhile.
    """
    actor.require_person()
    if not queries.delete_account(db, actor.account_id, expected=expected_hash):
        raise _changed_meanwhile()
    requests.forget_account(db, actor.account_id)
    events.forget_account(db, actor.account_id)
    _tell(db, "account.deleted", actor.account_id)


def account_by_email(db: Connection, email: str) -> Account:
    """For the operator.

    Raises:
        NotFound: no account has this address.
    """
    return _found(queries.account_by_email(db, email_key(email)))


def list_accounts(db: Connection, page: Page) -> Listing[Account]:
    """For the operator: the oldest first."""
    accounts = queries.list_accounts(db, limit=page.limit, offset=page.offset)
    return Listing(accounts, queries.count_accounts(db))


def reset_password(db: Connection, email: str, new_hash: str) -> Account:
    """For the operator: ends every session of the account.

    Raises:
        NotFound: no account has this address.
    """
    db.lock(_found(queries.account_by_email(db, email_key(email))).id)
    account = _found(queries.set_password_hash(db, email_key(email), new_hash))
    queries.delete_sessions_of(db, account.id)
    _tell(db, "sessions.ended", account.id)
    return account


def _tell(db: Connection, kind: str, account_id: str) -> None:
    events.publish(db, kind, account_id=account_id, subject_id=account_id)


def _email_and_hash(db: Connection, actor: Actor) -> tuple[str, str]:
    found = queries.email_and_hash(db, actor.account_id)
    if found is None:
        raise _absent()
    return found


def _found(account: Account | None) -> Account:
    if account is None:
        raise _absent()
    return account


def _absent() -> NotFound:
    return NotFound("There is no such account.")


def _changed_meanwhile() -> Conflict:
    return Conflict(
        "The password was changed meanwhile. Try again with the new one.", code="password_changed"
    )
