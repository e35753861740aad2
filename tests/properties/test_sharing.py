"""Random owners, guests, levels and tokens, against a plain model of who may do what, on every call about notes."""

import itertools
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spote.domain.tokens import Access
from spote.identity import ALL_VERBS, FULL_ACCESS, Grant, Verb
from tests.mails import invite
from tests.properties.soak import examples
from tests.properties.test_grants_over_mcp import Agent
from tests.properties.worlds import BUCKETS, TAGS, grants, is_in
from tests.servers import Server, new_token, running

PEOPLE = 4
ENDS = ["accepted", "accepted", "pending", "revoked", "narrowed", "widened"]
numbers = itertools.count()


@dataclass(frozen=True)
class PlannedNote:
    owner: int
    bucket: str
    tags: tuple[str, ...]
    is_trashed: bool


@dataclass(frozen=True)
class PlannedShare:
    note: int
    guest: int
    level: str
    end: str

    @property
    def access(self) -> str | None:
        """What the guest has at last."""
        levels = {"accepted": self.level, "narrowed": "read", "widened": "write"}
        return levels.get(self.end)


@dataclass(frozen=True)
class Plan:
    notes: tuple[PlannedNote, ...]
    shares: tuple[PlannedShare, ...]
    me: int
    grant: Grant | None  # None: in person

    @property
    def verbs(self) -> frozenset[Verb]:
        return ALL_VERBS if self.grant is None else self.grant.verbs

    def access(self, index: int) -> str | None:
        """My level, by ownership, share and the places; None: it does not exist for me."""
        note, grant = self.notes[index], self.grant or FULL_ACCESS
        in_places = (
            is_in(note.bucket, grant)
            and (grant.tags is None or bool(set(grant.tags) & set(note.tags)))
            and not grant.own_notes_only  # persons made all of them
        )
        if not in_places:
            return None
        if note.owner == self.me:
            return "owner"
        if note.is_trashed:
            return None
        found = [one for one in self.shares if (one.note, one.guest) == (index, self.me)]
        return found[0].access if found else None

    def seen(self, *levels: str) -> list[int]:
        """Live notes at one of these levels, the newest first."""
        live = [n for n, note in enumerate(self.notes) if not note.is_trashed]
        return [n for n in reversed(live) if self.access(n) in levels]


def _shares(notes: tuple[PlannedNote, ...]) -> st.SearchStrategy[tuple[PlannedShare, ...]]:
    pairs = [
        (n, guest) for n, note in enumerate(notes) for guest in range(PEOPLE) if guest != note.owner
    ]
    one = st.builds(
        lambda pair, level, end: PlannedShare(pair[0], pair[1], level, end),
        st.sampled_from(pairs),
        st.sampled_from(["read", "write"]),
        st.sampled_from(ENDS),
    )
    return st.lists(one, max_size=6, unique_by=lambda it: (it.note, it.guest)).map(tuple)


NOTES = st.lists(
    st.builds(
        PlannedNote,
        owner=st.integers(0, PEOPLE - 1),
        bucket=st.sampled_from(BUCKETS),
        tags=st.lists(st.sampled_from(TAGS), max_size=2, unique=True).map(tuple),
        is_trashed=st.sampled_from([False, False, False, True]),
    ),
    min_size=2,
    max_size=4,
).map(tuple)
GRANTS = st.one_of(
    st.none(),
    grants(st.just(ALL_VERBS)),
    st.builds(Grant, verbs=st.frozensets(st.sampled_from(list(Verb)), min_size=1)),
    grants(st.frozensets(st.sampled_from(list(Verb)), min_size=1)),
)
PLANS = NOTES.flatmap(
    lambda notes: st.builds(
        Plan,
        notes=st.just(notes),
        shares=_shares(notes),
        me=st.integers(0, PEOPLE - 1),
        grant=GRANTS,
    )
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, database_url: str) -> Iterator[Server]:
    with running(
        tmp_path_factory.mktemp("sharing") / "data",
        database_url=database_url,
        sign_up="open",
        network_attempts=100_000,
        requests_per_minute=10_000_000,
        invitations=100_000,
    ) as server:
        yield server
        assert "Traceback" not in server.log()


@pytest.fixture(scope="module")
def people(server: Server) -> Iterator[list[httpx.Client]]:
    with ExitStack() as stack:
        yield [
            stack.enter_context(closing(server.sign_up(f"p{n}@example.org", f"Person {n}")))
            for n in range(PEOPLE)
        ]


