"""What a restored backup must not undo: tokens that were revoked, narrowed, given an end or a new secret since."""

from spote.domain.tokens import queries
from spote.storage import Connection


def carry_over_tokens(present: Connection, restored: Connection) -> None:
    """For the operator: a token that both states have keeps its rights, its end and its secrets of the present one.

    Revoked in either, it stays revoked. One that was revoked and is too new for the copy gets a row there, so that
    no later restore of another copy finds it alive.
    """
    for rights in queries.rights_of_tokens(present):
        if queries.update_rights(restored, rights):
            _carry_over_secrets(present, restored, rights.account_id, rights.token_id)
        elif rights.revoked_at is not None:
            queries.insert_revoked(restored, rights)


def _carry_over_secrets(
    present: Connection, restored: Connection, account_id: str, token_id: str
) -> None:
    """A secret that was replaced stays replaced, and the one that replaced it goes on."""
    known = queries.secrets_of(present, account_id, token_id)
    for secret_hash, _ in queries.secrets_of(restored, account_id, token_id):
        if secret_hash not in dict(known):
            queries.delete_secret(restored, secret_hash)
    for secret_hash, expires_at in known:
        queries.put_secret(
            restored,
            account_id=account_id,
            token_id=token_id,
            secret_hash=secret_hash,
            expires_at=expires_at,
        )
