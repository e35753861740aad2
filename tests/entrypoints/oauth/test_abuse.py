"""What thieves and confused apps try: each is refused, and what was stolen ends."""

from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path

import httpx
import pytest

from spote.domain.apps import OAuthError
from spote.entrypoints.oauth.documents import fetch_client, is_public
from tests.entrypoints.calls import ok, sql
from tests.entrypoints.oauth.flow import HOME, App, agree, works
from tests.servers import Server, running
from tests.waiting import QUARTER, within_a_window

BAD_REDIRECTS = [
    "javascript:alert(1)",
    "JavaScript://x/%0aalert(1)",
    "data:text/html,x",
    "file:///etc/passwd",
    "vbscript:x",
    "blob:https://x/y",
    "http://evil.example/cb",
    "http://127.0.0.1.evil.example/cb",
    "http://127.0.0.1@evil.example/cb",
    "http://localhost:1\\@evil.example/",
    "https://x/cb#fragment",
    "https://user@x/cb",
    "https:///cb",
    "https://x;sandbox/cb",
    "https://x,y/cb",
    "//evil.example/cb",
    "/cb",
    "ftp://x/y",
    "",
    " https://x/cb",
    "https://x/c\nb",
]
GOOD_REDIRECTS = [
    "https://claude.ai/api/mcp/auth_callback",
    "http://localhost:3000/callback",
    "http://[::1]:9/cb",
    "cursor://anysphere.cursor-retrieval/oauth/callback",
    "com.example.app:/oauth",
]
FOREIGN = [
    "https://evil.example/",
    HOME + "/more",
    HOME + "?x=1",
    HOME + "#x",
    HOME.replace("127.0.0.1", "localhost"),
    HOME.replace("http:", "https:"),
    HOME.replace("127.0.0.1", "x@127.0.0.1"),
    "javascript:alert(1)",
]


@pytest.mark.parametrize("uri", BAD_REDIRECTS)
def test_redirects_that_a_browser_would_run_or_leak_are_not_registered(server: Server, uri: str):
    with server.client() as client:
        answer = client.post("/oauth/register", json={"redirect_uris": [HOME, uri]})
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_redirect_uri")


@pytest.mark.parametrize("uri", GOOD_REDIRECTS)
def test_redirects_of_programs_and_sites_are_registered(
    server: Server, uri: str, person: httpx.Client
):
    app = App(server, redirect_uri=uri).register()
    answer = agree(person, app.ask(person))
    assert answer.headers["location"].startswith(f"{uri}?code=")


def test_nothing_is_sent_to_a_redirect_that_is_not_the_apps(server: Server, person: httpx.Client):
    app = App(server).register()
    for uri in FOREIGN:
        for more in ({}, {"scope": "no such"}, {"response_type": "token"}):
            answer = app.ask(person, redirect_uri=uri, **more)
            assert answer.status_code == 400, uri
            assert "location" not in answer.headers
    for client_id in ("", "unknown", "x" * 3_000, "https://evil.example/app"):
        assert app.ask(person, client_id=client_id).status_code == 400


def test_a_program_at_another_port_of_the_loopback_is_the_same(
    server: Server, person: httpx.Client
):
    app = App(server).register()
    app.redirect_uri = HOME.replace("7777", "54321")
    code = app.code(person)
    assert app.redeem(code, redirect_uri=HOME).status_code == 400
    assert app.redeem(app.code(person)).status_code == 200


def test_what_is_asked_for_wrongly_is_told_to_the_app(server: Server, person: httpx.Client):
    app = App(server).register()
    wrong: list[tuple[dict[str, str | None], str]] = [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"scope": "read admin"}, "invalid_scope"),
        ({"scope": "tokens"}, "invalid_scope"),
        ({"resource": "https://evil.example/mcp"}, "invalid_target"),
        ({"resource": f"{server.url}.evil.example/mcp"}, "invalid_target"),
    ]
    for other, error in wrong:
        found = app.answer(app.ask(person, **other))
        assert (found["error"], found["state"]) == (error, "s1"), other