@dataclass
class World:
    plan: Plan
    people: list[httpx.Client]
    me: httpx.Client
    ids: list[str]
    share_ids: dict[tuple[int, int], str]  # of what there is still

    def call(self, method: str, path: str, body: object = None) -> tuple[int, str]:
        """Status and code."""
        answer = self.me.request(method, path, json=body)
        is_error = answer.status_code >= 400
        return answer.status_code, answer.json()["code"] if is_error else ""


@contextmanager
def built(server: Server, people: list[httpx.Client], plan: Plan) -> Iterator[World]:
    with ExitStack() as stack:
        me = people[plan.me]
        ids = [_note(people[note.owner], n, note) for n, note in enumerate(plan.notes)]
        for note, id_ in zip(plan.notes, ids, strict=True):
            stack.callback(people[note.owner].delete, f"/api/notes/{id_}?permanent=true")
        share_ids = dict(_share(server, people, plan, ids))
        for note, id_ in zip(plan.notes, ids, strict=True):
            if note.is_trashed:
                done(people[note.owner].delete(f"/api/notes/{id_}"), 204)
                stack.callback(people[note.owner].delete, f"/api/trash/{id_}")
        for mail in (server.data / "outbox").glob("*"):
            mail.unlink()
        if plan.grant is not None:
            access = Access.of(plan.grant).model_dump(mode="json")
            me = stack.enter_context(server.client(new_token(me, "Token", access=access)))
        yield World(plan, people, me, ids, share_ids)


def _note(owner: httpx.Client, n: int, note: PlannedNote) -> str:
    wish = {"title": f"Note {n}", "text": f"word{n} common", "bucket": note.bucket}
    made = owner.post("/api/notes", json={**wish, "tags": note.tags})
    return str(done(made, 201)["_id"])


def _share(
    server: Server, people: list[httpx.Client], plan: Plan, ids: list[str]
) -> Iterator[tuple[tuple[int, int], str]]:
    for one in plan.shares:
        owner, guest = people[plan.notes[one.note].owner], people[one.guest]
        email = f"p{one.guest}@example.org"
        made, token = invite(server, owner, ids[one.note], email, one.level)
        path = f"/api/notes/{ids[one.note]}/shares/{made['_id']}"
        if one.end != "pending":
            done(guest.post("/api/shares/accept", json={"token": token}))
        if one.end == "revoked":
            done(owner.delete(path), 204)
            continue
        if one.end in ("narrowed", "widened"):
            done(owner.patch(path, json={"permission": one.access}))
        yield (one.note, one.guest), made["_id"]


def done(answer: httpx.Response, status: int = 200) -> Any:
    assert answer.status_code == status, answer.text
    return answer.json() if answer.content else None


@examples(14, 1500)
@given(plan=PLANS)
def test_who_sees_what(server: Server, people: list[httpx.Client], plan: Plan) -> None:
    with built(server, people, plan) as world:
        if Verb.READ not in plan.verbs:
            for path in ("", "/shared", "/search?q=common", f"/{world.ids[0]}"):
                assert world.call("GET", f"/api/notes{path}") == (403, "insufficient_scope")
            return
        index = {id_: n for n, id_ in enumerate(world.ids)}

        def listed(path: str) -> list[int]:
            answer = world.me.get(path)
            found = done(answer)
            for note in found:
                check_head(world, index[note["_id"]], note)
            if "search" not in path and "similar" not in path:
                assert answer.headers["x-total-count"] == str(len(found))
            return [index[note["_id"]] for note in found]

        own, others = plan.seen("owner"), plan.seen("read", "write")
        both = plan.seen("owner", "read", "write")
        assert listed("/api/notes") == listed("/api/notes?shared=exclude") == own
        assert listed("/api/notes?shared=only") == listed("/api/notes/shared") == others
        assert listed("/api/notes?shared=include") == both
        assert sorted(listed("/api/notes?shared=include&sort=updated_at")) == sorted(both)
        assert sorted(listed("/api/notes/search?q=common&mode=keyword")) == sorted(both)
        for n, note in enumerate(plan.notes):
            assert (n in listed(f"/api/notes/search?q=word{n}&mode=keyword")) == (n in both)
            assert set(listed(f"/api/notes?shared=include&buckets={note.bucket}")) == {
                other for other in both if plan.notes[other].bucket == note.bucket
            }
        for tag in TAGS:
            query = str(httpx.QueryParams({"tags": tag, "shared": "include"}))
            assert listed(f"/api/notes?{query}") == [n for n in both if tag in plan.notes[n].tags]
        assert names(world, "/api/buckets") == Counter(plan.notes[n].bucket for n in both)
        assert names(world, "/api/tags") == Counter(t for n in both for t in plan.notes[n].tags)
        trash = [n for n, one in enumerate(plan.notes) if one.is_trashed and plan.access(n)]
        assert sorted(listed("/api/trash")) == trash
        exported = done_bytes(world.me.get("/api/me/export"))
        for n in range(len(plan.notes)):
            mine = n in own or n in trash
            assert (world.ids[n].encode() in exported) == mine
            for path in ("", "/history", "/history/1", "/relations"):
                status, _ = world.call("GET", f"/api/notes/{world.ids[n]}{path}")
                assert status == (200 if n in both else 404), (n, path)
            status, _ = world.call("GET", f"/api/notes/similar/{world.ids[n]}")
            assert status == (200 if n in both else 404)


