"""Random edits against a plain model: texts byte for byte, versions, history, tags, counts and the index of words."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spote.domain import accounts, notes, search
from spote.domain.notes.hashtags import hashtags
from spote.errors import Conflict, NotFound
from spote.identity import FULL_ACCESS, Actor, CredentialKind, Via, new_id
from spote.paging import Page
from spote.settings import Settings
from spote.storage import Database, open_database
from tests.properties.soak import examples

BUCKETS = ["Inbox", "Work", "Work/Plans", "Ärger"]
TAGS = ["home", "work", "日本"]
PIECES = [
    "milk",
    " ",
    "\n",
    "\r\n",
    "#home",
    " #work ",
    "# Head\n",
    "## Sub\r\n",
    "x\u0301",
    "😀",
    "`#no`",
    "[[Plan]]",
    "\t",
    "日本",
]
EVERYTHING = Page(200)

texts = st.lists(st.sampled_from(PIECES), max_size=12).map("".join)
tag_lists = st.none() | st.lists(st.sampled_from(TAGS), max_size=3, unique=True)


@dataclass(frozen=True)
class State:
    title: str
    text: str
    bucket: str
    tags: tuple[str, ...]


@dataclass
class Model:
    """What a note has been, from its first version on."""

    word: str  # stands in the note's title and nowhere else
    states: list[tuple[str, State]] = field(default_factory=list)  # change and state
    is_trashed: bool = False

    @property
    def now(self) -> State:
        return self.states[-1][1]

    def becomes(self, state: State, change: str = "updated") -> None:
        if state != self.now or change in ("trashed", "untrashed"):
            self.states.append((change, state))


def retagged(old: State, text: str) -> tuple[str, ...]:
    """In other words than the program's."""
    before, after = hashtags(old.text), hashtags(text)
    kept = [tag for tag in old.tags if tag in after or tag not in before]
    return tuple(dict.fromkeys(kept + [tag for tag in after if tag not in before]))


class World:
    """An account with its notes, beside their models."""

    def __init__(self, database: Database) -> None:
        self.database = database
        email = f"{new_id()}@example.org"
        draft = accounts.SignUp(email=email, password="correct horse")
        account = database.write_now(lambda db: accounts.create_account(db, draft, "hash"))
        self.person = Actor(account.id, FULL_ACCESS, CredentialKind.SESSION, new_id(), Via.WEB)
        self.models: dict[str, Model] = {}

    def write(self, service: Any, *details: Any) -> Any:
        return self.database.write_now(lambda db: service(db, self.person, *details))

    def read(self, service: Any, *details: Any) -> Any:
        return self.database.read_now(lambda db: service(db, self.person, *details))

    def pick(self, number: int, *, trashed: bool = False) -> tuple[str, Model] | None:
        some = [item for item in self.models.items() if item[1].is_trashed == trashed]
        return some[number % len(some)] if some else None

    def live(self) -> dict[str, Model]:
        return {note_id: one for note_id, one in self.models.items() if not one.is_trashed}


@dataclass(frozen=True)
class Create:
    text: str
    bucket: str
    tags: list[str] | None

    def do(self, world: World) -> None:
        word = f"w{new_id().replace('-', '')}"
        draft = notes.NoteDraft.model_validate(
            {"title": f"Note {word}", "text": self.text, "bucket": self.bucket, "tags": self.tags}
        )
        note = world.write(notes.create_note, draft)
        tags = tuple(hashtags(self.text) if self.tags is None else self.tags)
        state = State(draft.title, self.text, self.bucket, tags)
        world.models[note.id] = Model(word, [("created", state)])


@dataclass(frozen=True)
class Update:
    which: int
    text: str | None
    bucket: str | None
    tags: list[str] | None
    says_version: bool
    is_stale: bool

    def do(self, world: World) -> None:
        if not (picked := world.pick(self.which)):
            return
        note_id, model = picked
        version = len(model.states) + (1 if self.is_stale else 0) if self.says_version else None
        change = notes.NoteChange(
            text=self.text,
            bucket=self.bucket,
            tags=None if self.tags is None else tuple(self.tags),
            version=version,
        )
        if version is not None and self.is_stale:
            with pytest.raises(Conflict) as refusal:
                world.write(notes.update_note, note_id, change)
            current: Any = refusal.value.details["current"]
            assert current.text == model.now.text
            return
        world.write(notes.update_note, note_id, change)
        text = model.now.text if self.text is None else self.text
        tags = retagged(model.now, text) if self.tags is None else tuple(self.tags)
        model.becomes(State(model.now.title, text, self.bucket or model.now.bucket, tags))


@dataclass(frozen=True)
class Append:
    which: int
    text: str
    at_the_start: bool

    def do(self, world: World) -> None:
        if not (picked := world.pick(self.which)):
            return
        note_id, model = picked
        edit = {"op": "prepend" if self.at_the_start else "append", "text": self.text}
        note = world.write(notes.edit_note, note_id, notes.NoteEdit.model_validate(edit))
        old, new = model.now.text, note.text
        assert new.endswith(old) if self.at_the_start else new.startswith(old)
        added = new[: len(new) - len(old)] if self.at_the_start else new[len(old) :]
        assert self.text in added
        assert (
            added.replace(self.text, "", 1).strip("\r\n") == ""
        )  # line ends between, nothing else
        model.becomes(replace(model.now, text=new, tags=retagged(model.now, new)))


