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

TEXT_READ = 50_000  # characters of a text that are read for ranking: a hundred texts may have a megabyte each


class Candidate(NamedTuple):
    """A note that holds something of what was asked."""

    number: int
    note_id: str
    title: str
    bucket: str
    tags: str  # JSON: its words are the tags' words, so that reading it would be work for nothing
    text: str  # the first TEXT_READ characters
    is_whole: bool = True  # there is no more text


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

    The index's own rank would make the cut depend on how often words stand in notes that the actor may not see.
    """
    source, narrowed = _narrowed(db, actor, wishes(actor, buckets, tags))
    match = db.words.match_query(actor.account_id, phrases, prefix=prefix, in_body=in_body)
    rows = db.all(
        f"SELECT {db.words.number} FROM {source} WHERE {_where(db, actor)}{narrowed.sql}"
        f" ORDER BY {db.words.newest_first} LIMIT :limit",
        {**narrowed.values, "match": match, "limit": limit},
    )
    return [row[0] for row in rows]


def which_hold(
    db: Connection, actor: Actor, numbers: Sequence[int], phrase: Sequence[str], *, prefix: bool
) -> set[int]:
    """Of the notes with these numbers, which were found within reach before, those that hold the phrase."""
    number = db.words.found_number
    named = any_of(number, "number", numbers)
    match = db.words.match_query(actor.account_id, (phrase,), prefix=prefix, in_body=True)
    rows = db.all(
        f"SELECT DISTINCT {number} FROM {db.words.source} WHERE {_where(db, actor)} AND {named.sql}"
        f" ORDER BY {number} LIMIT :limit",
        {**named.values, "me": actor.account_id, "match": match, "limit": len(numbers)},
    )
    return {row[0] for row in rows}


def candidates(db: Connection, actor: Actor, numbers: Sequence[int]) -> list[Candidate]:
    """The notes with these numbers, in their order."""
    if not numbers:
        return []
    own, named = own_reach(actor), any_of("n.number", "number", numbers)
    text = "substr(n.text, 1, :characters)"
    columns = f"SELECT n.number, n.id, n.title, n.bucket, n.tags, {text} AS text"
    sql = f"{columns} FROM notes AS n WHERE {own.sql} AND {named.sql} AND {LIVE}"
    if actor.reaches_shared_notes:
        shared = f"{shared_reach(actor).sql} AND {named.sql} AND {LIVE}"
        theirs = f"{columns} FROM {SHARED_NOTES} WHERE {shared}"
        sql = f"SELECT * FROM ({sql} UNION ALL {theirs}) AS found"
    rows = db.all(
        f"{sql} ORDER BY number LIMIT :limit",
        # One more than is wanted tells whether there are more.
        {**own.values, **named.values, "limit": len(numbers), "characters": TEXT_READ + 1},
    )
    found = {row[0]: _candidate(*row) for row in rows}
    return [found[number] for number in numbers if number in found]


def _candidate(
    number: int, note_id: str, title: str, bucket: str, tags: str, text: str
) -> Candidate:
    is_whole = len(text) <= TEXT_READ
    return Candidate(number, note_id, title, bucket, tags, text[:TEXT_READ], is_whole)


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


def _narrowed(db: Connection, actor: Actor, wished: Reach) -> tuple[str, Reach]:
    """For FROM, and a condition besides the index's.

    The index holds for each account the live notes that it may read, so that only narrower wishes need the notes
    before the cut.
    """
    within = reach(actor)
    values = {**within.values, **wished.values}
    if actor.grant.reaches_everything and not wished.sql:
        return db.words.source, Reach("", values)
    joined = f"{db.words.source} JOIN notes AS n ON {db.words.is_of_note}"
    return joined, Reach(f" AND {within.sql} AND {LIVE}{wished.sql}", values)


def _where(db: Connection, actor: Actor) -> str:
    return db.words.where_readable if actor.reaches_shared_notes else db.words.where
