"""The one condition for which notes an actor reaches: their own and those shared with them, within the grant's places.

Search, history, relations and lists use it too, so that absent, not the caller's and outside the places are alike.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from spote.identity import Actor, Grant

LIVE = "n.trashed_at IS NULL"
TRASHED = "n.trashed_at IS NOT NULL"
# For FROM: the notes that others share with the account; the trash is its owner's alone.
SHARED_NOTES = "shares AS sh JOIN notes AS n ON n.account_id = sh.account_id AND n.id = sh.note_id"


@dataclass(frozen=True, slots=True)
class Reach:
    """A condition on `notes AS n`, and the values of its parameters."""

    sql: str
    values: dict[str, object]


def reach(actor: Actor, *, named: str = "") -> Reach:
    """Of live notes: the actor's own, and those that were shared with them and accepted.

    `named` is a condition on `sh.note_id` where only some notes can be meant: so they are found quickest.
    """
    whose = lies_with(actor, "n.account_id", named=named)
    if actor.reaches_shared_notes:
        whose += (
            " AND (n.account_id = :me OR EXISTS (SELECT 1 FROM shares AS sh"
            " WHERE sh.guest_id = :me AND sh.note_id = n.id AND sh.account_id = n.account_id))"
        )
    return _within_places(actor, whose)


def own_reach(actor: Actor, *, trashed: bool = False) -> Reach:
    """Of their own notes alone. `trashed`: of those in the trash, whose tags stand in the note alone."""
    return _within_places(actor, "n.account_id = :me", trashed=trashed)


def shared_reach(actor: Actor) -> Reach:
    """Of `SHARED_NOTES`: those of others alone."""
    return _within_places(actor, "sh.guest_id = :me")


def lies_with(actor: Actor, account: str, *, named: str = "") -> str:
    """Whether a column holds an account that has any note for the actor: no permission, but what leads to an index."""
    if not actor.reaches_shared_notes:
        return f"{account} = :me"
    some = f" AND sh.note_id {named}" if named else ""
    return (
        f"{account} IN (SELECT CAST(:me AS TEXT) UNION ALL"
        f" SELECT sh.account_id FROM shares AS sh WHERE sh.guest_id = :me{some})"
    )


def bearing_any(tags: Sequence[str], *, of_own: bool) -> Reach:
    """A wish, not a permission: notes `n` with any of these tags. `of_own`: quicker where all are the actor's own."""
    tagged = any_of("t.tag", "tag", tags)
    if of_own:
        sql = f"n.id IN (SELECT t.note_id FROM note_tags AS t WHERE t.account_id = :me AND {tagged.sql})"
    else:
        sql = (
            "EXISTS (SELECT 1 FROM note_tags AS t WHERE t.account_id = n.account_id AND t.note_id = n.id"
            f" AND {tagged.sql})"
        )
    return Reach(sql, tagged.values)


def bucket_reach(grant: Grant, column: str) -> Reach:
    """The grant's buckets alone, as a condition on a column that holds a bucket's name."""
    sql, values = _buckets(grant, column)
    return Reach(sql or "1 = 1", values)


def revision_reach(actor: Actor) -> Reach:
    """Of revisions `r` of a note within reach: the places at their time, and since when the note is shared.

    A note that came from elsewhere does not bring its past along, neither to a token nor to a guest.
    """
    sql, values = _buckets(actor.grant, "r.bucket")
    conditions = [sql] if sql else []
    if actor.grant.tags is not None:
        tagged = _json_has_any("r.tags", actor.grant.tags)
        conditions.append(tagged.sql)
        values = values | tagged.values
    if actor.reaches_shared_notes:
        conditions.append(
            "(r.account_id = :me OR r.version >= (SELECT sh.from_version FROM shares AS sh"
            " WHERE sh.guest_id = :me AND sh.note_id = r.note_id AND sh.account_id = r.account_id))"
        )
    return Reach(" AND ".join(conditions) or "1 = 1", {**values, "me": actor.account_id})


def any_of(column: str, name: str, wanted: Sequence[object]) -> Reach:
    """`column IN (…)` with a parameter for each value."""
    values: dict[str, object] = {f"{name}_{n}": value for n, value in enumerate(wanted)}
    return Reach(f"{column} IN ({', '.join(':' + key for key in values)})", values)


def _within_places(actor: Actor, whose: str, *, trashed: bool = False) -> Reach:
    sql, values = _places(actor.grant, trashed=trashed)
    return Reach(
        whose + sql, {**values, "me": actor.account_id, "reach_token": actor.credential_id}
    )


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
