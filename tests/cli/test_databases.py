"""`spote database move` refuses what it cannot do, changes nothing then, and shows no password."""

import sys
from collections.abc import Callable
from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from spote.domain import accounts, notes
from spote.errors import Conflict, Unavailable
from spote.storage import Connection, open_database
from spote.storage.dialects.postgresql.migrate import migrations as postgresql_migrations
from spote.storage.dialects.sqlite.migrate import migrations as sqlite_migrations
from spote.storage.moving import move_database, sole_use
from tests.cli.conftest import Ended, Spote
from tests.entrypoints.calls import ok
from tests.moving import DIRECTIONS, End, fill, new_end
from tests.postgresql import PostgreSQL
from tests.servers import new_token, running

directions = pytest.mark.parametrize(("one", "other"), DIRECTIONS)
both = pytest.mark.parametrize("one", ["sqlite", "postgresql"])
MakeEnd = Callable[[str, str], End]


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
def move(spote: Spote) -> Callable[[End | str, End | str], Ended]:
    def run(*ends: End | str) -> Ended:
        given = [one.argument if isinstance(one, End) else one for one in ends]
        ended = spote("database", "move", *given)
        assert ended.code in (0, 1, 2)
        return ended

    return run


Move = Callable[..., Ended]


@directions
def test_it_says_what_was_moved_and_what_to_set(move: Move, source: End, target: End) -> None:
    ended = move(source, target)
    assert ended.code == 0, ended.err
    name = "SPOTE_DATABASE_URL" if target.settings.database_url else "SPOTE_DATA"
    assert ended.out == f"{name}={target.argument}\n"
    assert "Moved 2 accounts" in ended.err
    assert "was left as it is" in ended.err
    assert "Comparing revisions" in ended.err


@directions
def test_a_token_a_session_and_a_kept_answer_outlive_the_move(
    move: Move, one: str, other: str, end: MakeEnd
) -> None:
    source, target = end(one, "from"), end(other, "to")
    key = {"Idempotency-Key": "once"}
    with running(**_server(source), sign_up="open") as server, closing(server.sign_up()) as person:
        token, cookies = new_token(person), dict(person.cookies)
        with server.client(token) as agent:
            made = ok(agent.post("/api/notes", json={"title": "a", "text": ""}, headers=key), 201)
            refused = move(source, target)
            assert (refused.code, refused.out) == (1, "")
            assert "is in use" in refused.err
    moved = move(source, target)
    assert moved.code == 0, moved.err
    with running(**_server(target)) as server:
        with server.client(token) as agent:
            again = agent.post("/api/notes", json={"title": "a", "text": ""}, headers=key)
            assert ok(again, 201)["_id"] == made["_id"]
            assert [note["title"] for note in ok(agent.get("/api/notes"))] == ["a"]
            ok(agent.post("/api/notes", json={"title": "b", "text": ""}), 201)
        with server.client(cookies=cookies) as person:
            assert ok(person.get("/api/me"))["email"] == "ada@example.org"
        assert server.run("doctor").returncode == 0
        assert "is in use" in move(target, end(one, "back")).err
        assert "Traceback" not in server.log()
    back = end(one, "back")
    assert move(target, back).code == 0
    assert back.contents() == target.contents()


def _server(end: End) -> dict[str, Any]:
    return {"data": end.settings.data, "database_url": end.settings.database_url}


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
        return notes.rebuild_words(db, after)

    _move(source, target, rebuild=rebuild)
    assert len(refusals) >= 2
    assert all("is being moved" in refusal for refusal in refusals)
    for one in (source, target):
        open_database(one.settings).close()


def _move(source: End, target: End, **hooks: Any) -> None:
    usual: dict[str, Any] = {
        "rebuild": notes.rebuild_words,
        "check": notes.find_disagreements,
        "report": lambda *_: None,
    }
    move_database(source.settings, target.settings, **{**usual, **hooks})


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
def test_a_target_that_was_only_started_once_is_taken(move: Move, source: End, target: End) -> None:
    with target.opened() as database:
        database.write_now(
            lambda db: db.execute(
                "INSERT INTO attempts (subject, time_window, attempts) VALUES (:s, 1, 1)",
                {"s": b"from before"},
            )
        )
    assert move(source, target).code == 0
    assert target.contents() == source.contents()


@directions
def test_a_part_of_another_move_is_left_alone(
    move: Move, one: str, source: End, target: End, end: MakeEnd
) -> None:
    other = end(one, "other")
    with other.opened() as database:
        fill(database, 1)
    with pytest.raises(KeyboardInterrupt):
        _move(other, target, rebuild=_interrupt)
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


