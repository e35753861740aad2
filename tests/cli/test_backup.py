"""`spote backup` and `spote restore`, also while a server works on the same data."""

import hashlib
import json
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import apsw
import httpx
import pytest

from spote.domain import accounts, apps, notes, tokens
from spote.errors import NotAuthenticated
from spote.identity import Actor, Via
from spote.storage import Database
from spote.storage.dialects.sqlite import latest_version
from tests.cli.conftest import EMAIL, Spote, notes_of
from tests.moving import let_app_in
from tests.servers import PASSWORD, Server, new_token, running


@pytest.fixture
def add(database: Database, actor: Actor) -> Callable[[str], str]:
    def add(title: str) -> str:
        draft = notes.NoteDraft(title=title, text=f"text of {title} #tag")
        return database.write_now(lambda db: notes.create_note(db, actor, draft)).id

    return add


def titles(database: Database, actor: Actor) -> list[str]:
    return [note.title for note in notes_of(database, actor)]


def backup(spote: Spote, *target: object) -> Path:
    ended = spote("backup", *target)
    assert ended.code == 0, ended.err
    return Path(ended.out.strip())


def test_a_backup_brings_everything_back(
    spote: Spote, database: Database, actor: Actor, add: Callable[[str], str]
) -> None:
    note_id = add("kept")
    archive = backup(spote)
    add("new")
    database.write_now(lambda db: notes.delete_note(db, actor, note_id))
    ended = spote("restore", archive, "--yes")
    assert ended.code == 0, ended.err
    assert titles(database, actor) == ["kept"]
    found = database.read_now(lambda db: db.all("SELECT count(*) FROM note_words"))
    assert found == [(1,)]
    assert spote("doctor").code == 0


def test_the_present_state_is_kept_before_a_restore(
    spote: Spote, database: Database, actor: Actor, add: Callable[[str], str]
) -> None:
    archive = backup(spote)
    add("last moment")
    ended = spote("restore", archive, "--yes")
    assert titles(database, actor) == []
    kept = Path(ended.err.split("is kept in ")[1].splitlines()[0])
    assert kept.name.endswith("-before-restore.zip")
    assert spote("restore", kept, "--yes").code == 0
    assert titles(database, actor) == ["last moment"]


def test_an_archive_says_what_it_is_and_is_for_its_owner_alone(
    spote: Spote, data: Path, actor: Actor, add: Callable[[str], str]
) -> None:
    add("a")
    archive = backup(spote)
    assert archive.parent == data / "backups"
    assert archive.stat().st_mode & 0o777 == 0o600
    assert archive.parent.stat().st_mode & 0o777 == 0o700
    with zipfile.ZipFile(archive) as file:
        about = json.loads(file.read("manifest.json"))
        assert about["sha256"] == hashlib.sha256(file.read("spote.db")).hexdigest()
    assert about["schema"] == latest_version()
    counts = {"accounts": 1, "notes": 1, "trashed_notes": 0, "revisions": 1, "files": 0}
    assert about["counts"] == counts
    assert [path.name for path in archive.parent.iterdir()] == [archive.name]


def test_a_backup_goes_where_it_is_wanted_and_overwrites_nothing(
    spote: Spote, actor: Actor, tmp_path: Path
) -> None:
    assert backup(spote, tmp_path / "deep" / "b.zip").exists()
    assert backup(spote, tmp_path).parent == tmp_path
    ended = spote("backup", tmp_path / "deep" / "b.zip")
    assert (ended.code, ended.out) == (1, "")
    assert "exists" in ended.err


def test_no_token_is_in_a_backup(spote: Spote, actor: Actor) -> None:
    raw = spote("token", "create", EMAIL, "--label", "x").out.strip()
    with zipfile.ZipFile(backup(spote)) as file:
        assert all(raw.encode() not in file.read(name) for name in file.namelist())


def make_token(database: Database, actor: Actor, label: str, **wishes: Any) -> tokens.NewToken:
    draft = tokens.TokenDraft(label=label, **wishes)
    return database.write_now(lambda db: tokens.create_token(db, actor, draft))


