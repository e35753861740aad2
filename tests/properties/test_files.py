"""Whoever may read a note may read its files, and nobody else: random people, tokens, notes, against an oracle."""

import io
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spote.cli.taking_in import take_in_file
from spote.domain import accounts, files, notes
from spote.errors import NotAllowed, NotFound
from spote.identity import Actor, CredentialKind, Grant, Via, new_id
from spote.settings import Settings
from spote.storage import BlobStore, Connection, Database, open_database
from tests.files import png
from tests.properties.soak import examples

BUCKETS = ("Work", "Work/Plans", "Private")
GRANTS: list[tuple[int, Grant | None]] = [  # of which account; None: the person
    (0, None),
    (0, Grant()),
    (0, Grant(buckets=("Work",))),
    (0, Grant(except_buckets=("Work/Plans",), tags=("seen",))),
    (0, Grant(own_notes_only=True)),
    (1, None),
    (1, Grant(buckets=("Work",))),
]
NUMBERS = st.integers(0, 2**16)
OPERATIONS = st.lists(
    st.tuples(st.integers(0, 6), st.integers(0, len(GRANTS) - 1), NUMBERS, NUMBERS), max_size=25
)


@dataclass
class File:
    account_id: str
    uploader: Actor
    url: str


@dataclass
class Note:
    id: str
    account_id: str
    creator: Actor
    bucket: str
    tags: tuple[str, ...]
    texts: list[list[int]]  # the files that each version names
    granted: set[int] = field(default_factory=set)
    kept: set[int] = field(default_factory=set)
    is_live: bool = True


