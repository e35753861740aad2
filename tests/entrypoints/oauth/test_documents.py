"""Metadata documents of apps, fetched from a real server with TLS: only as they should be."""

import json
import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from ipaddress import IPv4Address
from typing import Any

import pytest
import trustme

from spote.domain.apps import OAuthError
from spote.entrypoints.oauth import documents

REDIRECT = "http://127.0.0.1/callback"
Site = dict[str, Any]  # what stands at which path


class Pages(BaseHTTPRequestHandler):
    site: Site = {}
    asked: list[str] = []

    def do_GET(self) -> None:
        self.asked.append(self.headers["Host"])
        status, body = self.site.get(self.path, (404, b""))
        self.send_response(status)
        self.send_header("Location", "https://127.0.0.1/elsewhere")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
        """Silent."""


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Site, ssl.SSLContext]]:
    """A server for apps.example, at a port that stands for the usual one."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("apps.example").configure_cert(context)
    server = HTTPServer(("127.0.0.1", 0), Pages)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    Pages.site, Pages.asked = {}, []
    real = documents._fetch
    port = server.server_address[1]

    async def at_our_port(parts: Any, address: Any, _port: int, tls: Any) -> Any:
        return await real(parts, address, port, tls)

    async def here(host: str, _port: int, is_allowed: Any) -> IPv4Address:
        assert host == "apps.example"
        return IPv4Address("127.0.0.1")

    monkeypatch.setattr(documents, "_fetch", at_our_port)
    monkeypatch.setattr(documents, "_address", here)
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    yield Pages.site, trusting
    server.shutdown()
    thread.join()
    server.server_close()


def document(url: str, **other: Any) -> bytes:
    known = {"client_id": url, "client_name": "Far app", "redirect_uris": [REDIRECT]}
    return json.dumps({**known, **other}).encode()


URL = "https://apps.example/app.json"


async def test_an_app_is_what_its_document_says(web: tuple[Site, ssl.SSLContext]):
    site, tls = web
    site["/app.json"] = (200, document(URL, client_uri="https://apps.example", logo_uri="x"))
    app = await documents.fetch_client(URL, tls=tls)
    assert (app.id, app.name, app.redirect_uris) == (URL, "Far app", (REDIRECT,))
    assert Pages.asked == ["apps.example"]


async def test_documents_that_are_not_in_order_are_refused(web: tuple[Site, ssl.SSLContext]):
    site, tls = web
    for status, body in (
        (200, document("https://apps.example/other.json")),
        (200, document(URL, redirect_uris=["javascript:alert(1)"])),
        (200, document(URL, redirect_uris=[])),
        (200, document(URL, token_endpoint_auth_method="client_secret_basic")),
        (200, document(URL, padding="x" * 70_000)),
        (200, b"no JSON"),
        (200, b"[]"),
        (302, document(URL)),
        (404, document(URL)),
    ):
        site["/app.json"] = (status, body)
        with pytest.raises(OAuthError):
            await documents.fetch_client(URL, tls=tls)


async def test_a_certificate_that_nobody_vouches_for_is_refused(web: tuple[Site, ssl.SSLContext]):
    site, _ = web
    site["/app.json"] = (200, document(URL))
    with pytest.raises(OAuthError):
        await documents.fetch_client(URL)
