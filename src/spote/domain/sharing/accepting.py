"""The other side of an invitation: an account, old or new, accepts it."""

from spote.domain import accounts, notes
from spote.domain.accounts import Account, SignUp
from spote.domain.sharing import queries
from spote.domain.sharing.invitation import token_hash
from spote.domain.sharing.model import AcceptedShare, Invitation
from spote.domain.sharing.queries import OpenInvitation
from spote.errors import Conflict, NotFound
from spote.identity import Actor, Verb
from spote.storage import Connection, events


def accept_share(db: Connection, actor: Actor, invitation: Invitation) -> AcceptedShare:
    """Whoever has the token, also under another address than the one that was invited. It works once.

    Raises:
        NotFound: unknown, used, expired and revoked are alike.
        Conflict: the account owns the note, or reads it already; the invitation stays good for another.
    """
    actor.require(Verb.SHARE)
    found = require_invitation(db, invitation.token)
    if found.account_id == actor.account_id:
        raise Conflict("This is your own note.", code="own_note")
    if db.lock(found.account_id):
        found = require_invitation(db, invitation.token)
    if queries.is_guest(db, found, actor.account_id):
        raise Conflict("This note is shared with you already.", code="shared_already")
    _accept(db, found, actor.account_id)
    return AcceptedShare(note_id=found.note_id)


def sign_up_invited(
    db: Connection, draft: SignUp, password_hash: str, token: str
) -> tuple[Account, AcceptedShare]:
    """A new account that has the note from its first moment.

    Raises:
        NotAllowed: this server takes no new account at all.
        NotFound: unknown, used, expired and revoked are alike.
        Conflict: the address has an account.
    """
    require_invitation(db, token)
    account = accounts.sign_up(db, draft, password_hash, is_invited=True)
    found = require_invitation(db, token)
    if db.lock(found.account_id):
        found = require_invitation(db, token)
    _accept(db, found, account.id)
    return account, AcceptedShare(note_id=found.note_id)


def require_invitation(db: Connection, token: str) -> OpenInvitation:
    """One look-up of a hash, whatever is wrong with the token. Raises NotFound."""
    found = queries.open_invitation(db, token_hash(token))
    if found is None:
        raise NotFound("This invitation is not valid: it was used, taken back, or is too old.")
    return found


def _accept(db: Connection, found: OpenInvitation, guest_id: str) -> None:
    queries.update_as_accepted(db, found, guest_id)
    notes.index_readers(db, account_id=found.account_id, note_id=found.note_id)
    for account_id in (found.account_id, guest_id):
        events.publish(db, "share.changed", account_id=account_id, subject_id=found.note_id)
