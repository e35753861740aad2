"""SQL of what waits to be embedded, and of the model that an account's searches use."""

from typing import NamedTuple

from spote.domain.notes.reach import LIVE, Reach, own_reach, reach, shared_reach
from spote.identity import Actor
from spote.storage import Connection

_FRESH = "w.since BETWEEN :first_saved AND :last_saved"
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
    """When the first and the last of the notes were saved that a search waits for, in ms, and whose they are."""

    first_saved: int
    last_saved: int
    account_ids: tuple[str, ...]


class AwaitedAccount(NamedTuple):
    """Somebody waits for those of its notes that were saved between these times."""

    account_id: str
    first_saved: int  # ms
    last_saved: int  # ms


class NoteToEmbed(NamedTuple):
    version: int
    title: str
    bucket: str
    tags: str  # JSON
    text: str


def waiting_notes(
    db: Connection, awaited: AwaitedAccount | None = None, *, limit: int
) -> list[WaitingNote]:
    """The newest first, of one account or of all."""
    own = f" AND w.account_id = :account_id AND {_FRESH}" if awaited else ""
    values = awaited._asdict() if awaited else {}
    rows = db.all(
        "SELECT w.account_id, w.note_id, w.since, n.version FROM unembedded AS w"
        " JOIN notes AS n ON n.account_id = w.account_id AND n.id = w.note_id"
        f" WHERE w.retry_at <= :now{own} AND {LIVE}"
        " ORDER BY w.since DESC, w.account_id DESC, w.note_id DESC LIMIT :limit",
        {"now": db.now, "limit": limit, **values},
    )
    return [WaitingNote(*row) for row in rows]


def await_account(db: Connection, awaited: AwaitedAccount, *, until: int) -> None:
    """Nothing where the account has gone meanwhile."""
    db.execute(
        "INSERT INTO embedded_accounts (account_id, awaited_until, awaited_first_saved, awaited_last_saved)"
        " SELECT id, :until, :first_saved, :last_saved FROM accounts WHERE id = :account_id"
        " ON CONFLICT (account_id) DO UPDATE SET awaited_until = excluded.awaited_until,"
        " awaited_first_saved = excluded.awaited_first_saved, awaited_last_saved = excluded.awaited_last_saved",
        {"until": until, **awaited._asdict()},
    )


def awaited_accounts(db: Connection, *, limit: int) -> list[AwaitedAccount]:
    rows = db.all(
        "SELECT account_id, awaited_first_saved, awaited_last_saved FROM embedded_accounts"
        " WHERE awaited_until > :now"
        " ORDER BY awaited_until LIMIT :limit",
        {"now": db.now, "limit": limit},
    )
    return [AwaitedAccount(*row) for row in rows]


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
            f"SELECT w.since, w.account_id FROM {notes.sql} AND w.retry_at <= :now"
            " ORDER BY w.since DESC LIMIT :count",
            {**notes.values, "now": db.now, "count": count},
        )
    ]
    newest = sorted(found, reverse=True)[:count]
    if not newest:
        return None
    return Fresh(newest[-1][0], newest[0][0], tuple(sorted({row[1] for row in newest})))


def is_waiting(db: Connection, actor: Actor, fresh: Fresh) -> bool:
    return any(
        db.one(
            f"SELECT 1 FROM {notes.sql} AND {_FRESH} AND w.retry_at <= :now LIMIT 1",
            {
                **notes.values,
                "first_saved": fresh.first_saved,
                "last_saved": fresh.last_saved,
                "now": db.now,
            },
        )
        for notes in _readable(actor)
    )


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
