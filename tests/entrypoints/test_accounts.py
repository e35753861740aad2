"""`/api/auth` and `/api/me`: signing up, in and out; the session's cookie; the end of an account."""

import json
import re
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import partial
from http.cookies import SimpleCookie
from typing import Any

import httpx
import pytest

from tests.entrypoints.calls import (
    challenge,
    field_names,
    new_note,
    notes_with_word,
    ok,
    refused,
    send_raw,
    sign_in,
    sql,
)
from tests.schema import columns, tables
from tests.servers import PASSWORD, Server, new_token, running

ACCOUNT_FIELDS = {"_id", "email", "name", "is_administrator", "agents_read_only", "created_at"}
WRONG = "wrong horse battery"


@pytest.fixture
def nobody(server: Server) -> Iterator[httpx.Client]:
    with server.client() as client:
        yield client


def cookies_of(answer: httpx.Response) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for header in answer.headers.get_list("set-cookie"):
        found |= SimpleCookie(header)
    return found


def test_signing_up_signs_in(nobody: httpx.Client, fresh_email: str) -> None:
    body = {"email": fresh_email, "password": PASSWORD, "name": "Ada Lovelace"}
    answer = nobody.post("/api/auth/sign-up", json=body)
    account = ok(answer, 201)
    assert set(account) == ACCOUNT_FIELDS
    assert (account["email"], account["name"]) == (fresh_email, "Ada Lovelace")
    assert ok(nobody.get("/api/me")) == account
    assert PASSWORD not in answer.text


def test_the_name_is_taken_from_the_address_unless_given(
    nobody: httpx.Client, fresh_email: str
) -> None:
    body = {"email": fresh_email, "password": PASSWORD}
    assert ok(nobody.post("/api/auth/sign-up", json=body), 201)["name"] == fresh_email[:-12]


def test_an_address_has_one_account_however_it_is_written(
    server: Server, person: httpx.Client, fresh_email: str
) -> None:
    with server.client() as nobody:
        for email in (fresh_email, fresh_email.upper(), f" {fresh_email} "):
            body = {"email": email, "password": PASSWORD}
            refused(nobody.post("/api/auth/sign-up", json=body), 409, "email_taken")
    with closing(sign_in(server, fresh_email.upper())) as again:
        assert ok(again.get("/api/me")) == ok(person.get("/api/me"))


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"email": ""}, "email"),
        ({"email": "no address"}, "email"),
        ({"email": "@example.org"}, "email"),
        ({"email": "a@"}, "email"),
        ({"email": "a@b@c"}, "email"),
        ({"email": "a b@example.org"}, "email"),
        ({"email": "a\nb@example.org"}, "email"),
        ({"email": "x" * 250 + "@example.org"}, "email"),
        ({"email": None}, "email"),
        ({"password": "short"}, "password"),
        ({"password": "x" * 1001}, "password"),
        ({"password": "aaaaaaaaaa"}, "password"),
        ({"password": "someone@example.org"}, "password"),
        ({"password": None}, "password"),
        ({"name": ""}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"name": "a\nb"}, "name"),
    ],
    ids=str,
)
def test_bad_sign_ups_are_refused(nobody: httpx.Client, change: dict[str, Any], wrong: str) -> None:
    body = {"email": "someone@example.org", "password": PASSWORD, "name": "x", **change}
    answer = nobody.post("/api/auth/sign-up", json=body)
    refused(answer, 400, "invalid_input")
    assert field_names(answer) == [wrong]
    assert "set-cookie" not in answer.headers


def test_long_passwords_in_any_script_work(server: Server, fresh_email: str) -> None:
    password = " 🙂ü" * 250
    with server.client() as client:
        body = {"email": fresh_email, "password": password}
        ok(client.post("/api/auth/sign-up", json=body), 201)
    with closing(sign_in(server, fresh_email, password)):
        pass


def test_the_session_cookie_is_for_the_server_alone(nobody: httpx.Client, fresh_email: str) -> None:
    body = {"email": fresh_email, "password": PASSWORD}
    cookies = cookies_of(nobody.post("/api/auth/sign-up", json=body))
    assert set(cookies) == {"spote_session", "spote_csrf"}
    session, csrf = cookies["spote_session"], cookies["spote_csrf"]
    assert session["httponly"]
    assert not csrf["httponly"]
    for cookie in (session, csrf):
        assert cookie["samesite"].lower() == "lax"
        assert cookie["path"] == "/"
        assert not cookie["domain"]
        assert not cookie["secure"]
        until = parsedate_to_datetime(cookie["expires"]) - datetime.now(UTC)
        assert timedelta(days=29) < until <= timedelta(days=30)
    assert len(session.value) >= 32
    assert session.value != csrf.value


