"""Who is who never gets mixed up, however many speak at once; and any server process answers any request."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack, ExitStack, closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.entrypoints.calls import challenge, new_note, ok
from tests.entrypoints.mcp.agents import DOORS, MODERN, call, connected
from tests.entrypoints.mcp.streams import KINDS, META, OpenStream, asked, begun, opened, posted
from tests.servers import Server, new_token, running
from tests.waiting import until, until_async

CALLS = 1_000  # over both doors and both eras
FRESH = 30
SOON = 0.1  # seconds in which a revocation reaches a running call
CLIENT = {"name": "raw", "version": "1"}
SETTINGS = {"sign_up": "open", "requests_per_minute": 10_000_000, "network_attempts": 10_000}


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory, database_url: str) -> Iterator[list[Server]]:
    """Two servers on one data folder, or one PostgreSQL."""
    data = [tmp_path_factory.mktemp(name) / "data" for name in ("one", "other")]
    settings = {**SETTINGS, "database_url": database_url}
    with ExitStack() as stack:
        places = data if database_url else [data[0], data[0]]
        yield [stack.enter_context(running(place, **settings)) for place in places]


async def test_two_accounts_that_speak_at_once_are_never_mixed_up(tmp_path: Path):
    with running(tmp_path / "data", **SETTINGS) as server, ExitStack() as people:
        tokens = {}
        for name in ("Ada", "Bob"):
            person = people.enter_context(closing(server.sign_up(f"{name}@example.org", name)))
            new_note(person, f"{name}'s diary", f"of {name}")
            tokens[name] = new_token(person, name)
        seen = 0
        async with AsyncExitStack() as stack:
            clients = [
                (name, await stack.enter_async_context(connected(server, tokens[name], door)))
                for door in DOORS
                for name in tokens
            ]

            async def talk(name: str, client: object) -> int:
                for number in range(CALLS // len(clients) // 2 + 1):
                    me = await call(client, "whoami")  # type: ignore[arg-type]
                    assert (me["account"], me["label"]) == (name, name)
                    found = await call(client, "search_notes", query=f"diary of {number}")  # type: ignore[arg-type]
                    assert {note["title"] for note in found["notes"]} == {f"{name}'s diary"}
                return 2 * (CALLS // len(clients) // 2 + 1)

            seen = sum(await asyncio.gather(*(talk(*one) for one in clients)))
        assert seen >= CALLS


@pytest.mark.parametrize("door", DOORS)
async def test_fresh_connections_find_the_notes_at_any_server(
    pair: list[Server], fresh_email: str, door: str
):
    with closing(pair[0].sign_up(fresh_email)) as person:
        note, token = new_note(person, "Here", "there"), new_token(person)
        for number in range(FRESH):
            async with connected(pair[number % 2], token, door) as client:
                assert (await call(client, "get_note", id=note["_id"]))["text"] == "there"


async def test_a_session_that_one_server_began_goes_on_at_another(
    pair: list[Server], fresh_email: str
):
    here, there = pair
    with closing(here.sign_up(fresh_email)) as person:
        note, token = new_note(person), new_token(person)
        session = await begun(here.url, token)
        uri = f"spote://note/{note['_id']}"
        made = {}
        for number in range(FRESH):
            server = pair[number % 2]
            asking = asked("tools/call", name="create_note", arguments={"title": "x", "text": ""})
            answer = await posted(server.url, token, asking, **{"Mcp-Session-Id": session})
            made = answer.json()["result"]["structuredContent"]
        past = ok(person.get(f"/api/notes/{made['id']}/history"))
        assert past[0]["updated_by"]["client"] == "raw 1"
        await posted(
            here.url, token, asked("resources/subscribe", uri=uri), **{"Mcp-Session-Id": session}
        )
        async with opened(there.url, token, "get", session=session) as stream:
            await asyncio.sleep(0.3)
            ok(person.put(f"/api/notes/{note['_id']}", json={"text": "new"}))
            messages = await stream.until(1)
            assert [one["params"]["uri"] for one in messages] == [uri]


async def test_a_message_finds_its_stream_in_another_process(pair: list[Server], fresh_email: str):
    """At /sse, whose streams one process holds."""
    here, there = pair
    with (
        closing(here.sign_up(fresh_email)) as person,
        closing(here.sign_up(f"other-{fresh_email}")) as stranger,
    ):
        note, token = new_note(person, "Here", "there"), new_token(person)
        began = {"protocolVersion": "2024-11-05", "capabilities": {}, "clientInfo": CLIENT}
        asking = asked("tools/call", name="get_note", arguments={"id": note["_id"]})
        async with opened(here.url, token, "sse") as stream:
            line = await stream.until_line("data: /sse/messages")
            place = line.removeprefix("data: /")
            for message in [asked("initialize", **began), *[asking] * FRESH]:
                answer = await posted(there.url, token, message, path=place)
                assert answer.status_code == 202
            answers = await answered(stream, FRESH + 1)
            texts = [one["result"]["structuredContent"]["text"] for one in answers[1:]]
            assert texts == ["there"] * FRESH
            for other in (new_token(stranger), new_token(person, preset="read")):
                assert (await posted(there.url, other, asking, path=place)).status_code == 404
            await asyncio.sleep(0.2)
            assert len(await answered(stream, FRESH + 1)) == FRESH + 1
        with there.client(token) as client:
            until(lambda: client.post(f"/{place}", json=asking).status_code == 404)


async def answered(stream: OpenStream, count: int) -> list[dict[str, Any]]:
    """Answers alone, once there are so many; news may come between."""

    def found() -> list[dict[str, Any]] | None:
        answers = [one for one in stream.messages if "id" in one]
        return answers if len(answers) >= count else None

    return await until_async(found)


async def test_several_processes_on_one_port_answer_at_both_doors(tmp_path: Path):
    with (
        running(tmp_path / "data", workers=2, **SETTINGS) as server,
        closing(server.sign_up()) as person,
    ):
        note, token = new_note(person, "Here", "there"), new_token(person)
        for door in DOORS:
            for _ in range(5):
                async with connected(server, token, door) as client:
                    for _ in range(4):
                        read = await call(client, "get_note", id=note["_id"])
                        assert read["text"] == "there"


@pytest.mark.parametrize("kind", KINDS)
async def test_a_revocation_reaches_the_streams_of_other_servers(
    pair: list[Server], fresh_email: str, kind: str
):
    with closing(pair[0].sign_up(fresh_email)) as person:
        token = new_token(person)
        [listed] = ok(person.get("/api/settings/token"))
        async with opened(pair[1].url, token, kind) as stream:
            await asyncio.sleep(0.2)
            ok(person.delete(f"/api/settings/token/{listed['_id']}"), 204)
            await stream.until_ended()


class SlowServer(Server):
    command = ("-m", "tests.entrypoints.mcp.slow")


@pytest.mark.parametrize("door", ["modern", "legacy"])
async def test_a_running_call_ends_with_its_token(tmp_path: Path, door: str):
    more = {"MCP-Protocol-Version": MODERN, "Mcp-Method": "tools/call", "Mcp-Name": "wait"}
    more = more if door == "modern" else {}
    asking = asked("tools/call", name="wait", arguments={}, _meta=META)
    server = SlowServer(tmp_path / "data", **SETTINGS)
    try:
        with closing(server.sign_up()) as person:
            taken = list[float]()
            while len(taken) < 30 and min(taken, default=SOON) >= SOON:
                token = new_token(person)
                [listed] = ok(person.get("/api/settings/token"))
                await posted(server.url, token, asked("ping"))
                running_call = asyncio.create_task(posted(server.url, token, asking, **more))
                await asyncio.sleep(0.3)
                assert not running_call.done()
                place = f"/api/settings/token/{listed['_id']}"
                ok(await asyncio.to_thread(person.delete, place), 204)
                revoked = time.monotonic()
                answer: httpx.Response = await running_call
                taken.append(time.monotonic() - revoked)
                assert answer.status_code == 401
                assert challenge(answer)["error"] == "invalid_token"
            assert min(taken) < SOON, taken  # a loaded machine may be late, but not each time
    finally:
        server.stop()
