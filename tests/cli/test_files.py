"""Files on the command line: exports, imports, backups and restores hold them."""

import io
import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from spote.app import remove_blobs
from spote.cli.taking_in import take_in_file
from spote.domain import files, notes
from spote.domain.files import UploadedFile
from spote.identity import Actor
from spote.settings import Settings
from spote.storage import BlobStore, Database, blob_key
from tests.cli.conftest import actor_of, notes_of
from tests.files import PNG, png

Take = Callable[..., UploadedFile]


@pytest.fixture
def blobs(data: Path) -> BlobStore:
    return BlobStore(Settings(data=data))


@pytest.fixture
def take(database: Database, actor: Actor, blobs: BlobStore) -> Take:
    def take(content: bytes = PNG, filename: str = "picture.png", who: Actor = actor) -> Any:
        opened: Any = lambda: io.BytesIO(content)  # noqa: E731
        return take_in_file(database, blobs, who, opened, filename, 1 << 23)

    return take


def note_with(database: Database, actor: Actor, *texts: str) -> list[str]:
    """Notes with these texts; returns their ids."""

    def make(text: str) -> str:
        draft = notes.NoteDraft(title="With a file", text=text)
        return database.write_now(lambda db: notes.create_note(db, actor, draft)).id

    return [make(text) for text in texts]


def content_of(database: Database, actor: Actor, blobs: BlobStore, url: str) -> bytes:
    account_id, name = url.split("/")[3:]
    file = database.read_now(lambda db: files.get_file(db, actor, account_id, name))
    return b"".join(blobs.get_now(blob_key(file.account_id, file.id)))


def files_on_disk(data: Path) -> set[str]:
    return {path.name for path in (data / "files").rglob("*") if path.is_file()}


def age(database: Database) -> None:
    """All files have been without a note for very long, and all uploads under way are due."""
    database.write_now(lambda db: db.execute("UPDATE files SET released_at = 0"))
    database.write_now(lambda db: db.execute("UPDATE stray_blobs SET due_at = 0"))


def test_taking_in_the_same_file_twice_gives_one(database, data, take):
    assert take() == take()
    assert take(filename="other.png") != take()
    assert len(files_on_disk(data)) == 2


def test_a_backup_holds_the_files(spote, database, actor, blobs, data, take):
    one, other = take(png(1), "one.png"), take(b"x" * 3_000_000, "two.bin")
    note_with(database, actor, f"![]({one.url}) {other.url}")
    archive = Path(spote("backup").out.strip())
    assert json.loads(zipfile.ZipFile(archive).read("manifest.json"))["counts"]["files"] == 2
    late = take(png(3), "late.png")
    shutil.rmtree(data / "files")
    ended = spote("restore", archive, "--yes")
    assert ended.code == 0, ended.err
    assert content_of(database, actor, blobs, one.url) == png(1)
    assert content_of(database, actor, blobs, other.url) == b"x" * 3_000_000
    [note] = notes_of(database, actor)
    assert [it.filename for it in note.attachments] == ["one.png", "two.bin"]
    with pytest.raises(Exception, match="no such file"):
        content_of(database, actor, blobs, late.url)
    assert spote("doctor").code == 0


def test_a_restore_brings_back_what_was_swept_and_lets_go_of_what_came_later(
    spote, database, actor, blobs, data, take
):
    kept = take(png(1), "kept.png")
    note_with(database, actor, kept.url)
    archive = Path(spote("backup").out.strip())
    later = take(png(2), "later.png")
    database.write_now(
        lambda db: notes.delete_note_for_good(db, actor, notes_of(database, actor)[0].id)
    )
    age(database)
    sweep(database, blobs)
    assert files_on_disk(data) == set()
    take(png(2), "later.png")
    assert spote("restore", archive, "--yes").code == 0
    assert content_of(database, actor, blobs, kept.url) == png(1)
    assert len(files_on_disk(data)) == 2
    age_strays = "UPDATE stray_blobs SET due_at = 0"
    database.write_now(lambda db: db.execute(age_strays))
    sweep(database, blobs)
    assert files_on_disk(data) == {kept.url.split("/")[-1].partition(".")[0]}
    assert later.url != kept.url


def test_the_backup_of_the_present_state_holds_its_files(spote, database, actor, blobs, data, take):
    empty = Path(spote("backup").out.strip())
    file = take()
    note_with(database, actor, file.url)
    ended = spote("restore", empty, "--yes")
    assert ended.code == 0, ended.err
    [kept] = (data / "backups").glob("*-before-restore.zip")
    assert kept.stat().st_mode & 0o777 == 0o600
    age(database)
    sweep(database, blobs)
    assert files_on_disk(data) == set()
    assert spote("restore", kept, "--yes").code == 0
    assert content_of(database, actor, blobs, file.url) == PNG


def test_a_backup_without_files_relies_on_the_store(spote, database, actor, blobs, data, take):
    file, gone = take(png(1)), take(png(2), "gone.png")
    archive = Path(spote("backup", "--without-files").out.strip())
    assert not [name for name in zipfile.ZipFile(archive).namelist() if name.startswith("files/")]
    blobs.delete_now("/".join(gone.url.split("/")[3:]).partition(".")[0])
    ended = spote("restore", archive, "--yes")
    assert ended.code == 0, ended.err
    assert "1 files are neither in the archive nor in the store" in ended.err
    assert content_of(database, actor, blobs, file.url) == png(1)


