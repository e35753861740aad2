"""`/api/notes`: create, read, change, conflicts, delete."""

import time
from typing import Any

import httpx
import pytest

from tests.entrypoints.calls import Note, field_names, new_note, ok, refused, time_of
from tests.servers import Server, new_token

ABSENT = "00000000-0000-7000-8000-000000000000"
NOTE_FIELDS = {
    "_id",
    "title",
    "text",
    "bucket",
    "tags",
    "attachments",
    "created_at",
    "updated_at",
    "version",
    "access",
    "updated_by",
}
MIB = 1024 * 1024


@pytest.fixture
def note(person: httpx.Client) -> Note:
    return new_note(person, "First", "one\ntwo\n")


def test_a_new_note_has_exactly_the_fields_of_the_contract(person: httpx.Client) -> None:
    answer = person.post("/api/notes", json={"title": "Shopping", "text": "- milk #home"})
    note = ok(answer, 201)
    account = ok(person.get("/api/me"))
    assert set(note) == NOTE_FIELDS
    assert note["title"] == "Shopping"
    assert note["text"] == "- milk #home"
    assert note["bucket"] == "Inbox"
    assert note["tags"] == ["home"]
    assert note["attachments"] == []
    assert note["version"] == 1
    assert note["access"] == "owner"
    assert note["created_at"] == note["updated_at"]
    assert {name: note["updated_by"][name] for name in ("user", "via", "token_label")} == {
        "user": {"_id": account["_id"], "name": "Ada", "email": account["email"]},
        "via": "web",
        "token_label": None,
    }
    assert answer.headers["etag"] == '"1"'


def test_a_note_made_with_a_token_names_it(server: Server, person: httpx.Client) -> None:
    with server.client(new_token(person, "Claude Desktop")) as agent:
        agent.headers["User-Agent"] = "my-agent/1"
        by = new_note(agent)["updated_by"]
    assert (by["via"], by["token_label"], by["client"]) == ("api", "Claude Desktop", "my-agent/1")
    assert by["user"]["name"] == "Ada"


def test_a_note_is_read_as_it_was_made(person: httpx.Client, note: Note) -> None:
    answer = person.get(f"/api/notes/{note['_id']}")
    assert ok(answer) == note
    assert answer.headers["etag"] == '"1"'
    assert "no-cache" in answer.headers["cache-control"]


def test_if_none_match_saves_the_body(person: httpx.Client, note: Note) -> None:
    path = f"/api/notes/{note['_id']}"
    for same in ('"1"', 'W/"1"', '"7", "1"', "*"):
        answer = person.get(path, headers={"If-None-Match": same})
        assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", '"1"')
    ok(person.put(path, json={"text": "new"}))
    answer = person.get(path, headers={"If-None-Match": '"1"'})
    assert (ok(answer)["text"], answer.headers["etag"]) == ("new", '"2"')


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
def test_absent_and_foreign_notes_are_alike(
    person: httpx.Client, stranger: httpx.Client, method: str
) -> None:
    foreign = new_note(stranger)["_id"]
    bodies: dict[str, Any] = {"PUT": {"title": "x"}, "PATCH": {"op": "append", "text": "x"}}
    answers = [
        person.request(
            method,
            f"/api/notes/{note_id}",
            json=bodies.get(method),
            headers={"X-Request-ID": "same"},
        )
        for note_id in (ABSENT, foreign, "no-uuid", "🙂")
    ]
    for answer in answers:
        refused(answer, 404, "not_found")
    assert len({answer.content for answer in answers}) == 1
    assert ok(stranger.get(f"/api/notes/{foreign}"))["version"] == 1


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ({}, ["title", "text"]),
        ({"title": "x"}, ["text"]),
        ({"text": "x"}, ["title"]),
        ({"title": "", "text": ""}, ["title"]),
        ({"title": "x" * 501, "text": ""}, ["title"]),
        ({"title": "x", "text": "", "bucket": ""}, ["bucket"]),
        ({"title": "x", "text": "", "bucket": " "}, ["bucket"]),
        ({"title": "x", "text": "", "bucket": "x" * 101}, ["bucket"]),
        ({"title": "x", "text": "", "bucket": "a\nb"}, ["bucket"]),
        ({"title": "x", "text": "", "bucket": "a\u2028b"}, ["bucket"]),
        ({"title": "x", "text": "", "tags": [""]}, ["tags.0"]),
        ({"title": "x", "text": "", "tags": ["x" * 101]}, ["tags.0"]),
        ({"title": "x", "text": "", "tags": ["x"] * 201}, ["tags"]),
    ],
)
def test_input_outside_the_limits_is_refused(
    person: httpx.Client, body: dict[str, Any], wrong: list[str]
) -> None:
    answer = person.post("/api/notes", json=body)
    refused(answer, 400, "invalid_input")
    assert field_names(answer) == wrong
    assert ok(person.get("/api/notes")) == []


