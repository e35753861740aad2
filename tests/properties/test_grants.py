"""What a token may not see does not exist for it: not in answers, orders, scores or counts, whatever it does."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from spote.domain import notes, search, tokens
from spote.errors import NotAllowed, NotFound
from spote.identity import ALL_VERBS, Actor, Grant, Verb, Via
from spote.paging import Page
from spote.storage import Connection
from tests.properties.soak import examples
from tests.properties.worlds import (
    BUCKETS,
    CANARY,
    TAGS,
    TITLES,
    VALUES,
    WORDS,
    Plan,
    Values,
    World,
    build,
    grants,
    is_in,
    plans,
)

pytestmark = pytest.mark.usefixtures("world_databases")

ALL = Page(200)
Question = Callable[[Connection, Actor], Any]
VERB_SETS = st.frozensets(st.sampled_from(list(Verb)))
READERS = st.just(ALL_VERBS)


# What the oracle says


@examples(25, 3000)
@given(plans(READERS))
def test_a_token_sees_exactly_the_notes_in_its_places(plan: Plan):
    with worlds(plan, 1) as (world,):
        seen = world.database.read_now(lambda db: look(db, world))
    live, trashed = plan.visible(trashed=False), plan.visible(trashed=True)
    newest_first = sorted(live, reverse=True)
    assert seen["list"] == (newest_first, len(live))
    assert seen["summaries"] == seen["list"]
    assert seen["get"] == live
    assert sorted(seen["trash"]) == trashed
    assert seen["buckets"] == counts(plan.notes[index].states[-1].bucket for index in live)
    assert seen["tags"] == counts(
        tag for index in live for tag in plan.notes[index].states[-1].tags
    )
    assert seen["found"] == live
    for bucket in BUCKETS:
        expected = [
            index for index in newest_first if plan.notes[index].states[-1].bucket == bucket
        ]
        assert seen["in", bucket] == (expected, len(expected))
    for tag in TAGS:
        expected = [index for index in newest_first if tag in plan.notes[index].states[-1].tags]
        assert seen["with", tag] == (expected, len(expected))
    for index in live:
        versions = [
            number for number, state in enumerate(plan.notes[index].states, 1) if plan.covers(state)
        ]
        assert seen["history", index] == (versions[::-1], len(versions))
        assert seen["versions", index] == versions
        assert seen["related", index] == sorted(
            (kind, end)
            for source, target, kind in plan.relations
            for here, end in ((source, target), (target, source))
            if here == index and source != target and end in live
        )


def look(db: Connection, world: World) -> dict[Any, Any]:
    me, ids = world.me, world.note_ids
    index_of = {id_: index for index, id_ in enumerate(ids)}

    def listed(found: Any) -> tuple[list[int], int]:
        return [index_of[note.id] for note in found.items], found.total

    def wanted(**of: Any) -> tuple[list[int], int]:
        return listed(notes.list_notes(db, me, notes.NoteFilter(**of), ALL))

    seen: dict[Any, Any] = {
        "list": wanted(),
        "summaries": listed(notes.list_summaries(db, me, notes.NoteFilter(), ALL)),
        "get": sorted(index_of[id_] for id_ in notes.get_notes(db, me, ids)),
        "trash": listed(notes.list_trash(db, me, ALL))[0],
        "buckets": {one.name: one.count for one in notes.list_buckets(db, me, ALL)},
        "tags": {one.name: one.count for one in notes.list_tags(db, me, ALL)},
        "found": [
            index
            for index, note in enumerate(world.plan.notes)
            if ids[index] in found_by(db, world, f"note{index}step{len(note.states) - 1}")
        ],
        **{("in", bucket): wanted(buckets=(bucket,)) for bucket in BUCKETS},
        **{("with", tag): wanted(tags=(tag,)) for tag in TAGS},
    }
    for index in seen["get"]:
        history = notes.list_history(db, me, ids[index], ALL)
        seen["history", index] = [one.version for one in history.items], history.total
        seen["versions", index] = [
            number
            for number in range(1, len(world.plan.notes[index].states) + 2)
            if has_version(db, world, ids[index], number)
        ]
        seen["related", index] = sorted(
            (one.kind, index_of[one.note.id])
            for one in notes.list_relations(db, me, ids[index]).relations
        )
    return seen


def has_version(db: Connection, world: World, note_id: str, version: int) -> bool:
    with suppress(NotFound):
        return notes.get_version(db, world.me, note_id, version).version == version
    return False


def found_by(db: Connection, world: World, q: str) -> list[str]:
    query = search.SearchQuery(q=q)
    return [note.id for note in search.search_notes(db, world.me, query, ALL).items]


def counts(names: Iterator[str]) -> dict[str, int]:
    listed = list(names)
    return {name: listed.count(name) for name in listed}


# What the twin says


@examples(25, 3000)
@given(plans(READERS))
def test_answers_are_those_of_an_account_that_holds_only_what_may_be_seen(plan: Plan):
    with worlds(plan, 2) as (world, twin):
        assert_alike(world, twin)


@dataclass(frozen=True)
class Tried:
    """A change that a token tries, within its reach or not; which of these it needs depends on what it is."""

    what: str
    note: int
    other: int
    values: Values
    version: int | None
    bucket: str
    tag: str
    new_tag: str

    @property
    def all_fields(self) -> dict[str, Any]:
        at = self.values
        words = " ".join(at.words)
        return {"title": at.title, "text": words, "bucket": at.bucket, "tags": at.tags}


def create(db: Connection, world: World, tried: Tried) -> Any:
    made = notes.create_note(db, world.me, notes.NoteDraft(**tried.all_fields))
    world.note_ids.append(made.id)
    return made


def put(db: Connection, world: World, tried: Tried) -> Any:
    change = notes.NoteChange(**tried.all_fields, version=tried.version)
    return notes.update_note(db, world.me, world.some_note(tried.note), change)


def put_text(db: Connection, world: World, tried: Tried) -> Any:
    change = notes.NoteChange(text=f"new #{tried.new_tag}", version=tried.version)
    return notes.update_note(db, world.me, world.some_note(tried.note), change)


def append(db: Connection, world: World, tried: Tried) -> Any:
    edit = notes.NoteEdit(op="append", text="more #home", version=tried.version)
    return notes.edit_note(db, world.me, world.some_note(tried.note), edit)


def replace_words(db: Connection, world: World, tried: Tried) -> Any:
    edit = notes.NoteEdit(op="replace", find="milk", text="butter", version=tried.version)
    return notes.edit_note(db, world.me, world.some_note(tried.note), edit)


def delete(db: Connection, world: World, tried: Tried) -> Any:
    return notes.delete_note(db, world.me, world.some_note(tried.note))


def restore(db: Connection, world: World, tried: Tried) -> Any:
    return notes.restore_note(db, world.me, world.some_note(tried.note))


def go_back(db: Connection, world: World, tried: Tried) -> Any:
    note_id = world.some_note(tried.note)
    return notes.restore_version(db, world.me, note_id, tried.version or 1)


def rename_bucket(db: Connection, world: World, tried: Tried) -> Any:
    name = notes.BucketName(name=tried.values.bucket)
    return notes.rename_bucket(db, world.me, tried.bucket, name)


def delete_bucket(db: Connection, world: World, tried: Tried) -> Any:
    return notes.delete_bucket(db, world.me, tried.bucket)


def rename_tag(db: Connection, world: World, tried: Tried) -> Any:
    return notes.rename_tag(db, world.me, tried.tag, notes.TagName(name=tried.new_tag))


def relate(db: Connection, world: World, tried: Tried) -> Any:
    draft = notes.RelationDraft(target_id=world.some_note(tried.other), kind="cites")
    return notes.create_relation(db, world.me, world.some_note(tried.note), draft)


def unrelate(db: Connection, world: World, tried: Tried) -> Any:
    relation_ids = world.relation_ids or ["none"]
    relation_id = relation_ids[tried.other % len(relation_ids)]
    return notes.delete_relation(db, world.me, world.some_note(tried.note), relation_id)


CHANGES = {
    change.__name__: change
    for change in (
        create,
        put,
        put_text,
        append,
        replace_words,
        delete,
        restore,
        go_back,
        rename_bucket,
        delete_bucket,
        rename_tag,
        relate,
        unrelate,
    )
}
TRIES = st.builds(
    Tried,
    what=st.sampled_from(list(CHANGES)),
    note=st.integers(0, 7),
    other=st.integers(0, 7),
    values=VALUES,
    version=st.none() | st.integers(1, 4),
    bucket=st.sampled_from([*BUCKETS, CANARY]),
    tag=st.sampled_from([*TAGS, CANARY]),
    new_tag=st.sampled_from(TAGS),
)


@examples(30, 5000)
@given(plans(VERB_SETS | READERS), st.lists(TRIES, min_size=1, max_size=6))
def test_changes_have_the_outcome_that_they_have_where_nothing_is_hidden(
    plan: Plan, tries: list[Tried]
):
    with worlds(plan, 2) as (world, twin):
        for tried in tries:
            outcome, expected = attempt(world, tried), attempt(twin, tried)
            assert outcome == expected, tried
            assert CANARY not in outcome
        assert_alike(world, twin)


def attempt(world: World, tried: Tried) -> str:
    return world.outcome(lambda db: CHANGES[tried.what](db, world, tried))


@contextmanager
def worlds(plan: Plan, how_many: int) -> Iterator[list[World]]:
    """The account as it is, and its twin; `with worlds(plan, 2) as (world, twin)`."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        yield [
            stack.enter_context(build(folder / str(number), plan, twin=bool(number)))
            for number in range(how_many)
        ]


