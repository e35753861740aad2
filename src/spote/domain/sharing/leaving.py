"""What becomes of shares when an account goes, and when a backup is restored."""

from spote.domain import notes
from spote.domain.sharing import queries
from spote.identity import Actor
from spote.storage import Connection, events


def forget_shares(db: Connection, actor: Actor) -> None:
    """Before the account is deleted: those that it gave go with its notes, those that it had go here; all are told."""
    actor.require_person()
    shared = queries.all_with_guests(db, actor.account_id)
    for account_id in sorted({one.account_id for one in shared}):
        db.lock(account_id)
    queries.delete_shares_with(db, actor.account_id)
    for one in shared:
        other = one.guest_id
        if one.guest_id == actor.account_id:
            other = one.account_id
            notes.index_readers(db, account_id=one.account_id, note_id=one.note_id)
        events.publish(db, "share.changed", account_id=other, subject_id=one.note_id)


def carry_over_shares(present: Connection, restored: Connection) -> None:
    """For the operator: a restored backup gives nobody back what was taken from them since.

    Of a note that is there now too, only those shares come back that there are now, at the level of now.
    """
    now = {(one.account_id, one.id): one for one in queries.rights_of_shares(present)}
    for share in queries.rights_of_shares(restored):
        known = now.get((share.account_id, share.id))
        if known is not None:
            queries.update_rights(restored, known)
        elif queries.has_note(present, share.account_id, share.note_id):
            queries.delete_share(restored, share.account_id, share.id)
            notes.index_readers(restored, account_id=share.account_id, note_id=share.note_id)
