"""Open streams hear of what their caller may see, from every server, and of nothing else."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from tests.entrypoints.calls import new_note, ok, refused, sql
from tests.mails import share
from tests.servers import Server, new_token, running
from tests.waiting import until_async

Heard = tuple[str, dict[str, Any], str]  # kind, data, id


class Ear:
    def __init__(self, lines: AsyncIterator[str]) -> None:
        self.heard: list[Heard] = []
        self.task = asyncio.create_task(self._listen(lines))

    async def _listen(self, lines: AsyncIterator[str]) -> None:
        kind, data, id_ = "", {}, ""
        async for line in lines:
            name, _, value = line.partition(": ")
            if name == "event":
                kind = value
            elif name == "data":
                data = json.loads(value)
            elif name == "id":
                id_ = value
            elif not line and kind:
                self.heard.append((kind, data, id_))
                kind, data, id_ = "", {}, ""

    async def until(self, count: int) -> list[Heard]:
        await until_async(lambda: len(self.heard) >= count)
        return self.heard

    async def until_ended(self) -> None:
        await asyncio.wait_for(asyncio.shield(self.task), 60)

    def kinds(self) -> list[str]:
        return [kind for kind, _, _ in self.heard]


@asynccontextmanager
async def listening(server: Server, client: httpx.Client, **headers: str) -> AsyncIterator[Ear]:
    """With the cookies or the token of this client."""
    given = {**headers, **{k: v for k, v in client.headers.items() if k == "authorization"}}
    cookies = dict(client.cookies)
    async with (
        httpx.AsyncClient(base_url=server.url, cookies=cookies, timeout=30) as listener,
        listener.stream("GET", "/api/events", headers=given) as answer,
    ):
        assert answer.status_code == 200, await answer.aread()
        assert answer.headers["content-type"].startswith("text/event-stream")
        ear = Ear(answer.aiter_lines())
        try:
            yield ear
        finally:
            ear.task.cancel()
            await asyncio.gather(ear.task, return_exceptions=True)


async def test_the_owner_hears_what_their_agent_does_with_who_and_which_version(
    server, person, agent
):
    script = agent("Nightly")
    async with listening(server, person) as ear:
        note = await asyncio.to_thread(new_note, script, "Secret title", "secret text")
        path = f"/api/notes/{note['_id']}"
        await asyncio.to_thread(script.put, path, json={"text": "secret more"})
        await asyncio.to_thread(person.delete, path)
        await asyncio.to_thread(person.post, f"/api/trash/{note['_id']}/restore", json={})
        await ear.until(4)
        await asyncio.to_thread(person.delete, f"{path}?permanent=true")
        heard = await ear.until(5)
    assert [(kind, data["version"]) for kind, data, _ in heard] == [
        ("note.created", 1),
        ("note.updated", 2),
        ("note.deleted", 3),
        ("note.created", 4),
        ("note.deleted", None),
    ]
    assert {data["note_id"] for _, data, _ in heard} == {note["_id"]}
    assert heard[1][1]["updated_by"]["token_label"] == "Nightly"
    assert "secret" not in str(heard).lower()
    assert [int(id_) for _, _, id_ in heard] == sorted(int(id_) for _, _, id_ in heard)


async def test_a_guest_hears_of_shared_notes_until_the_share_ends(server, person, stranger):
    note = new_note(person)
    path = f"/api/notes/{note['_id']}"
    async with listening(server, stranger) as ear:
        made = await asyncio.to_thread(share, server, person, note["_id"], stranger, "write")
        await ear.until(1)
        await asyncio.to_thread(person.put, path, json={"text": "one"})
        await asyncio.to_thread(stranger.put, path, json={"text": "two"})
        await asyncio.to_thread(
            person.patch, f"{path}/shares/{made['_id']}", json={"permission": "read"}
        )
        await ear.until(4)
        assert ear.kinds() == ["share.changed", "note.updated", "note.updated", "share.changed"]
        await asyncio.to_thread(person.delete, f"{path}/shares/{made['_id']}")
        await asyncio.to_thread(person.put, path, json={"text": "private"})
        await asyncio.to_thread(person.delete, path)
        await ear.until(5)
        await asyncio.sleep(0.8)
        assert ear.kinds()[4:] == ["share.changed"]


async def test_strangers_and_narrow_tokens_hear_nothing_of_what_they_may_not_see(
    server, person, stranger, agent
):
    narrow = agent(access={"verbs": ["read"], "buckets": ["Work"]})
    async with listening(server, stranger) as other, listening(server, narrow) as ear:
        hidden = await asyncio.to_thread(new_note, person, "x", "y", bucket="Home")
        seen = await asyncio.to_thread(new_note, person, "x", "y", bucket="Work")
        await asyncio.to_thread(person.delete, f"/api/notes/{hidden['_id']}")
        await asyncio.to_thread(new_token, person, "Another")
        await ear.until(1)
        await asyncio.sleep(0.6)
        assert [(kind, data["note_id"]) for kind, data, _ in ear.heard] == [
            ("note.created", seen["_id"])
        ]
        assert other.heard == []


async def test_a_stream_ends_with_its_credential(server, person, agent):
    script = agent("Doomed")
    [token] = ok(person.get("/api/settings/token"))
    async with listening(server, script) as ear, listening(server, person) as own:
        await asyncio.to_thread(person.delete, f"/api/settings/token/{token['_id']}")
        await ear.until_ended()
        await own.until(1)
        assert set(own.kinds()) == {"token.changed"}
        await asyncio.to_thread(person.post, "/api/auth/sign-out")
        await own.until_ended()


async def test_a_stream_ends_when_its_token_expires(server, person):
    raw = new_token(person, expires_in_days=1)
    at = int(time.time() * 1000) + 8_000
    sql(
        server,
        "UPDATE tokens SET expires_at = :at WHERE hint = :hint RETURNING 1",
        at=at,
        hint=raw[-4:],
    )
    with server.client(raw) as script:
        async with listening(server, script) as ear:
            await ear.until_ended()
            assert time.time() * 1000 >= at


async def test_who_comes_back_hears_what_they_missed(server, person):
    async with listening(server, person) as ear:
        await asyncio.to_thread(new_note, person, "First")
        [(_, _, last)] = await ear.until(1)
    missed = new_note(person, "Missed")
    async with listening(server, person, **{"Last-Event-ID": last}) as ear:
        await ear.until(1)
        later = await asyncio.to_thread(new_note, person, "Later")
        heard = await ear.until(2)
    assert [data["note_id"] for _, data, _ in heard] == [missed["_id"], later["_id"]]


@pytest.mark.parametrize("last", ["1", "99999999999", "x", "-1", "9" * 30])
async def test_who_was_away_too_long_is_told_to_reload(server, person, last):
    sql(server, "DELETE FROM events WHERE id = 1")
    async with listening(server, person, **{"Last-Event-ID": last}) as ear:
        await ear.until(1)
        assert ear.kinds() == ["reload"]


def test_without_the_right_to_read_there_is_no_stream(server, agent):
    refused(agent(access={"verbs": ["create"]}).get("/api/events"), 403, "insufficient_scope")


async def test_another_server_is_heard_and_a_stop_does_not_wait(tmp_path, engine, new_database_url):
    settings = {"database_url": new_database_url, "sign_up": "open"}
    with (
        running(tmp_path / "data", **settings) as one,
        running(tmp_path / "data", **settings) as two,
    ):
        person = one.sign_up()
        async with listening(two, person) as ear:
            note = await asyncio.to_thread(new_note, person)
            [(kind, data, _)] = await ear.until(1)
            assert (kind, data["note_id"]) == ("note.created", note["_id"])
            began = time.monotonic()
            assert await asyncio.to_thread(two.stop) == 0
            assert time.monotonic() - began < 14
            assert ear.kinds()[-1] == "reload"
        person.close()