class World:
    """What there should be, beside what there is."""

    def __init__(self, database: Database, blobs: BlobStore) -> None:
        self._database = database
        self._blobs = blobs
        ids = [database.write_now(_account) for _ in range(2)]
        self.actors = [_actor(ids[owner], grant) for owner, grant in GRANTS]
        self.files = list[File]()
        self.notes = list[Note]()

    def do(self, what: int, who: int, x: int, y: int) -> None:
        actor = self.actors[who]
        if what == 0 or not self.files:
            self._upload(actor)
        elif what in (1, 2) or not self.notes:
            self._create(actor, x, y)
        else:
            note = self.notes[x % len(self.notes)]
            if not note.is_live or not self._covers(actor, note):
                return
            [self._write, self._move, self._throw, self._go_back][what - 3](actor, note, y)

    def may_read(self, actor: Actor, number: int) -> bool:
        file = self.files[number]
        if file.account_id == actor.account_id and self._is_own(actor, file):
            return True
        return any(
            note.is_live
            and self._covers(actor, note)
            and number in note.texts[-1]
            and number in note.granted
            for note in self.notes
        )

    def is_needed(self, number: int) -> bool:
        return any(number in note.kept for note in self.notes)

    def _upload(self, actor: Actor) -> None:
        content = png(len(self.files))
        taken = take_in_file(
            self._database, self._blobs, actor, lambda: io.BytesIO(content), "a.png", 9_999
        )
        self.files.append(File(actor.account_id, actor, taken.url))

    def _create(self, actor: Actor, x: int, y: int) -> None:
        bucket, tags, names = BUCKETS[x % 3], ("seen",) if x % 2 else (), self._some(y)
        draft = notes.NoteDraft(title="Note", text=self._text(names), bucket=bucket, tags=tags)
        with suppress(NotAllowed):
            made = self._write_now(lambda db: notes.create_note(db, actor, draft))
            note = Note(made.id, actor.account_id, actor, bucket, tags, [[]])
            self._name(actor, note, names)
            note.texts = [names]
            self.notes.append(note)

    def _write(self, actor: Actor, note: Note, y: int) -> None:
        names = self._some(y)
        if names != note.texts[-1]:
            change = notes.NoteChange(text=self._text(names))
            self._write_now(lambda db: notes.update_note(db, actor, note.id, change))
            self._name(actor, note, names)
            note.texts.append(names)

    def _move(self, actor: Actor, note: Note, y: int) -> None:
        change = notes.NoteChange(bucket=BUCKETS[y % 3])
        with suppress(NotAllowed):
            self._write_now(lambda db: notes.update_note(db, actor, note.id, change))
            if BUCKETS[y % 3] != note.bucket:
                note.texts.append(note.texts[-1])
                note.bucket = BUCKETS[y % 3]

    def _throw(self, actor: Actor, note: Note, y: int) -> None:
        if y % 2 and actor.kind is CredentialKind.SESSION:
            self._write_now(lambda db: notes.delete_note_for_good(db, actor, note.id))
            self.notes.remove(note)
        else:
            self._write_now(lambda db: notes.delete_note(db, actor, note.id))
            note.is_live = False

    def _go_back(self, actor: Actor, note: Note, y: int) -> None:
        version = y % len(note.texts) + 1
        with suppress(NotAllowed, NotFound):
            before = self._read_now(lambda db: notes.get_note(db, actor, note.id))
            after = self._write_now(lambda db: notes.restore_version(db, actor, note.id, version))
            if after.version > before.version:
                self._name(actor, note, note.texts[version - 1])
                note.texts.append(note.texts[version - 1])
                note.bucket = after.bucket

    def _name(self, actor: Actor, note: Note, names: list[int]) -> None:
        """The rule for what a reference grants."""
        for number in names:
            if number not in note.texts[-1] and number not in note.granted:
                file = self.files[number]
                own = file.account_id == actor.account_id and self._is_own(actor, file)
                if own or any(
                    other.account_id == note.account_id
                    and other.is_live
                    and self._covers(actor, other)
                    and number in other.texts[-1]
                    and number in other.granted
                    for other in self.notes
                ):
                    note.granted.add(number)
            if number in note.granted or self.files[number].account_id == note.account_id:
                note.kept.add(number)

    def _covers(self, actor: Actor, note: Note) -> bool:
        return (
            actor.account_id == note.account_id
            and actor.grant.covers(note.bucket, note.tags)
            and not (actor.grant.own_notes_only and note.creator is not actor)
        )

    def _is_own(self, actor: Actor, file: File) -> bool:
        return actor.grant.reaches_everything or (
            actor.kind is CredentialKind.TOKEN and file.uploader is actor
        )

    def _some(self, y: int) -> list[int]:
        return list(dict.fromkeys([y % len(self.files), y // 7 % len(self.files)]))[: y % 3]

    def _text(self, names: list[int]) -> str:
        return " ".join(f"![]({self.files[number].url})" for number in names)

    def _write_now(self, job: Any) -> Any:
        return self._database.write_now(job)

    def _read_now(self, job: Any) -> Any:
        return self._database.read_now(job)


def _account(db: Connection) -> str:
    draft = accounts.SignUp(email=f"{new_id()}@example.org", password="correct horse")
    return accounts.create_account(db, draft, "hash").id


def _actor(account_id: str, grant: Grant | None) -> Actor:
    if grant is None:
        return Actor(account_id, Grant(), CredentialKind.SESSION, new_id(), Via.WEB)
    return Actor(account_id, grant, CredentialKind.TOKEN, new_id(), Via.API, label="Script")


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory, database_url: str) -> Settings:
    folder: Path = tmp_path_factory.mktemp("files") / "data"
    return Settings(data=folder, database_url=database_url)


@pytest.fixture(scope="module")
def database(settings: Settings) -> Iterator[Database]:
    database = open_database(settings)
    yield database
    database.close()


@examples(40, 2000)
@given(OPERATIONS)
def test_files_are_read_by_whom_the_oracle_names(
    database: Database, settings: Settings, operations: list[tuple[int, int, int, int]]
) -> None:
    world = World(database, BlobStore(settings))
    for operation in operations:
        world.do(*operation)
    _compare(database, world, there=set(range(len(world.files))))
    database.write_now(lambda db: db.execute("UPDATE files SET released_at = 0"))
    while database.write_now(files.sweep_files):
        pass
    _compare(database, world, there={n for n in range(len(world.files)) if world.is_needed(n)})


def _compare(database: Database, world: World, there: set[int]) -> None:
    for actor in world.actors:
        for number, file in enumerate(world.files):
            expected = (
                "absent"
                if number not in there
                else "read"
                if world.may_read(actor, number)
                else "absent"
                if actor.account_id == file.account_id
                else "refused"
            )
            assert _outcome(database, actor, file) == expected
        for note in world.notes:
            if note.is_live and world._covers(actor, note):
                shown = database.read_now(
                    lambda db, actor=actor, note=note: notes.get_note(db, actor, note.id)  # type: ignore[misc]
                )
                assert [one.url for one in shown.attachments] == [
                    world.files[number].url for number in note.texts[-1] if number in note.granted
                ]


def _outcome(database: Database, actor: Actor, file: File) -> str:
    account_id, name = file.url.split("/")[3:]
    try:
        database.read_now(lambda db: files.get_file(db, actor, account_id, name))
    except NotFound:
        return "absent"
    except NotAllowed:
        return "refused"
    return "read"
