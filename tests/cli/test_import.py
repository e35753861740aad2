"""`spote import`: real folders and archives, good and bad ones."""

import os
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from typing import Any

import httpx
import pytest

from spote.domain import notes
from spote.identity import Actor
from spote.storage import Database
from tests.cli.conftest import EMAIL, Ended, Spote, actor_of, notes_of
from tests.servers import Server


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "notes"
    put(folder, "Hello.md", "hello #world\r\n")
    put(folder, "Work/Plans/plan.markdown", "# The plan\n")
    put(folder, "Work/old.MDOWN", "---\ntitle: Older\ndate: 2001-01-01\n---\nold")
    put(folder, "Work/picture.png", "no note")
    put(folder, ".obsidian/app.md", "hidden")
    put(folder, "Work/.draft.md", "hidden")
    return folder


def put(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def run_import(spote: Spote, path: Path, *more: str) -> Ended:
    return spote("import", path, "--email", EMAIL, *more)


def counts(ended: Ended) -> list[int]:
    assert ended.code == 0, ended.err
    assert [part.split()[0] for part in ended.out.strip().split(", ")] == [
        *("imported", "updated", "unchanged", "skipped")
    ]
    return [int(part.split()[1]) for part in ended.out.split(", ")]


def found(database: Database, actor: Actor) -> list[tuple[str, str, str]]:
    return [(note.bucket, note.title, note.text) for note in notes_of(database, actor)]


def test_a_folder_becomes_notes_in_buckets(
    spote: Spote, database: Database, actor: Actor, folder: Path
) -> None:
    assert counts(run_import(spote, folder)) == [3, 0, 0, 0]
    assert found(database, actor) == [
        ("Inbox", "Hello", "hello #world\r\n"),
        ("Work", "Older", "old"),
        ("Work/Plans", "The plan", "# The plan\n"),
    ]


def test_the_running_server_shows_at_once_what_was_imported(
    server: Server, person: httpx.Client, fresh_email: str, folder: Path
) -> None:
    ended = server.run("import", str(folder), "--email", fresh_email, "--bucket", "Old")
    assert ended.stdout == "imported 3, updated 0, unchanged 0, skipped 0\n"
    assert ended.stderr == ""
    listed = person.get("/api/notes").json()
    assert {note["bucket"] for note in listed} == {"Old", "Old/Work", "Old/Work/Plans"}
    assert {note["updated_by"]["via"] for note in listed} == {"import"}
    assert [
        note["title"] for note in person.get("/api/notes/search?q=hello&mode=keyword").json()
    ] == ["Hello"]


def test_again_changes_nothing_and_a_changed_file_its_note(
    spote: Spote, database: Database, actor: Actor, folder: Path
) -> None:
    run_import(spote, folder)
    before = notes_of(database, actor)
    assert counts(run_import(spote, folder)) == [0, 0, 3, 0]
    assert counts(run_import(spote, folder / "Work", "--bucket", "Else")) == [0, 0, 2, 0]
    assert notes_of(database, actor) == before
    put(folder, "Hello.md", "changed")
    put(folder, "New.md", "new")
    assert counts(run_import(spote, folder)) == [1, 1, 2, 0]
    assert ("Inbox", "Hello", "changed") in found(database, actor)


def test_a_moved_folder_is_the_same_one(
    spote: Spote, database: Database, actor: Actor, folder: Path, tmp_path: Path
) -> None:
    run_import(spote, folder)
    moved = folder.rename(tmp_path / "elsewhere")
    assert counts(run_import(spote, moved)) == [0, 0, 3, 0]
    assert len(notes_of(database, actor)) == 3


def test_the_two_of_a_conflict_stay_and_are_named(
    spote: Spote, database: Database, actor: Actor, folder: Path
) -> None:
    run_import(spote, folder)
    note = notes_of(database, actor)[0]
    change = notes.NoteChange(text="edited")
    database.write_now(lambda db: notes.update_note(db, actor, note.id, change))
    put(folder, "Hello.md", "changed too")
    ended = run_import(spote, folder)
    assert counts(ended) == [0, 0, 2, 1]
    assert "skipped Hello.md: Both the file and its note “Hello” have changed" in ended.err
    assert ("Inbox", "Hello", "edited") in found(database, actor)


def test_bad_files_are_named_and_the_rest_goes_in(
    spote: Spote, database: Database, actor: Actor, folder: Path, tmp_path: Path
) -> None:
    put(folder, "latin.md", b"caf\xe9")
    put(folder, "nul.md", "a\x00b")
    put(folder, "large.md", "x" * (1024 * 1024 + 1))
    put(folder, "huge.md", "x" * (3 * 1024 * 1024))
    put(folder, "utf16.md", "text".encode("utf-16"))
    put(folder, os.fsdecode(b"n\xe9 \x1b[2Jme.md"), "name")
    put(tmp_path, "outside.md", "outside")
    (folder / "link.md").symlink_to(tmp_path / "outside.md")
    (folder / "loop.md").symlink_to(folder / "loop.md")
    (folder / "up").symlink_to(tmp_path)
    (folder / "inside.md").symlink_to(folder / "Hello.md")
    (folder / "folder.md").mkdir()
    os.mkfifo(folder / "pipe.md")
    ended = run_import(spote, folder)
    assert counts(ended) == [5, 0, 0, 9]
    reasons = dict(line.removeprefix("skipped ").split(": ", 1) for line in ended.err.splitlines())
    assert sorted(reasons) == [
        *("huge.md", "large.md", "latin.md", "link.md", "loop.md"),
        *("nul.md", "pipe.md", "up", "utf16.md"),
    ]
    assert "not UTF-8 (byte 3)" in reasons["latin.md"]
    assert "leads out of the folder" in reasons["link.md"]
    assert "\x1b" not in ended.err
    assert any("me" in title and "\x1b" not in title for _, title, _ in found(database, actor))
    assert counts(run_import(spote, folder)) == [0, 0, 5, 9]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_what_may_not_be_read_is_named(spote: Spote, actor: Actor, folder: Path) -> None:
    put(folder, "closed.md", "x").chmod(0)
    put(folder, "shut/a.md", "x").parent.chmod(0)
    ended = run_import(spote, folder)
    (folder / "shut").chmod(0o700)
    assert counts(ended) == [3, 0, 0, 2]


def test_names_that_are_too_long_become_valid_ones(
    spote: Spote, database: Database, actor: Actor, folder: Path
) -> None:
    long = "/".join(["x" * 90] * 3)
    put(folder, f"{long}/a.md", "a")
    put(folder, f"{long}y/b.md", "b")
    assert counts(run_import(spote, folder)) == [5, 0, 0, 0]
    buckets = {bucket for bucket, title, _ in found(database, actor) if title in "ab"}
    assert len(buckets) == 2
    assert all(len(bucket) == 100 for bucket in buckets)


def test_an_archive_is_a_folder(
    spote: Spote, database: Database, actor: Actor, folder: Path, tmp_path: Path
) -> None:
    archive = zipped(tmp_path / "notes.zip", {})
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        for path in folder.rglob("*"):
            file.write(path, path.relative_to(folder))
    assert counts(run_import(spote, archive)) == [3, 0, 0, 0]
    assert [title for _, title, _ in found(database, actor)] == ["Hello", "Older", "The plan"]
    assert counts(run_import(spote, archive)) == [0, 0, 3, 0]
    assert counts(run_import(spote, folder)) == [0, 0, 3, 0]


def zipped(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members.items():
            file.writestr(name, content)
    return path


def test_names_in_an_archive_are_only_names(
    spote: Spote, database: Database, actor: Actor, tmp_path: Path
) -> None:
    members = {
        "../../../up.md": b"1",
        "/etc/root.md": b"2",
        "C:\\Users\\win.md": b"3",
        "__MACOSX/._x.md": b"4",
        ".hidden/x.md": b"5",
        "folder.md/": b"",
        "a/./b//c.md": b"6",
    }
    assert counts(run_import(spote, zipped(tmp_path / "evil.zip", members))) == [4, 0, 0, 0]
    assert [(bucket, title) for bucket, title, _ in found(database, actor)] == [
        *(("C:/Users", "win"), ("Inbox", "up"), ("a/b", "c"), ("etc", "root"))
    ]
    assert not list(tmp_path.rglob("*.md"))


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_bad_members_are_named_and_the_rest_goes_in(
    spote: Spote, database: Database, actor: Actor, tmp_path: Path
) -> None:
    archive = tmp_path / "bad.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("good.md", "good")
        file.writestr("bomb.md", b" " * 50_000_000)
        file.writestr("nul.md", b"\x00" * 1000)
        file.writestr("twice.md", "first")
        file.writestr("twice.md", "second")
        file.writestr("broken.md", os.urandom(5000).hex())
        file.writestr("secret.md", "encrypted")
        link = zipfile.ZipInfo("link.md")
        link.external_attr = 0o120777 << 16
        file.writestr(link, "/etc/passwd")
        places = {info.filename: info for info in file.infolist()}
    content = bytearray(archive.read_bytes())
    at = places["broken.md"].header_offset + 100
    content[at : at + 50] = bytes(50)
    flags = content.rindex(b"secret.md") - 46 + 8  # in the directory at the archive's end
    content[flags] |= 1
    archive.write_bytes(content)
    ended = run_import(spote, archive)
    assert counts(ended) == [2, 0, 0, 6]
    assert [(title, text) for _, title, text in found(database, actor)] == [
        *(("good", "good"), ("twice", "first"))
    ]
    for words in ("bomb.md: It has more than", "secret.md: It is encrypted", "link.md: It is not"):
        assert words in ended.err
    assert "broken.md: Its place in the archive is damaged" in ended.err


def test_utf8_names_are_read_though_the_archive_does_not_say_so(
    spote: Spote, database: Database, actor: Actor, tmp_path: Path
) -> None:
    archive = zipped(tmp_path / "old.zip", {"x" * 6 + ".md": b"a"})
    archive.write_bytes(archive.read_bytes().replace(b"x" * 6, "äöü".encode()))
    assert counts(run_import(spote, archive)) == [1, 0, 0, 0]
    assert [title for _, title, _ in found(database, actor)] == ["äöü"]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("no.zip", b"not a zip archive", "not a zip archive"),
        ("empty.zip", b"", "not a zip archive"),
        ("note.txt", b"text", "Give a folder"),
    ],
)
def test_what_is_no_source_is_refused(
    spote: Spote, actor: Actor, tmp_path: Path, name: str, content: bytes, words: str
) -> None:
    ended = run_import(spote, put(tmp_path, name, content))
    assert (ended.code, ended.out) == (1, "")
    assert words in ended.err