@directions
@pytest.mark.parametrize(
    "harm",
    [
        "UPDATE revisions SET text = text || '.' WHERE version = 1",
        "UPDATE notes SET updated_at = updated_at + 1 WHERE title = 'Note 1'",
        "DELETE FROM token_secrets",
        "DELETE FROM relations",
    ],
)
def test_a_target_that_is_no_true_copy_is_not_called_done(
    move: Move, source: End, target: End, harm: str
) -> None:
    def rebuild(db: Connection, after: Any) -> tuple[Any, int]:
        db.execute(harm)
        return notes.rebuild_words(db, after)

    with pytest.raises(Conflict, match=harm.split()[1 if "UPDATE" in harm else 2]):
        _move(source, target, rebuild=rebuild)
    with pytest.raises(Unavailable):
        open_database(target.settings)
    assert move(source, target).code == 0


@directions
def test_a_target_that_lacks_words_is_not_called_done(source: End, target: End) -> None:
    with pytest.raises(Conflict, match="missing in the index of words"):
        _move(source, target, rebuild=lambda db, after: (None, 0))


LATER = {
    "sqlite": "CREATE TABLE passages (number INTEGER PRIMARY KEY, account_id TEXT NOT NULL, note_id TEXT NOT NULL,"
    " place INTEGER NOT NULL, vector BLOB NOT NULL, is_old INTEGER NOT NULL, UNIQUE (account_id, note_id, place),"
    " FOREIGN KEY (account_id, note_id) REFERENCES notes (account_id, id)) STRICT",
    "postgresql": "CREATE TABLE passages (number BIGINT GENERATED ALWAYS AS IDENTITY, account_id TEXT COLLATE"
    ' "C" NOT NULL, note_id TEXT COLLATE "C" NOT NULL, place BIGINT NOT NULL, vector BYTEA NOT NULL,'
    " is_old BOOLEAN NOT NULL, UNIQUE (account_id, note_id, place),"
    " FOREIGN KEY (account_id, note_id) REFERENCES notes (account_id, id))",
}


@pytest.fixture
def later_schema(monkeypatch: pytest.MonkeyPatch) -> None:
    """With one table more, as a later version may have it."""
    for engine, migrations in (
        ("sqlite", sqlite_migrations),
        ("postgresql", postgresql_migrations),
    ):
        scripts = list(migrations())
        more = (*scripts, (scripts[-1][0] + 1, LATER[engine]))
        module = sys.modules[migrations.__module__]
        monkeypatch.setattr(module, "migrations", partial(iter, more))


@directions
@pytest.mark.usefixtures("later_schema")
def test_a_table_that_comes_later_moves_by_itself(move: Move, source: End, target: End) -> None:
    with source.opened() as database:
        database.write_now(_add_passages)
    before = source.sql("SELECT number, note_id, vector FROM passages ORDER BY number")
    ended = move(source, target)
    assert ended.code == 0, ended.err
    after = target.sql("SELECT number, note_id, vector FROM passages ORDER BY number")
    assert [(number, id_, bytes(vector)) for number, id_, vector in after] == [
        (number, id_, bytes(vector)) for number, id_, vector in before
    ]
    is_old = "SELECT is_old FROM passages ORDER BY number"
    assert [bool(old) for (old,) in target.sql(is_old)] == [True, False, True]
    with target.opened() as database:
        database.write_now(_add_passages)
    numbers = [number for (number,) in target.sql("SELECT number FROM passages ORDER BY number")]
    assert len(set(numbers)) == 6


def _add_passages(db: Connection) -> None:
    [(account_id, note_id)] = db.all("SELECT account_id, id FROM notes ORDER BY id LIMIT 1")
    row = db.one("SELECT count(*) FROM passages")
    assert row is not None
    for place in range(row[0], row[0] + 3):
        db.execute(
            "INSERT INTO passages (account_id, note_id, place, vector, is_old)"
            " VALUES (:account_id, :note_id, :place, :vector, :is_old)",
            {
                "account_id": account_id,
                "note_id": note_id,
                "place": place,
                "vector": bytes(range(256)),
                "is_old": int(place % 2 == 0),
            },
        )


def test_two_moves_at_once_do_not_meet(end: MakeEnd) -> None:
    source = end("sqlite", "from")
    with source.opened() as database:
        fill(database, 1)
    with ExitStack() as stack:
        first = stack.enter_context(sole_use.opened(source.settings, is_new=False))
        first.claim()
        with pytest.raises(Conflict, match="in use"):
            _move(source, end("sqlite", "to"))


def test_a_killed_server_s_lock_ends_with_it(move: Move, end: MakeEnd) -> None:
    source, target = end("sqlite", "from"), end("postgresql", "to")
    with running(**_server(source), sign_up="open") as server:
        server.sign_up().close()
        server.kill()
    assert move(source, target).code == 0
