"""A person with ten thousand notes."""

from contextlib import closing
from functools import partial

import httpx

from spote.domain import accounts, notes
from spote.identity import FULL_ACCESS, Actor, CredentialKind, Via
from spote.storage import Connection, open_database
from tests.servers import Server

MANY = 10_000
BATCH = 1_000
EMAIL = "many@example.org"


def sign_up_with_many(site: Server) -> httpx.Client:
    person = site.sign_up(EMAIL)
    with closing(open_database(site.settings)) as database:
        for first in range(0, MANY, BATCH):
            database.write_now(partial(_write, first=first))
    return person


def _write(db: Connection, first: int) -> None:
    account = accounts.account_by_email(db, EMAIL)
    actor = Actor(account.id, FULL_ACCESS, CredentialKind.LOCAL, "local", Via.IMPORT)
    for number in range(first, first + BATCH):
        draft = notes.NoteDraft(title=f"Note {number}", text="Short.", tags=())
        notes.create_note(db, actor, draft)
