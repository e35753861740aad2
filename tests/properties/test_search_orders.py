"""The order of what is found tells nothing of how often a word stands in notes that the asker may not see."""

from contextlib import closing
from itertools import product
from pathlib import Path

import pytest

from spote.domain import accounts, notes, search
from spote.identity import FULL_ACCESS, Actor, CredentialKind, Grant, Via, new_id
from spote.paging import Page
from spote.settings import Settings
from spote.storage import Connection, open_database
from tests.postgresql import emptied

HIDDEN = ["alpha", "beta", "gamma " * 400, "alpha gamma", ""]


@pytest.mark.parametrize("visible", [1, 80], ids=["few", "more than are ranked"])
@pytest.mark.parametrize("whose", ["mine", "another's"])
@pytest.mark.parametrize("q", ["alpha beta", "alph", "gamma", "beta gamma", '"alpha beta" gamma'])
def test_hidden_notes_change_no_order(tmp_path, database_url, visible, whose, q):
    orders = {
        hidden: order(settings_for(tmp_path / str(number), database_url), visible, hidden, whose, q)
        for number, hidden in enumerate(HIDDEN)
    }
    assert len(set(orders.values())) == 1
    assert orders[""]


def settings_for(folder: Path, database_url: str) -> Settings:
    """An empty database."""
    return Settings(data=folder, database_url=emptied(database_url) if database_url else "")


def order(
    settings: Settings, visible: int, hidden: str, whose: str, q: str
) -> tuple[tuple[str, float], ...]:
    """Titles and scores that a token for one bucket, or another person, gets."""
    with closing(open_database(settings)) as database:
        mine = database.write_now(lambda db: person(db, "ada"))
        others = database.write_now(lambda db: person(db, "bob"))
        database.write_now(
            lambda db: fill(db, mine, others if whose != "mine" else mine, visible, hidden)
        )
        asker = mine
        if whose == "mine":
            grant = Grant(buckets=("Open",))
            asker = Actor(mine.account_id, grant, CredentialKind.TOKEN, new_id(), Via.API)
        query = search.SearchQuery(q=q)
        found = database.read_now(lambda db: search.search_notes(db, asker, query, Page(100)))
        return tuple((note.title, note.score) for note in found.items)


def person(db: Connection, name: str) -> Actor:
    draft = accounts.SignUp(email=f"{name}@example.org", password="correct horse")
    account = accounts.create_account(db, draft, "$argon2id$")
    return Actor(account.id, FULL_ACCESS, CredentialKind.SESSION, new_id(), Via.WEB)


def fill(db: Connection, mine: Actor, whose: Actor, visible: int, hidden: str) -> None:
    texts = ["alpha", "beta", "gamma", "alpha beta gamma", "alpha alpha " + "filler " * 30]
    for number, (text, _) in enumerate(product(texts, range(visible))):
        draft = notes.NoteDraft(title=f"note {number}", text=text, bucket="Open")
        notes.create_note(db, mine, draft)
    for number in range(200 if hidden else 0):
        draft = notes.NoteDraft(title=f"secret {number}", text=hidden, bucket="Closed")
        notes.create_note(db, whose, draft)