@pytest.mark.parametrize("damage", ["other bytes", "more bytes", "fewer bytes"])
def test_a_damaged_file_in_a_backup_changes_nothing(
    spote, database, actor, data, take, tmp_path, damage
):
    file = take(png(1))
    archive = Path(spote("backup").out.strip())
    worse = tmp_path / "worse.zip"
    bytes_of = {"other bytes": png(2), "more bytes": png(1) + b"x", "fewer bytes": png(1)[:-1]}
    with zipfile.ZipFile(archive) as given, zipfile.ZipFile(worse, "w") as made:
        for name in given.namelist():
            is_file = name.startswith("files/")
            made.writestr(name, bytes_of[damage] if is_file else given.read(name))
    note_with(database, actor, "later")
    ended = spote("restore", worse, "--yes")
    assert ended.code == 1
    assert "damaged" in ended.err
    assert len(notes_of(database, actor)) == 1
    assert file.url.split("/")[-1].partition(".")[0] in files_on_disk(data)


@pytest.fixture
def vault(tmp_path: Path) -> Path:
    folder = tmp_path / "vault"
    for path, content in {
        "Work/Plan.md": b"![a](img/a%20b.png) [doc](<../doc.pdf> 'title') [no](missing.png) `![](img/a%20b.png)`",
        "Work/img/a b.png": png(1),
        "doc.pdf": b"%PDF-1.4 x",
        "Diary.md": b"![[c.png|300]] ![[Plan]] [other](Work/Plan.md) ![](https://example.org/x.png)",
        "pics/c.png": png(2),
        "Sly.md": b"![](../secret.png) ![](.hidden/x.png) ![](/etc/passwd) ![](..%2f..%2fsecret.png) ![](link.png)",
        ".hidden/x.png": png(3),
    }.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    (tmp_path / "secret.png").write_bytes(png(4))
    (folder / "link.png").symlink_to(tmp_path / "secret.png")
    return folder


def test_an_import_takes_in_what_the_texts_refer_to(spote, database, actor, blobs, vault):
    for expected in (
        "imported 3, updated 0, unchanged 0, skipped 0, files 3",
        "imported 0, updated 0, unchanged 3, skipped 0",
    ):
        ended = spote("import", vault, "--email", "ada@example.org")
        assert (ended.code, ended.out.strip()) == (0, expected), ended.err
    found = {note.title: note for note in notes_of(database, actor)}
    plan, diary = found["Plan"], found["Diary"]
    picture, doc = plan.attachments
    assert (picture.filename, doc.filename) == ("a b.png", "doc.pdf")
    assert plan.text == (
        f"![a]({picture.url}) [doc]({doc.url} 'title') [no](missing.png) `![](img/a%20b.png)`"
    )
    [other] = diary.attachments
    assert diary.text.startswith(f"![c.png]({other.url}) ![[Plan]] [other](Work/Plan.md) ")
    assert content_of(database, actor, blobs, other.url) == png(2)
    assert found["Sly"].attachments == ()
    assert found["Sly"].text == (vault / "Sly.md").read_text()


def test_an_archive_is_taken_in_like_its_folder(spote, database, actor, vault, tmp_path):
    (vault / "link.png").unlink()  # packing would follow it
    archive = shutil.make_archive(str(tmp_path / "vault"), "zip", vault)
    ended = spote("import", archive, "--email", "ada@example.org")
    assert ended.out.strip().endswith("files 3"), ended.err
    found = {note.title: note for note in notes_of(database, actor)}
    assert len(found["Plan"].attachments) == 2


@pytest.mark.parametrize("form", ["archive.zip", "folder"])
def test_an_export_is_taken_in_again_with_its_files(
    spote, database, actor, blobs, take, tmp_path, form
):
    file = take(png(1), "Cat 🐈.png")
    note_with(database, actor, f"![cat]({file.url})")
    target = tmp_path / form
    assert spote("export", "ada@example.org", target).code == 0
    other = actor_of(database, "eve@example.org")
    for who in ("ada@example.org", "eve@example.org"):
        ended = spote("import", target, "--email", who)
        assert ended.code == 0, ended.err
    [note] = notes_of(database, actor)
    assert note.text == f"![cat]({file.url})"
    [taken] = notes_of(database, other)
    [attachment] = taken.attachments
    assert (attachment.filename, attachment.size_bytes) == ("Cat 🐈.png", len(png(1)))
    assert other.account_id in attachment.url
    assert content_of(database, other, blobs, attachment.url) == png(1)


def test_bombs_are_left_out(spote, database, actor, data, tmp_path, monkeypatch):
    monkeypatch.setenv("SPOTE_FILE_MAX_BYTES", "100000")
    archive = tmp_path / "bomb.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("note.md", "![](bomb.bin) ![](fine.png)")
        made.writestr("bomb.bin", bytes(50_000_000))
        made.writestr("fine.png", PNG)
    ended = spote("import", archive, "--email", "ada@example.org")
    assert "left out bomb.bin: A file may have 100,000 bytes" in ended.err
    [note] = notes_of(database, actor)
    assert [one.filename for one in note.attachments] == ["fine.png"]
    assert sum(
        path.stat().st_size for path in (data / "files").rglob("*") if path.is_file()
    ) == len(PNG)


def test_an_import_keeps_to_the_room_of_the_account(spote, database, actor, vault, monkeypatch):
    monkeypatch.setenv("SPOTE_ACCOUNT_FILES_MAX_BYTES", "1024")
    (vault / "pics" / "c.png").write_bytes(b"x" * 1025)
    ended = spote("import", vault, "--email", "ada@example.org")
    assert ended.out.strip().endswith("files 2")
    assert "left out c.png" in ended.err


def sweep(database: Database, blobs: BlobStore) -> None:
    """As the server does, at once."""
    import asyncio

    while database.write_now(files.sweep_files):
        pass
    asyncio.run(remove_blobs(database, blobs))