def is_live(database: Database, raw: str) -> bool:
    try:
        database.read_now(lambda db: tokens.authenticate_token(db, raw, Via.API, None))
    except NotAuthenticated:
        return False
    return True


def test_dead_tokens_stay_dead_and_replaced_secrets_replaced(
    spote: Spote, database: Database, actor: Actor
) -> None:
    kept, revoked, rotated, narrowed = (
        make_token(database, actor, label) for label in ("kept", "revoked", "rotated", "narrowed")
    )
    archive = backup(spote)
    change = tokens.TokenChange(preset="read")
    database.write_now(lambda db: tokens.revoke_token(db, actor, revoked.id))
    database.write_now(lambda db: tokens.update_token(db, actor, narrowed.id, change))
    renewed = database.write_now(
        lambda db: tokens.rotate_token(db, actor, rotated.id, tokens.Rotation())
    )
    later = make_token(database, actor, "later")
    spote("restore", archive, "--yes")
    assert is_live(database, kept.token)
    assert not is_live(database, revoked.token)
    assert not is_live(database, rotated.token)
    assert is_live(database, renewed.token)
    assert not is_live(database, later.token)
    now = database.read_now(lambda db: tokens.get_token(db, actor, narrowed.id))
    assert now.access.verbs == ("read",)


def test_undoing_a_restore_brings_back_newer_tokens_but_no_revoked_one(
    spote: Spote, database: Database, actor: Actor
) -> None:
    revoked = make_token(database, actor, "revoked")
    first = backup(spote)
    later = make_token(database, actor, "later")
    database.write_now(lambda db: tokens.revoke_token(db, actor, revoked.id))
    ended = spote("restore", first, "--yes")
    kept = Path(ended.err.split("is kept in ")[1].splitlines()[0])
    spote("restore", kept, "--yes")
    assert is_live(database, later.token)
    assert not is_live(database, revoked.token)


def test_a_refresh_token_that_was_used_stays_used(
    spote: Spote, database: Database, actor: Actor
) -> None:
    def renew(issued: apps.Issued, client_id: str) -> apps.Issued:
        given = {"refresh_token": issued.refresh_token, "client_id": client_id}
        made = database.write_now(lambda db: apps.refresh(db, given))
        if isinstance(made, apps.OAuthError):
            raise made
        return made

    session = database.write_now(
        lambda db: accounts.open_session(db, actor.account_id, "not a hash", None, None)
    )
    person = database.read_now(lambda db: accounts.authenticate_session(db, session.secret))
    first = database.write_now(lambda db: let_app_in(db, person))
    [(client_id,)] = database.read_now(lambda db: db.all("SELECT id FROM app_clients"))
    archive = backup(spote)
    second = renew(first, client_id)
    assert spote("restore", archive, "--yes").code == 0
    third = renew(second, client_id)
    with pytest.raises(apps.OAuthError):
        renew(first, client_id)  # was used before the restore: a theft
    with pytest.raises(apps.OAuthError):
        renew(third, client_id)


def test_everybody_has_to_sign_in_again(spote: Spote, database: Database, actor: Actor) -> None:
    session = database.write_now(
        lambda db: accounts.open_session(db, actor.account_id, "not a hash", None, None)
    )
    archive = backup(spote)
    spote("restore", archive, "--yes")
    assert database.read_now(lambda db: db.all("SELECT * FROM sessions")) == []
    assert session.secret


