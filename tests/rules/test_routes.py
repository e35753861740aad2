"""Every route there is: without a credential that is alive, none answers but those listed here with their reason."""

import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute, Mount, Route

from spote.app import create_app
from spote.settings import Settings
from tests.entrypoints.calls import ok, send_raw
from tests.servers import Server

PUBLIC = {
    ("GET", "/"): "leads to the web app",
    ("GET", "/app"): "the web app's page, the same for everybody",
    ("GET", "/app/{path:path}"): "that page again, and the files that it is made of",
    ("GET", "/healthz"): "for whoever watches over the server",
    ("GET", "/readyz"): "for whoever watches over the server",
    ("GET", "/metrics"): "off unless set; it names no person and no note",
    ("GET", "/.well-known/oauth-protected-resource"): "says how to authenticate",
    ("GET", "/.well-known/oauth-protected-resource/api"): "says how to authenticate",
    ("GET", "/api/openapi.json"): "describes the API and nobody's data",
    ("GET", "/api/docs"): "shows that description",
    ("POST", "/api/auth/sign-up"): "makes an account",
    ("POST", "/api/auth/sign-in"): "begins a session",
    ("POST", "/api/tokens/report"): "whoever holds a token can end it",
    ("GET", "/.well-known/oauth-protected-resource/{place:path}"): "says how to authenticate",
    ("GET", "/.well-known/oauth-authorization-server"): "says how to authenticate",
    ("GET", "/.well-known/oauth-authorization-server/{place:path}"): "says how to authenticate",
    ("GET", "/oauth/authorize"): "asks who it is, then whether they agree",
    ("POST", "/oauth/authorize"): "takes the session's cookie and the page's own word",
    ("POST", "/oauth/sign-in"): "begins a session",
    **{
        (method, f"/oauth/{name}"): "what is sent is the credential"
        for name in ("register", "token", "revoke")
        for method in ("POST", "OPTIONS")
    },
    **{
        ("OPTIONS", path): "a browser asks before it calls"
        for path in ("/mcp", "/mcp/", "/sse", "/sse/", "/sse/messages")
    },
}
FILES = {"/api/docs": "files of the reference"}
BODIES = {"none": None, "no JSON": b"{", "no UTF-8": b"\xff", "an odd object": b'{"x": [1]}'}


def all_routes() -> list[BaseRoute]:
    app = create_app(Settings(data=Path("nowhere"), metrics=True))
    return list(_inside(app.app.routes))  # type: ignore[attr-defined]


def _inside(routes: list[BaseRoute]) -> Iterator[BaseRoute]:
    for route in routes:
        router = getattr(route, "original_router", None)
        if router is None:
            yield route
        else:
            yield from _inside(router.routes)


def calls() -> list[tuple[str, str]]:
    found = []
    for route in all_routes():
        if isinstance(route, Mount):
            assert route.path in FILES, f"{route.path}: who may see these files?"
        else:
            assert isinstance(route, (APIRoute, Route)), route
            assert route.methods is not None
            found += [(method, route.path) for method in sorted(route.methods - {"HEAD"})]
    return found


GUARDED = [call for call in calls() if call not in PUBLIC]


@pytest.fixture(scope="module")
def revoked(server: Server) -> str:
    with closing(server.sign_up("routes@example.org")) as person:
        made = ok(person.post("/api/settings/token", json={"label": "x"}), 201)
        ok(person.delete(f"/api/settings/token/{made['_id']}"), 204)
    return str(made["token"])


def filled(path: str) -> str:
    """With something in place of each parameter: a version is a number."""
    return re.sub(r"{(\w+)(:path)?}", lambda found: "1" if found[1] == "version" else "x", path)


def test_there_are_routes_at_all() -> None:
    assert len(GUARDED) > 25
    assert set(PUBLIC) <= set(calls())


@pytest.mark.parametrize(("method", "path"), GUARDED)
def test_nobody_comes_in_without_a_credential(server: Server, method: str, path: str) -> None:
    with server.client() as nobody:
        for body in BODIES.values():
            answer = sent(nobody, method, filled(path), body)
            assert answer.status_code == 401, f"{method} {path} with {body!r}: {answer.status_code}"
            assert answer.json()["code"] == "not_authenticated"
            assert answer.headers["www-authenticate"].startswith("Bearer ")


@pytest.mark.parametrize(("method", "path"), GUARDED)
def test_nobody_comes_in_with_a_revoked_token(
    server: Server, revoked: str, method: str, path: str
) -> None:
    with server.client(revoked) as agent:
        for body in BODIES.values():
            answer = sent(agent, method, f"{filled(path)}?limit=x&q=&diff=x&permanent=x", body)
            assert answer.status_code == 401, f"{method} {path} with {body!r}: {answer.status_code}"
            assert answer.json()["code"] == "invalid_token"


@pytest.mark.parametrize(("method", "path"), GUARDED)
def test_nobody_comes_in_with_a_token_as_a_cookie(
    server: Server, revoked: str, method: str, path: str
) -> None:
    with server.client() as client:
        cookie = {"Cookie": f"spote_session={revoked}"}
        answer = client.request(method, filled(path), headers=cookie)
        assert answer.status_code in (400, 401, 403), f"{method} {path}: {answer.status_code}"
        assert answer.json()["code"] in ("invalid_token", "csrf", "not_authenticated")


@pytest.mark.parametrize(("method", "path"), sorted(PUBLIC))
def test_what_is_public_asks_for_no_credential(server: Server, method: str, path: str) -> None:
    with server.client() as nobody:
        for body in BODIES.values():
            assert sent(nobody, method, path, body).status_code in (200, 204, 307, 400, 404, 415)


def sent(client: httpx.Client, method: str, path: str, body: bytes | None) -> httpx.Response:
    if body is None:
        return client.request(method, path)
    return send_raw(client, method, path, body)
