"""What holds for every call: how errors look, what is refused, which headers come along."""

import json
import re
from datetime import UTC
from typing import Any

import httpx
import pytest

from tests.entrypoints.calls import (
    field_names,
    new_note,
    ok,
    refused,
    send_raw,
    speak,
    time_of,
)
from tests.servers import PASSWORD, Server, new_token

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
ANSWER_FIELDS: dict[str, object] = {
    "_id": "x",
    "attachments": [],
    "created_at": "2001-01-01T00:00:00Z",
    "updated_at": "2001-01-01T00:00:00Z",
    "access": "read",
    "owner": {"_id": "x"},
    "updated_by": None,
    "score": 0.5,
    "snippet": {},
    "excerpt": "",
}


def test_ids_are_uuids_and_times_are_utc(person: httpx.Client) -> None:
    note = new_note(person)
    assert UUID.fullmatch(note["_id"])
    assert time_of(note["created_at"]) == time_of(note["updated_at"])
    account = ok(person.get("/api/me"))
    assert UUID.fullmatch(account["_id"])
    assert time_of(account["created_at"]).tzinfo is UTC


def test_an_unknown_address_is_404_as_json(person: httpx.Client) -> None:
    for path in ("/api/nothing", "/api/notes/", "/nothing", "/api/notes/x/nothing"):
        refused(person.get(path), 404, "not_found")


def test_a_wrong_method_is_405_and_says_which_are_right(person: httpx.Client) -> None:
    answer = person.post("/api/tags", json={})
    refused(answer, 405, "method_not_allowed")
    assert answer.headers["allow"] == "GET"


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/api/notes", {"title": "x", "text": ""}),
        ("PUT", "/api/notes/{id}", {}),
        ("PATCH", "/api/notes/{id}", {"op": "append", "text": "x"}),
        ("POST", "/api/notes/{id}/relations", {"target_id": "x"}),
        ("PATCH", "/api/buckets/Inbox", {"name": "Inbox"}),
        ("PATCH", "/api/tags/x", {"name": "x"}),
        ("POST", "/api/settings/token", {"label": "x"}),
        ("PATCH", "/api/settings/token/x", {}),
        ("POST", "/api/settings/token/x/rotate", {}),
        ("POST", "/api/tokens/report", {"token": "x"}),
        ("PATCH", "/api/me", {}),
        ("POST", "/api/me/password", {"current_password": "x", "new_password": "x" * 9 + "y"}),
        ("DELETE", "/api/me", {"password": "x"}),
        ("POST", "/api/auth/sign-in", {"email": "a@example.org", "password": "x"}),
        ("POST", "/api/auth/sign-up", {"email": "a@example.org", "password": "long enough"}),
    ],
)
def test_unknown_fields_are_refused_by_name(
    person: httpx.Client, method: str, path: str, body: dict[str, Any]
) -> None:
    path = path.format(id=new_note(person)["_id"])
    answer = person.request(method, path, json={**body, "titel": 1, "emoji🙂": 2})
    body = refused(answer, 400, "invalid_input")
    assert field_names(answer) == ["titel", "emoji🙂"]
    assert "titel" in body["message"]


def test_unknown_fields_inside_a_grant_are_refused_by_name(person: httpx.Client) -> None:
    answer = person.post("/api/settings/token", json={"label": "x", "access": {"verb": ["read"]}})
    refused(answer, 400, "invalid_input")
    assert field_names(answer) == ["access.verb"]


def test_a_note_may_be_sent_back_as_it_was_read(person: httpx.Client) -> None:
    note = new_note(person, "First", "text #tag", bucket="Work")
    assert ok(person.put(f"/api/notes/{note['_id']}", json=note)) == note
    copy = ok(person.post("/api/notes", json=note), 201)
    assert copy["_id"] != note["_id"]
    found = ok(person.get("/api/notes/search", params={"q": "First", "mode": "keyword"}))[0]
    assert ok(person.put(f"/api/notes/{found['_id']}", json=found))["version"] == 1
    summary = ok(person.get("/api/notes", params={"fields": "summary"}))[0]
    assert ok(person.put(f"/api/notes/{summary['_id']}", json=summary))["version"] == 1


