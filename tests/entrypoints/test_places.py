"""What lies outside a token's places does not exist for it; verbs say what it may do inside."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import httpx
import pytest

from tests.entrypoints.calls import Note, challenge, new_note, ok, refused, titles
from tests.servers import Server, new_token

Limited = Callable[..., httpx.Client]
VERBS = ["read", "create", "append", "edit", "delete"]


@pytest.fixture
def limited(server: Server, person: httpx.Client) -> Iterator[Limited]:
    """`limited(buckets=["Work"])` is a client whose token has these places, and all verbs about notes."""
    with ExitStack() as clients:

        def make(verbs: list[str] = VERBS, **places: Any) -> httpx.Client:
            token = new_token(person, access={"verbs": verbs, **places})
            return clients.enter_context(server.client(token))

        yield make


@pytest.fixture
def notes(person: httpx.Client) -> dict[str, Note]:
    """By title; each holds the word common, is tagged and relates to Open."""
    made = {
        title: new_note(person, title, "common words", bucket=bucket, tags=tags)
        for title, bucket, tags in (
            ("Open", "Work", ["a"]),
            ("Deep", "Work/Deep", ["a", "b"]),
            ("Private", "Work/Private", ["a"]),
            ("Below", "Work/Private/Below", ["c"]),
            ("Similar", "Workshop", ["a"]),
            ("Home", "Home", ["b"]),
        )
    }
    for title, note in made.items():
        if title != "Open":
            body = {"target_id": note["_id"]}
            ok(person.post(f"/api/notes/{made['Open']['_id']}/relations", json=body), 201)
    return made


PLACES: list[tuple[dict[str, Any], set[str]]] = [
    ({}, {"Open", "Deep", "Private", "Below", "Similar", "Home"}),
    ({"buckets": ["Work"]}, {"Open", "Deep", "Private", "Below"}),
    ({"buckets": ["Work"], "except_buckets": ["Work/Private"]}, {"Open", "Deep"}),
    ({"except_buckets": ["Work"]}, {"Similar", "Home"}),
    ({"buckets": ["Work/Private"], "except_buckets": ["Work"]}, set()),
    ({"buckets": []}, set()),
    ({"tags": ["b"]}, {"Deep", "Home"}),
    ({"tags": ["b", "c"]}, {"Deep", "Home", "Below"}),
    ({"tags": []}, set()),
    ({"buckets": ["Work"], "tags": ["b"]}, {"Deep"}),
    ({"own_notes_only": True}, set()),
    ({"buckets": ["%"]}, set()),
    ({"buckets": ["Wor_"]}, set()),
    ({"buckets": ["work"]}, set()),
]


def _shown(value: object) -> str:
    """The same in every process: the order of a set is not."""
    return str(sorted(value) if isinstance(value, set) else value)[:60]


@pytest.mark.parametrize(("places", "inside"), PLACES, ids=_shown)
def test_what_is_outside_does_not_exist(
    limited: Limited, notes: dict[str, Note], places: dict[str, Any], inside: set[str]
) -> None:
    agent = limited(**places)
    for query in ("", "?fields=summary", "?sort=updated_at&limit=200"):
        listed = agent.get(f"/api/notes{query}")
        assert set(titles(listed)) == inside
        assert listed.headers["x-total-count"] == str(len(inside))
    for wish in ("buckets=Work/Private", "tags=a", "updated_since=2001-01-01T00:00:00Z"):
        answer = agent.get(f"/api/notes?{wish}")
        assert set(titles(answer)) <= inside
        assert answer.headers["x-total-count"] == str(len(titles(answer)))
    found = agent.get("/api/notes/search", params={"q": "common", "mode": "keyword", "limit": 50})
    assert set(titles(found)) == inside
    assert found.headers["x-total-count"] == str(len(inside))
    visible = [notes[title] for title in inside]
    assert {one["name"]: one["count"] for one in ok(agent.get("/api/buckets"))} == counted(
        note["bucket"] for note in visible
    )
    assert {one["name"]: one["count"] for one in ok(agent.get("/api/tags"))} == counted(
        tag for note in visible for tag in note["tags"]
    )
    for title, note in notes.items():
        for path in ("", "/history", "/history/1", "/relations"):
            status = 200 if title in inside else 404
            assert agent.get(f"/api/notes/{note['_id']}{path}").status_code == status
    if "Open" in inside:
        related = ok(agent.get(f"/api/notes/{notes['Open']['_id']}/relations"))["relations"]
        assert {one["note"]["title"] for one in related} == inside - {"Open"}


def counted(names: Any) -> dict[str, int]:
    listed = list(names)
    return {name: listed.count(name) for name in listed}


@pytest.mark.parametrize(("places", "inside"), PLACES[1:], ids=_shown)
def test_what_is_outside_cannot_be_changed(
    person: httpx.Client,
    limited: Limited,
    notes: dict[str, Note],
    places: dict[str, Any],
    inside: set[str],
) -> None:
    agent = limited(**places)
    for title in notes.keys() - inside:
        path = f"/api/notes/{notes[title]['_id']}"
        for answer in (
            agent.put(path, json={"title": "x"}),
            agent.put(path, json={"title": "x", "version": 9}),
            agent.patch(path, json={"op": "append", "text": "x"}),
            agent.delete(path),
            agent.post(f"{path}/history/1/restore"),
            agent.post(f"{path}/relations", json={"target_id": notes["Open"]["_id"]}),
        ):
            refused(answer, 404, "not_found")
        assert ok(person.get(path)) == notes[title]


def test_search_scores_tell_nothing_of_what_is_outside(
    person: httpx.Client, limited: Limited, notes: dict[str, Note]
) -> None:
    agent = limited(buckets=["Home"])
    before = ok(agent.get("/api/notes/search", params={"q": "common rare", "mode": "keyword"}))
    for _ in range(5):
        new_note(person, "rare", "rare common " * 20, bucket="Secret")
    assert before == ok(
        agent.get("/api/notes/search", params={"q": "common rare", "mode": "keyword"})
    )


def test_a_note_is_not_created_outside(person: httpx.Client, limited: Limited) -> None:
    agent = limited(buckets=["Work"], except_buckets=["Work/Private"])
    for bucket in ("Home", "Work/Private", "Work/Private/Deep", "Workshop", None):
        answer = agent.post("/api/notes", json={"title": "x", "text": "", "bucket": bucket})
        refused(answer, 403, "insufficient_scope")
        assert challenge(answer)["scope"] == f"bucket:{bucket or 'Inbox'}"
    assert ok(agent.post("/api/notes", json={"title": "x", "text": "", "bucket": "Work"}), 201)
    assert len(ok(person.get("/api/notes"))) == 1


def test_the_scope_in_a_header_is_always_plain(limited: Limited) -> None:
    agent = limited(buckets=["Work"])
    answer = agent.post("/api/notes", json={"title": "x", "text": "", "bucket": 'ü"\\🙂'})
    refused(answer, 403, "insufficient_scope")
    assert challenge(answer)["scope"] == "bucket:????"


def test_a_note_is_not_moved_outside(limited: Limited, notes: dict[str, Note]) -> None:
    agent = limited(buckets=["Work"], except_buckets=["Work/Private"])
    path = f"/api/notes/{notes['Open']['_id']}"
    for bucket in ("Home", "Work/Private"):
        refused(agent.put(path, json={"bucket": bucket}), 403, "insufficient_scope")
        rename = agent.patch("/api/buckets/Work", json={"name": bucket})
        refused(rename, 403, "insufficient_scope")
    refused(agent.delete("/api/buckets/Work"), 403, "insufficient_scope")
    assert ok(agent.get(path)) == notes["Open"]
    assert ok(agent.put(path, json={"bucket": "Work/Deep"}))["bucket"] == "Work/Deep"
    refused(agent.patch("/api/buckets/Home", json={"name": "Work"}), 404, "not_found")
    refused(agent.patch("/api/buckets/Work%2FPrivate", json={"name": "Work"}), 404, "not_found")


def test_tags_keep_a_note_inside_too(limited: Limited, notes: dict[str, Note]) -> None:
    agent = limited(tags=["b"])
    path = f"/api/notes/{notes['Home']['_id']}"
    refused(agent.post("/api/notes", json={"title": "x", "text": ""}), 403, "insufficient_scope")
    refused(agent.put(path, json={"tags": ["z"]}), 403, "insufficient_scope")
    refused(agent.put(path, json={"tags": []}), 403, "insufficient_scope")
    refused(agent.patch("/api/tags/b", json={"name": "z"}), 403, "insufficient_scope")
    assert ok(agent.put(path, json={"tags": ["z", "b"]}))["tags"] == ["z", "b"]
    assert ok(agent.post("/api/notes", json={"title": "x", "text": "#b"}), 201)


def test_an_edit_of_the_text_cannot_take_a_note_outside(
    person: httpx.Client, limited: Limited
) -> None:
    note = new_note(person, "x", "text #b")
    agent = limited(tags=["b"])
    answer = agent.put(f"/api/notes/{note['_id']}", json={"text": "without"})
    refused(answer, 403, "insufficient_scope")
    assert challenge(answer)["scope"] == "tags"


def test_a_token_of_its_own_notes_knows_no_other(person: httpx.Client, limited: Limited) -> None:
    one, other = limited(own_notes_only=True), limited(own_notes_only=True)
    mine, theirs = new_note(one, "Mine", "common"), new_note(other, "Theirs", "common")
    new_note(person, "Persons", "common")
    assert titles(one.get("/api/notes")) == ["Mine"]
    assert titles(other.get("/api/notes/search", params={"q": "common"})) == ["Theirs"]
    assert one.get("/api/notes").headers["x-total-count"] == "1"
    assert ok(one.get("/api/buckets")) == [{"name": "Inbox", "count": 1}]
    refused(one.get(f"/api/notes/{theirs['_id']}"), 404, "not_found")
    ok(person.put(f"/api/notes/{mine['_id']}", json={"text": "changed by the person"}))
    assert ok(one.get(f"/api/notes/{mine['_id']}"))["version"] == 2
    assert len(ok(person.get("/api/notes"))) == 3


def test_own_notes_stay_own_when_the_secret_is_rotated(
    server: Server, person: httpx.Client
) -> None:
    made = ok(
        person.post("/api/settings/token", json={"label": "x", "access": {"own_notes_only": True}}),
        201,
    )
    with server.client(made["token"]) as agent:
        new_note(agent, "Mine")
    rotated = ok(person.post(f"/api/settings/token/{made['_id']}/rotate"))["token"]
    with server.client(rotated) as agent:
        assert titles(agent.get("/api/notes")) == ["Mine"]


def test_the_past_of_a_note_in_a_forbidden_bucket_stays_hidden(
    person: httpx.Client, limited: Limited
) -> None:
    note = new_note(person, "Salary", "secret figures", bucket="Private")
    path = f"/api/notes/{note['_id']}"
    ok(person.put(path, json={"text": "still secret"}))
    ok(person.put(path, json={"text": "public now", "bucket": "Work", "title": "Report"}))
    ok(person.put(path, json={"text": "public still"}))
    agent = limited(except_buckets=["Private"])
    history = agent.get(f"{path}/history", params={"diff": "true"})
    assert [one["version"] for one in ok(history)] == [4, 3]
    assert history.headers["x-total-count"] == "2"
    assert "diff" not in ok(history)[1]
    assert "secret" not in history.text
    for version in (1, 2):
        refused(agent.get(f"{path}/history/{version}"), 404, "not_found")
        refused(agent.post(f"{path}/history/{version}/restore"), 404, "not_found")
    assert "diff" not in ok(agent.get(f"{path}/history/3", params={"diff": "true"}))
    conflict = agent.put(path, json={"text": "x", "version": 1})
    assert refused(conflict, 409, "version_conflict")["base"] is None
    assert "secret" not in conflict.text
    assert len(ok(person.get(f"{path}/history"))) == 4


def test_the_past_of_a_note_without_the_tag_stays_hidden(
    person: httpx.Client, limited: Limited
) -> None:
    note = new_note(person, "x", "secret", tags=['a"b', "b_c", "bb", "ab"])
    path = f"/api/notes/{note['_id']}"
    ok(person.put(path, json={"text": "public", "tags": ["b", "bxc"]}))
    for tags in (["b"], ["bxc"]):
        agent = limited(tags=tags)
        assert [one["version"] for one in ok(agent.get(f"{path}/history"))] == [2]
        refused(agent.get(f"{path}/history/1"), 404, "not_found")


@pytest.mark.parametrize(
    ("places", "inside"),
    [
        ({"buckets": ["Work"]}, ["Working"]),
        ({"except_buckets": ["Work"]}, ["Quoted", "Home"]),
        ({"tags": ["b"]}, ["Working"]),
        ({"tags": ['a"b']}, ["Quoted"]),
        ({"tags": ["_"]}, []),
        ({"own_notes_only": True}, []),
    ],
    ids=str,
)
def test_the_trash_outside_does_not_exist(
    person: httpx.Client, limited: Limited, places: dict[str, Any], inside: list[str]
) -> None:
    ids = {}
    for title, bucket, tags in (
        ("Home", "Home", ["c"]),
        ("Working", "Work", ["b"]),
        ("Quoted", "Home", ['a"b']),
    ):
        ids[title] = new_note(person, title, bucket=bucket, tags=tags)["_id"]
        ok(person.delete(f"/api/notes/{ids[title]}"), 204)
    agent = limited(**places)
    listed = agent.get("/api/trash")
    assert titles(listed) == inside
    assert listed.headers["x-total-count"] == str(len(inside))
    for title, note_id in ids.items():
        status = 200 if title in inside else 404
        assert agent.post(f"/api/trash/{note_id}/restore").status_code == status


def test_links_and_backlinks_outside_lead_nowhere(person: httpx.Client, limited: Limited) -> None:
    hidden = new_note(person, "Hidden", "[[Seen]]", bucket="Private")
    seen = new_note(person, "Seen", f"[[Hidden]] /app/note/{hidden['_id']}")
    agent = limited(except_buckets=["Private"])
    related = ok(agent.get(f"/api/notes/{seen['_id']}/relations"))
    assert [link["note"] for link in related["links"]] == [None, None]
    assert related["backlinks"] == []
    answer = agent.post(f"/api/notes/{seen['_id']}/relations", json={"target_id": hidden["_id"]})
    refused(answer, 404, "not_found")


def test_a_relation_to_the_outside_is_neither_seen_nor_removed(
    limited: Limited, notes: dict[str, Note], person: httpx.Client
) -> None:
    path = f"/api/notes/{notes['Open']['_id']}/relations"
    hidden = next(
        one for one in ok(person.get(path))["relations"] if one["note"]["title"] == "Private"
    )
    agent = limited(except_buckets=["Work/Private"])
    refused(agent.delete(f"{path}/{hidden['_id']}"), 404, "not_found")
    assert len(ok(person.get(path))["relations"]) == 5


CALLS: list[tuple[str, str, dict[str, Any] | None, str]] = [
    ("GET", "/api/notes", None, "read"),
    ("GET", "/api/notes/{id}", None, "read"),
    ("GET", "/api/notes/search?q=x", None, "read"),
    ("GET", "/api/notes/{id}/history", None, "read"),
    ("GET", "/api/notes/{id}/history/1", None, "read"),
    ("GET", "/api/notes/{id}/relations", None, "read"),
    ("GET", "/api/buckets", None, "read"),
    ("GET", "/api/tags", None, "read"),
    ("GET", "/api/trash", None, "read"),
    ("GET", "/api/me", None, "read"),
    ("POST", "/api/notes", {"title": "x", "text": ""}, "create"),
    ("PATCH", "/api/notes/{id}", {"op": "append", "text": "x"}, "append"),
    ("PATCH", "/api/notes/{id}", {"op": "prepend", "text": "x"}, "append"),
    ("PATCH", "/api/notes/{id}", {"op": "replace", "find": "q", "text": "x"}, "edit"),
    ("PUT", "/api/notes/{id}", {"title": "x"}, "edit"),
    ("POST", "/api/notes/{id}/history/1/restore", None, "edit"),
    ("POST", "/api/notes/{id}/relations", {"target_id": "x"}, "edit"),
    ("DELETE", "/api/notes/{id}/relations/x", None, "edit"),
    ("PATCH", "/api/buckets/Nothing", {"name": "x"}, "edit"),
    ("DELETE", "/api/buckets/Nothing", None, "edit"),
    ("PATCH", "/api/tags/nothing", {"name": "x"}, "edit"),
    ("POST", "/api/trash/{id}/restore", None, "delete"),
    ("DELETE", "/api/notes/{id}", None, "delete"),
    ("GET", "/api/settings/token", None, "tokens"),
    ("POST", "/api/settings/token", {"label": "x", "preset": "read"}, "tokens"),
]


@pytest.mark.parametrize("verb", ["read", "create", "append", "edit", "delete", "share", "tokens"])
def test_each_verb_opens_its_calls_and_no_other(
    person: httpx.Client, limited: Limited, verb: str
) -> None:
    agent = limited(verbs=[verb])
    for method, path, body, needs in CALLS:
        note_id = new_note(person, "x", "q")["_id"]
        answer = agent.request(method, path.format(id=note_id), json=body)
        if verb == needs or (verb, needs) == ("edit", "append"):
            assert answer.status_code in (200, 201, 204, 404) or (
                answer.status_code == 403 and verb == "tokens" and method == "POST"
            ), f"{method} {path}: {answer.status_code} {answer.text}"
        else:
            refused(answer, 403, "insufficient_scope")
            assert challenge(answer)["scope"] == needs


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PATCH", "/api/me", {"name": "x"}),
        ("POST", "/api/me/password", {"current_password": "x", "new_password": "long enough"}),
        ("DELETE", "/api/me", {"password": "x"}),
        ("GET", "/api/me/sessions", None),
        ("DELETE", "/api/me/sessions/x", None),
        ("POST", "/api/auth/sign-out", None),
        ("DELETE", "/api/trash", None),
        ("DELETE", "/api/trash/x", None),
        ("DELETE", "/api/notes/x?permanent=true", None),
    ],
)
def test_no_token_ever_does_what_is_the_owners(
    server: Server, person: httpx.Client, method: str, path: str, body: dict[str, Any] | None
) -> None:
    with server.client(new_token(person, preset="full")) as agent:
        refused(agent.request(method, path, json=body), 403, "owner_only")


def test_who_may_create_but_not_read_gets_a_receipt(limited: Limited) -> None:
    agent = limited(verbs=["create"])
    receipt = ok(agent.post("/api/notes", json={"title": "Secret", "text": "secret"}), 201)
    assert set(receipt) == {"_id", "version", "created_at", "updated_at"}


def test_who_may_edit_but_not_read_learns_no_titles(
    limited: Limited, notes: dict[str, Note]
) -> None:
    agent = limited(verbs=["edit", "delete"])
    source, target = notes["Home"]["_id"], notes["Private"]["_id"]
    made = agent.post(f"/api/notes/{source}/relations", json={"target_id": target})
    assert set(ok(made, 201)) == {"_id", "kind", "created_at"}
    assert "Private" not in made.text
    changed = agent.put(f"/api/notes/{source}", json={"bucket": "Elsewhere"})
    assert "common" not in changed.text
    ok(agent.delete(f"/api/notes/{source}"), 204)
    assert "common" not in agent.post(f"/api/trash/{source}/restore").text