@dataclass(frozen=True)
class Replace:
    which: int
    find: str
    text: str
    count: int

    def do(self, world: World) -> None:
        if not (picked := world.pick(self.which)):
            return
        note_id, model = picked
        edit = notes.NoteEdit(
            op="replace", find=self.find, text=self.text, expected_count=self.count
        )
        if model.now.text.count(self.find) != self.count:
            with pytest.raises(Conflict):
                world.write(notes.edit_note, note_id, edit)
            return
        text = model.now.text.replace(self.find, self.text)
        world.write(notes.edit_note, note_id, edit)
        model.becomes(replace(model.now, text=text, tags=retagged(model.now, text)))


@dataclass(frozen=True)
class Trash:
    which: int

    def do(self, world: World) -> None:
        if picked := world.pick(self.which):
            world.write(notes.delete_note, picked[0])
            picked[1].is_trashed = True
            picked[1].becomes(picked[1].now, "trashed")


@dataclass(frozen=True)
class TakeBack:
    which: int

    def do(self, world: World) -> None:
        if picked := world.pick(self.which, trashed=True):
            world.write(notes.restore_note, picked[0])
            picked[1].is_trashed = False
            picked[1].becomes(picked[1].now, "untrashed")


@dataclass(frozen=True)
class GoBack:
    which: int
    version: int

    def do(self, world: World) -> None:
        if not (picked := world.pick(self.which)):
            return
        note_id, model = picked
        if self.version > len(model.states):
            with pytest.raises(NotFound):
                world.write(notes.restore_version, note_id, self.version)
            return
        world.write(notes.restore_version, note_id, self.version)
        model.becomes(model.states[self.version - 1][1], "restored")


@dataclass(frozen=True)
class RenameBucket:
    old: str
    new: str

    def do(self, world: World) -> None:
        there = [one for one in world.live().values() if one.now.bucket == self.old]
        if not there:
            with pytest.raises(NotFound):
                world.write(notes.rename_bucket, self.old, notes.BucketName(name=self.new))
            return
        world.write(notes.rename_bucket, self.old, notes.BucketName(name=self.new))
        for model in there:
            model.becomes(replace(model.now, bucket=self.new))


numbers = st.integers(0, 9)
creations = st.builds(Create, text=texts, bucket=st.sampled_from(BUCKETS), tags=tag_lists)
operations = st.one_of(
    creations,
    st.builds(
        Update,
        which=numbers,
        text=st.none() | texts,
        bucket=st.none() | st.sampled_from(BUCKETS),
        tags=tag_lists,
        says_version=st.booleans(),
        is_stale=st.booleans(),
    ),
    st.builds(Append, which=numbers, text=texts.filter(bool), at_the_start=st.booleans()),
    st.builds(
        Replace,
        which=numbers,
        find=st.sampled_from(["milk", "\r\n", "#home"]),
        text=texts,
        count=st.integers(1, 2),
    ),
    st.builds(Trash, which=numbers),
    st.builds(TakeBack, which=numbers),
    st.builds(GoBack, which=numbers, version=st.integers(1, 4)),
    st.builds(RenameBucket, old=st.sampled_from(BUCKETS), new=st.sampled_from(BUCKETS)),
)


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory, database_url: str) -> Iterator[Database]:
    folder = tmp_path_factory.mktemp("editing") / "data"
    database = open_database(Settings(data=folder, database_url=database_url))
    yield database
    database.close()


@given(
    first=st.lists(creations, min_size=2, max_size=4),
    steps=st.lists(operations, min_size=10, max_size=30),
)
@examples(few=150, many=5_000)
def test_notes_are_what_a_plain_model_says(
    database: Database, first: list[Any], steps: list[Any]
) -> None:
    world = World(database)
    for step in [*first, *steps]:
        step.do(world)
    for note_id, model in world.models.items():
        _check_note(world, note_id, model)
    _check_lists(world)


def _check_note(world: World, note_id: str, model: Model) -> None:
    if model.is_trashed:
        with pytest.raises(NotFound):
            world.read(notes.get_note, note_id)
        return
    note = world.read(notes.get_note, note_id)
    assert State(note.title, note.text, note.bucket, note.tags) == model.now
    assert note.version == len(model.states)
    history = world.read(notes.list_history, note_id, EVERYTHING)
    assert [one.change for one in reversed(history.items)] == [change for change, _ in model.states]
    for version, (_, state) in enumerate(model.states, 1):
        past = world.read(notes.get_version, note_id, version)
        assert State(past.title, past.text, past.bucket, past.tags) == state
        assert past.size_bytes == len(state.text.encode())


def _check_lists(world: World) -> None:
    live = world.live()
    listed = world.read(notes.list_notes, notes.NoteFilter(), EVERYTHING)
    assert {note.id for note in listed.items} == set(live)
    assert listed.total == len(live)
    trashed = world.read(notes.list_trash, EVERYTHING)
    assert {note.id for note in trashed.items} == set(world.models) - set(live)
    buckets = {one.name: one.count for one in world.read(notes.list_buckets, EVERYTHING)}
    assert buckets == Counter(model.now.bucket for model in live.values())
    tags = {one.name: one.count for one in world.read(notes.list_tags, EVERYTHING)}
    assert tags == Counter(tag for model in live.values() for tag in model.now.tags)
    for note_id, model in world.models.items():
        found = world.read(
            search.search_notes, search.SearchQuery(q=model.word, mode="keyword"), Page(10)
        )
        assert [note.id for note in found.items] == ([note_id] if note_id in live else [])
