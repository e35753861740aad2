"""`spote doctor` finds what is wrong and says what to do."""

import http.server
import shutil
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from spote.domain import notes
from spote.identity import Actor
from spote.storage import Database
from tests.cli.conftest import Spote
from tests.servers import Server, free_port


@pytest.fixture(autouse=True)
def _own_port(monkeypatch: pytest.MonkeyPatch, data: Path) -> None:
    monkeypatch.setenv("SPOTE_PORT", str(free_port()))


def problems(spote: Spote) -> list[str]:
    ended = spote("doctor")
    lines = ended.out.splitlines()
    assert all(line.startswith(("ok       ", "PROBLEM  ")) for line in lines)
    found = [line.removeprefix("PROBLEM  ") for line in lines if line.startswith("PROBLEM")]
    assert ended.code == (1 if found else 0)
    return found


def test_all_is_well_beside_a_running_server(server: Server) -> None:
    ended = server.run("doctor", check=False)
    assert ended.returncode == 0, ended.stdout
    assert "a Spote answers" in ended.stdout
    assert "Sign-up: open" in ended.stdout
    assert "Mail: no mail server is set; 0 lie in the outbox" in ended.stdout


def test_all_is_well_before_the_first_start_and_nothing_is_made(spote: Spote, data: Path) -> None:
    assert problems(spote) == []
    assert not data.exists()


def test_the_mail_server_is_named_without_its_password(
    spote: Spote, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SPOTE_SMTP_URL", "smtps://ada:hidden@mail.example.org")
    ended = spote("doctor")
    assert "Mail: by mail.example.org, from Spote <spote@localhost>." in ended.out
    assert "hidden" not in ended.out


def test_all_is_well_with_notes(spote: Spote, database: Database, actor: Actor) -> None:
    for n in range(3):
        draft = notes.NoteDraft(title=f"{n}", text="#a #b", bucket=f"b{n % 2}")
        made = database.write_now(partial(notes.create_note, actor=actor, draft=draft))
    database.write_now(lambda db: notes.delete_note(db, actor, made.id))
    assert problems(spote) == []


def test_misspelt_settings_are_named(spote: Spote, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPOTE_PROT", "1")
    assert "SPOTE_PROT is not a setting" in problems(spote)[0]


def test_settings_that_cannot_be_used_are_named(
    spote: Spote, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SPOTE_WORKERS", "none")
    assert "SPOTE_WORKERS=none cannot be used" in problems(spote)[0]


def test_an_open_data_folder_is_named(spote: Spote, database: Database, data: Path) -> None:
    data.chmod(0o755)
    assert "chmod 700" in problems(spote)[0]


def test_a_full_disk_is_named(
    spote: Spote, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = type(shutil.disk_usage("/"))
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10, 9, 1))
    assert "1 bytes free. Make room" in problems(spote)[0]


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        ("DELETE FROM note_words", "2 live notes are missing in the index"),
        ("INSERT INTO note_words (rowid, body) VALUES (99, 'x')", "1 entries of the index"),
        ("DELETE FROM note_tags", "2 notes are found by other tags"),
        ("UPDATE notes SET tags = '[]'", "2 notes are found by other tags"),
        ("UPDATE bucket_counts SET notes = 7", "1 buckets are counted wrong"),
        ("DELETE FROM bucket_counts", "1 buckets are counted wrong"),
        ("DELETE FROM revisions", "2 notes lack their current version"),
    ],
)
def test_what_does_not_agree_is_named(
    spote: Spote, database: Database, actor: Actor, harm: str, words: str
) -> None:
    draft = notes.NoteDraft(title="a", text="#a")
    for _ in range(2):
        database.write_now(lambda db: notes.create_note(db, actor, draft))
    database.write_now(lambda db: db.execute(harm))
    assert words in problems(spote)[0]


def test_a_broken_reference_is_named(spote: Spote, database: Database, data: Path) -> None:
    import apsw

    raw = apsw.Connection(str(data / "spote.db"))
    raw.execute(
        "INSERT INTO sessions (account_id, id, secret_hash, created_at, expires_at)"
        " VALUES ('nobody', 'x', x'00', 0, 0)"
    )
    raw.close()
    assert "a row of sessions refers to accounts, which is missing" in problems(spote)[0]


@pytest.mark.parametrize(
    "harm",
    [
        lambda file: file.write_bytes(b"no database " * 1000),
        lambda file: file.write_bytes(file.read_bytes()[: 4096 * 9] + b"\xff" * 4096 * 9),
    ],
)
def test_a_damaged_database_is_named(
    spote: Spote, database: Database, actor: Actor, data: Path, harm: Callable[[Path], object]
) -> None:
    database.close()
    harm(data / "spote.db")
    found = problems(spote)
    assert found
    assert "spote restore" in found[0]


def test_a_newer_schema_is_named(spote: Spote, database: Database) -> None:
    import apsw

    database.close()
    raw = apsw.Connection(str(database_path(spote)))
    raw.execute("PRAGMA user_version = 999")
    raw.close()
    assert "Install a newer Spote" in problems(spote)[0]


def database_path(spote: Spote) -> Path:
    import os

    return Path(os.environ["SPOTE_DATA"]) / "spote.db"


class Other(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"something else")

    def log_message(self, *_: object) -> None:
        pass


def test_another_program_on_the_port_is_named(
    spote: Spote, monkeypatch: pytest.MonkeyPatch
) -> None:
    with http.server.HTTPServer(("127.0.0.1", 0), Other) as other:
        threading.Thread(target=other.serve_forever).start()
        monkeypatch.setenv("SPOTE_PORT", str(other.server_port))
        found = problems(spote)
        other.shutdown()
    assert "Set SPOTE_PORT to another" in found[0]
