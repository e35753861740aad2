"""Plans of an account's notes, which part of them a token may see, and databases built from them.

`build` makes the account twice over: whole, and as its twin in which nothing is that the token may not see. What a
token learns must be the same in both.
"""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from pydantic import BaseModel

from spote.domain import accounts, notes
from spote.errors import SpoteError
from spote.identity import FULL_ACCESS, Actor, CredentialKind, Grant, Verb, Via, new_id
from spote.paging import Listing
from spote.settings import Settings
from spote.storage import Connection, Database, open_database
from tests.postgresql import emptied

CANARY = "zqcanary"
BUCKETS = [
    "Inbox",
    "Work",
    "Work/Deep",
    "Work/Deep/Er",
    "Workshop",
    "work",
    "Ärger",
    "a_b",
    "a%b",
    "aXb",
]
PLACES = ["Work", "Work/Deep", "Work/Deep/Er", "Inbox", "Ärger", "a_b", "Work/"]
TAGS = ["home", "work", "work/deep", 'x"home', "a_b", "axb", "back\\"]
WORDS = ["milk", "bread", "plan", "Zürich", "zurich", "日本", "home", "work", "milky"]
TITLES = ["Plan", "plan", "Milk", "Bread and milk", "Zürich"]
START = 1_700_000_000_000  # ms
STEP = 1_000  # ms between two steps
UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True)
class Values:
    title: str
    words: tuple[str, ...]
    links: tuple[int, ...]  # indexes of notes, linked by their id
    bucket: str
    tags: tuple[str, ...]


@dataclass(frozen=True)
class PlannedNote:
    maker: str  # me, other, person
    states: tuple[Values, ...]  # as it was created, and as it was changed
    is_trashed: bool


@dataclass(frozen=True)
class Plan:
    grant: Grant
    notes: tuple[PlannedNote, ...]
    relations: tuple[tuple[int, int, str], ...]  # source, target, kind

    def sees(self, index: int) -> bool:
        """Now: by the bucket and tags that the note has, and who made it."""
        note = self.notes[index]
        mine = note.maker == "me" or not self.grant.own_notes_only
        return mine and self.covers(note.states[-1])

    def covers(self, values: Values) -> bool:
        return is_in(values.bucket, self.grant) and (
            self.grant.tags is None or any(tag in self.grant.tags for tag in values.tags)
        )

    def visible(self, *, trashed: bool) -> list[int]:
        return [
            index
            for index, note in enumerate(self.notes)
            if note.is_trashed == trashed and self.sees(index)
        ]


def is_in(bucket: str, grant: Grant) -> bool:
    """Said in other words than the program's: a place is a beginning of the path, part by part."""

    def below(place: str) -> bool:
        parts, wanted = bucket.split("/"), place.split("/")
        return parts[: len(wanted)] == wanted

    allowed = grant.buckets is None or any(map(below, grant.buckets))
    return allowed and not any(map(below, grant.except_buckets))


def _some(pool: list[str], most: int = 3) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(pool), max_size=most, unique=True).map(tuple)


def grants(verbs: st.SearchStrategy[frozenset[Verb]]) -> st.SearchStrategy[Grant]:
    return st.builds(
        Grant,
        verbs=verbs,
        buckets=st.none() | _some(PLACES),
        except_buckets=st.just(()) | _some(PLACES),
        tags=st.none() | _some(TAGS),
        own_notes_only=st.booleans() | st.just(False),
    )


VALUES = st.builds(
    Values,
    title=st.sampled_from(TITLES),
    words=st.lists(st.sampled_from(WORDS), max_size=12).map(tuple),
    links=st.lists(st.integers(0, 7), max_size=2).map(tuple),
    bucket=st.sampled_from(BUCKETS),
    tags=_some(TAGS),
)
NOTES = st.builds(
    PlannedNote,
    maker=st.sampled_from(["me", "me", "other", "person"]),
    states=st.lists(VALUES, min_size=1, max_size=3).map(tuple),
    is_trashed=st.sampled_from([False, False, True]),
)
RELATIONS = st.tuples(st.integers(0, 7), st.integers(0, 7), st.sampled_from(["cites", "follows"]))


def plans(verbs: st.SearchStrategy[frozenset[Verb]]) -> st.SearchStrategy[Plan]:
    return st.builds(
        Plan,
        grant=grants(verbs),
        notes=st.lists(NOTES, min_size=1, max_size=8).map(tuple),
        relations=st.lists(RELATIONS, max_size=5, unique=True).map(tuple),
    )


