"""The SQL of searching: the candidates that the full-text index ranks highest."""

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from spote.domain.notes.reach import LIVE, Reach, any_of, reach
from spote.identity import Actor
from spote.storage import Connection


class Candidate(NamedTuple):
    """A note that holds something of what was asked."""

    note_id: str
    title: str
    bucket: str
    tags: tuple[str, ...]
    text: str


def notes_with_words(
    db: Connection,
    actor: Actor,
    phrases: Sequence[Sequence[str]],
    *,
    buckets: Sequence[str],
    tags: Sequence[str],
    prefix: bool,
    every: bool,
    limit: int,
) -> list[Candidate]:
    """Live notes within reach that hold any, or every one, of the phrases, the index's best first.

    The index holds each account's live notes, so that only narrower wishes need the notes before the cut.
    """
    within, wished = reach(actor), wishes(buckets, tags)
    narrow = not actor.grant.reaches_everything or wished.sql
    notes = f" JOIN notes AS n ON n.number = {db.words.number}" if narrow else ""
    condition = f" AND {within.sql} AND {LIVE}{wished.sql}" if narrow else ""
    rows = db.all(
        "SELECT n.id, n.title, n.bucket, n.tags, n.text FROM ("
        f"SELECT {db.words.number} AS number, {db.words.rank} AS place FROM {db.words.source}{notes}"
        f" WHERE {db.words.where}{condition} ORDER BY place LIMIT :limit"
        f") AS best JOIN notes AS n ON n.number = best.number WHERE {within.sql} AND {LIVE}"
        " ORDER BY best.place, n.id",
        {
            **within.values,
            **wished.values,
            "match": db.words.match_query(actor.account_id, phrases, prefix=prefix, every=every),
            "limit": limit,
        },
    )
    return [_candidate(row) for row in rows]


def wishes(buckets: Sequence[str], tags: Sequence[str]) -> Reach:
    """What a search leaves out besides: a condition that begins with AND, or nothing."""
    sql, values = "", dict[str, object]()
    if buckets:
        named = any_of("n.bucket", "bucket", buckets)
        sql, values = sql + f" AND {named.sql}", values | named.values
    if tags:
        tagged = any_of("t.tag", "tag", tags)
        sql += f" AND n.id IN (SELECT t.note_id FROM note_tags AS t WHERE t.account_id = :me AND {tagged.sql})"
        values = values | tagged.values
    return Reach(sql, values)


def _candidate(row: tuple[Any, ...]) -> Candidate:
    note_id, title, bucket, tags, text = row
    return Candidate(note_id, title, bucket, tuple(json.loads(tags)), text)
