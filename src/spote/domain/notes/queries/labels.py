"""SQL of buckets and tags: names with counts, and which notes bear them."""

from spote.domain.notes.model import Count
from spote.domain.notes.reach import LIVE, bucket_reach, reach
from spote.identity import Actor
from spote.paging import Page
from spote.storage import Connection


def buckets_page(db: Connection, actor: Actor, page: Page) -> list[Count]:
    """Most used first. Where the grant speaks of buckets alone, the kept counts are the answer."""
    if actor.grant.tags is None and not actor.grant.own_notes_only:
        places = bucket_reach(actor.grant, "c.bucket")
        sql = (
            "SELECT c.bucket, c.notes FROM bucket_counts AS c"
            f" WHERE c.account_id = :me AND c.notes > 0 AND {places.sql} ORDER BY c.notes DESC, c.bucket"
        )
        values = {"me": actor.account_id, **places.values}
    else:
        within = reach(actor)
        sql = (
            f"SELECT n.bucket, count(*) FROM notes AS n WHERE {within.sql} AND {LIVE}"
            " GROUP BY n.bucket ORDER BY count(*) DESC, n.bucket"
        )
        values = within.values
    return _counts(db, sql, values, page)


def tags_page(db: Connection, actor: Actor, page: Page) -> list[Count]:
    """Most used first."""
    if actor.grant.reaches_everything:
        sql = (
            "SELECT t.tag, count(*) FROM note_tags AS t WHERE t.account_id = :me"
            " GROUP BY t.tag ORDER BY count(*) DESC, t.tag"
        )
        return _counts(db, sql, {"me": actor.account_id}, page)
    within = reach(actor)
    sql = (
        "SELECT t.tag, count(*) FROM notes AS n"
        " JOIN note_tags AS t ON t.account_id = n.account_id AND t.note_id = n.id"
        f" WHERE {within.sql} AND {LIVE} GROUP BY t.tag ORDER BY count(*) DESC, t.tag"
    )
    return _counts(db, sql, within.values, page)


def ids_in_bucket(db: Connection, actor: Actor, bucket: str) -> list[str]:
    within = reach(actor)
    rows = db.all(
        f"SELECT n.id FROM notes AS n WHERE {within.sql} AND n.bucket = :bucket AND {LIVE} ORDER BY n.id",
        {**within.values, "bucket": bucket},
    )
    return [row[0] for row in rows]


def ids_with_tag(db: Connection, actor: Actor, tag: str) -> list[str]:
    within = reach(actor)
    rows = db.all(
        f"SELECT n.id FROM notes AS n WHERE {within.sql} AND {LIVE} AND n.id IN ("
        "SELECT t.note_id FROM note_tags AS t WHERE t.account_id = :me AND t.tag = :tag) ORDER BY n.id",
        {**within.values, "tag": tag},
    )
    return [row[0] for row in rows]


def _counts(db: Connection, sql: str, values: dict[str, object], page: Page) -> list[Count]:
    rows = db.all(
        f"{sql} LIMIT :limit OFFSET :offset", {**values, "limit": page.limit, "offset": page.offset}
    )
    return [Count(name=name, count=count) for name, count in rows]
