"""What a restored backup must not undo: codes and refresh tokens that were used since."""

from spote.domain.apps import queries
from spote.storage import Connection


def carry_over_refreshes(present: Connection, restored: Connection) -> None:
    """For the operator: none of the copy's codes and refresh tokens is good any more, and those of the present go on.

    One that was used since the copy was made would else be good again, for whoever kept it. The tokens have to be
    carried over before. An app without a token in both states asks its person anew.
    """
    queries.delete_all_grants(restored)
    for secret_hash, refresh in queries.all_refreshes(present):
        queries.put_refresh(restored, secret_hash, refresh)
