"""SQL of buckets and tags: names with counts, and which notes bear them."""

from spote.domain.notes.model import Count
from spote.domain.notes.reach import (
    LIVE,
    SHARED_NOTES,
    Reach,
    bucket_reach,
    own_reach,
    shared_reach,
)
from spote.identity import Actor
from spote.paging import Page
from spote.storage import Connection


def buckets_page(db: Connection, actor: Actor, page: Page) -> list[Count]:
    """Most used first. Where the grant speaks of buckets alone, the kept counts are the answer for their own notes."""
    if actor.grant.tags is None and not actor.grant.own_notes_only:
        places = bucket_reach(actor.grant, "c.bucket")
        own = Reach(
            "SELECT c.bucket AS name, c.notes AS times FROM bucket_counts AS c"
            f" WHERE c.account_id = :me AND c.notes > 0 AND {places.sql}",
            {"me": actor.account_id, **places.values},
        )
    else:
        within = own_reach(actor)
        own = Reach(
            f"SELECT n.bucket AS name, 1 AS times FROM notes AS n WHERE {within.sql} AND {LIVE}",
            within.values,
        )
    return _counts(db, _summed(actor, own, f"SELECT n.bucket, 1 FROM {SHARED_NOTES}"), page)


def tags_page(db: Connection, actor: Actor, page: Page) -> list[Count]:
    """Most used first."""
    tags = " JOIN note_tags AS t ON t.account_id = n.account_id AND t.note_id = n.id"
    if actor.grant.reaches_everything:
        own = Reach(
            "SELECT t.tag AS name, 1 AS times FROM note_tags AS t WHERE t.account_id = :me",
            {"me": actor.account_id},
        )
    else:
        within = own_reach(actor)
        own = Reach(
            f"SELECT t.tag AS name, 1 AS times FROM notes AS n{tags} WHERE {within.sql} AND {LIVE}",
            within.values,
        )
    return _counts(db, _summed(actor, own, f"SELECT t.tag, 1 FROM {SHARED_NOTES}{tags}"), page)


def ids_in_bucket(db: Connection, actor: Actor, bucket: str) -> list[str]:
    """Of the actor's own notes, as those of others are not theirs to put in order."""
    within = own_reach(actor)
    rows = db.all(
        f"SELECT n.id FROM notes AS n WHERE {within.sql} AND n.bucket = :bucket AND {LIVE} ORDER BY n.id",
        {**within.values, "bucket": bucket},
    )
    return [row[0] for row in rows]


def ids_with_tag(db: Connection, actor: Actor, tag: str) -> list[str]:
    within = own_reach(actor)
    rows = db.all(
        f"SELECT n.id FROM notes AS n WHERE {within.sql} AND {LIVE} AND n.id IN ("
        "SELECT t.note_id FROM note_tags AS t WHERE t.account_id = :me AND t.tag = :tag) ORDER BY n.id",
        {**within.values, "tag": tag},
    )
    return [row[0] for row in rows]


def _summed(actor: Actor, own: Reach, shared: str) -> Reach:
    """Names with the sums of their times, in the actor's own notes and in those of others."""
    found = own
    if actor.reaches_shared_notes:
        within = shared_reach(actor)
        sql = f"{own.sql} UNION ALL {shared} WHERE {within.sql} AND {LIVE}"
        found = Reach(sql, {**own.values, **within.values})
    sums = "SELECT name, CAST(sum(times) AS BIGINT) AS times"
    return Reach(
        f"{sums} FROM ({found.sql}) AS found GROUP BY name ORDER BY times DESC, name", found.values
    )


def _counts(db: Connection, found: Reach, page: Page) -> list[Count]:
    rows = db.all(
        f"{found.sql} LIMIT :limit OFFSET :offset",
        {**found.values, "limit": page.limit, "offset": page.offset},
    )
    return [Count(name=name, count=count) for name, count in rows]
