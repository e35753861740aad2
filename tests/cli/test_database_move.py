"""`spote database move`: what is as before afterwards, and that only a true copy is called done."""

import sys
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from spote.domain import notes
from spote.errors import Conflict, Unavailable
from spote.storage import Connection, open_database
from spote.storage.dialects.postgresql.migrate import migrations as postgresql_migrations
from spote.storage.dialects.sqlite.migrate import migrations as sqlite_migrations
from tests.cli.conftest import MakeEnd, Move
from tests.entrypoints.calls import ok
from tests.files import png, upload
from tests.moving import End, directions, move_here
from tests.servers import new_token, running


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
def test_files_come_along(move: Move, one: str, other: str, end: MakeEnd, data: Path) -> None:
    source, target = end(one, "from"), end(other, "to")
    ends = [
        End(it.settings.model_copy(update={"data": data})) if it.engine == "postgresql" else it
        for it in (source, target)
    ]  # what the command takes for one: its folder is the environment's
    with (
        running(**_server(ends[0]), sign_up="open") as server,
        closing(server.sign_up()) as person,
    ):
        file, token = upload(person, png(1)), new_token(person)
        ok(person.post("/api/notes", json={"title": "a", "text": file["url"]}), 201)
    (ends[0].settings.data / "files" / "half#1").write_bytes(b"")
    for told in (f"Copied 1 files from {ends[0].settings.data}", "Moved 1 accounts"):
        assert told in move(source, target).err
        ends[1].sql("DELETE FROM accounts")
    assert move(source, target).code == 0
    with running(**_server(ends[1])) as server, server.client(token) as agent:
        assert agent.get(file["url"]).content == png(1)
        [note] = ok(agent.get("/api/notes"))
        assert note["attachments"] == [file]


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
        return notes.index_words(db, after)

    with pytest.raises(Conflict, match=harm.split()[1 if "UPDATE" in harm else 2]):
        move_here(source, target, rebuild=rebuild)
    with pytest.raises(Unavailable):
        open_database(target.settings)
    assert move(source, target).code == 0


@directions
def test_a_target_that_lacks_words_is_not_called_done(source: End, target: End) -> None:
    with pytest.raises(Conflict, match="missing in the index of words"):
        move_here(source, target, rebuild=lambda db, after: (None, 0))


LATER = {
    "sqlite": "CREATE TABLE chapters (number INTEGER PRIMARY KEY, account_id TEXT NOT NULL, note_id TEXT NOT NULL,"
    " place INTEGER NOT NULL, vector BLOB NOT NULL, is_old INTEGER NOT NULL, UNIQUE (account_id, note_id, place),"
    " FOREIGN KEY (account_id, note_id) REFERENCES notes (account_id, id)) STRICT",
    "postgresql": "CREATE TABLE chapters (number BIGINT GENERATED ALWAYS AS IDENTITY, account_id TEXT COLLATE"
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
        database.write_now(_add_chapters)
    before = source.sql("SELECT number, note_id, vector FROM chapters ORDER BY number")
    ended = move(source, target)
    assert ended.code == 0, ended.err
    after = target.sql("SELECT number, note_id, vector FROM chapters ORDER BY number")
    assert [(number, id_, bytes(vector)) for number, id_, vector in after] == [
        (number, id_, bytes(vector)) for number, id_, vector in before
    ]
    is_old = "SELECT is_old FROM chapters ORDER BY number"
    assert [bool(old) for (old,) in target.sql(is_old)] == [True, False, True]
    with target.opened() as database:
        database.write_now(_add_chapters)
    numbers = [number for (number,) in target.sql("SELECT number FROM chapters ORDER BY number")]
    assert len(set(numbers)) == 6


def _add_chapters(db: Connection) -> None:
    [(account_id, note_id)] = db.all("SELECT account_id, id FROM notes ORDER BY id LIMIT 1")
    row = db.one("SELECT count(*) FROM chapters")
    assert row is not None
    for place in range(row[0], row[0] + 3):
        db.execute(
            "INSERT INTO chapters (account_id, note_id, place, vector, is_old)"
            " VALUES (:account_id, :note_id, :place, :vector, :is_old)",
            {
                "account_id": account_id,
                "note_id": note_id,
                "place": place,
                "vector": bytes(range(256)),
                "is_old": int(place % 2 == 0),
            },
        )


def test_a_killed_server_s_lock_ends_with_it(move: Move, end: MakeEnd) -> None:
    source, target = end("sqlite", "from"), end("postgresql", "to")
    with running(**_server(source), sign_up="open") as server:
        server.sign_up().close()
        server.kill()
    assert move(source, target).code == 0
