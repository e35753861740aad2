"""What a token did: the changes that it made, of whatever note."""

from spote.domain import tokens
from spote.domain.notes.model import TokenChangeOfNote
from spote.domain.notes.queries import activity
from spote.identity import Actor
from spote.paging import Listing, Page
from spote.storage import Connection


def list_token_activity(
    db: Connection, actor: Actor, token_id: str, page: Page
) -> Listing[TokenChangeOfNote]:
    """Newest first, of notes that the person still reaches, in the trash too. Raises NotFound for another's token."""
    actor.require_person()
    tokens.get_token(db, actor, token_id)
    items = activity.changes_by_token(db, actor, token_id, page)
    return Listing(items, activity.count_changes_by_token(db, actor, token_id))
