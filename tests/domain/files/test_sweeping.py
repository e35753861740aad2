"""What nothing refers to goes after its time, never earlier, whatever happens at once; and its bytes with it."""

import asyncio
import io
import threading
from collections.abc import Callable
from typing import Any

import pytest

from spote.app import remove_blobs
from spote.cli.taking_in import take_in_file
from spote.domain import accounts, files, notes
from spote.domain.files import UploadedFile
from spote.errors import SpoteError, Unavailable
from spote.identity import Actor
from spote.paging import Page
from spote.settings import Settings
from spote.storage import BlobStore, Database, blob_key
from tests.domain.conftest import PASSWORD_HASH, Run
from tests.files import PNG, png
from tests.properties.soak import rounds

DAY = 86_400_000
Take = Callable[..., UploadedFile]


@pytest.fixture
def blobs(settings: Settings) -> BlobStore:
    return BlobStore(settings)


@pytest.fixture
def take(database: Database, blobs: BlobStore, person: Actor) -> Take:
    def take(content: bytes = PNG, filename: str = "a.png", who: Actor = person) -> Any:
        opened: Any = lambda: io.BytesIO(content)  # noqa: E731
        return take_in_file(database, blobs, who, opened, filename, 1 << 20)

    return take


@pytest.fixture
def sweep(database: Database, blobs: BlobStore) -> Callable[[], None]:
    """As the server does."""

    def sweep() -> None:
        while database.write_now(files.sweep_files):
            pass
        asyncio.run(remove_blobs(database, blobs))

    return sweep


@pytest.fixture
def pass_days(sql: Run) -> Callable[[float], None]:
    """Everything that waits has waited so much longer."""

    def pass_days(days: float) -> None:
        sql("UPDATE files SET released_at = released_at - :ms RETURNING id", ms=int(days * DAY))
        sql("UPDATE stray_blobs SET due_at = due_at - :ms RETURNING file_id", ms=int(days * DAY))

    return pass_days


@pytest.fixture
def is_there(blobs: BlobStore, sql: Run) -> Callable[[UploadedFile], bool]:
    """With its row and its bytes, or with neither."""

    def is_there(file: UploadedFile) -> bool:
        account_id, name = file.url.split("/")[3:]
        file_id = name.partition(".")[0]
        row = bool(sql("SELECT 1 FROM files WHERE id = :id", id=file_id))
        assert (blobs.size_now(blob_key(account_id, file_id)) is not None) == row
        return row

    return is_there


def note_of(write: Run, person: Actor, text: str) -> Any:
    return write(notes.create_note, person, notes.NoteDraft(title="Note", text=text))


def test_a_file_without_a_note_goes_after_a_day(take, sweep, pass_days, is_there):
    file = take()
    sweep()
    pass_days(0.99)
    sweep()
    assert is_there(file)
    pass_days(0.02)
    sweep()
    assert not is_there(file)


def test_what_a_text_its_past_or_the_trash_refers_to_stays(
    take, sweep, pass_days, is_there, write, read, person
):
    file = take()
    note = note_of(write, person, file.url)
    change = notes.NoteChange(text="gone from the text")

    def keeps() -> bool:
        pass_days(10_000)
        sweep()
        return is_there(file)

    assert keeps()
    write(notes.update_note, person, note.id, change)
    assert keeps()
    write(notes.delete_note, person, note.id)
    assert keeps()
    write(notes.restore_note, person, note.id)
    write(notes.restore_version, person, note.id, 1)
    [attachment] = read(notes.get_note, person, note.id).attachments
    assert attachment.url == file.url


def test_the_time_begins_when_the_last_note_goes_for_good(
    take, sweep, pass_days, is_there, write, person
):
    file = take()
    one, other = (note_of(write, person, file.url) for _ in range(2))
    pass_days(100)
    write(notes.delete_note, person, one.id)
    write(notes.empty_trash, person)
    sweep()
    write(notes.delete_note_for_good, person, other.id)
    sweep()
    assert is_there(file)
    pass_days(0.9)
    sweep()
    assert is_there(file)
    pass_days(0.2)
    sweep()
    assert not is_there(file)


def test_a_deleted_account_takes_its_files_and_bytes_along(
    take, sweep, is_there, write, person, settings
):
    file = take()
    note_of(write, person, file.url)
    write(accounts.delete_account, person, PASSWORD_HASH)
    sweep()
    assert not is_there(file)
    assert [path for path in (settings.data / "files").rglob("*") if path.is_file()] == []