def test_registrations_that_want_more_are_refused(server: Server):
    with server.client() as client:
        for more, error in (
            ({"scope": "read everything"}, "invalid_scope"),
            ({"grant_types": ["implicit"]}, "invalid_client_metadata"),
            ({"redirect_uris": []}, "invalid_client_metadata"),
            ({"redirect_uris": "x"}, "invalid_client_metadata"),
            ({"redirect_uris": [HOME] * 21}, "invalid_client_metadata"),
        ):
            answer = client.post("/oauth/register", json={"redirect_uris": [HOME], **more})
            assert (answer.status_code, answer.json()["error"]) == (400, error)
        secret = {"redirect_uris": [HOME], "token_endpoint_auth_method": "client_secret_post"}
        made = ok(client.post("/oauth/register", json=secret), 201)
        assert made["token_endpoint_auth_method"] == "none"
        assert "client_secret" not in made


def test_a_code_is_good_once_and_twice_ends_it(server: Server, person: httpx.Client):
    app = App(server).register()
    code = app.code(person)
    made = ok(app.redeem(code))
    assert works(server, made["access_token"]) == 200
    again = app.redeem(code)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    assert works(server, made["access_token"]) == 401
    assert app.refresh(made["refresh_token"]).status_code == 400


def test_a_code_is_of_no_use_to_others(server: Server, person: httpx.Client):
    app, other = App(server).register(), App(server).register()
    code = app.code(person)
    for wrong in (
        {"code_verifier": "x" * 43},
        {"code_verifier": ""},
        {"code_verifier": app.challenge},
        {"client_id": other.client_id},
        {"redirect_uri": "https://evil.example/"},
        {"redirect_uri": ""},
    ):
        answer = app.redeem(code, **wrong)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant"), wrong
    mixed = app.redeem(code, resource=f"{server.url}/sse")
    assert mixed.json()["error"] == "invalid_target"
    assert app.redeem(code, resource=f"{server.url}/mcp/").status_code == 200


def test_a_code_ends_after_a_minute(server: Server, person: httpx.Client):
    app = App(server).register()
    code = app.code(person)
    sql(server, "UPDATE app_codes SET expires_at = expires_at - 60001 RETURNING 1")
    assert app.redeem(code).json()["error"] == "invalid_grant"


def test_a_stolen_refresh_token_ends_its_family(server: Server, person: httpx.Client):
    app = App(server).register()
    first = app.connect(person)
    second = ok(app.refresh(first["refresh_token"]))
    third = ok(app.refresh(second["refresh_token"]))
    assert works(server, third["access_token"]) == 200
    stolen = app.refresh(first["refresh_token"])
    assert stolen.json()["error"] == "invalid_grant"
    for made in (first, second, third):
        assert works(server, made["access_token"]) == 401
        assert app.refresh(made["refresh_token"]).status_code == 400


def test_a_refresh_asks_for_no_more_and_for_nothing_else(server: Server, person: httpx.Client):
    app, other = App(server).register(), App(server).register()
    made = app.connect(person, verb=["read"])
    for wrong, error in (
        ({"scope": "read delete"}, "invalid_scope"),
        ({"resource": "https://evil.example"}, "invalid_target"),
        ({"resource": f"{server.url}/sse"}, "invalid_target"),
        ({"client_id": other.client_id}, "invalid_grant"),
    ):
        assert app.refresh(made["refresh_token"], **wrong).json()["error"] == error
    assert app.refresh(made["refresh_token"], scope="read").status_code == 200


def test_an_access_token_lives_an_hour(server: Server, person: httpx.Client):
    made = App(server).register().connect(person)
    sql(server, "UPDATE token_secrets SET expires_at = expires_at - 3600001 RETURNING 1")
    assert works(server, made["access_token"]) == 401