def assert_alike(world: World, twin: World) -> None:
    seen = world.database.read_now(lambda db: answers(db, world))
    expected = twin.database.read_now(lambda db: answers(db, twin))
    for question, answer in seen.items():
        assert answer == expected[question], question
        assert CANARY not in answer, question


def answers(db: Connection, world: World) -> dict[str, str]:
    return {
        name: world.outcome(lambda db, ask=ask: ask(db, world.me), db)  # type: ignore[misc]
        for name, ask in questions(world.note_ids)
    }


def questions(note_ids: list[str]) -> Iterator[tuple[str, Question]]:
    """Everything that can be asked about an account's notes."""
    for index, note_id in enumerate(note_ids):
        for ask in (notes.get_note, notes.list_relations):
            yield f"{ask.__name__} {index}", partial(ask, note_id=note_id)
        for diff in (False, True):
            about = f"history {index} {diff}"
            yield about, partial(notes.list_history, note_id=note_id, page=ALL, diff=diff)
        for version in range(1, 6):
            about = f"version {index} {version}"
            yield about, partial(notes.get_version, note_id=note_id, version=version, diff=True)
    yield "several", partial(notes.get_notes, note_ids=note_ids)
    yield "export", exported
    for page in (ALL, Page(2, 1)):
        yield f"trash {page}", partial(notes.list_trash, page=page)
        yield f"buckets {page}", partial(notes.list_buckets, page=page)
        yield f"tags {page}", partial(notes.list_tags, page=page)
        for wanted in filters():
            yield f"list {wanted} {page}", partial(notes.list_notes, wanted=wanted, page=page)
            about = f"summaries {wanted} {page}"
            yield about, partial(notes.list_summaries, wanted=wanted, page=page)
        for query in queries():
            yield f"search {query} {page}", partial(found, query=query, page=page)