def test_an_upload_that_never_ended_is_swept_and_cannot_end_later(
    database, blobs, sweep, pass_days, write, person, settings
):
    upload = write(files.begin_upload, person)
    blobs.put_now(blob_key(upload.account_id, upload.file_id), [b"half"])
    half = settings.data / "files" / upload.account_id / f"{upload.file_id}#1"
    half.write_bytes(b"what a killed server had begun to write")
    pass_days(0.99)
    sweep()
    assert half.exists()
    pass_days(0.02)
    received = files.Receiver(10).result("a")
    with pytest.raises(Unavailable):
        write(files.finish_upload, person, upload, received)
    sweep()
    assert [path for path in (settings.data / "files").rglob("*") if path.is_file()] == []


def test_what_was_finished_is_not_abandoned(blobs, sweep, write, person, sql, is_there):
    """A server that does not know whether its commit went through lets the bytes be."""
    upload = write(files.begin_upload, person)
    blobs.put_now(blob_key(upload.account_id, upload.file_id), [b""])
    file = write(files.finish_upload, person, upload, files.Receiver(10).result("a"))
    assert write(files.abandon_upload, upload.account_id, upload.file_id) is False
    sweep()
    assert is_there(file)


def test_a_note_that_begins_to_refer_to_a_file_while_it_is_swept_keeps_it_or_finds_none(
    database, blobs, take, sweep, pass_days, is_there, write, person
):
    for number in range(rounds(15, 300)):
        file = take(png(number))
        pass_days(2)
        start = threading.Barrier(3)

        found: list[Any] = []

        def save(
            url: str = file.url, start: threading.Barrier = start, found: list[Any] = found
        ) -> None:
            start.wait()
            found.append(note_of(write, person, url))

        def clean(start: threading.Barrier = start) -> None:
            start.wait()
            database.write_now(files.sweep_files)

        threads = [threading.Thread(target=one) for one in (save, clean, clean)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        sweep()
        assert is_there(file) == bool(found[0].attachments)


def test_random_notes_and_sweeps_lose_no_file(
    take, sweep, pass_days, is_there, write, read, person
):
    """Against a plain model: a file is there exactly as long as some text of some note names it."""
    import random

    chance = random.Random(7)
    pool = [take(png(number)) for number in range(6)]
    told: dict[str, set[str]] = {}
    for file in pool:
        told[note_of(write, person, file.url).id] = {file.url}
    gone: set[str] = set()
    for _ in range(rounds(40, 1000)):
        alive = [file for file in pool if file.url not in gone]
        match chance.randrange(4):
            case 0 if alive:
                file = chance.choice(alive)
                told[note_of(write, person, f"![]({file.url})").id] = {file.url}
            case 1 if told and alive:
                note_id, file = chance.choice(sorted(told)), chance.choice(alive)
                write(notes.update_note, person, note_id, notes.NoteChange(text=file.url))
                told[note_id].add(file.url)
            case 2 if told:
                note_id = chance.choice(sorted(told))
                write(notes.delete_note_for_good, person, note_id)
                del told[note_id]
            case _:
                pass_days(2)
                sweep()
                named = set().union(*told.values()) if told else set()
                gone = {file.url for file in pool if file.url not in named} | gone
                assert [is_there(file) for file in pool] == [file.url not in gone for file in pool]
    listed = read(notes.list_notes, person, notes.NoteFilter(), Page(200)).items
    assert len(listed) == len(told)


def test_quota_holds_for_many_at_once(database, take, settings, write, person):
    tight = settings.model_copy(update={"account_files_max_bytes": 5_000})
    found: list[bool] = []

    def one(number: int) -> None:
        def job(db: Any) -> Any:
            return files.finish_upload(db, person, upload, receiver.result("a.bin"))

        receiver = files.Receiver(10_000)
        receiver.feed(bytes(1_000))
        upload = write(files.begin_upload, person)
        try:
            tight_database.write_now(job)
        except SpoteError:
            found.append(False)
        else:
            found.append(True)

    from spote.storage import open_database

    tight_database = open_database(tight)
    threads = [threading.Thread(target=one, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    tight_database.close()
    assert sum(found) == 5
