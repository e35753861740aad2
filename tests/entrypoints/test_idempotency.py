"""`Idempotency-Key`: a POST that is sent again gets its first answer, and is done once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any

import httpx
import pytest

from tests.entrypoints.calls import new_note, ok, refused, sign_in, sql
from tests.servers import PASSWORD, Server, new_token

DAY = 86_400_000  # ms
KEY = {"Idempotency-Key": "0192-abc"}


def same(first: httpx.Response, again: httpx.Response) -> bool:
    """Status, body, and every header but those of the transport and the request itself."""

    def shown(answer: httpx.Response) -> tuple[object, ...]:
        apart = {"date", "x-request-id", "idempotent-replayed"}
        headers = sorted(item for item in answer.headers.multi_items() if item[0] not in apart)
        return answer.status_code, answer.content, headers

    return shown(first) == shown(again) and again.headers["idempotent-replayed"] == "true"


Arrange = Callable[[httpx.Client], tuple[str, dict[str, Any] | None, dict[str, Any] | None]]


def _restore_from_trash(person: httpx.Client) -> tuple[str, None, None]:
    note = new_note(person)
    ok(person.delete(f"/api/notes/{note['_id']}"), 204)
    return f"/api/trash/{note['_id']}/restore", None, None


def _restore_version(person: httpx.Client) -> tuple[str, None, None]:
    note = new_note(person)
    ok(person.put(f"/api/notes/{note['_id']}", json={"text": "new"}))
    return f"/api/notes/{note['_id']}/history/1/restore", None, None


def _relate(person: httpx.Client) -> tuple[str, dict[str, Any], dict[str, Any]]:
    path = f"/api/notes/{new_note(person)['_id']}/relations"
    target = new_note(person)["_id"]
    return path, {"target_id": target}, {"target_id": target, "kind": "other"}


def _rotate(person: httpx.Client) -> tuple[str, dict[str, Any], dict[str, Any]]:
    made = ok(person.post("/api/settings/token", json={"label": "x"}), 201)
    path = f"/api/settings/token/{made['_id']}/rotate"
    return path, {"grace_seconds": 0}, {"grace_seconds": 1}


POSTS: dict[str, Arrange] = {
    "note": lambda _: (
        "/api/notes",
        {"title": "x", "text": "y"},
        {"title": "x", "text": "z"},
    ),
    "relation": _relate,
    "restore version": _restore_version,
    "restore from trash": _restore_from_trash,
    "token": lambda _: ("/api/settings/token", {"label": "x"}, {"label": "y"}),
    "rotate": _rotate,
    "password": lambda _: (
        "/api/me/password",
        {"current_password": PASSWORD, "new_password": "brand new horse"},
        {"current_password": "brand new horse", "new_password": "newest horse"},
    ),
    "sign up": lambda person: (
        "/api/auth/sign-up",
        {"email": f"new-{person.headers['X-Email']}", "password": PASSWORD},
        {"email": f"new-{person.headers['X-Email']}", "password": PASSWORD, "name": "Other"},
    ),
    "sign in": lambda person: (
        "/api/auth/sign-in",
        {"email": person.headers["X-Email"], "password": PASSWORD},
        {"email": person.headers["X-Email"].upper(), "password": PASSWORD},
    ),
    "report": lambda _: ("/api/tokens/report", {"token": "x"}, {"token": "y"}),
}


@pytest.mark.parametrize("what", POSTS)
def test_every_post_gives_its_first_answer_again(
    person: httpx.Client, fresh_email: str, what: str
) -> None:
    person.headers["X-Email"] = fresh_email
    path, body, other = POSTS[what](person)
    headers = {**KEY, "Cookie": "; ".join(f"{k}={v}" for k, v in person.cookies.items())}
    first = person.post(path, json=body, headers=headers)
    assert first.status_code in (200, 201), first.text
    assert "idempotent-replayed" not in first.headers
    for _ in range(2):
        assert same(first, person.post(path, json=body, headers=headers))
    if other is not None:
        refused(person.post(path, json=other, headers=headers), 409, "idempotency_conflict")


def test_a_note_is_created_once(person: httpx.Client) -> None:
    body = {"title": "Once", "text": ""}
    ids = {ok(person.post("/api/notes", json=body, headers=KEY), 201)["_id"] for _ in range(3)}
    assert len(ids) == 1
    assert person.get("/api/notes").headers["x-total-count"] == "1"


def test_requests_at_the_same_time_are_one_too(person: httpx.Client) -> None:
    def post(_: int) -> str:
        answer = person.post("/api/notes", json={"title": "x", "text": ""}, headers=KEY)
        return str(ok(answer, 201)["_id"])

    with ThreadPoolExecutor(8) as threads:
        assert len(set(threads.map(post, range(24)))) == 1
    assert person.get("/api/notes").headers["x-total-count"] == "1"


def test_a_rotation_gives_one_new_secret(server: Server, person: httpx.Client) -> None:
    path, body, _ = _rotate(person)
    secrets = {ok(person.post(path, json=body, headers=KEY))["token"] for _ in range(3)}
    assert len(secrets) == 1
    with server.client(secrets.pop()) as agent:
        assert agent.get("/api/notes").status_code == 200


def test_a_token_that_rotates_itself_with_grace_gets_the_same_secret_again(
    server: Server, person: httpx.Client
) -> None:
    with server.client(new_token(person)) as agent:
        path = f"/api/settings/token/{ok(agent.get('/api/settings/token/self'))['_id']}/rotate"
        first = agent.post(path, json={"grace_seconds": 60}, headers=KEY)
        assert same(first, agent.post(path, json={"grace_seconds": 60}, headers=KEY))
    with server.client(ok(first)["token"]) as renewed:
        answer = renewed.post(path, json={"grace_seconds": 60}, headers=KEY)
        refused(answer, 409, "idempotency_conflict")


def test_kept_answers_hold_no_readable_secret(server: Server, fresh_email: str) -> None:
    body = {"email": fresh_email, "password": PASSWORD}
    with server.client() as nobody:
        signed_up = nobody.post("/api/auth/sign-up", json=body, headers=KEY)
        nobody.headers["X-CSRF-Token"] = nobody.cookies["spote_csrf"]
        made = nobody.post("/api/settings/token", json={"label": "x"}, headers=KEY)
        rotate = f"/api/settings/token/{ok(made, 201)['_id']}/rotate"
        rotated = nobody.post(rotate, headers=KEY)
    rows = sql(server, "SELECT scope, request_key, body_hash, sealed FROM answers")
    assert len(rows) >= 3
    kept = b"\n".join(
        part.encode() if isinstance(part, str) else part for row in rows for part in row
    )
    for secret in (
        ok(made, 201)["token"],
        ok(rotated)["token"],
        signed_up.cookies["spote_session"],
        PASSWORD,
    ):
        assert secret.encode() not in kept
    assert b"spote_" not in kept


def test_signing_up_again_gives_the_same_session(server: Server, fresh_email: str) -> None:
    body = {"email": fresh_email, "password": PASSWORD}
    with server.client() as one, server.client() as other:
        ok(one.post("/api/auth/sign-up", json=body, headers=KEY), 201)
        ok(other.post("/api/auth/sign-up", json=body, headers=KEY), 201)
        assert dict(one.cookies) == dict(other.cookies)
        assert len(ok(other.get("/api/me/sessions"))) == 1
    with server.client() as third:
        refused(third.post("/api/auth/sign-up", json=body), 409, "email_taken")


def test_a_kept_sign_in_is_no_way_around_the_password(
    server: Server, person: httpx.Client, fresh_email: str
) -> None:
    body = {"email": fresh_email, "password": PASSWORD}
    with server.client() as client:
        ok(client.post("/api/auth/sign-in", json=body, headers=KEY))
    change = {"current_password": PASSWORD, "new_password": "brand new horse"}
    ok(person.post("/api/me/password", json=change))
    with server.client() as client:
        answer = client.post("/api/auth/sign-in", json=body, headers=KEY)
        refused(answer, 401, "not_authenticated")


def test_keys_of_different_callers_are_different(
    server: Server, person: httpx.Client, stranger: httpx.Client
) -> None:
    body = {"title": "x", "text": ""}
    with server.client(new_token(person)) as agent:
        ids = {
            ok(client.post("/api/notes", json=body, headers=KEY), 201)["_id"]
            for client in (person, stranger, agent)
        }
    assert len(ids) == 3


def test_a_key_on_another_address_is_another_key(person: httpx.Client) -> None:
    note = ok(person.post("/api/notes", json={"title": "x", "text": ""}, headers=KEY), 201)
    assert ok(person.post("/api/settings/token", json={"label": "x"}, headers=KEY), 201)
    target = {"target_id": new_note(person)["_id"]}
    assert ok(person.post(f"/api/notes/{note['_id']}/relations", json=target, headers=KEY), 201)


def test_a_kept_answer_needs_a_credential_that_is_alive(
    server: Server, person: httpx.Client
) -> None:
    made = ok(person.post("/api/settings/token", json={"label": "x"}), 201)
    body = {"title": "x", "text": ""}
    with server.client(made["token"]) as agent:
        ok(agent.post("/api/notes", json=body, headers=KEY), 201)
        ok(person.delete(f"/api/settings/token/{made['_id']}"), 204)
        refused(agent.post("/api/notes", json=body, headers=KEY), 401, "invalid_token")
    del person.headers["X-CSRF-Token"]
    refused(person.post("/api/notes", json=body, headers=KEY), 403, "csrf")


def test_a_refused_request_is_not_kept(server: Server, person: httpx.Client) -> None:
    target = new_note(person)["_id"]
    source = new_note(person)["_id"]
    ok(person.delete(f"/api/notes/{target}"), 204)
    path, body = f"/api/notes/{source}/relations", {"target_id": target}
    refused(person.post(path, json=body, headers=KEY), 404, "not_found")
    ok(person.post(f"/api/trash/{target}/restore"))
    assert ok(person.post(path, json=body, headers=KEY), 201)


def test_a_kept_answer_is_forgotten_after_a_day(server: Server, person: httpx.Client) -> None:
    body = {"title": "x", "text": ""}
    first = ok(person.post("/api/notes", json=body, headers=KEY), 201)
    account = ok(person.get("/api/me"))["_id"]
    age = "UPDATE answers SET created_at = created_at - :ms WHERE scope = :id"
    sql(server, age, ms=DAY - 60_000, id=account)
    assert ok(person.post("/api/notes", json=body, headers=KEY), 201) == first
    sql(server, age, ms=60_001, id=account)
    assert ok(person.post("/api/notes", json=body, headers=KEY), 201)["_id"] != first["_id"]


@pytest.mark.parametrize("key", ["", "x" * 256, "ü"])
def test_a_key_that_cannot_be_used_is_refused(person: httpx.Client, key: str) -> None:
    headers = [(b"Idempotency-Key", key.encode("latin-1"))]
    for path, body in (
        ("/api/notes", {"title": "x", "text": ""}),
        ("/api/auth/sign-up", {"email": "key@example.org", "password": PASSWORD}),
        ("/api/tokens/report", {"token": "x"}),
    ):
        refused(person.post(path, json=body, headers=headers), 400, "invalid_input")
    assert ok(person.get("/api/notes")) == []


@pytest.mark.parametrize("key", ["x", "x" * 255, "with spaces and ~!@#"])
def test_any_printable_key_can_be_used(person: httpx.Client, key: str) -> None:
    headers = {"Idempotency-Key": key}
    body = {"title": "x", "text": ""}
    first = person.post("/api/notes", json=body, headers=headers)
    assert same(first, person.post("/api/notes", json=body, headers=headers))


def test_other_methods_do_not_know_the_key(person: httpx.Client) -> None:
    path = f"/api/notes/{new_note(person)['_id']}"
    assert ok(person.put(path, json={"text": "a"}, headers=KEY))["version"] == 2
    assert ok(person.put(path, json={"text": "b"}, headers=KEY))["version"] == 3


def test_two_people_may_sign_in_with_one_key(
    server: Server, person: httpx.Client, stranger: httpx.Client, fresh_email: str
) -> None:
    for email in (fresh_email, f"other-{fresh_email}"):
        with server.client() as client:
            body = {"email": email, "password": PASSWORD}
            assert ok(client.post("/api/auth/sign-in", json=body, headers=KEY))["email"] == email
    with closing(sign_in(server, fresh_email)):
        pass
