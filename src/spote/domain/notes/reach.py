"""The one condition for which notes an actor reaches: whose they are, and the grant's places.

Search, history, relations and lists use it too, so that absent, not the caller's and outside the places are alike.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from spote.identity import Actor, Grant

LIVE = "n.trashed_at IS NULL"
TRASHED = "n.trashed_at IS NOT NULL"


@dataclass(frozen=True, slots=True)
class Reach:
    """A condition on `notes AS n`, and the values of its parameters."""

    sql: str
    values: dict[str, object]


def reach(actor: Actor, *, trashed: bool = False) -> Reach:
    """With `trashed` the condition also holds for notes in the trash, whose tags stand in the note alone."""
    sql, values = _places(actor.grant, trashed=trashed)
    return Reach(
        f"n.account_id = :me{sql}",
        {**values, "me": actor.account_id, "reach_token": actor.credential_id},
    )


def bucket_reach(grant: Grant, column: str) -> Reach:
    """The grant's buckets alone, as a condition on a column that holds a bucket's name."""
    sql, values = _buckets(grant, column)
    return Reach(sql or "1 = 1", values)


def revision_reach(grant: Grant) -> Reach:
    """The places at the time of a revision `r`: a note that came from elsewhere does not bring its past along."""
    sql, values = _buckets(grant, "r.bucket")
    if grant.tags is not None:
        tagged = _json_has_any("r.tags", grant.tags)
        sql = " AND ".join(filter(None, [sql, tagged.sql]))
        values = values | tagged.values
    return Reach(sql or "1 = 1", values)


def any_of(column: str, name: str, wanted: Sequence[object]) -> Reach:
    """`column IN (…)` with a parameter for each value."""
    values: dict[str, object] = {f"{name}_{n}": value for n, value in enumerate(wanted)}
    return Reach(f"{column} IN ({', '.join(':' + key for key in values)})", values)


@lru_cache(maxsize=1024)
def _places(grant: Grant, *, trashed: bool) -> tuple[str, dict[str, object]]:
    if grant.reaches_everything:
        return "", {}
    sql, values = _buckets(grant, "n.bucket")
    conditions = [sql] if sql else []
    if grant.tags is not None:
        tags = _json_has_any("n.tags", grant.tags) if trashed else _bears_any(grant.tags)
        conditions.append(tags.sql)
        values = values | tags.values
    if grant.own_notes_only:
        conditions.append("n.created_by_token = :reach_token")
    return "".join(f" AND {condition}" for condition in conditions), values


def _bears_any(tags: Sequence[str]) -> Reach:
    if not tags:
        return Reach("1 = 0", {})
    named = any_of("rt.tag", "reach_tag", tags)
    return Reach(
        "EXISTS (SELECT 1 FROM note_tags AS rt WHERE rt.account_id = n.account_id"
        f" AND rt.note_id = n.id AND {named.sql})",
        named.values,
    )


def _json_has_any(column: str, tags: Sequence[str]) -> Reach:
    patterns = [pattern for tag in tags for pattern in _json_member(tag)]
    values: dict[str, object] = {f"member_{n}": pattern for n, pattern in enumerate(patterns)}
    matches = " OR ".join(f"{column} LIKE :{name} ESCAPE '\\'" for name in values)
    return Reach(f"({matches or '1 = 0'})", values)


def _buckets(grant: Grant, column: str) -> tuple[str, dict[str, object]]:
    conditions, values = [], {}
    if grant.buckets is not None:
        allowed = [_under(column, f"in_{n}") for n, _ in enumerate(grant.buckets)]
        conditions.append(f"({' OR '.join(allowed)})" if allowed else "1 = 0")
        values.update(_prefixes("in", grant.buckets))
    if grant.except_buckets:
        refused = [_under(column, f"out_{n}") for n, _ in enumerate(grant.except_buckets)]
        conditions.append(f"NOT ({' OR '.join(refused)})")
        values.update(_prefixes("out", grant.except_buckets))
    return " AND ".join(conditions), values


def _under(column: str, name: str) -> str:
    return f"({column} = :{name} OR substr({column}, 1, length(:{name}_below)) = :{name}_below)"


def _prefixes(name: str, places: Sequence[str]) -> dict[str, object]:
    exact: dict[str, object] = {f"{name}_{n}": place for n, place in enumerate(places)}
    return exact | {f"{name}_{n}_below": place + "/" for n, place in enumerate(places)}


def _json_member(tag: str) -> tuple[str, str]:
    """LIKE patterns for a JSON array that has this string as its first or as a later member.

    What comes before the string counts: the array `["a\\"b"]` holds the characters `"b"` too. No tag has a comma.
    """
    escaped = json.dumps(tag, ensure_ascii=False)
    for special in "\\%_":
        escaped = escaped.replace(special, "\\" + special)
    return f"[{escaped}%", f"%, {escaped}%"