def test_an_empty_server_takes_a_backup(
    spote: Spote,
    actor: Actor,
    add: Callable[[str], str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    add("travels")
    archive = backup(spote)
    monkeypatch.setenv("SPOTE_DATA", str(tmp_path / "new"))
    ended = spote("restore", archive, "--yes")
    assert ended.code == 0, ended.err
    assert "is kept in" not in ended.err
    assert EMAIL in spote("user", "list").out
    assert spote("doctor").code == 0


def test_without_a_yes_nothing_is_restored(
    spote: Spote, database: Database, actor: Actor, add: Callable[[str], str]
) -> None:
    archive = backup(spote)
    add("stays")
    assert spote("restore", archive, stdin="n\n").code == 1
    assert spote("restore", archive).code == 1
    assert titles(database, actor) == ["stays"]
    ended = spote("restore", archive, stdin="y\n")
    assert ended.code == 0
    assert "1 accounts with 1 notes" in ended.err + ended.out


def rewritten(archive: Path, changes: dict[str, Any], database: bytes | None = None) -> Path:
    """The archive with another manifest, or another database."""
    with zipfile.ZipFile(archive) as file:
        about, content = json.loads(file.read("manifest.json")), file.read("spote.db")
    if database is not None:
        content = database
        about |= {"sha256": hashlib.sha256(content).hexdigest(), "size_bytes": len(content)}
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("manifest.json", json.dumps(about | changes))
        file.writestr("spote.db", content)
    return archive


def truncated(archive: Path) -> Path:
    archive.write_bytes(archive.read_bytes()[:-200])
    return archive


def overwritten(archive: Path) -> Path:
    content = bytearray(archive.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 100] = bytes(100)
    archive.write_bytes(content)
    return archive


def damaged(archive: Path) -> Path:
    with zipfile.ZipFile(archive) as file:
        content = bytearray(file.read("spote.db"))
    content[4096 * 4 : 4096 * 6] = b"\xff" * 8192
    return rewritten(archive, {}, bytes(content))


def of_version(archive: Path, version: int) -> Path:
    file = archive.with_suffix(".db")
    with zipfile.ZipFile(archive) as packed:
        file.write_bytes(packed.read("spote.db"))
    raw = apsw.Connection(str(file))
    raw.execute(f"PRAGMA user_version = {version}")
    raw.execute("PRAGMA journal_mode = DELETE").fetchall()
    raw.close()
    return rewritten(archive, {}, file.read_bytes())


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (truncated, "not a backup"),
        (overwritten, "damaged"),
        (damaged, "damaged"),
        (lambda archive: rewritten(archive, {"sha256": "0" * 64}), "damaged"),
        (lambda archive: rewritten(archive, {"size_bytes": 5}), "damaged"),
        (lambda archive: rewritten(archive, {"format": "other"}), "manifest"),
        (lambda archive: rewritten(archive, {"created_at": "yesterday"}), "manifest"),
        (lambda archive: rewritten(archive, {}, b"no database"), "not a database"),
        (lambda archive: rewritten(archive, {}, b""), "not a database"),
        (lambda archive: of_version(archive, latest_version() + 1), "Use a newer Spote"),
        (lambda archive: of_version(archive, 0), "not a database of Spote"),
        (lambda archive: archive.write_bytes(b"text") and archive, "not a backup"),
    ],
)
def test_what_is_no_sound_backup_changes_nothing(
    spote: Spote,
    database: Database,
    actor: Actor,
    add: Callable[[str], str],
    data: Path,
    spoil: Callable[[Path], Path],
    words: str,
) -> None:
    archive = spoil(backup(spote))
    add("stays")
    ended = spote("restore", archive, "--yes")
    assert ended.code == 1
    assert words in ended.err
    assert titles(database, actor) == ["stays"]
    assert sorted(path.name for path in data.iterdir() if "spote.db" not in path.name) == [
        "backups"
    ]


def test_an_older_backup_is_brought_to_the_newest_schema(
    spote: Spote, database: Database, actor: Actor
) -> None:
    archive = backup(spote)
    file = archive.with_suffix(".db")
    raw = apsw.Connection(str(file))
    from spote.storage.dialects.sqlite.migrate import migrations

    for version, script in migrations():
        if version < latest_version():
            raw.execute(script)
            raw.execute(f"PRAGMA user_version = {version}")
    raw.execute(
        "INSERT INTO accounts (id, email, email_key, name, password_hash, created_at)"
        " VALUES ('x', 'old@example.org', 'old@example.org', 'Old', '', 0)"
    )
    raw.close()
    ended = spote("restore", rewritten(archive, {}, file.read_bytes()), "--yes")
    assert ended.code == 0, ended.err
    assert "old@example.org" in spote("user", "list").out
    assert spote("doctor").code == 0


