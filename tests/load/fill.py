"""Fills accounts with notes through the domain, without HTTP, in batches."""

from functools import partial
from itertools import islice

from spote.domain import accounts, notes
from spote.identity import FULL_ACCESS, Actor, CredentialKind, Via
from spote.settings import Settings
from spote.storage import Connection, Database, open_database
from tests.load.corpus import drafts

BATCH = 500


def fill(settings: Settings, counts: dict[str, int]) -> None:
    """As many notes for each of the accounts, given by e-mail address."""
    database = open_database(settings)
    try:
        for email, count in counts.items():
            _fill_account(database, email, count)
    finally:
        database.close()


def _fill_account(database: Database, email: str, count: int) -> None:
    account = database.read_now(lambda db: accounts.account_by_email(db, email))
    actor = Actor(account.id, FULL_ACCESS, CredentialKind.LOCAL, "local", Via.IMPORT)
    made = drafts(count)
    while batch := list(islice(made, BATCH)):
        database.write_now(partial(_create, actor=actor, batch=batch))


def _create(db: Connection, actor: Actor, batch: list[notes.NoteDraft]) -> None:
    for draft in batch:
        notes.create_note(db, actor, draft)
