"""An app that is let in, step by step, as apps and browsers do it over HTTP."""

import base64
import hashlib
import html
import re
import secrets
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx

from tests.entrypoints.calls import ok
from tests.servers import Server

HOME = "http://127.0.0.1:7777/back"


@dataclass
class App:
    """Registered dynamically; `verifier` is what it keeps to itself."""

    server: Server
    redirect_uri: str = HOME
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48))
    client_id: str = ""

    def register(self, **more: Any) -> "App":
        body = {"client_name": "Spy glass", "redirect_uris": [self.redirect_uri], **more}
        with self.server.client() as client:
            self.client_id = ok(client.post("/oauth/register", json=body), 201)["client_id"]
        return self

    @property
    def challenge(self) -> str:
        digest = hashlib.sha256(self.verifier.encode()).digest()
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")

    def asking(self, **other: str | None) -> dict[str, str]:
        wanted = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": self.redirect_uri,
            "code_challenge": self.challenge,
            "code_challenge_method": "S256",
            "resource": f"{self.server.url}/mcp",
            "scope": "read create",
            "state": "s1",
            **other,
        }
        return {name: value for name, value in wanted.items() if value is not None}

    def ask(self, browser: httpx.Client, **other: str | None) -> httpx.Response:
        return browser.get("/oauth/authorize", params=self.asking(**other))

    def code(self, browser: httpx.Client, **choices: Any) -> str:
        return self.answer(agree(browser, self.ask(browser), **choices))["code"]

    def answer(self, response: httpx.Response) -> dict[str, str]:
        """What the redirect carries; it always says who answers."""
        assert response.status_code == 302, response.text
        target = response.headers["location"]
        assert target.startswith(self.redirect_uri + "?")
        found = dict(parse_qsl(urlsplit(target).query))
        assert found["iss"] == self.server.url
        return found

    def redeem(self, code: str, **other: str) -> httpx.Response:
        given = {
            "grant_type": "authorization_code",
            "code": code,
            "client_id": self.client_id,
            "redirect_uri": self.redirect_uri,
            "code_verifier": self.verifier,
            **other,
        }
        return self.post("token", given)

    def refresh(self, refresh_token: str, **other: str) -> httpx.Response:
        given = {"grant_type": "refresh_token", "refresh_token": refresh_token}
        return self.post("token", {**given, "client_id": self.client_id, **other})

    def post(self, name: str, given: dict[str, str]) -> httpx.Response:
        with self.server.client() as client:
            return client.post(f"/oauth/{name}", data=given)

    def connect(self, browser: httpx.Client, **choices: Any) -> dict[str, Any]:
        return dict(ok(self.redeem(self.code(browser, **choices))))


def agree(browser: httpx.Client, page: httpx.Response, **choices: Any) -> httpx.Response:
    assert page.status_code == 200, page.text
    hidden = {
        name: html.unescape(value)
        for name, value in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.text)
    }
    ticked = re.findall(r'name="verb" value="(\w+)" checked', page.text)
    form = {**hidden, "decision": "allow", "verb": ticked, **choices}
    return browser.post("/oauth/authorize", data=form)


def works(server: Server, token: str) -> int:
    """The status of a call with it."""
    asking = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "whoami"}}
    with server.client(token) as client:
        return client.post("/mcp", json=asking).status_code
