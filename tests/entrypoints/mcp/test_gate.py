"""Who comes in at the doors for agents: hosts, origins, preflights, challenges, messages that are none."""

import json
from typing import Any

import httpx
import pytest

from tests.entrypoints.calls import challenge, new_note, ok
from tests.entrypoints.mcp.streams import META, asked, begun, posted
from tests.servers import Server, new_token
from tests.waiting import within_a_window

PATHS = (
    ("POST", "/mcp"),
    ("GET", "/mcp"),
    ("DELETE", "/mcp"),
    ("GET", "/sse"),
    ("POST", "/sse/messages"),
)
MODERN = {"MCP-Protocol-Version": "2026-07-28"}


@pytest.mark.parametrize(("method", "path"), PATHS)
def test_a_challenge_says_where_to_get_a_token(server: Server, method: str, path: str):
    with server.client() as nobody:
        bare = nobody.request(method, path)
        assert bare.status_code == 401
        door = "/mcp" if path.startswith("/mcp") else "/sse"
        named = f"{server.url}/.well-known/oauth-protected-resource{door}"
        assert challenge(bare) == {"resource_metadata": named}
        about = ok(nobody.get(named))
        assert about["resource"] == server.url + door
    for bad in ("spote_" + "0" * 32, "x", ""):
        with server.client(bad or None, cookies={"spote_session": "x"}) as client:
            answer = client.request(
                method, path, json={"jsonrpc": "2.0"} if method == "POST" else None
            )
            assert answer.status_code == 401
            assert challenge(answer).get("error") == ("invalid_token" if bad else None)


def test_a_persons_session_is_no_way_in(server: Server, person: httpx.Client):
    assert person.post("/mcp", json=asked("tools/list")).status_code == 401


async def test_foreign_hosts_and_origins_are_refused(server: Server, person: httpx.Client):
    token = new_token(person)
    own = server.url
    for headers, status in (
        ({"Host": "evil.example"}, 421),
        ({"Host": f"evil.example:{server.port}"}, 421),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": f"{own}.evil.example"}, 403),
        ({"Origin": own}, 200),
        ({"Origin": "http://localhost:6274"}, 200),
        ({"Host": f"localhost:{server.port}"}, 200),
        ({}, 200),
    ):
        for more in ({}, MODERN | {"Mcp-Method": "tools/list"}):
            answer = await posted(own, token, asked("tools/list", _meta=META), **headers, **more)
            assert answer.status_code == status, (headers, answer.text)
            with server.client() as nobody:
                refused = nobody.get("/sse", headers=headers)
                assert refused.status_code == (401 if status == 200 else status)


def test_a_page_at_home_may_ask_and_read(server: Server):
    origin = {"Origin": "http://localhost:6274"}
    wished = {
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,mcp-name",
    }
    with server.client() as browser:
        for path in ("/mcp", "/sse", "/sse/messages"):
            answer = browser.options(path, headers={**origin, **wished})
            assert answer.status_code == 204
            assert answer.headers["access-control-allow-origin"] == origin["Origin"]
            assert answer.headers["access-control-allow-headers"] == "authorization,mcp-name"
            assert (
                browser.options(path, headers={"Origin": "https://evil.example"}).status_code == 403
            )
        refused = browser.post("/mcp", headers=origin)
        assert refused.headers["access-control-allow-origin"] == origin["Origin"]
        assert "WWW-Authenticate" in refused.headers["access-control-expose-headers"]


async def test_messages_that_are_none_get_an_error_and_no_traceback(
    server: Server, person: httpx.Client
):
    token = new_token(person)
    headers = {
        "Authorization": f"Bearer {token}",
        "Content-Type": "application/json",
        "Accept": "application/json",
    }
    bodies: list[bytes] = [
        b"",
        b"{",
        b"\xff",
        b"[]",
        b"1",
        b"null",
        b"{}",
        b'{"jsonrpc":"2.0","id":null,"method":"x"}',
    ]
    bodies += [
        json.dumps({"jsonrpc": "2.0", **fields}).encode()
        for fields in (
            {"id": None, "method": "x"},
            {"id": 1, "method": 5},
            {"id": 1, "method": "ping", "params": [1]},
        )
    ]
    with server.client() as client:
        for body in bodies:
            for more in ({}, MODERN):
                answer = client.post("/mcp", content=body, headers={**headers, **more})
                assert answer.status_code in (200, 400), (body, answer.text)
                assert "error" in answer.json()
        odd = client.post("/mcp", content=b"{}", headers={**headers, "Content-Type": "text/plain"})
        assert odd.status_code == 415
        assert client.get("/mcp", headers=headers).status_code == 406
        assert client.put("/mcp", headers=headers).status_code == 405


