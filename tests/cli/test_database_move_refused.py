"""`spote database move` refuses what it cannot do, changes nothing then, and shows no password."""

from pathlib import Path
from typing import Any

import pytest

from spote.domain import accounts, notes
from spote.errors import Conflict
from spote.storage import Connection, open_database
from spote.storage.dialects.sqlite.migrate import migrations as sqlite_migrations
from spote.storage.moving import sole_use
from tests.cli.conftest import MakeEnd, Move, Spote
from tests.moving import End, directions, fill, move_here

both = pytest.mark.parametrize("one", ["sqlite", "postgresql"])


@directions
def test_nobody_comes_to_a_database_that_is_being_moved(
    source: End, target: End, spote: Spote, monkeypatch: pytest.MonkeyPatch
) -> None:
    refusals: list[str] = []

    def rebuild(db: Connection, after: Any) -> tuple[Any, int]:
        for one in (source, target):
            monkeypatch.setenv("SPOTE_DATA", str(one.settings.data))
            monkeypatch.setenv("SPOTE_DATABASE_URL", one.settings.database_url)
            refusals.append(spote("user", "list").err)
        return notes.index_words(db, after)

    move_here(source, target, rebuild=rebuild)
    assert len(refusals) >= 2
    assert all("is being moved" in refusal for refusal in refusals)
    for one in (source, target):
        open_database(one.settings).close()


@directions
def test_a_target_with_accounts_is_left_alone(move: Move, source: End, target: End) -> None:
    with target.opened() as database:
        draft = accounts.SignUp(email="bob@example.org", password="correct horse")
        database.write_now(lambda db: accounts.create_account(db, draft, "hash"))
    before = target.contents()
    ended = move(source, target)
    assert (ended.code, ended.out) == (1, "")
    assert "has accounts already" in ended.err
    assert target.contents() == before


@directions
def test_a_target_that_is_used_is_left_alone(move: Move, source: End, target: End) -> None:
    with target.opened() as database:
        database.read_now(lambda db: db.check())
        assert "is in use" in move(source, target).err
    assert {rows for rows, _ in target.contents().values()} == {0}
    assert move(source, target).code == 0


@directions
def test_a_part_of_another_move_is_left_alone(
    move: Move, one: str, source: End, target: End, end: MakeEnd
) -> None:
    other = end(one, "other")
    with other.opened() as database:
        fill(database, 1)
    with pytest.raises(KeyboardInterrupt):
        move_here(other, target, rebuild=_interrupt)
    ended = move(source, target)
    assert ended.code == 1
    assert f"moved from {other.settings.database_place}" in ended.err
    assert "holds a part" in move(target, end(one, "next")).err
    assert move(other, target).code == 0
    assert target.contents() == other.contents()


def _interrupt(db: Connection, after: Any) -> tuple[Any, int]:
    raise KeyboardInterrupt


@both
def test_one_database_under_two_names_is_refused(move: Move, source: End, tmp_path: Path) -> None:
    before = source.contents()
    for name in _other_names(source, tmp_path):
        ended = move(source, name)
        assert (ended.code, ended.out) == (1, "")
        assert "are the same" in ended.err
    assert source.contents() == before


def _other_names(end: End, folder: Path) -> list[str]:
    if end.settings.database_url:
        url = end.settings.database_url
        return [url, url.replace("127.0.0.1", "localhost"), url + "?application_name=other"]
    (folder / "link").symlink_to(end.settings.data)
    data = end.settings.data
    return [str(data), f"{data}/spote.db", f"sqlite://{data}", f"{folder}/link", f"{data}/../from"]


@both
def test_another_schema_than_this_program_s_is_refused(
    move: Move, source: End, end: MakeEnd, tmp_path: Path
) -> None:
    newest = max(version for version, _ in sqlite_migrations())
    target = end("sqlite", "to")
    for version, words in ((newest + 1, "Use a newer Spote"), (newest - 1, "Start this Spote")):
        if source.engine == "sqlite":
            source.sql(f"PRAGMA user_version = {version}")
        else:
            source.sql(f"DELETE FROM schema_version WHERE version > {newest - 1}")
            source.sql(f"INSERT INTO schema_version VALUES ({version}) ON CONFLICT DO NOTHING")
        ended = move(source, target)
        assert (ended.code, ended.out) == (1, "")
        assert f"has schema {version}" in ended.err
        assert words in ended.err
        assert not target.settings.data.exists()


def test_what_is_no_database_is_refused(move: Move, end: MakeEnd, tmp_path: Path) -> None:
    target = end("sqlite", "to")
    empty = end("postgresql", "nothing")
    assert "no database of Spote" in move(empty, target).err
    assert "There is no database in" in move(end("sqlite", "nothing"), target).err
    assert not (tmp_path / "nothing").exists()
    (tmp_path / "rubbish").mkdir()
    (tmp_path / "rubbish" / "spote.db").write_bytes(b"no database" * 1000)
    assert "cannot be used" in move(end("sqlite", "rubbish"), target).err
    assert not target.settings.data.exists()


@pytest.mark.parametrize(
    "given", ["mysql://host/name", "sqlite://relative", "", "postgresql://hunter2@host", "{file}"]
)
def test_what_names_no_database_is_refused(move: Move, tmp_path: Path, given: str) -> None:
    (tmp_path / "notes.db").write_bytes(b"")
    ended = move(given.format(file=tmp_path / "notes.db"), str(tmp_path / "to"))
    assert ended.code == 1
    assert ended.err.startswith("FROM must be")
    assert "hunter2" not in ended.err


def test_no_password_is_shown(move: Move, end: MakeEnd, tmp_path: Path) -> None:
    url = end("postgresql", "unused").settings.database_url
    with_password = url.replace("postgres@", "postgres:hunter2@") + "?sslpassword=hunter2"
    source = end("sqlite", "from")
    with source.opened() as database:
        fill(database, 1)
    back = str(tmp_path / "back")
    wrong = with_password.replace("/spote_", "/spote_missing_")
    port = with_password.replace("127.0.0.1:", "127.0.0.1:1")
    ended = [
        *(move(source, one) for one in (wrong, port, "postgresql://x:hunter2@[bad/name")),
        *(move(one, back) for one in (wrong, port, with_password)),
        move(source, with_password),
        move(with_password, with_password),
        move(source, with_password),
        move(with_password, back),
    ]
    assert [one.code for one in ended] == [1] * 6 + [0, 1, 1, 0]
    assert "hunter2" not in "".join(one.out + one.err for one in ended)
    assert "Traceback" not in "".join(one.err for one in ended)
    assert "postgres:PASSWORD@127.0.0.1" in ended[6].out


def test_a_text_that_postgresql_cannot_keep_is_named(move: Move, end: MakeEnd) -> None:
    source, target = end("sqlite", "from"), end("postgresql", "to")
    with source.opened() as database:
        fill(database, 1)
        database.write_now(lambda db: db.execute("UPDATE sessions SET client = 'a' || char(0)"))
    ended = move(source, target)
    assert ended.code == 1
    assert "sessions holds the character U+0000" in ended.err


def test_two_moves_at_once_do_not_meet(end: MakeEnd) -> None:
    source = end("sqlite", "from")
    with source.opened() as database:
        fill(database, 1)
    with sole_use.opened(source.settings, is_new=False) as first:
        first.claim()
        with pytest.raises(Conflict, match="in use"):
            move_here(source, end("sqlite", "to"))