def exported(db: Connection, me: Actor) -> list[notes.ExportedFile]:
    return list(notes.export_notes(db, me))


def found(db: Connection, me: Actor, query: search.SearchQuery, page: Page) -> list[Any]:
    results = search.search_notes(db, me, query, page)
    return [results.items, results.total, results.mode]


def filters() -> Iterator[notes.NoteFilter]:
    yield notes.NoteFilter()
    yield notes.NoteFilter(sort="updated_at")
    for bucket in BUCKETS:
        yield notes.NoteFilter(buckets=(bucket,))
    for tag in [*TAGS, CANARY]:
        yield notes.NoteFilter(tags=(tag,))
    yield notes.NoteFilter(buckets=("Work", "Inbox"), tags=("home", "work"), sort="updated_at")


def queries() -> Iterator[search.SearchQuery]:
    asked = [
        *WORDS,
        *TITLES,
        *TAGS,
        CANARY,
        "zqc",
        "mil",
        "bread milk",
        "home plan milk",
        '"bread milk"',
        "note",
        "step",
    ]
    for q in asked:
        yield search.SearchQuery(q=q)
    yield search.SearchQuery(q="milk", buckets=("Work", "Work/Deep"))
    yield search.SearchQuery(q="milk plan", tags=("home", CANARY))