def test_what_was_asked_wrong_is_refused(spote: Spote, actor: Actor, folder: Path) -> None:
    assert spote("import", folder / "absent", "--email", EMAIL).code == 2
    assert spote("import", folder).code == 2
    assert "who@example.org" in spote("import", folder, "--email", "who@example.org").err
    assert "--bucket" in run_import(spote, folder, "--bucket", "a\nb").err


def test_one_file_can_be_imported(
    spote: Spote, database: Database, actor: Actor, folder: Path
) -> None:
    assert counts(run_import(spote, folder / "Hello.md")) == [1, 0, 0, 0]
    assert counts(run_import(spote, folder)) == [2, 0, 1, 0]


def test_two_accounts_import_the_same_folder(
    spote: Spote, database: Database, actor: Actor, folder: Path
) -> None:
    bob = actor_of(database, "bob@example.org")
    run_import(spote, folder)
    assert counts(spote("import", folder, "--email", "bob@example.org")) == [3, 0, 0, 0]
    assert len(notes_of(database, bob)) == 3


def test_a_run_that_is_killed_is_completed_by_the_next(
    server: Server, person: httpx.Client, fresh_email: str, tmp_path: Path
) -> None:
    folder = tmp_path / "many"
    for n in range(3000):
        put(folder, f"b{n % 7}/note {n}.md", f"# Note {n}\nword{n} #tag{n % 50}\n")
    command = [sys.executable, "-m", "spote", "import", str(folder), "--email", fresh_email]
    environment = server.environment
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    total = wait_for_notes(person, 200)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert 0 < total < 3000
    ended = server.run("import", str(folder), "--email", fresh_email)
    imported, _, unchanged, _ = (int(part.split()[1]) for part in ended.stdout.split(", "))
    assert imported + unchanged == 3000
    assert unchanged >= total
    assert imported > 0
    assert int(person.get("/api/notes?limit=1").headers["X-Total-Count"]) == 3000
    assert server.run("doctor", check=False).returncode == 0


def wait_for_notes(person: httpx.Client, least: int) -> int:
    for _ in range(2000):
        total = int(person.get("/api/notes?limit=1").headers["X-Total-Count"])
        if total >= least:
            return total
        time.sleep(0.005)
    raise AssertionError("nothing is imported")


def test_others_can_write_while_an_import_runs(
    server: Server, person: httpx.Client, fresh_email: str, tmp_path: Path
) -> None:
    for n in range(1500):
        put(tmp_path, f"many/{n}.md", f"# Note {n}\n" + f"some words of note {n} #tag\n" * 40)
    command = [sys.executable, "-m", "spote", "import", str(tmp_path / "many")]
    process = subprocess.Popen(
        [*command, "--email", fresh_email],
        env=server.environment,
        stdout=subprocess.DEVNULL,
    )
    waited: list[float] = []
    while process.poll() is None:
        started = time.monotonic()
        answer: Any = person.post("/api/notes", json={"title": "between", "text": ""})
        assert answer.status_code == 201, answer.text
        waited.append(time.monotonic() - started)
    assert process.returncode == 0
    assert len(waited) > 5
    assert max(waited) < 25
