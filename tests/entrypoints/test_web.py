"""The web app's page and files: one page for every address, safe headers, long caching, compressed twins."""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from spote.entrypoints.web.pages import BUILT, app_routes
from spote.errors import NotFound
from tests.entrypoints.calls import refused
from tests.servers import Server

pytestmark = pytest.mark.engine("sqlite")


@pytest.fixture(scope="module")
def client(server: Server) -> Iterator[httpx.Client]:
    assert (BUILT / "index.html").is_file(), "make builds the web app before the tests"
    with server.client() as client:
        yield client


@pytest.fixture(scope="module")
def script(client: httpx.Client) -> str:
    """The address of the page's own script."""
    found = re.search(r'<script type="module"[^>]* src="([^"]+)"', client.get("/app").text)
    assert found
    return found[1]


def test_the_root_leads_to_the_app(client: httpx.Client) -> None:
    answer = client.get("/")
    assert (answer.status_code, answer.headers["location"]) == (307, "/app")


@pytest.mark.parametrize(
    "path", ["/app", "/app/", "/app/note/x", "/app/settings/tokens", "/app/%2e%2e/x"]
)
def test_every_address_of_the_app_is_the_one_page(client: httpx.Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.headers["cache-control"] == "no-cache"
    policy = answer.headers["content-security-policy"]
    assert "unsafe-eval" not in policy
    assert "script-src 'self';" in policy
    assert not re.search(r"<script(?![^>]*\bsrc=)|\son\w+=", answer.text)


def test_the_page_is_not_sent_twice(client: httpx.Client) -> None:
    first = client.get("/app")
    again = client.get("/app", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_files_with_a_hash_are_kept_for_a_year(client: httpx.Client, script: str) -> None:
    answer = client.get(script)
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("accepted", "sent"),
    [
        ("br, gzip", "br"),
        ("gzip", "gzip"),
        ("identity", None),
        ("br;q=0, gzip", "gzip"),
        ("", None),
    ],
)
def test_files_come_compressed_as_the_client_wishes(
    client: httpx.Client, script: str, accepted: str, sent: str | None
) -> None:
    with client.stream("GET", script, headers={"Accept-Encoding": accepted}) as answer:
        raw = b"".join(answer.iter_raw())
        assert answer.headers.get("content-encoding") == sent
        assert answer.headers["vary"] == "Accept-Encoding"
    whole = client.get(script, headers={"Accept-Encoding": "identity"}).content
    assert (len(raw) < len(whole) / 2) if sent else raw == whole


@pytest.mark.parametrize(
    "path",
    [
        "/app/assets/nothing.js",
        "/app/assets/../index.html.br",
        "/app/assets/%2e%2e/%2e%2e/pages.py",
    ],
)
def test_what_was_not_built_is_not_served(client: httpx.Client, path: str) -> None:
    answer = client.get(path)
    if answer.status_code == 200:  # the client has tidied the path: the page, as for any address
        assert answer.headers["content-type"].startswith("text/html")
    else:
        refused(answer, 404, "not_found")


def test_compressed_twins_and_the_builders_notes_have_no_address_of_their_own(
    client: httpx.Client, script: str
) -> None:
    refused(client.get(f"{script}.gz"), 404, "not_found")
    assert client.get("/app/.vite/manifest.json").headers["content-type"].startswith("text/html")


def test_it_can_be_installed(client: httpx.Client) -> None:
    manifest = client.get("/app/manifest.webmanifest")
    assert manifest.headers["content-type"].startswith("application/manifest+json")
    for icon in manifest.json()["icons"]:
        assert client.get(icon["src"]).headers["content-type"] == icon["type"]
    assert re.search(r'<link rel="manifest"', client.get("/app").text)


def test_without_a_built_app_the_root_leads_to_the_reference(tmp_path: Path) -> None:
    """A server from a source tree where nothing was built still answers."""
    app = Starlette(routes=app_routes(tmp_path))
    with TestClient(app, follow_redirects=False) as client:
        assert client.get("/").headers["location"] == "/api/docs"
        with pytest.raises(NotFound, match="make run"):
            client.get("/app")
