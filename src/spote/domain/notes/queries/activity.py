"""SQL of what one token did."""

from spote.domain.notes.model import TokenChangeOfNote
from spote.domain.notes.reach import LIVE, Reach, own_reach, reach
from spote.identity import Actor
from spote.paging import Page
from spote.storage import Connection, to_time

_FROM = (
    " FROM revisions AS r JOIN notes AS n ON n.account_id = r.account_id AND n.id = r.note_id"
    " WHERE r.by_account = :me AND r.token_id = :token_id AND "
)


def changes_by_token(
    db: Connection, actor: Actor, token_id: str, page: Page
) -> list[TokenChangeOfNote]:
    reached = _reached(actor)
    rows = db.all(
        "SELECT r.note_id, n.title, r.version, r.change, r.created_at, r.bucket, r.via, r.client"
        f"{_FROM}{reached.sql} ORDER BY r.created_at DESC, r.note_id, r.version DESC LIMIT :limit OFFSET :offset",
        {**reached.values, "token_id": token_id, "limit": page.limit, "offset": page.offset},
    )
    return [
        TokenChangeOfNote.model_validate(
            {
                "note_id": note_id,
                "title": title,
                "version": version,
                "change": change,
                "created_at": to_time(created_at),
                "bucket": bucket,
                "via": via,
                "client": client,
            }
        )
        for note_id, title, version, change, created_at, bucket, via, client in rows
    ]


def count_changes_by_token(db: Connection, actor: Actor, token_id: str) -> int:
    reached = _reached(actor)
    row = db.one(f"SELECT count(*){_FROM}{reached.sql}", {**reached.values, "token_id": token_id})
    return int(row[0]) if row else 0


def _reached(actor: Actor) -> Reach:
    """Own notes, in the trash too, and live ones of others that are shared with the person now."""
    own, live = own_reach(actor, trashed=True), reach(actor)
    return Reach(f"(({own.sql}) OR ({LIVE} AND {live.sql}))", {**own.values, **live.values})