def test_fields_of_answers_are_ignored(person: httpx.Client) -> None:
    note = ok(person.post("/api/notes", json={"title": "x", "text": "y", **ANSWER_FIELDS}), 201)
    assert (note["access"], note["version"]) == ("owner", 1)
    assert note["_id"] != "x"
    assert not note["created_at"].startswith("2001")


def test_null_means_left_out(person: httpx.Client) -> None:
    note = ok(
        person.post(
            "/api/notes", json={"title": "x", "text": "a #tag", "bucket": None, "tags": None}
        ),
        201,
    )
    assert (note["bucket"], note["tags"]) == ("Inbox", ["tag"])
    nothing = dict.fromkeys(("title", "text", "bucket", "tags", "version"))
    assert ok(person.put(f"/api/notes/{note['_id']}", json=nothing)) == note
    token = ok(
        person.post(
            "/api/settings/token",
            json={
                "label": "x",
                "access": None,
                "preset": None,
                "expires_at": None,
                "expires_in_days": None,
            },
        ),
        201,
    )
    assert (len(token["access"]["verbs"]), token["expires_at"]) == (7, None)


def test_null_is_no_title_or_text(person: httpx.Client) -> None:
    answer = person.post("/api/notes", json={"title": None, "text": None})
    refused(answer, 400, "invalid_input")
    assert field_names(answer) == ["title", "text"]


@pytest.mark.parametrize("odd", ["a\x00b", "a\ud800b", "\udfff"], ids=["NUL", "high", "low"])
@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/api/notes", {"title": "$", "text": ""}),
        ("POST", "/api/notes", {"title": "x", "text": "$"}),
        ("POST", "/api/notes", {"title": "x", "text": "", "bucket": "$"}),
        ("POST", "/api/notes", {"title": "x", "text": "", "tags": ["$"]}),
        ("PUT", "/api/notes/{id}", {"title": "$"}),
        ("PUT", "/api/notes/{id}", {"text": "$"}),
        ("PATCH", "/api/notes/{id}", {"op": "append", "text": "$"}),
        ("POST", "/api/notes/{id}/relations", {"target_id": "{id}", "kind": "$"}),
        ("PATCH", "/api/buckets/Inbox", {"name": "$"}),
        ("PATCH", "/api/tags/x", {"name": "$"}),
        ("POST", "/api/settings/token", {"label": "$"}),
        ("POST", "/api/settings/token", {"label": "x", "access": {"buckets": ["$"]}}),
        ("POST", "/api/settings/token", {"label": "x", "access": {"tags": ["$"]}}),
        ("PATCH", "/api/me", {"name": "$"}),
        ("POST", "/api/auth/sign-up", {"email": "$@example.org", "password": "long enough"}),
    ],
)
def test_what_is_no_text_is_refused(
    person: httpx.Client, method: str, path: str, body: dict[str, Any], odd: str
) -> None:
    note_id = new_note(person)["_id"]
    written = json.dumps(body).replace("$", json.dumps(odd)[1:-1]).replace("{id}", note_id)
    answer = send_raw(person, method, path.format(id=note_id), written.encode())
    assert refused(answer, 400, "invalid_input")["errors"]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/api/notes", {"title": "x", "text": "", "\ud800": 1}),
        ("PATCH", "/api/notes/{id}", {"op": "replace", "find": "\ud800", "text": ""}),
        ("PATCH", "/api/notes/{id}", {"op": "append", "heading": "\ud800", "text": "x"}),
        ("POST", "/api/notes/{id}/relations", {"target_id": "\ud800"}),
        ("POST", "/api/settings/token", {"label": "x", "preset": "\ud800"}),
        ("POST", "/api/auth/sign-in", {"email": "\ud800", "password": "\ud800"}),
        ("POST", "/api/auth/sign-up", {"email": "b@example.org", "password": "\ud800" * 9 + "x"}),
        ("POST", "/api/me/password", {"current_password": "\ud800", "new_password": "\ud800" * 9}),
    ],
)
def test_lone_surrogates_anywhere_are_refused(
    person: httpx.Client, method: str, path: str, body: dict[str, Any]
) -> None:
    path = path.format(id=new_note(person)["_id"])
    refused(send_raw(person, method, path, body), 400, "invalid_input")


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"null", b"[]", b'"text"', b"\xff\xfe", b'{"title": "\xff"}', b"[" * 100_000],
    ids=["empty", "cut", "null", "list", "string", "no UTF-8", "bad UTF-8", "deep"],
)
def test_bodies_that_are_no_object_are_refused(
    server: Server, person: httpx.Client, body: bytes
) -> None:
    refused(send_raw(person, "POST", "/api/notes", body), 400, "invalid_input")
    with server.client() as nobody:
        refused(send_raw(nobody, "POST", "/api/notes", body), 401, "not_authenticated")


