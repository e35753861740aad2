"""Databases of every schema there has been become the newest one, with all that is in them; or stay as they are."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import apsw
import pytest

from spote.domain import accounts, notes, tokens
from spote.domain.accounts.session_secret import secret_hash as session_hash
from spote.domain.tokens.secret import secret_hash as token_hash
from spote.errors import Unavailable
from spote.identity import Via
from spote.paging import Page
from spote.settings import Settings
from spote.storage import open_database
from spote.storage.dialects.sqlite.connection import open_connection
from spote.storage.dialects.sqlite.migrate import migrations, schema_version
from tests.faults.soundness import connect, contradictions
from tests.properties.soak import rounds

SCRIPTS = list(migrations())
VERSIONS = [version for version, _ in SCRIPTS]
TOKEN = "spote_" + "0123456789abcdef" * 2
OPEN = """
from spote.settings import load_settings
from spote.storage import open_database
open_database(load_settings()).close()
"""

# What each schema's own version of the program would have written: (since schema, table, row).
ROWS: list[tuple[int, str, dict[str, Any]]] = [
    (1, "accounts", {"id": "ada", "email": "Ada@example.org", "email_key": "ada@example.org", "name": "Ada",
                     "password_hash": "$argon2id$", "created_at": 1}),
    (1, "sessions", {"account_id": "ada", "id": "s", "secret_hash": session_hash("cookie"), "created_at": 1,
                     "expires_at": 2**45}),
    (2, "tokens", {"account_id": "ada", "id": "t", "label": "Script", "hint": "cdef", "created_at": 1,
                   "access": json.dumps({"verbs": ["read"], "buckets": ["Work"]})}),
    (2, "token_secrets", {"secret_hash": token_hash(TOKEN), "account_id": "ada", "token_id": "t"}),
    (2, "token_requests", {"account_id": "ada", "token_id": "t", "minute": 1, "requests": 5}),
    (3, "notes", {"account_id": "ada", "id": "n", "title": "Plan", "title_key": "plan", "text": "new #work",
                  "bucket": "Work", "tags": '["work"]', "version": 2, "created_at": 1, "updated_at": 2}),
    (3, "bucket_counts", {"account_id": "ada", "bucket": "Work", "notes": 1}),
    (3, "note_tags", {"account_id": "ada", "tag": "work", "note_id": "n"}),
    (3, "revisions", {"account_id": "ada", "note_id": "n", "version": 1, "change": "created", "title": "Plan",
                      "text": "old", "bucket": "Inbox", "tags": "[]", "size_bytes": 3, "created_at": 1,
                      "by_account": "ada", "via": "web"}),
    (3, "revisions", {"account_id": "ada", "note_id": "n", "version": 2, "change": "updated", "title": "Plan",
                      "bucket": "Work", "tags": '["work"]', "size_bytes": 9, "created_at": 2,
                      "by_account": "ada", "via": "api", "token_id": "t", "token_label": "Script"}),
    (5, "answers", {"scope": "ada", "request_key": b"k", "body_hash": b"h", "sealed": b"s", "created_at": 1}),
    (5, "attempts", {"subject": b"s", "time_window": 1, "attempts": 3}),
    (6, "events", {"id": 7, "at": 1, "kind": "note.created", "account_id": "ada", "subject_id": "n"}),
    (7, "passages", {"account_id": "ada", "note_id": "n", "model": "m/1", "starts_at": 0, "ends_at": 4, "digest": b"d",
                     "vector": b"vv", "sequence": 1}),
    (7, "unembedded", {"account_id": "ada", "note_id": "n", "since": 1, "retry_at": 0}),
    (7, "embedded_accounts", {"account_id": "ada", "model": "m/1", "sequence": 1, "epoch": 2}),
    (7, "leases", {"name": "embedder", "holder": "h", "until": 1}),
    (8, "note_watches", {"account_id": "ada", "session_id": "x", "note_id": "n", "created_at": 1}),
    (8, "app_clients", {"id": "app", "name": "App", "redirect_uris": "[]", "created_at": 1, "used_at": 2**45}),
    (8, "app_codes", {"code_hash": b"c", "account_id": "ada", "client_id": "app", "redirect_uri": "x", "challenge": "y",
                      "resource": "z", "access": "{}", "label": "App", "expires_at": 2**45}),
    (8, "app_refreshes", {"secret_hash": b"r", "account_id": "ada", "token_id": "t", "client_id": "app",
                          "resource": "z", "expires_at": 2**45}),
    (9, "agent_streams", {"account_id": "ada", "id": "s", "credential_id": "t", "created_at": 1}),
    (9, "agent_messages", {"account_id": "ada", "stream_id": "s", "id": "m", "body": "{}"}),
    (10, "files", {"account_id": "ada", "id": "f", "extension": "png", "filename": "a.png", "mime_type": "image/png",
                   "size_bytes": 3, "sha256": b"d", "created_at": 1, "released_at": 1}),
    (10, "note_files", {"account_id": "ada", "note_id": "n", "file_account_id": "ada", "file_id": "f", "in_text": 0,
                        "grants": 1}),
    (10, "stray_blobs", {"account_id": "ada", "file_id": "g", "due_at": 1}),
    (11, "shares", {"account_id": "ada", "id": "s", "note_id": "n", "invited_email": "Bob@example.org",
                   "email_key": "bob@example.org", "permission": "read", "from_version": 1, "created_at": 1,
                   "sent_at": 2, "invitation_hash": b"h", "expires_at": 2**45}),
    (11, "token_notices", {"account_id": "ada", "token_id": "t", "kind": "reported", "about": 1, "try_at": 1}),
]  # fmt: skip
# Said for seconds who was waited for, and was of no use after.
GONE = {
    ("embedded_accounts", "awaited_until"),
    ("embedded_accounts", "awaited_first_saved"),
    ("embedded_accounts", "awaited_last_saved"),
}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path / "data")


@pytest.mark.parametrize("version", VERSIONS)
def test_every_schema_becomes_the_newest_with_all_that_is_in_it(settings, version):
    before = old_database(settings, version)
    with closing(open_database(settings)) as database:
        with closing(connect(settings.data)) as raw:
            assert schema_version(raw) == max(VERSIONS)
            for table, columns, rows in before:
                found = raw.execute(f"SELECT {columns} FROM {table} ORDER BY 1, 2, 3").fetchall()
                assert found == rows, table
        person = database.read_now(lambda db: accounts.authenticate_session(db, "cookie"))
        assert database.read_now(lambda db: accounts.get_account(db, person)).name == "Ada"
        if version >= 3:
            agent = database.read_now(
                lambda db: tokens.authenticate_token(db, TOKEN, Via.API, None)
            )
            note = database.read_now(lambda db: notes.get_note(db, agent, "n"))
            assert (note.text, note.version, note.tags) == ("new #work", 2, ("work",))
            history = database.read_now(lambda db: notes.list_history(db, person, "n", Page()))
            assert [one.version for one in history.items] == [2, 1]
        draft = notes.NoteDraft(title="Newer", text="than all")
        database.write_now(lambda db: notes.create_note(db, person, draft))
    assert [one for one in contradictions(settings.data) if "words differ" not in one] == []


def test_stored_models_get_the_length_of_their_vectors(settings):
    """The embedded one has a version, and a length that was asked for was in the name already."""
    vectors = {
        "plain": ("m", [b"vv"]),
        "asked": ("m/1", [b"vv"]),
        "own": ("multilingual-e5-small-q4/1", [b"vv"]),
        "mixed": ("m", [b"vv", b"vvvv"]),
        "empty": ("m", []),
    }
    old_database(settings, 12)
    with closing(connect(settings.data)) as raw:
        for account_id, (model, some) in vectors.items():
            _add_embedded(raw, account_id, model, some)
    with closing(open_database(settings)), closing(connect(settings.data)) as raw:
        serving = dict(raw.execute("SELECT account_id, model FROM embedded_accounts"))
        stored = set(raw.execute("SELECT account_id, model FROM passages"))
    assert serving == {
        "ada": "m/1",
        "plain": "m@1",
        "asked": "m/1",
        "own": "multilingual-e5-small-q4/1",
        "mixed": None,  # so that all of its notes are embedded anew
        "empty": "m",
    }
    assert stored == {
        *((one, serving[one]) for one in ("ada", "plain", "asked", "own")),
        ("mixed", "m@1"),
        ("mixed", "m@2"),
    }


def _add_embedded(raw: apsw.Connection, account_id: str, model: str, vectors: list[bytes]) -> None:
    """An account like Ada's, with one note whose passages have these vectors."""
    rows = {table: row for _, table, row in reversed(ROWS)}
    _insert(raw, "accounts", {**rows["accounts"], "id": account_id, "email_key": account_id})
    for table in ("notes", "embedded_accounts"):
        own = {"model": model} if table == "embedded_accounts" else {}
        _insert(raw, table, {**rows[table], "account_id": account_id, **own})
    for vector in vectors:
        known = {**rows["passages"], "account_id": account_id, "model": model}
        _insert(raw, "passages", {**known, "digest": vector, "vector": vector})


