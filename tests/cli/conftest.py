"""The `spote` command in this process, on a data folder of its own: for many cases in a short time."""

import io
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from spote import cli
from spote.domain import accounts, notes
from spote.identity import FULL_ACCESS, Actor, CredentialKind, Via
from spote.paging import Page
from spote.settings import Settings
from spote.storage import Database, open_database
from tests.moving import End, fill, new_end
from tests.postgresql import PostgreSQL

EMAIL = "ada@example.org"


@dataclass(frozen=True)
class Ended:
    code: int
    out: str
    err: str


Spote = Callable[..., Ended]
MakeEnd = Callable[[str, str], End]
Move = Callable[..., Ended]


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"SPOTE_{name.upper()}", raising=False)
    monkeypatch.setenv("SPOTE_DATA", str(tmp_path / "data"))
    return tmp_path / "data"


@pytest.fixture
def spote(data: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Spote:
    """`spote("user", "list")` runs the command and says how it ended."""

    def run(*arguments: object, stdin: str = "") -> Ended:
        monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        capsys.readouterr()
        try:
            cli.main([str(one) for one in arguments])
            code: object = 0
        except SystemExit as ending:
            code = ending.code
        out, err = capsys.readouterr()
        if isinstance(code, str):
            return Ended(1, out, err + code)
        return Ended(int(code or 0), out, err)  # type: ignore[call-overload]

    return run


@pytest.fixture
def database(data: Path) -> Iterator[Database]:
    """The same data, opened besides, as a running server has it."""
    database = open_database(Settings(data=data))
    yield database
    database.close()


@pytest.fixture
def actor(database: Database) -> Actor:
    """An account with the address EMAIL."""
    return actor_of(database, EMAIL)


def actor_of(database: Database, email: str) -> Actor:
    draft = accounts.SignUp(email=email, password="correct horse")
    made = database.write_now(lambda db: accounts.create_account(db, draft, "not a hash"))
    return Actor(made.id, FULL_ACCESS, CredentialKind.SESSION, "test", Via.WEB)


def notes_of(database: Database, actor: Actor) -> list[Any]:
    listing = database.read_now(
        lambda db: notes.list_notes(db, actor, notes.NoteFilter(), Page(5000))
    )
    return sorted(listing.items, key=lambda note: (note.bucket, note.title))


@pytest.fixture
def end(tmp_path: Path, postgresql: PostgreSQL) -> MakeEnd:
    """`end("sqlite", "from")` is a place where no database is yet."""
    return lambda engine, name: new_end(engine, tmp_path / name, postgresql)


@pytest.fixture
def source(one: str, end: MakeEnd) -> End:
    """With something in each table."""
    made = end(one, "from")
    with made.opened() as database:
        fill(database, 3)
    return made


@pytest.fixture
def target(other: str, end: MakeEnd) -> End:
    return end(other, "to")


@pytest.fixture
def move(spote: Spote) -> Move:
    def run(*ends: End | str) -> Ended:
        given = [one.argument if isinstance(one, End) else one for one in ends]
        ended = spote("database", "move", *given)
        assert ended.code in (0, 1, 2)
        return ended

    return run
