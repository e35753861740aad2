"""What a note's owner can do: invite somebody, see who is invited, change the level, take it back.

An invitation takes two jobs with the mail between them. The first leaves a share that nobody sees; the second, once the
mail has gone, makes it one. Where the server is killed between them, a chore removes it.
"""

from datetime import timedelta

from spote.domain import accounts, notes, requests
from spote.domain.sharing import queries
from spote.domain.sharing.invitation import invitation_mail, new_token, token_hash
from spote.domain.sharing.model import Share, ShareChange, ShareDraft, UnsentShare
from spote.errors import Conflict, LimitReached, NotFound
from spote.identity import Actor, Verb, new_id
from spote.paging import Listing, Page
from spote.storage import Connection, events

SENDING = 600_000  # ms after which a mail is not under way any more
SWEEP_BATCH = 1_000  # rows in one transaction
MILLISECOND = timedelta(milliseconds=1)


def list_shares(db: Connection, actor: Actor, note_id: str, page: Page) -> Listing[Share]:
    """The oldest first, pending ones too."""
    actor.require(Verb.SHARE)
    note = notes.get_own_note(db, actor, note_id)
    shares = queries.shares_page(db, actor.account_id, note.id, page)
    return Listing(shares, queries.count_shares(db, actor.account_id, note.id))


def create_share(db: Connection, actor: Actor, note_id: str, draft: ShareDraft) -> UnsentShare:
    """The first half: send its mail, then `confirm_share`, or `withdraw_share` where that failed.

    Raises:
        Conflict: the address has a share for this note, or is the owner's.
        LimitReached: the account has sent, or the address has got, as many invitations as it may.
    """
    actor.require(Verb.SHARE)
    note = notes.get_own_note(db, actor, note_id)
    email_key, owner = accounts.email_key(draft.email), accounts.get_inviter(db, actor)
    if email_key == accounts.email_key(owner.email):
        raise Conflict("This is your own address, and your own note.", code="own_address")
    _require_allowance(db, actor, email_key)
    queries.delete_unsent_to(db, actor.account_id, note.id, email_key, before=db.now - SENDING)
    token, share_id = new_token(), new_id()
    if not queries.insert_share(
        db,
        account_id=actor.account_id,
        share_id=share_id,
        note_id=note.id,
        from_version=note.version,
        email=draft.email,
        email_key=email_key,
        permission=draft.permission,
        invitation_hash=token_hash(token),
        expires_at=db.now + timedelta(days=db.settings.invitation_days) // MILLISECOND,
    ):
        raise Conflict(
            "This address has a share for this note. Change its level, or remove it and invite again.",
            code="share_exists",
        )
    mail = invitation_mail(
        db.settings,
        to=draft.email,
        owner=owner.name,
        title=note.title,
        permission=draft.permission,
        token=token,
    )
    return UnsentShare(share_id, actor.account_id, mail)


def confirm_share(db: Connection, actor: Actor, note_id: str, share_id: str) -> Share:
    """The second half: the mail has gone. Raises NotFound where the note went meanwhile."""
    actor.require(Verb.SHARE)
    queries.update_as_sent(db, actor.account_id, share_id)
    share = _found(queries.share_by_id(db, actor.account_id, note_id, share_id))
    _tell(db, actor.account_id, share)
    return share


def withdraw_share(db: Connection, unsent: UnsentShare) -> None:
    """The other second half: the mail has not gone, and nothing is left. Safe to run twice."""
    queries.delete_unsent(db, unsent.account_id, unsent.id)


def update_share(
    db: Connection, actor: Actor, note_id: str, share_id: str, change: ShareChange
) -> Share:
    """Another level, at once, without another invitation."""
    actor.require(Verb.SHARE)
    note = notes.get_own_note(db, actor, note_id)
    share = _found(queries.share_by_id(db, actor.account_id, note.id, share_id))
    queries.update_permission(db, actor.account_id, share.id, change.permission)
    _tell(db, actor.account_id, share)
    return share.model_copy(update={"permission": change.permission})


def delete_share(db: Connection, actor: Actor, note_id: str, share_id: str) -> None:
    """From the commit on the guest sees nothing of the note, and the invitation is void."""
    actor.require(Verb.SHARE)
    note = notes.get_own_note(db, actor, note_id)
    share = _found(queries.share_by_id(db, actor.account_id, note.id, share_id))
    queries.delete_share(db, actor.account_id, share.id)
    if share.accepted_by is not None:
        notes.index_readers(db, account_id=actor.account_id, note_id=note.id)
    _tell(db, actor.account_id, share)


def sweep_unsent_shares(db: Connection) -> int:
    """Removes those whose mail never went, in a batch; returns how many. Call it again until none does.

    Until then whoever got the mail after all, just before the server was killed, can accept.
    """
    return queries.delete_unsent_before(db, db.now - SENDING, limit=SWEEP_BATCH)


def _require_allowance(db: Connection, actor: Actor, email_key: str) -> None:
    """What is refused later in the job sends no mail, and is not counted."""
    most = db.settings.invitations
    limits = [(f"invite:{actor.account_id}", most), (f"invited:{email_key}", most)]
    wait = requests.take_attempt(db, limits)
    if wait is not None:
        raise LimitReached("Too many invitations. Try again later.", retry_after_seconds=wait)


def _found(share: Share | None) -> Share:
    if share is None:
        raise NotFound("There is no such share.")
    return share


def _tell(db: Connection, account_id: str, share: Share) -> None:
    """The owner, and the guest where there is one."""
    guest = share.accepted_by
    for one in (account_id, *([guest.id] if guest else [])):
        events.publish(db, "share.changed", account_id=one, subject_id=share.note_id)