def check_head(world: World, n: int, note: dict[str, Any]) -> None:
    plan = world.plan
    assert note["access"] == plan.access(n)
    owner = plan.notes[n].owner
    if owner == plan.me:
        assert "owner" not in note
    else:
        assert note["owner"]["email"] == f"p{owner}@example.org"
        assert note["owner"]["name"] == f"Person {owner}"


def names(world: World, path: str) -> Counter[str]:
    return Counter({one["name"]: one["count"] for one in done(world.me.get(path))})


def done_bytes(answer: httpx.Response) -> bytes:
    assert answer.status_code == 200, answer.text
    return answer.content


@examples(14, 1500)
@given(plan=PLANS, data=st.data())
def test_who_may_do_what(
    server: Server, people: list[httpx.Client], plan: Plan, data: st.DataObject
) -> None:
    with built(server, people, plan) as world:
        for n, note in enumerate(plan.notes):
            if note.is_trashed:
                continue
            path, access = f"/api/notes/{world.ids[n]}", plan.access(n)
            edited = expected(plan, Verb.EDIT, access, 200)
            assert world.call("PUT", path, {"text": f"word{n} common changed"}) == edited
            check_author(world, n, was_changed=edited[0] == 200)
            appended = expected(plan, Verb.APPEND, access, 200, or_verb=Verb.EDIT)
            assert world.call("PATCH", path, {"op": "append", "text": " more"}) == appended
            assert world.call("POST", f"{path}/history/1/restore") == edited
            check_relating(world, n, data.draw(st.integers(0, len(plan.notes) - 1)))
            check_shares(world, n, path)
        for n, note in enumerate(plan.notes):
            path, access = f"/api/notes/{world.ids[n]}", plan.access(n)
            if note.is_trashed:
                # What is another's is absent; of one's own the places decide, and coming back needs the verb.
                back = expected(plan, Verb.DELETE, access, 200)
                assert world.call("POST", f"/api/trash/{world.ids[n]}/restore") == back
                continue
            gone = expected(plan, Verb.DELETE, access, 204, is_owners=True)
            assert world.call("DELETE", path) == gone
        guess = expected(plan, Verb.SHARE, None, 200)
        assert world.call("POST", "/api/shares/accept", {"token": "guess"}) == guess


@examples(10, 1500)
@given(plan=PLANS, data=st.data())
def test_the_tools_of_agents_know_the_same(
    server: Server, people: list[httpx.Client], plan: Plan, data: st.DataObject
) -> None:
    if plan.grant is None:
        plan = replace(plan, grant=FULL_ACCESS)
    with built(server, people, plan) as world:
        agent, index = Agent(world.me), {id_: n for n, id_ in enumerate(world.ids)}
        seen = plan.seen("owner", "read", "write") if Verb.READ in plan.verbs else []
        if Verb.READ in plan.verbs:
            found = agent.call("search_notes", query="common", limit=50, mode="keyword")
            assert found is not None
            assert sorted(index[one["id"]] for one in found["notes"]) == sorted(seen)
            own = agent.call("list_notes", limit=50)
            assert own is not None
            assert [index[one["id"]] for one in own["notes"]] == plan.seen("owner")
        for n, id_ in enumerate(world.ids):
            for tool in ("get_note", "get_related", "note_history", "similar_notes"):
                assert (agent.call(tool, id=id_) is not None) == (n in seen), tool
            assert ("result" in agent.ask("resources/read", uri=f"spote://note/{id_}")) == (
                n in seen
            )
            access = None if plan.notes[n].is_trashed else plan.access(n)
            target = data.draw(st.integers(0, len(plan.notes) - 1))
            for tool, more, wanted in tools(world, n, access, target):
                done_so = agent.call(tool, **more) is not None
                assert done_so == (wanted[0] < 300), (tool, wanted)


