"""SQL of what one token did."""

from spote.domain.notes.model import TokenChangeOfNote
from spote.domain.notes.reach import reach
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
    mine = reach(actor, trashed=True)
    rows = db.all(
        "SELECT r.note_id, n.title, r.version, r.change, r.created_at, r.bucket, r.via, r.client"
        f"{_FROM}{mine.sql} ORDER BY r.created_at DESC, r.note_id, r.version DESC LIMIT :limit OFFSET :offset",
        {**mine.values, "token_id": token_id, "limit": page.limit, "offset": page.offset},
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
    mine = reach(actor, trashed=True)
    row = db.one(f"SELECT count(*){_FROM}{mine.sql}", {**mine.values, "token_id": token_id})
    return int(row[0]) if row else 0