@dataclass
class World:
    """An account built from a plan, and the token that looks at it."""

    database: Database
    plan: Plan
    me: Actor
    other: Actor
    person: Actor
    note_ids: list[str]  # by index in the plan; of what is not there: ids of nothing
    relation_ids: list[str] = field(default_factory=list)
    time: int = START

    def write(self, job: Callable[[Connection], Any]) -> Any:
        """In a transaction whose time is the next step's, the same in both worlds."""
        self.time += STEP

        def at_its_time(db: Any) -> Any:
            db.now = self.time
            return job(db)

        return self.database.write_now(at_its_time)

    def outcome(self, job: Callable[[Connection], Any], db: Connection | None = None) -> str:
        """What a call gave or why it refused, with all ids that differ between twins made alike."""
        try:
            result = ("gave", _plain(job(db) if db else self.write(job)))
        except SpoteError as error:
            result = (
                "refused",
                [type(error).__name__, error.message, error.code, getattr(error, "scope", None)]
                + [str(one) for one in error.fields]
                + [_plain(error.details)],
            )
        return self.alike(json.dumps(result, ensure_ascii=False, sort_keys=True))

    def some_note(self, number: int) -> str:
        return self.note_ids[number % len(self.note_ids)]

    def alike(self, text: str) -> str:
        names = {id_: f"note {index}" for index, id_ in enumerate(self.note_ids)}
        names |= {id_: f"relation {index}" for index, id_ in enumerate(self.relation_ids)}
        names[self.me.account_id] = "account"
        unknown = iter(range(len(text)))
        return UUID.sub(
            lambda found: (
                names[found[0]]
                if found[0] in names
                else names.setdefault(found[0], f"id {next(unknown)}")
            ),
            text,
        )


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return json.loads(value.model_dump_json(by_alias=True))
    if isinstance(value, Listing):
        return {"items": _plain(value.items), "total": value.total}
    if isinstance(value, dict):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    if isinstance(value, bytes):
        return value.decode()
    return value if value is None or isinstance(value, (int, float, str, bool)) else str(value)


DATABASES: list[str] = []  # where worlds are built, on PostgreSQL: see conftest.py


@contextmanager
def build(folder: Path, plan: Plan, *, twin: bool) -> Iterator[World]:
    """With `twin`, without everything that the token may not see."""
    database_url = emptied(DATABASES[twin]) if DATABASES else ""
    with closing(open_database(Settings(data=folder, database_url=database_url))) as database:
        draft = accounts.SignUp(email="ada@example.org", password="correct horse")
        account = database.write_now(lambda db: accounts.create_account(db, draft, "$argon2id$"))
        world = World(
            database,
            plan,
            me=_token(account.id, "Me"),
            other=_token(account.id, "Other"),
            person=Actor(account.id, FULL_ACCESS, CredentialKind.SESSION, new_id(), Via.WEB),
            note_ids=[new_id() for _ in plan.notes],
        )
        database.write_now(lambda db: _fill(db, world, twin=twin))
        world.me = replace(world.me, grant=plan.grant)
        yield world


def _token(account_id: str, label: str) -> Actor:
    return Actor(account_id, FULL_ACCESS, CredentialKind.TOKEN, new_id(), Via.API, label=label)


def _fill(db: Any, world: World, *, twin: bool) -> None:
    plan = world.plan
    last = max((len(note.states) for note in plan.notes), default=0)
    for step in range(last):
        for index, note in enumerate(plan.notes):
            world.time += STEP
            db.now = world.time
            if step < len(note.states) and not (twin and not plan.sees(index)):
                _write_state(db, world, index, step, twin=twin)
    for index, note in enumerate(plan.notes):
        world.time += STEP
        db.now = world.time
        if note.is_trashed and not (twin and not plan.sees(index)):
            notes.delete_note(db, world.person, world.note_ids[index])
    for source, target, kind in plan.relations:
        world.time += STEP
        db.now = world.time
        _relate(db, world, source, target, kind, twin=twin)


def _write_state(db: Any, world: World, index: int, step: int, *, twin: bool) -> None:
    plan = world.plan
    note, values = plan.notes[index], plan.notes[index].states[step]
    actor = {"me": world.me, "other": world.other, "person": world.person}[note.maker]
    is_secret = not plan.sees(index) or not plan.covers(values)
    title, text, tags = values.title, _text(world, index, step, values), values.tags
    if is_secret and not twin:
        title, text = _secret_title(title, index), f"{text} {CANARY} {CANARY}{index}"
        tags = (*tags, CANARY)
    elif is_secret:  # the twin's note has another past that may not be seen either
        title, text = "Nothing", f"nothing {step}"
    if step == 0:
        draft = notes.NoteDraft(title=title, text=text, bucket=values.bucket, tags=tags)
        made = notes.create_note(db, actor, draft)
        world.note_ids[index] = made.id
    else:
        change = notes.NoteChange(title=title, text=text, bucket=values.bucket, tags=tags)
        notes.update_note(db, actor, world.note_ids[index], change)


def _secret_title(title: str, index: int) -> str:
    """Some secret notes bear the very title that others link to."""
    return title if index % 2 else f"{title} {CANARY}"


def _text(world: World, index: int, step: int, values: Values) -> str:
    there = len(world.note_ids) if step else index
    links = [f"/app/note/{world.note_ids[to]}" for to in values.links if to < there]
    written = [f"[[{TITLES[to % len(TITLES)]}]]" for to in values.links]
    return " ".join([f"note{index}step{step}", *values.words, *links, *written])


def _relate(db: Any, world: World, source: int, target: int, kind: str, *, twin: bool) -> None:
    plan = world.plan
    ends = [source, target]
    if source == target or max(ends) >= len(plan.notes):
        return
    if any(plan.notes[end].is_trashed for end in ends):
        return
    if not all(plan.sees(end) for end in ends):
        if twin:
            world.relation_ids.append(new_id())
            return
        kind = f"{kind} {CANARY}"
    draft = notes.RelationDraft(target_id=world.note_ids[target], kind=kind)
    world.relation_ids.append(
        notes.create_relation(db, world.person, world.note_ids[source], draft).id
    )