def test_input_at_the_limits_is_kept(person: httpx.Client) -> None:
    tags = [f"t{n}" for n in range(199)] + ["🙂" * 100]
    note = new_note(person, "ü" * 500, "", bucket="b" * 100, tags=tags)
    assert note["title"] == "ü" * 500
    assert note["bucket"] == "b" * 100
    assert note["tags"] == tags
    assert new_note(person, "x")["title"] == "x"


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "\n\n",
        "line\r\nline\r\n",
        "old\rmac\r",
        "trailing spaces   \n\ttab\t",
        "🙂 Ünïcödé 漢字 \u200d\ufeff",
        "e\u0301 and \u00e9",
        "\u2028\u2029\u0085\x0b\x0c\x1b\x7f",
        '"quotes" \\ </script> &amp; \\u0000',
        "\U0010ffff\uffff",
    ],
    ids=ascii,
)
def test_texts_are_kept_byte_for_byte(person: httpx.Client, text: str) -> None:
    note = new_note(person, "x", text)
    assert note["text"] == text
    assert ok(person.get(f"/api/notes/{note['_id']}"))["text"] == text
    assert ok(person.get("/api/notes"))[0]["text"] == text
    other = new_note(person, "y", "something else")
    assert ok(person.put(f"/api/notes/{other['_id']}", json={"text": text}))["text"] == text


