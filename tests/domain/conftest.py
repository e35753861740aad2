"""A real, empty database for each test, and an account in it, for calling services."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from spote.domain import accounts
from spote.identity import FULL_ACCESS, Actor, CredentialKind, Grant, Via, new_id
from spote.settings import Settings
from spote.storage import Database, open_database
from tests.postgresql import emptied

Run = Callable[..., Any]
PASSWORD_HASH = "$argon2id$never-checked-here"


@pytest.fixture
def database_url(database_url: str) -> str:
    """Empty for each test."""
    return emptied(database_url) if database_url else ""


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    return Settings(data=tmp_path / "data", database_url=database_url)


@pytest.fixture
def database(settings: Settings) -> Iterator[Database]:
    database = open_database(settings)
    yield database
    database.close()


@pytest.fixture
def write(database: Database) -> Run:
    """`write(service, *details)` calls `service(db, *details)` in a transaction of its own."""
    return lambda service, *details, **more: database.write_now(
        lambda db: service(db, *details, **more)
    )


@pytest.fixture
def read(database: Database) -> Run:
    return lambda service, *details, **more: database.read_now(
        lambda db: service(db, *details, **more)
    )


@pytest.fixture
def sql(database: Database) -> Run:
    """For looking into tables, and for setting a time in the past."""
    return lambda text, /, **values: database.write_now(lambda db: db.all(text, values))


@pytest.fixture
def make_account(write: Run) -> Run:
    def make(email: str = "ada@example.org", password_hash: str = PASSWORD_HASH) -> Any:
        draft = accounts.SignUp(email=email, password="correct horse")
        return write(accounts.create_account, draft, password_hash)

    return make


@pytest.fixture
def account(make_account: Run) -> Any:
    return make_account()


@pytest.fixture
def sign_in(write: Run) -> Run:
    """`sign_in(account)` opens a session and returns its actor."""

    def sign_in(account: accounts.Account, password_hash: str = PASSWORD_HASH) -> Any:
        opened = write(accounts.open_session, account.id, password_hash, "Firefox", "192.0.2.1")
        return write(accounts.authenticate_session, opened.secret)

    return sign_in


@pytest.fixture
def person(sign_in: Run, account: accounts.Account) -> Any:
    return sign_in(account)


@pytest.fixture
def agent(account: accounts.Account) -> Actor:
    """A token of the account with every verb there is."""
    return agent_of(account)


@pytest.fixture
def powerless(account: accounts.Account) -> Actor:
    return agent_of(account, Grant(verbs=frozenset()))


def agent_of(account: accounts.Account, grant: Grant = FULL_ACCESS) -> Actor:
    return Actor(account.id, grant, CredentialKind.TOKEN, new_id(), Via.API, label="Script")