def test_behind_tls_cookies_are_secure_and_bound_to_the_host(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    data = tmp_path_factory.mktemp("tls") / "data"
    with running(data, public_url="https://Notes.example.org:443/") as server:
        with server.client() as client:
            body = {"email": "ada@example.org", "password": PASSWORD}
            answer = client.post("/api/auth/sign-up", json=body)
            cookies = cookies_of(answer)
            assert set(cookies) == {"__Host-spote_session", "spote_csrf"}
            for cookie in cookies.values():
                assert (cookie["secure"], cookie["path"], cookie["domain"]) == (True, "/", "")
            assert cookies["__Host-spote_session"]["httponly"]
            assert answer.headers["strict-transport-security"].startswith("max-age=")
            session = {name: cookie.value for name, cookie in cookies.items()}
        headers = {
            "Cookie": "; ".join(f"{name}={value}" for name, value in session.items()),
            "X-CSRF-Token": session["spote_csrf"],
        }
        with server.client() as browser:
            change = {"title": "x", "text": ""}
            for origin, status in (
                ("https://notes.example.org", 201),
                ("https://evil.example.org", 403),
                ("http://notes.example.org", 403),
                ("null", 403),
            ):
                sent = browser.post(
                    "/api/notes", json=change, headers={**headers, "Origin": origin}
                )
                assert sent.status_code == status, origin
            plain = {"Cookie": f"spote_session={session['__Host-spote_session']}"}
            refused(browser.get("/api/notes", headers=plain), 401, "not_authenticated")
            answer = browser.get("/api/notes")
            assert challenge(answer)["resource_metadata"].startswith("https://")


def test_a_public_url_with_a_path_takes_changes_from_its_origin(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    data = tmp_path_factory.mktemp("path") / "data"
    with (
        running(data, public_url="http://intranet.example/notes") as server,
        closing(server.sign_up()) as person,
    ):
        for origin, status in (
            ("http://intranet.example", 201),
            ("http://intranet.example/notes", 403),
        ):
            answer = person.post(
                "/api/notes", json={"title": "x", "text": ""}, headers={"Origin": origin}
            )
            assert answer.status_code == status


def test_a_wrong_password_and_an_unknown_address_look_alike(
    nobody: httpx.Client, person: httpx.Client, fresh_email: str
) -> None:
    answers = [
        nobody.post(
            "/api/auth/sign-in",
            json={"email": email, "password": password},
            headers={"X-Request-ID": "same"},
        )
        for email, password in (
            (fresh_email, WRONG),
            (f"nobody-{fresh_email}", PASSWORD),
            ("no address", PASSWORD),
            ("", ""),
        )
    ]
    seen = set()
    for answer in answers:
        refused(answer, 401, "not_authenticated")
        assert "set-cookie" not in answer.headers
        headers = [(name, value) for name, value in answer.headers.items() if name != "date"]
        seen.add((answer.content, tuple(headers)))
    assert len(seen) == 1


def test_each_sign_in_is_a_session_of_its_own(
    server: Server, person: httpx.Client, fresh_email: str
) -> None:
    with closing(sign_in(server, fresh_email)) as other:
        assert other.cookies["spote_session"] != person.cookies["spote_session"]
        sessions = ok(person.get("/api/me/sessions"))
        assert len(sessions) == 2
        assert set(sessions[0]) == {
            "_id",
            "client",
            "address",
            "created_at",
            "expires_at",
            "is_current",
        }
        assert [one["is_current"] for one in sessions] == [False, True]
        ok(person.delete(f"/api/me/sessions/{sessions[0]['_id']}"), 204)
        refused(other.get("/api/me"), 401, "invalid_token")
        refused(person.delete(f"/api/me/sessions/{sessions[0]['_id']}"), 404, "not_found")


def test_signing_out_ends_the_session_and_its_cookies(server: Server, person: httpx.Client) -> None:
    kept = dict(person.cookies)
    answer = person.post("/api/auth/sign-out")
    assert (answer.status_code, answer.content) == (204, b"")
    assert {name: cookie.value for name, cookie in cookies_of(answer).items()} == {
        "spote_session": "",
        "spote_csrf": "",
    }
    assert not dict(person.cookies)
    with server.client(cookies=kept) as client:
        refused(client.get("/api/me"), 401, "invalid_token")


def test_an_expired_session_is_over(server: Server, person: httpx.Client) -> None:
    account = ok(person.get("/api/me"))["_id"]
    sql(server, "UPDATE sessions SET expires_at = 1000 WHERE account_id = :id", id=account)
    refused(person.get("/api/me"), 401, "invalid_token")


CHANGES = [
    ("POST", "/api/notes", {"title": "x", "text": ""}),
    ("PATCH", "/api/me", {"name": "Forged"}),
    ("POST", "/api/settings/token", {"label": "x"}),
    ("POST", "/api/me/password", {"current_password": PASSWORD, "new_password": "new horse"}),
    ("POST", "/api/me/password", {"current_password": WRONG, "new_password": "new horse"}),
    ("DELETE", "/api/me", {"password": PASSWORD}),
    ("DELETE", "/api/me", {"password": WRONG}),
    ("DELETE", "/api/trash", None),
    ("POST", "/api/auth/sign-out", None),
]


@pytest.mark.parametrize(("method", "path", "body"), CHANGES)
def test_a_change_by_cookie_needs_the_csrf_header(
    person: httpx.Client, method: str, path: str, body: dict[str, Any] | None
) -> None:
    right = person.headers.pop("X-CSRF-Token")
    refused(person.request(method, path, json=body), 403, "csrf")
    for wrong in ("", "x", right[:-1], right.upper() + "x", "ü".encode().decode("latin-1")):
        headers = [(b"X-CSRF-Token", wrong.encode("latin-1"))]
        refused(person.request(method, path, json=body, headers=headers), 403, "csrf")
    assert ok(person.get("/api/me"))["name"] == "Ada"
    assert ok(person.get("/api/notes")) == []


@pytest.mark.parametrize(("method", "path", "body"), CHANGES)
@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1"])
def test_a_change_by_cookie_from_another_site_is_refused(
    person: httpx.Client, method: str, path: str, body: dict[str, Any] | None, origin: str
) -> None:
    answer = person.request(method, path, json=body, headers={"Origin": origin})
    refused(answer, 403, "csrf")


def test_a_change_from_our_own_page_is_taken(server: Server, person: httpx.Client) -> None:
    person.headers["Origin"] = server.url
    assert new_note(person)


def test_anothers_csrf_token_is_no_good(person: httpx.Client, stranger: httpx.Client) -> None:
    person.headers["X-CSRF-Token"] = stranger.headers["X-CSRF-Token"]
    refused(person.post("/api/notes", json={"title": "x", "text": ""}), 403, "csrf")


def test_reading_by_cookie_and_changes_by_token_need_no_csrf(
    server: Server, person: httpx.Client
) -> None:
    token = new_token(person)
    del person.headers["X-CSRF-Token"]
    assert ok(person.get("/api/notes")) == []
    with server.client(token) as agent:
        agent.headers["Origin"] = "https://anywhere.example"
        assert new_note(agent)


@pytest.mark.parametrize("path", ["/api/auth/sign-in", "/api/auth/sign-up"])
def test_other_sites_can_sign_nobody_in(
    nobody: httpx.Client, person: httpx.Client, fresh_email: str, path: str
) -> None:
    body = {"email": fresh_email, "password": PASSWORD}
    headers = {"Origin": "https://evil.example"}
    refused(nobody.post(path, json=body, headers=headers), 403, "csrf")
    text = nobody.post(path, content=json.dumps(body), headers={"Content-Type": "text/plain"})
    refused(text, 415, "unsupported_type")


def test_the_account_is_renamed(person: httpx.Client) -> None:
    account = ok(person.get("/api/me"))
    changed = ok(person.patch("/api/me", json={"name": " Countess "}))
    assert changed == {**account, "name": "Countess"}
    assert ok(person.patch("/api/me", json={})) == changed
    assert ok(person.patch("/api/me", json=changed)) == changed
    refused(person.patch("/api/me", json={"name": ""}), 400, "invalid_input")
    assert new_note(person)["updated_by"]["user"]["name"] == "Countess"


def test_a_new_password_ends_other_sessions_only(
    server: Server, person: httpx.Client, fresh_email: str
) -> None:
    token = new_token(person)
    with closing(sign_in(server, fresh_email)) as other, server.client(token) as agent:
        change = {"current_password": PASSWORD, "new_password": "brand new horse"}
        answer = person.post("/api/me/password", json=change)
        assert ok(answer) == ok(person.get("/api/me"))
        refused(other.get("/api/me"), 401, "invalid_token")
        assert ok(agent.get("/api/notes")) == []
    with server.client() as nobody:
        old = {"email": fresh_email, "password": PASSWORD}
        refused(nobody.post("/api/auth/sign-in", json=old), 401, "not_authenticated")
    with closing(sign_in(server, fresh_email, "brand new horse")):
        pass


def test_the_new_password_must_be_good_and_the_old_one_right(
    person: httpx.Client, fresh_email: str
) -> None:
    for current, new, status, code in (
        (WRONG, "brand new horse", 403, "wrong_password"),
        (PASSWORD, "short", 400, "invalid_input"),
        (PASSWORD, "aaaaaaaaaa", 400, "invalid_input"),
        (PASSWORD, fresh_email, 400, "invalid_input"),
    ):
        body = {"current_password": current, "new_password": new}
        answer = person.post("/api/me/password", json=body)
        refused(answer, status, code)
        if status == 400:
            assert field_names(answer) == ["new_password"]


def test_a_deleted_account_takes_everything_along(
    server: Server, fresh_email: str, engine: str
) -> None:
    with closing(server.sign_up(fresh_email)) as person:
        account = ok(person.get("/api/me"))["_id"]
        note, other = new_note(person, "Gone", "goneword #t"), new_note(person, "Other", "[[Gone]]")
        path = f"/api/notes/{note['_id']}"
        ok(person.put(path, json={"text": "goneword changed"}))
        relation = {"target_id": other["_id"]}
        ok(person.post(f"{path}/relations", json=relation, headers={"Idempotency-Key": "k"}), 201)
        assert notes_with_word(server, account, "goneword") == 1
        trashed = new_note(person, "Trashed")
        ok(person.delete(f"/api/notes/{trashed['_id']}"), 204)
        token = new_token(person)
        with closing(sign_in(server, fresh_email)) as elsewhere, server.client(token) as agent:
            assert agent.get("/api/notes").status_code == 200
            refused(
                send_raw(person, "DELETE", "/api/me", {"password": WRONG}), 403, "wrong_password"
            )
            answer = send_raw(person, "DELETE", "/api/me", {"password": PASSWORD})
            assert (answer.status_code, answer.content) == (204, b"")
            for client in (person, elsewhere, agent):
                refused(client.get("/api/notes"), 401, "invalid_token")
    with server.client() as nobody:
        body = {"email": fresh_email, "password": PASSWORD}
        refused(nobody.post("/api/auth/sign-in", json=body), 401, "not_authenticated")
    look = partial(sql, server)
    for table in tables(look, engine):
        if "account_id" in {column.name for column in columns(look, engine, table)}:
            rows = look(f"SELECT count(*) FROM {table} WHERE account_id = :id", id=account)
            assert rows == [(int(table == "events"),)], table
    assert look("SELECT kind FROM events WHERE account_id = :id", id=account) == [
        ("account.deleted",)
    ]
    assert sql(server, "SELECT count(*) FROM answers WHERE scope = :id", id=account) == [(0,)]
    assert notes_with_word(server, account, "goneword") == 0


def test_the_address_of_a_deleted_account_is_free_again(server: Server, fresh_email: str) -> None:
    with closing(server.sign_up(fresh_email)) as person:
        new_note(person)
        ok(send_raw(person, "DELETE", "/api/me", {"password": PASSWORD}), 204)
    with closing(server.sign_up(fresh_email)) as again:
        assert ok(again.get("/api/notes")) == []


def test_only_the_first_account_is_administrator(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    data = tmp_path_factory.mktemp("invited") / "data"
    with running(data) as server, closing(server.sign_up("first@example.org")) as first:
        assert ok(first.get("/api/me"))["is_administrator"] is True
        with server.client() as nobody:
            body = {"email": "second@example.org", "password": PASSWORD}
            refused(nobody.post("/api/auth/sign-up", json=body), 403, "sign_up_closed")
            assert "set-cookie" not in nobody.post("/api/auth/sign-up", json=body).headers
        with closing(sign_in(server, "first@example.org")):
            pass
    with (
        running(data, sign_up="open") as server,
        closing(server.sign_up("third@example.org")) as third,
    ):
        assert ok(third.get("/api/me"))["is_administrator"] is False


def test_a_closed_server_takes_nobody(tmp_path_factory: pytest.TempPathFactory) -> None:
    data = tmp_path_factory.mktemp("closed") / "data"
    with running(data, sign_up="closed") as server, server.client() as nobody:
        body = {"email": "first@example.org", "password": PASSWORD}
        message = refused(nobody.post("/api/auth/sign-up", json=body), 403, "sign_up_closed")
        assert "Ask whoever runs it" in message["message"]


def test_passwords_are_kept_as_argon2id_alone(server: Server, person: httpx.Client) -> None:
    account = ok(person.get("/api/me"))["_id"]
    [(kept,)] = sql(server, "SELECT password_hash FROM accounts WHERE id = :id", id=account)
    assert re.match(r"\$argon2id\$v=19\$m=\d+,t=\d+,p=\d+\$", kept)
    assert PASSWORD not in kept