def _insert(raw: apsw.Connection, table: str, row: dict[str, Any]) -> None:
    names, marks = ", ".join(row), ", ".join(f":{name}" for name in row)
    raw.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", row)


def old_database(settings: Settings, version: int) -> list[tuple[str, str, list[tuple[Any, ...]]]]:
    """A database as an older Spote left it; returns its tables, columns and rows."""
    settings.data.mkdir()
    file = settings.data / "spote.db"
    with closing(open_connection(settings, file, writes=True).raw) as raw:
        for number, script in SCRIPTS:
            if number <= version:
                raw.execute(script)
        raw.execute(f"PRAGMA user_version = {version}")
        for since, table, row in ROWS:
            if since <= version:
                _insert(raw, table, row)
        return list(_contents(raw))


def _contents(raw: apsw.Connection) -> Iterator[tuple[str, str, list[tuple[Any, ...]]]]:
    for table in sorted({table for _, table, _ in ROWS}):
        names = [row[1] for row in raw.execute(f"PRAGMA table_info({table})")]
        columns = ", ".join(name for name in names if (table, name) not in GONE)
        if columns:
            rows = raw.execute(f"SELECT {columns} FROM {table} ORDER BY 1, 2, 3").fetchall()
            yield table, columns, rows


def test_each_table_of_the_newest_schema_is_in_this_test(settings):
    """A table that comes later needs rows above, unless something else fills it."""
    with closing(open_database(settings)), closing(connect(settings.data)) as raw:
        names = {
            name
            for (name,) in raw.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
            if not name.startswith(("note_words", "sqlite_"))
        }
    assert names - {table for _, table, _ in ROWS} <= {"note_links", "relations", "imports"}


