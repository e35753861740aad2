"""SQL of what waits to be embedded, and of the model that an account's searches use."""

from typing import NamedTuple

from spote.domain.notes.reach import LIVE, Reach, any_of, own_reach, reach, shared_reach
from spote.identity import Actor
from spote.storage import Connection

_SHARED = (
    "shares AS sh JOIN unembedded AS w ON w.account_id = sh.account_id AND w.note_id = sh.note_id"
)


class WaitingNote(NamedTuple):
    """A note whose passages are not embedded as they are now."""

    account_id: str
    note_id: str
    since: int  # ms
    version: int


class Fresh(NamedTuple):
    """Notes that a search waits for, as they were when it began."""

    keys: tuple[tuple[str, str], ...]  # account and note
    last_saved: int  # ms


class NoteToEmbed(NamedTuple):
    version: int
    title: str
    bucket: str
    tags: str  # JSON
    text: str


def waiting_notes(db: Connection, *, awaited: bool = False, limit: int) -> list[WaitingNote]:
    """The newest first. `awaited`: those that somebody waits for, by who began to wait first."""
    some, first = "", ""
    if awaited:  # the index holds no others
        some = " AND w.awaited_until > 0 AND w.awaited_until > :now"
        first = "w.awaited_until, "
    rows = db.all(
        "SELECT w.account_id, w.note_id, w.since, n.version FROM unembedded AS w"
        " JOIN notes AS n ON n.account_id = w.account_id AND n.id = w.note_id"
        f" WHERE w.retry_at <= :now{some} AND {LIVE}"
        f" ORDER BY {first}w.since DESC, w.account_id DESC, w.note_id DESC LIMIT :limit",
        {"now": db.now, "limit": limit},
    )
    return [WaitingNote(*row) for row in rows]


def await_notes(db: Connection, fresh: Fresh, *, until: int) -> None:
    db.send_each(
        "UPDATE unembedded SET awaited_until = :until"
        " WHERE account_id = :account_id AND note_id = :note_id",
        [
            {"account_id": account_id, "note_id": note_id, "until": until}
            for account_id, note_id in sorted(fresh.keys)
        ],
    )


def note_to_embed(db: Connection, account_id: str, note_id: str) -> NoteToEmbed | None:
    row = db.one(
        "SELECT n.version, n.title, n.bucket, n.tags, n.text FROM notes AS n"
        f" WHERE n.account_id = :account_id AND n.id = :note_id AND {LIVE}",
        {"account_id": account_id, "note_id": note_id},
    )
    return NoteToEmbed(*row) if row else None


def live_version(db: Connection, account_id: str, note_id: str) -> int | None:
    row = db.one(
        f"SELECT n.version FROM notes AS n WHERE n.account_id = :account_id AND n.id = :note_id AND {LIVE}",
        {"account_id": account_id, "note_id": note_id},
    )
    return int(row[0]) if row else None


def count_readable_waiting(db: Connection, actor: Actor) -> int:
    """Of the notes within reach."""
    return sum(
        _number(db, f"SELECT count(*) FROM {notes.sql}", notes.values) for notes in _readable(actor)
    )


def count_waiting(db: Connection, account_id: str) -> int:
    row = db.one(
        "SELECT count(*) FROM unembedded WHERE account_id = :account_id", {"account_id": account_id}
    )
    return int(row[0]) if row else 0


def newest_waiting(db: Connection, actor: Actor, *, count: int) -> Fresh | None:
    """Those within reach, without those whose next try is later. None where nothing waits."""
    found = [
        row
        for notes in _readable(actor)
        for row in db.all(
            f"SELECT w.since, w.account_id, w.note_id FROM {notes.sql} AND w.retry_at <= :now"
            " ORDER BY w.since DESC LIMIT :count",
            {**notes.values, "now": db.now, "count": count},
        )
    ]
    newest = sorted(found, reverse=True)[:count]
    if not newest:
        return None
    return Fresh(tuple((row[1], row[2]) for row in newest), newest[0][0])


def is_waiting(db: Connection, fresh: Fresh) -> bool:
    """Whether any of them is still not embedded as it was. One that failed is not waited for any longer."""
    accounts = any_of("w.account_id", "account", sorted({key[0] for key in fresh.keys}))
    notes = any_of("w.note_id", "note", [key[1] for key in fresh.keys])
    row = db.one(
        f"SELECT 1 FROM unembedded AS w WHERE {accounts.sql} AND {notes.sql}"
        " AND w.since <= :last_saved AND w.retry_at <= :now LIMIT 1",
        {**accounts.values, **notes.values, "last_saved": fresh.last_saved, "now": db.now},
    )
    return row is not None