def tools(
    world: World, n: int, access: str | None, target: int
) -> Iterator[tuple[str, dict[str, Any], tuple[int, str]]]:
    """Each changing tool on a note, with what is to come of it; the last one deletes."""
    plan, id_ = world.plan, world.ids[n]
    edit = expected(plan, Verb.EDIT, access, 200)
    yield "update_note", {"id": id_, "text": "changed"}, edit
    append = expected(plan, Verb.APPEND, access, 200, or_verb=Verb.EDIT)
    yield "edit_note", {"id": id_, "op": "append", "text": " more"}, append
    yield "restore_version", {"id": id_, "version": 1}, edit
    there = None if plan.notes[target].is_trashed else plan.access(target)
    relate = max(edit, expected(plan, Verb.EDIT, there, 200))
    if n == target or plan.notes[n].owner != plan.notes[target].owner:
        relate = 409, ""
    kind = f"k{next(numbers)}"
    yield "relate_notes", {"source_id": id_, "target_id": world.ids[target], "kind": kind}, relate
    if n == len(plan.notes) - 1:
        gone = expected(plan, Verb.DELETE, access, 204, is_owners=True)
        yield "delete_note", {"id": id_}, gone


def expected(
    plan: Plan,
    verb: Verb,
    access: str | None,
    status: int,
    *,
    is_owners: bool = False,
    or_verb: Verb | None = None,
) -> tuple[int, str]:
    """First whether the credential may at all, then whether the note is there, then whether its level is enough."""
    if plan.verbs.isdisjoint({verb, or_verb}):
        return 403, "insufficient_scope"
    if access is None:
        return 404, "not_found"
    if is_owners and access != "owner":
        return 403, "owner_only"
    if access == "read":
        return 403, "shared_read_only"
    return status, ""


def check_author(world: World, n: int, *, was_changed: bool) -> None:
    """As the owner sees it."""
    owner = world.people[world.plan.notes[n].owner]
    seen = done(owner.get(f"/api/notes/{world.ids[n]}"))
    assert seen["version"] == (2 if was_changed else 1)
    if was_changed:
        assert seen["updated_by"]["user"]["email"] == f"p{world.plan.me}@example.org"
        assert seen["updated_by"]["token_label"] == ("Token" if world.plan.grant else None)


def check_relating(world: World, n: int, target: int) -> None:
    plan = world.plan
    wish = {"target_id": world.ids[target], "kind": f"k{next(numbers)}"}
    found = world.call("POST", f"/api/notes/{world.ids[n]}/relations", wish)
    wanted = expected(plan, Verb.EDIT, plan.access(n), 201)
    if wanted[0] == 201:
        is_there = not plan.notes[target].is_trashed
        wanted = expected(plan, Verb.EDIT, plan.access(target) if is_there else None, 201)
    if wanted[0] == 201 and n == target:
        wanted = 409, "same_note"
    elif wanted[0] == 201 and plan.notes[n].owner != plan.notes[target].owner:
        wanted = 409, "other_owner"
    assert found == wanted


def check_shares(world: World, n: int, path: str) -> None:
    plan, access = world.plan, world.plan.access(n)

    def wanted(status: int) -> tuple[int, str]:
        return expected(plan, Verb.SHARE, access, status, is_owners=True)

    assert world.call("GET", f"{path}/shares") == wanted(200)
    wish = {"email": f"new{next(numbers)}@example.org", "permission": "read"}
    assert world.call("POST", f"{path}/shares", wish) == wanted(201)
    for (note, _), share_id in world.share_ids.items():
        change = {"permission": "write"}
        found = world.call("PATCH", f"{path}/shares/{share_id}", change)
        is_of_this = note == n
        assert found == (wanted(200) if is_of_this or wanted(200)[0] != 200 else (404, "not_found"))
        if not is_of_this:
            answer = world.call("DELETE", f"{path}/shares/{share_id}")
            assert answer == (wanted(204) if wanted(204)[0] != 204 else (404, "not_found"))