@pytest.mark.parametrize(
    "change",
    [
        {"version": 2**70},
        {"version": 0},
        {"version": "one"},
        {"version": 1.5},
        {"version": 1e400},
        {"title": 7},
        {"title": ["x"]},
        {"text": {}},
        {"tags": "x"},
        {"tags": [1]},
    ],
    ids=str,
)
def test_wrong_kinds_of_values_are_refused(person: httpx.Client, change: dict[str, Any]) -> None:
    note = new_note(person)
    answer = send_raw(person, "PUT", f"/api/notes/{note['_id']}", change)
    refused(answer, 400, "invalid_input")
    assert field_names(answer)[0].split(".")[0] == next(iter(change))
    assert ok(person.get(f"/api/notes/{note['_id']}")) == note


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "", "json"])
def test_bodies_of_another_type_are_415(person: httpx.Client, kind: str) -> None:
    headers = {"Content-Type": kind} if kind else {}
    body = b'{"title": "x", "text": ""}'
    refused(person.post("/api/notes", content=body, headers=headers), 415, "unsupported_type")
    rotation = person.post(
        "/api/settings/token/x/rotate", content=b'{"grace_seconds": 1}', headers=headers
    )
    refused(rotation, 415, "unsupported_type")


@pytest.mark.parametrize("kind", ["application/json; charset=utf-8", "APPLICATION/JSON"])
def test_json_may_be_called_json_in_other_ways(person: httpx.Client, kind: str) -> None:
    body = '{"title": "ü", "text": ""}'.encode()
    assert ok(person.post("/api/notes", content=body, headers={"Content-Type": kind}), 201)


def test_a_body_over_the_limit_is_413(person: httpx.Client) -> None:
    big = b'{"title": "x", "text": "' + b"x" * (8 * 1024 * 1024) + b'"}'
    refused(send_raw(person, "POST", "/api/notes", big), 413, "too_large")