def _readable(actor: Actor) -> list[Reach]:
    """FROM and WHERE: of their own notes, and of those that others share with them, within the grant's places."""
    is_narrow = not actor.grant.reaches_everything
    notes = (
        " JOIN notes AS n ON n.account_id = w.account_id AND n.id = w.note_id" if is_narrow else ""
    )
    own, shared = own_reach(actor), shared_reach(actor)
    whose = own.sql if is_narrow else "w.account_id = :me"
    found = [Reach(f"unembedded AS w{notes} WHERE {whose}", own.values)]
    if actor.reaches_shared_notes:
        found.append(Reach(f"{_SHARED}{notes} WHERE {shared.sql}", shared.values))
    return found


def _number(db: Connection, sql: str, values: dict[str, object]) -> int:
    row = db.one(sql, values)
    return int(row[0]) if row else 0


def reaches_a_note(db: Connection, actor: Actor) -> bool:
    within = reach(actor)
    sql = f"SELECT 1 FROM notes AS n WHERE {within.sql} AND {LIVE} LIMIT 1"
    return db.one(sql, within.values) is not None


def count_all_waiting(db: Connection) -> int:
    row = db.one("SELECT count(*) FROM unembedded")
    return int(row[0]) if row else 0


def delete_waiting(db: Connection, note: WaitingNote) -> None:
    """Unless it has changed since it was read."""
    db.send(
        "DELETE FROM unembedded WHERE account_id = :account_id AND note_id = :note_id AND since = :since",
        {"account_id": note.account_id, "note_id": note.note_id, "since": note.since},
    )


def postpone(db: Connection, note: WaitingNote, *, until: int) -> None:
    db.execute(
        "UPDATE unembedded SET retry_at = :until"
        " WHERE account_id = :account_id AND note_id = :note_id AND since = :since",
        {
            "account_id": note.account_id,
            "note_id": note.note_id,
            "since": note.since,
            "until": until,
        },
    )


def make_due(db: Connection) -> None:
    """Whatever failed is tried again now."""
    db.execute("UPDATE unembedded SET retry_at = 0 WHERE retry_at > :now", {"now": db.now})


def queue_account(db: Connection, account_id: str, model: str) -> int:
    """All live notes that have no passage of this model; returns how many."""
    return db.execute(
        "INSERT INTO unembedded (account_id, note_id, since)"
        " SELECT n.account_id, n.id, n.updated_at FROM notes AS n"
        f" WHERE n.account_id = :account_id AND {LIVE} AND NOT EXISTS (SELECT 1 FROM passages AS p"
        " WHERE p.account_id = n.account_id AND p.note_id = n.id AND p.model = :model)"
        " ON CONFLICT (account_id, note_id) DO NOTHING",
        {"account_id": account_id, "model": model},
    )


def accounts_to_embed(db: Connection, model: str, *, limit: int) -> list[str]:
    """Accounts whose notes have not all been embedded with this model, and of which nothing waits."""
    rows = db.all(
        "SELECT a.id FROM accounts AS a LEFT JOIN embedded_accounts AS e ON e.account_id = a.id"
        " WHERE (e.model IS NULL OR e.model <> :model)"
        " AND NOT EXISTS (SELECT 1 FROM unembedded AS w WHERE w.account_id = a.id)"
        " ORDER BY a.id LIMIT :limit",
        {"model": model, "limit": limit},
    )
    return [row[0] for row in rows]


def serving_model(db: Connection, account_id: str) -> str | None:
    row = db.one(
        "SELECT model FROM embedded_accounts WHERE account_id = :account_id",
        {"account_id": account_id},
    )
    return row[0] if row else None


def model_of_owners(db: Connection, actor: Actor) -> str | None:
    """That of somebody who shares a note with the account, for one that has none of its own yet."""
    row = db.one(
        "SELECT e.model FROM shares AS sh JOIN embedded_accounts AS e ON e.account_id = sh.account_id"
        " WHERE sh.guest_id = :me AND e.model IS NOT NULL LIMIT 1",
        {"me": actor.account_id},
    )
    return row[0] if row else None


def update_serving_model(db: Connection, account_id: str, model: str) -> None:
    """Nothing where the account has gone meanwhile."""
    db.execute(
        "INSERT INTO embedded_accounts (account_id, model) SELECT id, :model FROM accounts WHERE id = :account_id"
        " ON CONFLICT (account_id) DO UPDATE SET model = excluded.model",
        {"account_id": account_id, "model": model},
    )