def test_consent_cannot_be_forged(server: Server, person: httpx.Client, stranger: httpx.Client):
    app = App(server).register()
    page = app.ask(person)
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    assert page.headers["x-frame-options"] == "DENY"
    for wrong in ({"csrf": ""}, {"csrf": "0" * 64}):
        assert agree(person, page, **wrong).status_code == 403
    assert agree(stranger, page).status_code == 403  # another person's word
    person.headers["Origin"] = "https://evil.example"
    assert agree(person, page).status_code == 400
    del person.headers["Origin"]
    for verbs in ([], ["tokens"], ["share"], ["x"]):
        odd: dict[str, list[str]] = {"verb": verbs}
        assert agree(person, page, **odd).status_code == 400


def test_an_apps_name_is_no_markup(server: Server, person: httpx.Client):
    app = App(server).register(client_name='<script>alert(1)</script>" onload="x')
    page = app.ask(person, state='"><script>')
    assert "<script" not in page.text
    assert 'onload="x' not in page.text


def test_fields_that_come_twice_and_odd_bodies_are_refused(server: Server, person: httpx.Client):
    app = App(server).register()
    with server.client() as client:
        twice = client.get(f"/oauth/authorize?client_id={app.client_id}&client_id=x")
        assert twice.status_code == 400
        for name in ("token", "revoke", "register"):
            for body in (b"", b"\xff", b"{", b"[" * 50_000, b"grant_type=x&grant_type=y"):
                for kind in ("application/json", "application/x-www-form-urlencoded"):
                    answer = client.post(
                        f"/oauth/{name}", content=body, headers={"Content-Type": kind}
                    )
                    assert answer.status_code == 400
                    assert answer.json()["error"]


INTERNAL = [
    "127.0.0.1",
    "localhost",
    "0.0.0.0",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "[::1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:10.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[2002:7f00:1::]",
    "[fe80::1]",
    "[fc00::1]",
    "2130706433",
    "0x7f.1",
]


@pytest.fixture(scope="module")
def reading(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder: Path = tmp_path_factory.mktemp("reading")
    with running(
        folder / "data", sign_up="open", app_documents="always", network_attempts=10_000
    ) as one:
        yield one


@pytest.mark.parametrize("host", INTERNAL)
def test_a_metadata_document_is_not_fetched_from_within(reading: Server, host: str):
    with reading.client() as browser:
        app = App(reading, client_id=f"https://{host}/app.json")
        answer = app.ask(browser)
        assert answer.status_code == 400
        assert "open internet" in answer.text or "cannot be fetched" in answer.text


def test_nobody_makes_the_server_read_without_end(tmp_path: Path):
    settings = {"app_documents": "always", "network_attempts": 3}
    with running(tmp_path / "data", **settings) as server, server.client() as browser:
        within_a_window(30, QUARTER)
        statuses = [
            App(server, client_id=f"https://127.0.0.1/{number}.json").ask(browser).status_code
            for number in range(5)
        ]
    assert statuses == [400, 400, 400, 429, 429]


def test_addresses_that_wrap_internal_ones_are_internal():
    for host in INTERNAL:
        text = host.strip("[]")
        if ":" in text or text.count(".") == 3:
            assert not is_public(ip_address(text)), text
    for public in ("1.1.1.1", "2606:4700::1111", "64:ff9b::101:101"):
        assert is_public(ip_address(public))
    assert not is_public(ip_address("224.0.0.1"))


@pytest.mark.parametrize(
    "url",
    [
        "https://x",
        "https://x/",
        "https://x/a?b",
        "https://x/a#b",
        "https://u@x/a",
        "https://x:8443/a",
        "https://x:0x/a",
        "https://x/../a",
        "https://x/\\a",
        "https://" + "x" * 600 + "/a",
    ],
)
async def test_urls_that_are_no_names_of_apps_are_refused(url: str):
    with pytest.raises(OAuthError):
        await fetch_client(url)