def test_a_chunked_body_over_the_limit_is_413(server: Server, person: httpx.Client) -> None:
    token = new_token(person)
    chunk = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
    head = (
        f"POST /api/notes HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n"
        "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    received = speak(server, [head.encode(), *[chunk] * 130])
    assert received.startswith(b"HTTP/1.1 413 "), received[:200]
    assert ok(person.get("/api/notes")) == []


def test_a_flood_of_headers_is_431(server: Server) -> None:
    head = b"GET /healthz HTTP/1.1\r\nHost: x\r\n"
    flood = [head, *[b"X-Flood: " + b"x" * 8000 + b"\r\n"] * 40, b"\r\n"]
    received = speak(server, flood)
    assert received == b"" or received.startswith(b"HTTP/1.1 431 ")
    with server.client() as client:
        assert client.get("/healthz").status_code == 200


def test_a_flood_of_one_header_is_431(server: Server) -> None:
    received = speak(server, [b"GET /healthz HTTP/1.1\r\nX-Flood: ", *[b"x" * 65536] * 40])
    assert received == b"" or received.startswith(b"HTTP/1.1 431 ")


def test_each_answer_has_a_request_id(server: Server) -> None:
    with server.client() as client:
        first, second = client.get("/healthz"), client.get("/api/notes")
        assert UUID.fullmatch(first.headers["x-request-id"])
        assert first.headers["x-request-id"] != second.headers["x-request-id"]
        given = client.get("/healthz", headers={"X-Request-ID": "my-id-7"})
        assert given.headers["x-request-id"] == "my-id-7"


@pytest.mark.parametrize("bad", ["x" * 101, "a b", "a<b", "spote_" + "0" * 32])
def test_a_request_id_that_could_do_harm_is_replaced(server: Server, bad: str) -> None:
    with server.client() as client:
        answer = client.get("/healthz", headers={"X-Request-ID": bad})
        assert UUID.fullmatch(answer.headers["x-request-id"])


def test_the_log_has_the_request_id_but_not_the_query(server: Server, person: httpx.Client) -> None:
    headers = {"X-Request-ID": "find-me-9"}
    person.get("/api/notes/search", params={"q": "whispered"}, headers=headers)
    lines = [json.loads(line) for line in server.logged("find-me-9")]
    assert [(line["path"], line["status"]) for line in lines] == [("/api/notes/search", 200)]
    assert "whispered" not in server.log()


@pytest.mark.parametrize("path", ["/api/notes", "/healthz", "/api/nothing", "/api/notes/x", "/"])
def test_every_answer_keeps_browsers_safe(server: Server, path: str) -> None:
    with server.client() as client:
        headers = client.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "no-referrer"
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["cache-control"] == "no-store"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert "strict-transport-security" not in headers
    assert "server" not in headers


def test_other_sites_get_no_cors(server: Server, person: httpx.Client) -> None:
    answer = person.get("/api/notes", headers={"Origin": "https://evil.example"})
    assert not [name for name in answer.headers if name.startswith("access-control")]


def test_errors_tell_nothing_of_the_inside(person: httpx.Client) -> None:
    for answer in (
        person.get("/api/notes/' OR 1=1 --"),
        person.get("/api/notes", params={"limit": "'"}),
        send_raw(person, "POST", "/api/notes", b"{"),
        person.get("/api/notes/..%2f..%2fetc"),
    ):
        assert answer.status_code in (400, 404)
        assert not re.search(r"SELECT|Traceback|sqlite|\.py|pydantic|/src/", answer.text, re.I)


def test_a_password_never_stands_in_an_error(person: httpx.Client) -> None:
    answer = person.post("/api/auth/sign-up", json={"email": "no", "password": PASSWORD, "x": 1})
    assert answer.status_code == 400
    assert PASSWORD not in answer.text


@pytest.mark.parametrize("path", ["/api/notes/%00", "/api/notes/%ff", "/api/notes/%ed%a0%80"])
def test_odd_ids_are_just_absent(person: httpx.Client, path: str) -> None:
    refused(person.get(path), 404, "not_found")
    refused(person.delete(path), 404, "not_found")


def test_bytes_that_are_no_http_are_refused(server: Server) -> None:
    for sent in (b"\x00\x01\x02\r\n\r\n", b"GET /\xff HTTP/1.1\r\nHost: x\r\n\r\n"):
        received = speak(server, [sent])
        head, _, body = received.partition(b"\r\n\r\n")
        assert head.startswith((b"HTTP/1.1 400 ", b"HTTP/1.1 404 ")), received
        assert b"content-type: application/json" in head.lower()
        assert json.loads(body)["message"]


def test_many_unknown_fields_make_no_long_answer(person: httpx.Client) -> None:
    answer = person.post("/api/notes", json={f"field{n}": n for n in range(50_000)})
    refused(answer, 400, "invalid_input")
    assert len(answer.content) < 100_000