@pytest.mark.parametrize("version", [0, 1, max(VERSIONS)])
def test_processes_that_start_at_once_migrate_once(settings, version):
    for number in range(rounds(2, 20)):
        each = Settings(data=settings.data.with_name(f"data{number}"))
        if version:
            old_database(each, version)
        processes = [start(each) for _ in range(6)]
        answers = [process.communicate(timeout=60)[1].decode() for process in processes]
        assert answers == [""] * 6
        with closing(connect(each.data)) as raw:
            assert schema_version(raw) == max(VERSIONS)


def start(settings: Settings) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", OPEN]
    return subprocess.Popen(
        command, env={**os.environ, "SPOTE_DATA": str(settings.data)}, stderr=subprocess.PIPE
    )


@pytest.mark.parametrize(
    "script",
    [
        "CREATE TABLE half (id TEXT); INSERT INTO nowhere VALUES (1);",
        "ALTER TABLE accounts ADD COLUMN half TEXT; DROP TABLE notes; CREATE TABLE accounts (id TEXT);",
        "CREATE TABLE half (id TEXT); DELETE FROM accounts; this is no SQL",
    ],
)
def test_a_migration_that_fails_leaves_the_old_schema_untouched(settings, monkeypatch, script):
    newest = max(VERSIONS)
    before = old_database(settings, newest)
    schema = "SELECT sql FROM sqlite_schema ORDER BY sql"
    with closing(connect(settings.data)) as raw:
        old_schema = raw.execute(schema).fetchall()
    with monkeypatch.context() as later:
        later.setattr(
            sys.modules[migrations.__module__],
            "migrations",
            lambda: iter([*SCRIPTS, (newest + 1, script)]),
        )
        with pytest.raises(Unavailable):
            open_database(settings)
    with closing(connect(settings.data)) as raw:
        assert schema_version(raw) == newest
        assert raw.execute(schema).fetchall() == old_schema
        assert list(_contents(raw)) == before
    open_database(settings).close()