# Grants within grants


PLACED = st.tuples(
    st.sampled_from([*BUCKETS, "Work//x", "Work/"]), st.lists(st.sampled_from(TAGS), max_size=2)
)


@examples(500, 100_000)
@given(grants(VERB_SETS), grants(VERB_SETS), PLACED, st.booleans())
def test_a_grant_within_another_allows_nothing_more(
    narrow: Grant, wide: Grant, placed: tuple[str, list[str]], is_own: bool
):
    bucket, tags = placed
    if not narrow.is_within(wide):
        return
    assert narrow.verbs <= wide.verbs
    if narrow.covers(bucket, tags) and (is_own or not narrow.own_notes_only):
        assert wide.covers(bucket, tags)
        assert is_own or not wide.own_notes_only


@examples(100, 10_000)
@given(grants(VERB_SETS))
def test_each_grant_is_within_itself_and_within_full_access(grant: Grant):
    assert grant.is_within(grant)
    assert grant.is_within(Grant())


@examples(500, 50_000)
@given(grants(READERS), PLACED)
def test_places_cover_what_the_parts_of_the_path_say(grant: Grant, placed: tuple[str, list[str]]):
    bucket, tags = placed
    expected = is_in(bucket, grant) and (grant.tags is None or bool({*grant.tags} & {*tags}))
    assert grant.covers(bucket, tags) == expected


@examples(30, 2000)
@given(grants(READERS), grants(READERS))
@example(Grant(own_notes_only=True), Grant(own_notes_only=True))
def test_the_tokens_that_a_token_manages_open_nothing_to_it(manager: Grant, managed: Grant):
    """Whoever may rotate a token gets its secret, and so reaches what it has created."""
    plan = Plan(manager, notes=(), relations=())
    with worlds(plan, 1) as (world,):
        other = world.write(lambda db: made_token(db, world, managed))
        by_other = world.write(lambda db: acting(db, other.token))
        note = world.write(lambda db: created_within(db, by_other))
        me = world.write(lambda db: acting(db, made_token(db, world, manager).token))
        try:
            rotated = world.write(lambda db: tokens.rotate_token(db, me, other.id, ROTATION))
        except (NotFound, NotAllowed):
            return
        through = world.write(lambda db: acting(db, rotated.token))
        if note is not None and world.write(lambda db: notes.get_notes(db, through, [note.id])):
            assert world.write(lambda db: notes.get_notes(db, me, [note.id]))


ROTATION = tokens.Rotation()


def made_token(db: Connection, world: World, grant: Grant) -> tokens.NewToken:
    draft = tokens.TokenDraft(label="Script", access=tokens.Access.of(grant))
    return tokens.create_token(db, world.person, draft)


def acting(db: Connection, secret: str) -> Actor:
    return tokens.authenticate_token(db, secret, Via.API, None)


def created_within(db: Connection, actor: Actor) -> notes.Note | notes.NoteReceipt | None:
    """A note of the token's own, if there is a bucket that it reaches."""
    tags = actor.grant.tags or ()
    for bucket in BUCKETS:
        if actor.grant.covers(bucket, tags):
            return notes.create_note(
                db, actor, notes.NoteDraft(title="t", text="", bucket=bucket, tags=tags)
            )
    return None
