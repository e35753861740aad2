"""Mails to a token's owner: it expires in 7 days, in 1 day, or somebody reported it.

They are planned in the database, so that a kill loses none, and taken by one server for a while, so that none goes
twice. Nothing of a token stands in them but its label and its last four characters.
"""

from dataclasses import dataclass
from datetime import timedelta

from spote.domain.mail import Mail, is_mailable, one_line
from spote.domain.tokens.notices import queries
from spote.settings import Settings
from spote.storage import Connection, to_time

BATCH = 100  # mails in one transaction
TAKEN = 600_000  # ms for which nobody else sends what was taken
RETRY = 900_000  # ms after a failure
DAY = timedelta(days=1) // timedelta(milliseconds=1)
REPORTED = "reported"
# From the longest; each is for a token that has no more than so much time left, and more than the next one says.
EXPIRIES = {"expires_in_7_days": 7 * DAY, "expires_in_1_day": DAY}


@dataclass(frozen=True, slots=True)
class Notice:
    """One mail, to be sent once."""

    account_id: str
    token_id: str
    kind: str
    about: int  # ms: the end that it speaks of, or when it was reported
    mail: Mail


def has_notices(db: Connection) -> bool:
    """Whether `plan_notices` and `take_notices` have anything to do: costs two look-ups in an index."""
    return queries.has_waiting(db) or any(
        queries.has_expiring(db, kind, **_span(db, kind)) for kind in EXPIRIES
    )


def plan_notices(db: Connection) -> int:
    """For tokens that expire soon; returns how many. Safe to run twice."""
    return sum(
        queries.insert_expiring(db, kind, limit=BATCH, **_span(db, kind)) for kind in EXPIRIES
    )


def plan_report_notice(db: Connection, *, account_id: str, token_id: str) -> None:
    """In the transaction that revokes it."""
    queries.insert_notice(db, queries.NoticeKey(account_id, token_id, REPORTED, db.now))


def take_notices(db: Connection) -> list[Notice]:
    """What is to be sent now. Whoever takes it says `finish_notice`; else another may take it after a while.

    What has become pointless is dropped: the token was revoked, or has expired, or got another end.
    """
    taken = []
    for row in queries.waiting(db, limit=BATCH):
        is_void = row.kind != REPORTED and (
            row.revoked_at is not None or row.about != row.expires_at or row.about <= db.now
        )
        if is_void or not is_mailable(row.email):
            queries.update_as_sent(db, row.key)
            continue
        queries.postpone(db, row.key, until=db.now + TAKEN)
        taken.append(Notice(*row.key, _mail(db.settings, row)))
    return taken


def finish_notice(db: Connection, notice: Notice, *, was_sent: bool) -> None:
    key = queries.NoticeKey(notice.account_id, notice.token_id, notice.kind, notice.about)
    if was_sent:
        queries.update_as_sent(db, key)
    else:
        queries.postpone(db, key, until=db.now + RETRY)


def _span(db: Connection, kind: str) -> dict[str, int]:
    """Of the ends that this kind speaks of."""
    shorter = [length for length in EXPIRIES.values() if length < EXPIRIES[kind]]
    return {
        "after": db.now + max(shorter, default=0),
        "until": db.now + EXPIRIES[kind],
        "lead": EXPIRIES[kind],
    }


def _mail(settings: Settings, row: queries.WaitingNotice) -> Mail:
    label, when = one_line(row.label), f"{to_time(row.about):%Y-%m-%d %H:%M} UTC"
    if row.kind == REPORTED:
        subject = f"Your token “{label}” was reported and is revoked"
        paragraphs = (
            f"Somebody found your token “{label}” (it ends in {row.hint}) and reported it on {when}.",
            "It is revoked: nobody can use it any more. Look where it may have got out, and make a new one for the tool"
            " that used it.",
        )
    else:
        subject = f"Your token “{label}” expires on {when}"
        paragraphs = (
            f"Your token “{label}” (it ends in {row.hint}) expires on {when}. What uses it stops working then.",
            "Give it another end or a new secret in Settings, if you still need it.",
        )
    return Mail(
        to=row.email,
        subject=subject,
        paragraphs=paragraphs,
        link=f"{settings.url}/app/settings/tokens",
        link_text="Open Settings",
        footer=f"Sent by Spote at {settings.url}, about your own account.",
    )
