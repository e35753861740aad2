"""The SQL of searching: which notes hold the words."""

from collections.abc import Sequence
from typing import NamedTuple

from spote.domain.notes.reach import (
    LIVE,
    SHARED_NOTES,
    Reach,
    any_of,
    bearing_any,
    own_reach,
    reach,
    shared_reach,
)
from spote.identity import Actor
from spote.storage import Connection


class Candidate(NamedTuple):
    """A note that holds something of what was asked."""

    note_id: str
    title: str
    bucket: str
    tags: str  # JSON: its words are the tags' words, so that reading it would be work for nothing
    text: str


def notes_with_words(
    db: Connection,
    actor: Actor,
    phrases: Sequence[Sequence[str]],
    *,
    buckets: Sequence[str],
    tags: Sequence[str],
    prefix: bool,
    in_body: bool,
    limit: int,
) -> list[int]:
    """Numbers of live notes within reach that hold every one of the phrases, newest first.

    The index holds for each account the live notes that it may read, so that only narrower wishes need the notes
    before the cut. Its own
    rank would make the cut depend on how often words stand in notes that the actor may not see.
    """
    within, wished = reach(actor), wishes(actor, buckets, tags)
    narrow = not actor.grant.reaches_everything or wished.sql
    notes = f" JOIN notes AS n ON {db.words.is_of_note}" if narrow else ""
    where = db.words.where_readable if actor.reaches_shared_notes else db.words.where
    condition = f" AND {within.sql} AND {LIVE}{wished.sql}" if narrow else ""
    rows = db.all(
        f"SELECT {db.words.number} FROM {db.words.source}{notes} WHERE {where}{condition}"
        f" ORDER BY {db.words.newest_first} LIMIT :limit",
        {
            **within.values,
            **wished.values,
            "match": db.words.match_query(
                actor.account_id, phrases, prefix=prefix, in_body=in_body
            ),
            "limit": limit,
        },
    )
    return [row[0] for row in rows]


def candidates(db: Connection, actor: Actor, numbers: Sequence[int]) -> list[Candidate]:
    """The notes with these numbers, in their order."""
    if not numbers:
        return []
    own, named = own_reach(actor), any_of("n.number", "number", numbers)
    columns = "SELECT n.number, n.id, n.title, n.bucket, n.tags, n.text"
    sql = f"{columns} FROM notes AS n WHERE {own.sql} AND {named.sql} AND {LIVE}"
    if actor.reaches_shared_notes:
        shared = f"{shared_reach(actor).sql} AND {named.sql} AND {LIVE}"
        theirs = f"{columns} FROM {SHARED_NOTES} WHERE {shared}"
        sql = f"SELECT * FROM ({sql} UNION ALL {theirs}) AS found"
    rows = db.all(
        f"{sql} ORDER BY number LIMIT :limit",
        {**own.values, **named.values, "limit": len(numbers)},
    )
    found = {number: Candidate(*row) for number, *row in rows}
    return [found[number] for number in numbers if number in found]


def wishes(actor: Actor, buckets: Sequence[str], tags: Sequence[str]) -> Reach:
    """What a search leaves out besides: a condition that begins with AND, or nothing."""
    sql, values = "", dict[str, object]()
    if buckets:
        named = any_of("n.bucket", "bucket", buckets)
        sql, values = sql + f" AND {named.sql}", values | named.values
    if tags:
        tagged = bearing_any(tags, of_own=not actor.reaches_shared_notes)
        sql, values = sql + f" AND {tagged.sql}", values | tagged.values
    return Reach(sql, values)
