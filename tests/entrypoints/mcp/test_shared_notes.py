"""Agents of guests hear of notes that are shared with their person, as long as they are; and may watch them."""

import asyncio

import httpx
import pytest

from tests.entrypoints.calls import new_note, ok
from tests.entrypoints.mcp.agents import call, connected, refusal
from tests.entrypoints.mcp.streams import OpenStream, opened
from tests.mails import share
from tests.servers import Server, new_token
from tests.waiting import until_async

LISTS = "notifications/resources/list_changed"
UPDATED = "notifications/resources/updated"


async def test_a_tool_says_why_a_guest_may_not_change_a_note(
    server: Server, person: httpx.Client, stranger: httpx.Client
) -> None:
    note = new_note(person, "Plan")
    share(server, person, note["_id"], stranger, "read")
    async with connected(server, new_token(stranger)) as client:
        assert (await call(client, "get_note", id=note["_id"]))["title"] == "Plan"
        said = await refusal(client, "update_note", id=note["_id"], text="x")
        assert "shared with you for reading" in said
        assert "Only the owner" in await refusal(client, "delete_note", id=note["_id"])


@pytest.mark.filterwarnings("ignore::mcp.shared.exceptions.MCPDeprecationWarning")
async def test_a_session_watches_a_note_of_somebody_else(
    server: Server, person: httpx.Client, stranger: httpx.Client
) -> None:
    note = new_note(person, "Plan")
    share(server, person, note["_id"], stranger, "read")
    uri = f"spote://note/{note['_id']}"
    async with connected(server, new_token(stranger), "legacy") as client:
        await client.subscribe_resource(uri)
        await client.unsubscribe_resource(uri)


@pytest.mark.parametrize("kind", ["sse", "listen"])
async def test_news_of_a_shared_note_end_with_the_share(
    server: Server, person: httpx.Client, stranger: httpx.Client, kind: str
) -> None:
    note, other = new_note(person, "Plan"), new_note(stranger, "Own")
    made = share(server, person, note["_id"], stranger, "write")
    uris = [f"spote://note/{note['_id']}"]

    def news(stream: OpenStream) -> list[str]:
        told = [one.get("method") for one in stream.messages]
        return [method for method in told if method in (LISTS, UPDATED)]

    async with opened(server.url, new_token(stranger), kind, uris) as stream:
        await asyncio.sleep(0.7)  # of what was before, news may come late
        before = len(news(stream))
        ok(person.put(f"/api/notes/{note['_id']}", json={"text": "new"}))
        ok(person.delete(f"/api/notes/{note['_id']}"), 204)
        ok(person.post(f"/api/trash/{note['_id']}/restore", json={}))
        await until_async(lambda: len(news(stream)[before:]) >= (2 if kind == "sse" else 5))
        heard = news(stream)[before:]
        assert LISTS in heard
        assert (UPDATED in heard) == (kind == "listen")
        path = f"/api/notes/{note['_id']}/shares/{made['_id']}"
        shared = len(news(stream))
        await asyncio.to_thread(lambda: ok(person.delete(path), 204))
        await until_async(lambda: len(news(stream)) > shared)
        await asyncio.sleep(0.5)
        ended = len(news(stream))
        assert news(stream)[-1] == LISTS
        ok(person.put(f"/api/notes/{note['_id']}", json={"text": "private"}))
        ok(person.delete(f"/api/notes/{note['_id']}"), 204)
        await asyncio.sleep(0.7)
        assert len(news(stream)) == ended
        ok(stranger.delete(f"/api/notes/{other['_id']}"), 204)
        await until_async(lambda: len(news(stream)) > ended)
        assert news(stream)[ended:][0] == LISTS
