"""Streams tell of changes that the token may see, and end with the token, with their time and with the server."""

import asyncio
import time
from contextlib import AsyncExitStack, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from tests.entrypoints.calls import new_note, ok
from tests.entrypoints.mcp.streams import KINDS, asked, begun, opened, posted
from tests.servers import Server, new_token, running

SOON = 0.1  # seconds in which a revocation reaches every stream of one server


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def methods(messages: list[dict]) -> list[str]:
    return [one["method"].removeprefix("notifications/") for one in messages if "method" in one]


def token_id(server: Server, token: str) -> str:
    with server.client(token) as client:
        return str(ok(client.get("/api/settings/token/self"))["_id"])


@pytest.mark.engine("sqlite")
async def test_revoking_cuts_streams_at_once(server: Server, person: httpx.Client, kind: str):
    taken = list[float]()
    while len(taken) < 30 and min(taken, default=SOON) >= SOON:
        token, other = new_token(person), new_token(person, "Other")
        async with (
            opened(server.url, token, kind) as stream,
            opened(server.url, other, kind) as stays,
        ):
            await asyncio.sleep(0.1)
            known = token_id(server, token)
            ok(await asyncio.to_thread(person.delete, f"/api/settings/token/{known}"), 204)
            revoked = time.monotonic()
            taken.append(await stream.until_ended() - revoked)
            assert stays.ended is None
    assert min(taken) < SOON, taken  # a loaded machine may be late, but not each time


async def test_whatever_ends_a_token_ends_its_streams(
    server: Server, person: httpx.Client, kind: str
):
    def end(token: str, how: str) -> None:
        with server.client(token) as client:
            match how:
                case "self":
                    ok(client.delete("/api/settings/token/self"), 204)
                case "reported":
                    ok(client.post("/api/tokens/report", json={"token": token}))
                case "rotated":
                    ok(
                        client.post(
                            f"/api/settings/token/{token_id(server, token)}/rotate", json={}
                        )
                    )

    for how in ("self", "reported", "rotated"):
        token = new_token(person)
        async with opened(server.url, token, kind) as stream:
            await asyncio.to_thread(end, token, how)
            await stream.until_ended()


async def test_a_token_that_expires_takes_its_stream_along(
    server: Server, person: httpx.Client, kind: str
):
    ends = datetime.now(UTC) + timedelta(seconds=8)
    token = new_token(person, expires_at=ends.isoformat())
    async with opened(server.url, token, kind) as stream:
        await asyncio.sleep(0.5)
        assert stream.ended is None
        await stream.until_ended()
    assert datetime.now(UTC) > ends - timedelta(milliseconds=50)


async def test_an_account_that_is_deleted_takes_its_streams_along(
    server: Server, fresh_email: str, kind: str
):
    from tests.servers import PASSWORD

    with closing(server.sign_up(fresh_email)) as person:
        async with opened(server.url, new_token(person), kind) as stream:
            answer = await asyncio.to_thread(
                person.request, "DELETE", "/api/me", json={"password": PASSWORD}
            )
            assert answer.status_code == 204
            await stream.until_ended()


async def test_a_listener_hears_of_what_it_asked_for_and_may_see(
    server: Server, person: httpx.Client
):
    mine, hidden = new_note(person, "A", bucket="Work"), new_note(person, "B", bucket="Private")
    token = new_token(person, access={"buckets": ["Work"]})
    await asyncio.sleep(0.7)  # that the token was made is news too, and may come late
    uris = [f"spote://note/{note['_id']}" for note in (mine, hidden)]
    async with opened(server.url, token, "listen", uris) as stream:
        await stream.until(1)
        new_note(person, "C", bucket="Private")
        ok(person.put(f"/api/notes/{hidden['_id']}", json={"text": "secret"}))
        ok(person.put(f"/api/notes/{mine['_id']}", json={"text": "seen"}))
        new_note(person, "D", bucket="Work")
        messages = await stream.until(3)
        ok(person.delete(f"/api/notes/{mine['_id']}"), 204)
        messages = await stream.until(5)
        assert methods(messages) == [
            "subscriptions/acknowledged",
            "resources/updated",
            "resources/list_changed",
            "resources/list_changed",
            "resources/updated",
        ]
        assert {one["params"]["uri"] for one in messages if "uri" in one["params"]} == {uris[0]}
        ok(person.patch("/api/me", json={"agents_read_only": True}))
        assert methods(await stream.until(6))[-1] == "tools/list_changed"


async def test_a_session_hears_of_notes_that_it_subscribed_to(server: Server, person: httpx.Client):
    note, other = new_note(person, "A"), new_note(person, "B")
    token = new_token(person)
    session = await begun(server.url, token)
    uri = f"spote://note/{note['_id']}"
    answer = await posted(
        server.url, token, asked("resources/subscribe", uri=uri), **{"Mcp-Session-Id": session}
    )
    assert answer.json()["result"] == {}
    async with opened(server.url, token, "get", session=session) as stream:
        await asyncio.sleep(0.1)
        for one in (other, note):
            ok(person.put(f"/api/notes/{one['_id']}", json={"text": "new"}))
        messages = await stream.until(1)
        assert [one["params"]["uri"] for one in messages] == [uri]
        answer = await posted(
            server.url,
            token,
            asked("resources/unsubscribe", uri=uri),
            **{"Mcp-Session-Id": session},
        )
        ok(person.put(f"/api/notes/{note['_id']}", json={"text": "newer"}))
        await asyncio.sleep(0.5)
        assert len(stream.messages) == 1


@pytest.mark.engine("sqlite")
async def test_the_server_stops_with_streams_open(tmp_path: Path):
    with running(tmp_path / "data", sign_up="open") as server, closing(server.sign_up()) as person:
        token = new_token(person)
        async with AsyncExitStack() as stack:
            streams = [
                await stack.enter_async_context(opened(server.url, token, kind))
                for kind in KINDS * 3
            ]
            await asyncio.sleep(0.2)
            started = time.monotonic()
            assert await asyncio.to_thread(server.stop) == 0
            assert time.monotonic() - started < 14
            for stream in streams:
                await stream.until_ended()
            assert "result" in streams[KINDS.index("listen")].messages[-1]
        assert "Traceback" not in server.log()
        assert "ASGI" not in server.log()