def test_a_database_that_cannot_be_used_says_what_to_do(
    spote: Spote, database: Database, actor: Actor, data: Path, add: Callable[[str], str]
) -> None:
    add("kept")
    archive = backup(spote)
    database.close()
    for file in data.glob("spote.db*"):
        file.unlink()
    (data / "spote.db").write_bytes(b"this is no database" * 1000)
    ended = spote("restore", archive, "--yes")
    assert ended.code == 1
    assert "Stop the server, move" in ended.err
    (data / "spote.db").rename(data / "broken")
    assert spote("restore", archive, "--yes").code == 0
    assert EMAIL in spote("user", "list").out


@pytest.fixture
def busy(tmp_path: Path) -> Iterator[tuple[Server, list[httpx.Response], str]]:
    """A server that four agents write to and read from without pause."""
    with running(tmp_path / "data", sign_up="open", requests_per_minute=1_000_000) as server:
        person = server.sign_up()
        raw = new_token(person)
        person.close()
        answers: list[httpx.Response] = []
        stop = threading.Event()

        def work(n: int) -> None:
            with server.client(raw) as client:
                for i in range(100_000):
                    if stop.is_set():
                        return
                    note = {"title": f"{n}-{i}", "text": "word #tag " * 50}
                    answers.append(client.post("/api/notes", json=note))
                    answers.append(client.get("/api/notes?limit=20"))
                    answers.append(client.get("/api/notes/search?q=word"))

        threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
        for thread in threads:
            thread.start()
        yield server, answers, raw
        stop.set()
        for thread in threads:
            thread.join()


def test_backup_and_restore_under_load(
    busy: tuple[Server, list[httpx.Response], str], tmp_path: Path
) -> None:
    server, answers, raw = busy
    time.sleep(1)
    archives = [Path(server.run("backup", str(tmp_path / f"{n}.zip")).stdout.strip()) for n in "ab"]
    dead = server.run("token", "create", "ada@example.org", "--label", "dead").stdout.strip()
    as_dead = {"Authorization": f"Bearer {dead}"}
    last = Path(server.run("backup", str(tmp_path / "c.zip")).stdout.strip())
    server.run("token", "revoke", "ada@example.org", "dead")
    with server.client(raw) as client:
        for archive in (archives[1], last, archives[0]):
            with zipfile.ZipFile(archive) as file:
                backed_up = json.loads(file.read("manifest.json"))["counts"]["notes"]
            before = len(answers)
            server.run("restore", str(archive), "--yes")
            time.sleep(0.3)
            total = int(client.get("/api/notes?limit=1").headers["X-Total-Count"])
            written = sum(answer.status_code == 201 for answer in answers[before:])
            assert backed_up <= total <= backed_up + written + 4
            assert client.get("/api/me", headers=as_dead).status_code == 401
            time.sleep(0.3)
    assert {answer.status_code for answer in answers} <= {200, 201, 503}
    assert sum(answer.status_code == 503 for answer in answers) < len(answers) / 20
    checked = server.run("doctor", check=False)
    assert checked.returncode == 0, checked.stdout
    assert "Traceback" not in server.log()


@pytest.mark.engine("sqlite")
def test_a_person_signs_in_again_after_a_restore(server: Server, tmp_path: Path) -> None:
    person = server.sign_up("again@example.org")
    server.run("backup", str(tmp_path / "b.zip"))
    server.run("restore", str(tmp_path / "b.zip"), "--yes")
    assert person.get("/api/me").status_code == 401
    given = {"email": "again@example.org", "password": PASSWORD}
    assert person.post("/api/auth/sign-in", json=given).status_code == 200
    person.close()


@pytest.mark.engine("postgresql")
@pytest.mark.parametrize(
    "command", [("backup",), ("restore", __file__, "--yes")], ids=lambda it: it[0]
)
def test_on_postgresql_its_own_tools_make_copies(server: Server, command: tuple[str, ...]) -> None:
    ended = server.run(*command, check=False)
    assert ended.returncode == 1
    assert "pg_dump" in ended.stderr
    assert "Traceback" not in ended.stderr
