"""Who may come in: Bearer tokens, the session's cookie, and nothing else."""

import time

import httpx
import pytest

from tests.entrypoints.calls import challenge, new_note, ok, refused, send_raw, sql
from tests.servers import Server, new_token

LONG_AGO = 1_000_000_000_000  # ms


@pytest.fixture
def dead_tokens(server: Server, person: httpx.Client) -> dict[str, str]:
    """One of each kind that must not be told apart."""
    made = {}
    for kind in ("expired", "revoked", "replaced"):
        answer = ok(person.post("/api/settings/token", json={"label": kind}), 201)
        made[kind] = answer["token"]
        path = f"/api/settings/token/{answer['_id']}"
        if kind == "expired":
            sql(
                server,
                "UPDATE tokens SET expires_at = :at WHERE id = :id",
                at=LONG_AGO,
                id=answer["_id"],
            )
        elif kind == "revoked":
            ok(person.delete(path), 204)
        else:
            ok(person.post(f"{path}/rotate"))
    return {**made, "unknown": "spote_" + "0" * 32, "malformed": "spote_nonsense"}


def test_without_credentials_the_challenge_is_bare(server: Server) -> None:
    with server.client() as nobody:
        answer = nobody.get("/api/notes")
    refused(answer, 401, "not_authenticated")
    assert challenge(answer) == {
        "resource_metadata": f"{server.url}/.well-known/oauth-protected-resource"
    }


def test_dead_tokens_are_not_told_apart(server: Server, dead_tokens: dict[str, str]) -> None:
    seen = set()
    for token in dead_tokens.values():
        with server.client(token) as client:
            answer = client.get("/api/notes", headers={"X-Request-ID": "same"})
        refused(answer, 401, "invalid_token")
        assert challenge(answer)["error"] == "invalid_token"
        assert "resource_metadata" in challenge(answer)
        headers = [(name, value) for name, value in answer.headers.items() if name != "date"]
        seen.add((answer.content, tuple(headers)))
    assert len(seen) == 1


def test_the_log_tells_dead_tokens_apart(server: Server, dead_tokens: dict[str, str]) -> None:
    for token in dead_tokens.values():
        with server.client(token) as client:
            client.get("/api/notes")
    for reason in dead_tokens:
        assert server.logged(f'"reason": "{reason}"')


@pytest.mark.parametrize(
    "header",
    [
        "Bearer",
        "Bearer a b c",
        "Basic YWRhOnB3",
        "bearer",
        "Token x",
        "x",
        "Bearer \xff",
        "Bearer " + "x" * 5000,
    ],
)
def test_odd_headers_are_refused_like_dead_tokens(
    server: Server, dead_tokens: dict[str, str], header: str
) -> None:
    with server.client() as client:
        odd = client.get("/api/notes", headers=[(b"Authorization", header.encode("latin-1"))])
    with server.client(dead_tokens["unknown"]) as client:
        unknown = client.get("/api/notes")
    assert (odd.status_code, odd.content) == (401, unknown.content)
    assert odd.headers["www-authenticate"] == unknown.headers["www-authenticate"]


def test_the_scheme_may_be_written_in_any_case(server: Server, person: httpx.Client) -> None:
    token = new_token(person)
    with server.client() as client:
        for scheme in ("Bearer", "bearer", "BEARER"):
            assert (
                ok(client.get("/api/notes", headers={"Authorization": f"{scheme} {token}"})) == []
            )


def test_a_token_in_another_case_is_another_token(server: Server, person: httpx.Client) -> None:
    token = new_token(person)
    with server.client(token.upper()) as client:
        refused(client.get("/api/notes"), 401, "invalid_token")


def test_both_kinds_of_credentials_open_the_same_calls(
    server: Server, person: httpx.Client
) -> None:
    note = new_note(person)
    with server.client(new_token(person)) as agent:
        assert ok(agent.get(f"/api/notes/{note['_id']}")) == note
        assert ok(agent.put(f"/api/notes/{note['_id']}", json={"title": "New"}))["version"] == 2


@pytest.mark.parametrize("name", ["token", "access_token", "api_key", "authorization"])
def test_a_token_is_no_credential_in_query_or_body(
    server: Server, person: httpx.Client, name: str
) -> None:
    token = new_token(person)
    with server.client() as client:
        refused(client.get("/api/notes", params={name: token}), 401, "not_authenticated")
        body = {"title": "x", "text": "", name: token}
        refused(client.post("/api/notes", json=body), 401, "not_authenticated")
        form = client.post("/api/notes", data={name: token})
        refused(form, 401, "not_authenticated")
        client.cookies.set("spote_session", token)
        refused(client.get("/api/notes"), 401, "invalid_token")


def test_whoever_is_not_known_learns_nothing_of_the_body(
    server: Server, dead_tokens: dict[str, str]
) -> None:
    with server.client(dead_tokens["revoked"]) as client:
        for body in (b"{", b'{"titel": 1}', b"\xff"):
            refused(send_raw(client, "POST", "/api/notes", body), 401, "invalid_token")
        answer = client.get("/api/notes", params={"limit": 0})
        refused(answer, 401, "invalid_token")


def test_a_bad_token_is_not_made_good_by_a_cookie(person: httpx.Client) -> None:
    answer = person.get("/api/notes", headers={"Authorization": "Bearer spote_no"})
    refused(answer, 401, "invalid_token")


def test_too_little_scope_is_403_and_names_it(server: Server, person: httpx.Client) -> None:
    note = new_note(person)
    with server.client(new_token(person, preset="read")) as agent:
        answer = agent.delete(f"/api/notes/{note['_id']}")
    body = refused(answer, 403, "insufficient_scope")
    assert challenge(answer)["error"] == "insufficient_scope"
    assert challenge(answer)["scope"] == "delete"
    assert "delete" in body["message"]


def test_the_metadata_that_a_challenge_points_to_is_there(server: Server) -> None:
    with server.client() as client:
        address = challenge(client.get("/api/notes"))["resource_metadata"]
        metadata = ok(client.get(address))
    assert metadata["resource"] == f"{server.url}/api"
    assert metadata["bearer_methods_supported"] == ["header"]


def test_expiry_is_exact(server: Server, person: httpx.Client) -> None:
    made = ok(person.post("/api/settings/token", json={"label": "x", "expires_in_days": 1}), 201)
    statement = "UPDATE tokens SET expires_at = :at WHERE id = :id RETURNING 1"
    with server.client(made["token"]) as agent:
        sql(server, statement, at=now_ms() + 1_000, id=made["_id"])
        assert agent.get("/api/notes").status_code == 200
        sql(server, statement, at=now_ms(), id=made["_id"])
        refused(agent.get("/api/notes"), 401, "invalid_token")


def now_ms() -> int:
    return time.time_ns() // 1_000_000