async def test_unknown_methods_tools_versions_and_sessions(server: Server, person: httpx.Client):
    token = new_token(person)
    assert (await posted(server.url, token, asked("no/such"))).json()["error"]["code"] == -32601
    unknown = asked("tools/call", name="nothing", arguments={})
    assert (await posted(server.url, token, unknown)).json()["error"]["code"] == -32602
    old = {**META, "io.modelcontextprotocol/protocolVersion": "1999-01-01"}
    headers = {"MCP-Protocol-Version": "1999-01-01", "Mcp-Method": "tools/list"}
    answer = await posted(server.url, token, asked("tools/list", _meta=old), **headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, -32022)
    for session in ("x", "bm90IG91cnM", "é".encode().hex(), "W10"):
        answer = await posted(server.url, token, asked("ping"), **{"Mcp-Session-Id": session})
        assert answer.status_code == 404
    note = {"jsonrpc": "2.0", "method": "notifications/initialized"}
    assert (await posted(server.url, token, note)).status_code == 202


@pytest.mark.parametrize("version", ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"])
async def test_every_earlier_revision_is_spoken(server: Server, person: httpx.Client, version: str):
    token = new_token(person)
    headers = {"Mcp-Session-Id": await begun(server.url, token, version)}
    if version >= "2025-06-18":
        headers["MCP-Protocol-Version"] = version
    answer = await posted(
        server.url, token, asked("tools/call", name="whoami", arguments={}), **headers
    )
    result = answer.json()["result"]
    assert json.loads(result["content"][0]["text"])["label"] == "My Script"
    batch = [
        asked("ping"),
        {"jsonrpc": "2.0", "method": "notifications/initialized"},
        asked("tools/list"),
    ]
    answer = await posted(server.url, token, batch, **headers)
    assert answer.status_code == (200 if version == "2025-03-26" else 400)
    if version == "2025-03-26":
        assert [set(one) for one in answer.json()] == [{"jsonrpc", "id", "result"}] * 2


async def test_a_sessions_end_is_answered(server: Server, person: httpx.Client):
    token, headers = new_token(person), {}
    headers = {"Authorization": f"Bearer {token}", "Mcp-Session-Id": await begun(server.url, token)}
    with server.client() as client:
        assert client.delete("/mcp", headers=headers).status_code == 204


async def test_the_limit_of_requests_holds_here_too(tmp_path: Any):
    from tests.servers import running

    with running(tmp_path / "data", sign_up="open", requests_per_minute=5) as server:
        person = server.sign_up()
        token = new_token(person)
        within_a_window(10)
        statuses = [(await posted(server.url, token, asked("ping"))).status_code for _ in range(7)]
        assert statuses[:5] == [200] * 5 or 429 in statuses
        assert statuses[-1] == 429
        person.close()


def test_another_tokens_stream_takes_no_messages(
    server: Server, person: httpx.Client, stranger: httpx.Client
):
    with server.client(new_token(person)) as mine, mine.stream("GET", "/sse") as stream:
        lines = stream.iter_lines()
        place = next(line for line in lines if line.startswith("data: /"))
        path = place.removeprefix("data: ")
        for other in (new_token(stranger), new_token(person)):
            with server.client(other) as client:
                assert client.post(path, json=asked("ping")).status_code == 404
        assert mine.post(path, json=asked("ping")).status_code == 202


def test_a_large_note_fits_through(server: Server, person: httpx.Client):
    token, text = new_token(person), "x" * 900_000
    call = asked("tools/call", name="create_note", arguments={"title": "x", "text": text})
    with server.client(token) as client:
        assert client.post("/mcp", json=call).json()["result"]["isError"] is False
        call["params"]["arguments"]["text"] = "x" * 1_100_000
        said = client.post("/mcp", json=call).json()["result"]
        assert "Split it" in said["content"][0]["text"]
        assert client.post("/mcp", content=b"x" * 9_000_000).status_code == 413
    assert new_note(person)["version"] == 1