@pytest.mark.parametrize("letter", ["x", "ü", "漢", "🙂"])
def test_the_limit_of_a_text_counts_bytes(person: httpx.Client, letter: str) -> None:
    size = len(letter.encode())
    exact = letter * (MIB // size) + "x" * (MIB % size)
    note = new_note(person, "x", exact)
    assert ok(person.get(f"/api/notes/{note['_id']}"))["text"] == exact
    path = f"/api/notes/{note['_id']}"
    for answer in (
        person.post("/api/notes", json={"title": "y", "text": exact + "x"}),
        person.put(path, json={"text": exact + "x"}),
        person.patch(path, json={"op": "append", "text": "x"}),
    ):
        refused(answer, 413, "too_large")
    assert ok(person.get(path))["version"] == 1
    assert len(ok(person.get("/api/notes", params={"fields": "summary"}))) == 1


def test_fields_left_out_keep_their_values(person: httpx.Client) -> None:
    note = new_note(person, "Old", "text", bucket="Work", tags=["a"])
    path = f"/api/notes/{note['_id']}"
    changes: list[Note] = [
        {"title": "New"},
        {"text": "other"},
        {"bucket": "Home"},
        {"tags": ["b"]},
    ]
    for version, change in enumerate(changes, start=2):
        answer = person.put(path, json=change)
        changed = ok(answer)
        note = {
            **note,
            **change,
            "version": version,
            "updated_at": changed["updated_at"],
        }
        assert changed == note
        assert answer.headers["etag"] == f'"{version}"'
    assert time_of(note["updated_at"]) >= time_of(note["created_at"])


def test_a_change_of_nothing_is_no_new_version(person: httpx.Client, note: Note) -> None:
    path = f"/api/notes/{note['_id']}"
    assert ok(person.put(path, json={})) == note
    assert ok(person.put(path, json={"title": note["title"], "text": note["text"]})) == note


def test_updated_at_moves_with_changes(person: httpx.Client, note: Note) -> None:
    time.sleep(0.01)
    changed = ok(person.put(f"/api/notes/{note['_id']}", json={"text": "x"}))
    assert time_of(changed["updated_at"]) > time_of(note["updated_at"])
    assert changed["created_at"] == note["created_at"]


@pytest.mark.parametrize("way", ["version", "If-Match", "weak If-Match"])
def test_a_change_from_an_old_version_is_a_conflict_that_shows_both(
    person: httpx.Client, way: str
) -> None:
    note = new_note(person, "Plan", "base #a")
    path = f"/api/notes/{note['_id']}"
    current = ok(person.put(path, json={"text": "theirs", "bucket": "Work"}))
    change = {"text": "mine"}
    if way == "version":
        answer = person.put(path, json={**change, "version": 1})
    else:
        tag = '"1"' if way == "If-Match" else 'W/"1"'
        answer = person.put(path, json=change, headers={"If-Match": tag})
    body = refused(answer, 409, "version_conflict")
    assert body["current"] == current
    assert (body["base"]["text"], body["base"]["version"]) == ("base #a", 1)
    assert (body["base"]["tags"], body["base"]["bucket"]) == (["a"], "Inbox")
    assert set(body["base"]) == NOTE_FIELDS
    assert ok(person.get(path)) == current


def test_a_change_from_the_current_version_is_saved(person: httpx.Client, note: Note) -> None:
    path = f"/api/notes/{note['_id']}"
    assert ok(person.put(path, json={"text": "a", "version": 1}))["version"] == 2
    saved = person.put(path, json={"text": "b"}, headers={"If-Match": '"2"'})
    assert ok(saved)["version"] == 3
    anything = person.put(path, json={"text": "c"}, headers={"If-Match": "*"})
    assert ok(anything)["version"] == 4


def test_a_version_that_never_was_is_a_conflict_without_base(
    person: httpx.Client, note: Note
) -> None:
    for version in (99, 2**53):
        answer = person.put(f"/api/notes/{note['_id']}", json={"text": "x", "version": version})
        body = refused(answer, 409, "version_conflict")
        assert (body["current"], body["base"]) == (note, None)


@pytest.mark.parametrize("header", ["1", '"x"', '""', '"1", "2"', '"-1"', '"' + "1" * 40 + '"'])
def test_an_if_match_that_names_no_version_is_refused(
    person: httpx.Client, note: Note, header: str
) -> None:
    answer = person.put(
        f"/api/notes/{note['_id']}", json={"text": "x"}, headers={"If-Match": header}
    )
    if header == "1":  # a bare number is forgiven
        assert ok(answer)["version"] == 2
    else:
        refused(answer, 400, "invalid_input")


def test_header_and_field_must_name_the_same_version(person: httpx.Client, note: Note) -> None:
    path = f"/api/notes/{note['_id']}"
    answer = person.put(path, json={"text": "x", "version": 1}, headers={"If-Match": '"2"'})
    refused(answer, 400, "invalid_input")
    assert ok(person.put(path, json={"text": "x", "version": 1}, headers={"If-Match": '"1"'}))


def test_without_a_version_the_last_writer_wins_and_history_keeps_the_rest(
    person: httpx.Client, note: Note
) -> None:
    path = f"/api/notes/{note['_id']}"
    ok(person.put(path, json={"text": "theirs"}))
    assert ok(person.put(path, json={"text": "mine"}))["version"] == 3
    assert ok(person.get(f"{path}/history/2"))["text"] == "theirs"


def test_a_deleted_note_is_gone_from_everywhere(person: httpx.Client) -> None:
    note = new_note(person, "Farewell", "unusualword #gone", bucket="Leaving")
    other = new_note(person, "Stays", f"[[Farewell]] /app/note/{note['_id']}")
    ok(
        person.post(f"/api/notes/{other['_id']}/relations", json={"target_id": note["_id"]}),
        201,
    )
    answer = person.delete(f"/api/notes/{note['_id']}")
    assert (answer.status_code, answer.content) == (204, b"")
    path = f"/api/notes/{note['_id']}"
    refused(person.get(path), 404, "not_found")
    refused(person.put(path, json={"title": "x"}), 404, "not_found")
    refused(person.patch(path, json={"op": "append", "text": "x"}), 404, "not_found")
    refused(person.delete(path), 404, "not_found")
    refused(person.get(f"{path}/history"), 404, "not_found")
    refused(person.get(f"{path}/relations"), 404, "not_found")
    listed = person.get("/api/notes")
    assert [one["title"] for one in ok(listed)] == ["Stays"]
    assert listed.headers["x-total-count"] == "1"
    assert ok(person.get("/api/notes/search", params={"q": "unusualword", "mode": "keyword"})) == []
    assert ok(person.get("/api/buckets")) == [{"name": "Inbox", "count": 1}]
    assert ok(person.get("/api/tags")) == []
    related = ok(person.get(f"/api/notes/{other['_id']}/relations"))
    assert related["relations"] == []
    assert [link["note"] for link in related["links"]] == [None, None]


def test_permanent_deletion_leaves_nothing(person: httpx.Client, note: Note) -> None:
    path = f"/api/notes/{note['_id']}"
    ok(person.delete(path, params={"permanent": "true"}), 204)
    refused(person.get(path), 404, "not_found")
    assert ok(person.get("/api/trash")) == []
    assert ok(person.get("/api/buckets")) == []
    assert ok(person.get("/api/notes/search", params={"q": "First", "mode": "keyword"})) == []


def test_permanent_deletion_is_for_people(server: Server, person: httpx.Client, note: Note) -> None:
    path = f"/api/notes/{note['_id']}"
    with server.client(new_token(person)) as agent:
        refused(agent.delete(path, params={"permanent": "true"}), 403, "owner_only")
        assert ok(agent.get(path)) == note
        ok(agent.delete(path, params={"permanent": "false"}), 204)
    refused(person.delete(path, params={"permanent": "perhaps"}), 400, "invalid_input")
