"""What agents do with the tools, over both doors and in both eras."""

import json
from typing import Any

import httpx
import jsonschema  # type: ignore[import-untyped]
import pytest

from tests.entrypoints.calls import new_note, ok
from tests.entrypoints.mcp.agents import DOORS, MODERN, call, connected, refusal
from tests.servers import Server, new_token

ALL = {
    "search_notes",
    "list_notes",
    "get_note",
    "create_note",
    "update_note",
    "edit_note",
    "delete_note",
    "similar_notes",
    "relate_notes",
    "get_related",
    "note_history",
    "restore_version",
    "list_buckets",
    "list_tags",
    "whoami",
}
KEY: Any = {"spote/idempotencyKey": "k1"}
READING = {
    "similar_notes",
    "search_notes",
    "list_notes",
    "get_note",
    "get_related",
    "note_history",
    "list_buckets",
    "list_tags",
    "whoami",
}


@pytest.fixture(params=DOORS)
def door(request: pytest.FixtureRequest) -> str:
    return str(request.param)


async def test_each_door_speaks_its_revision(server: Server, person: httpx.Client, door: str):
    async with connected(server, new_token(person), door) as client:
        assert (client.protocol_version == MODERN) == (door == "modern")
        assert client.server_info is not None
        assert client.server_info.name == "spote"
        assert "Search before you create" in (client.instructions or "")


async def test_a_note_lives_its_life(server: Server, person: httpx.Client, door: str):
    async with connected(server, new_token(person, "Claude"), door) as client:
        made = await call(client, "create_note", title="Plan", text="# Plan\n\n- hall #launch\n")
        assert made["url"] == f"{server.url}/app/note/{made['id']}"
        assert (made["bucket"], made["tags"], made["version"]) == ("Inbox", ["launch"], 1)
        found = await call(client, "search_notes", query="hall")
        assert [note["id"] for note in found["notes"]] == [made["id"]]
        edited = await call(
            client, "edit_note", id=made["id"], op="append", text="- flowers", version=1
        )
        assert edited["version"] == 2
        moved = await call(client, "update_note", id=made["id"], bucket="Work")
        assert (moved["bucket"], moved["title"], moved["tags"]) == ("Work", "Plan", ["launch"])
        read = await call(client, "get_note", id=made["id"])
        assert read["text"] == "# Plan\n\n- hall #launch\n- flowers"
        listed = await call(client, "list_notes", bucket="Work")
        assert [note["id"] for note in listed["notes"]] == [made["id"]]
        back = await call(client, "restore_version", id=made["id"], version=1)
        assert (back["version"], back["bucket"]) == (4, "Inbox")
        past = await call(client, "note_history", id=made["id"])
        assert [one["change"] for one in past["versions"]] == [
            "restored",
            "updated",
            "updated",
            "created",
        ]
        gone = await call(client, "delete_note", id=made["id"])
        assert gone == {"id": made["id"], "kept_days": 30}
        assert "no such note" in await refusal(client, "get_note", id=made["id"])
    trashed = ok(person.get("/api/trash"))
    assert [note["_id"] for note in trashed] == [made["id"]]


async def test_every_write_names_the_token_and_the_client(
    server: Server, person: httpx.Client, door: str
):
    from mcp_types import Implementation

    me = Implementation(name="spy-glass", version="7.1")
    async with connected(server, new_token(person, "Agent"), door, client_info=me) as client:
        made = await call(client, "create_note", title="x", text="")
    [revision] = ok(person.get(f"/api/notes/{made['id']}/history"))
    by = revision["updated_by"]
    assert (by["via"], by["token_label"], by["client"]) == ("mcp", "Agent", "spy-glass 7.1")


async def test_tools_that_a_token_may_not_use_are_not_listed(
    server: Server, person: httpx.Client, door: str
):
    grants: dict[str, Any] = {
        "full": {},
        "read": {"preset": "read"},
        "create": {"access": {"verbs": ["create"]}},
        "append": {"access": {"verbs": ["append"]}},
    }
    expected = {
        "full": ALL,
        "read": READING,
        "create": {"create_note", "whoami"},
        "append": {"edit_note", "whoami"},
    }
    for name, wishes in grants.items():
        async with connected(server, new_token(person, **wishes), door) as client:
            listed = {tool.name for tool in (await client.list_tools()).tools}
            assert listed == expected[name]


async def test_what_is_not_listed_is_refused_with_what_would_be_needed(
    server: Server, person: httpx.Client
):
    note = new_note(person)
    async with connected(server, new_token(person, preset="read")) as client:
        said = await refusal(client, "update_note", id=note["_id"], text="x")
        assert "'edit'" in said
        assert "whoami" in said


async def test_a_stale_version_gets_the_current_text(server: Server, person: httpx.Client):
    note = new_note(person, "Log", "one")
    ok(person.put(f"/api/notes/{note['_id']}", json={"text": "two"}))
    async with connected(server, new_token(person)) as client:
        said = await refusal(client, "update_note", id=note["_id"], text="three", version=1)
    sentence, current = said.split("\n", 1)
    assert "version 2" in sentence
    assert json.loads(current)["text"] == "two"
    assert ok(person.get(f"/api/notes/{note['_id']}"))["text"] == "two"


async def test_arguments_are_taken_to_the_letter(server: Server, person: httpx.Client):
    async with connected(server, new_token(person)) as client:
        wrong: list[dict[str, Any]] = [
            {"title": "x"},
            {"title": "x", "text": None},
            {"title": "x", "text": "", "tags": "a,b"},
            {"title": "x", "text": "", "tags": None},
            {"title": "x", "text": "", "tag": ["a"]},
            {"title": 1, "text": ""},
            {"title": "", "text": ""},
        ]
        for arguments in wrong:
            said = await refusal(client, "create_note", **arguments)
            assert said.startswith("create_note cannot use these arguments."), said
        assert "limit" in await refusal(client, "list_notes", limit="20")
        assert "limit" in await refusal(client, "list_notes", limit=101)
    assert ok(person.get("/api/notes")) == []


async def test_schemas_are_strict_and_answers_fit_them(server: Server, person: httpx.Client):
    async with connected(server, new_token(person)) as client:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        for tool in tools.values():
            assert tool.input_schema["additionalProperties"] is False
            assert '"null"' not in json.dumps([tool.input_schema, tool.output_schema])
            assert tool.annotations is not None
            assert tool.annotations.read_only_hint == (tool.name in READING)
            jsonschema.Draft202012Validator.check_schema(tool.input_schema)
            assert tool.output_schema is not None
            jsonschema.Draft202012Validator.check_schema(tool.output_schema)
        made = await call(client, "create_note", title="a", text="[[b]] and [[c]]", tags=["t"])
        other = await call(client, "create_note", title="b", text="x" * 300)
        answers = {
            "relate_notes": {"source_id": made["id"], "target_id": other["id"], "kind": "cites"},
            "get_related": {"id": made["id"]},
            "get_note": {"id": other["id"], "max_chars": 5},
            "list_notes": {"limit": 1},
            "search_notes": {"query": "a b"},
            "similar_notes": {"id": made["id"]},
            "note_history": {"id": made["id"], "version": 1},
            "list_tags": {},
            "list_buckets": {},
            "whoami": {},
        }
        for name, arguments in answers.items():
            answer = await call(client, name, **arguments)
            schema = tools[name].output_schema
            assert schema is not None
            jsonschema.validate(answer, schema)


async def test_a_new_note_that_may_be_there_already_is_pointed_out(
    server: Server, person: httpx.Client
):
    note = new_note(person, "Shopping list", "milk")
    async with connected(server, new_token(person)) as client:
        made = await call(client, "create_note", title="Shopping list", text="bread")
        assert [one["id"] for one in made["similar"]] == [note["_id"]]
        assert "similar" not in await call(client, "create_note", title="Taxes", text="")


async def test_a_long_note_is_read_by_outline_and_section(server: Server, person: httpx.Client):
    text = "# One\n\n" + "first " * 9_000 + "\n\n## Deep\n\nhidden\n\n# Two\n\nsecond\n"
    note = new_note(person, "Long", text)
    async with connected(server, new_token(person)) as client:
        begun = await call(client, "get_note", id=note["_id"])
        assert len(begun["text"]) == 20_000
        assert [one["heading"] for one in begun["outline"]] == ["# One", "## Deep", "# Two"]
        read = ""
        offset: int | None = 0
        while offset is not None:
            part = await call(client, "get_note", id=note["_id"], offset=offset, max_chars=30_000)
            read, offset = read + part["text"], part.get("next_offset")
        assert read == text
        deep = await call(client, "get_note", id=note["_id"], heading="Deep")
        assert (deep["text"], deep["total_chars"]) == ("## Deep\n\nhidden\n\n", 17)
        assert "next_offset" not in deep
        assert "Call get_note" in await refusal(client, "get_note", id=note["_id"], heading="No")


async def test_the_same_key_writes_once(server: Server, person: httpx.Client, door: str):
    async with connected(server, new_token(person), door) as client:
        for _ in range(2):
            await client.call_tool(
                "create_note",
                {"title": "once", "text": ""},
                meta=KEY,
            )
        other = await client.call_tool("create_note", {"title": "twice", "text": ""}, meta=KEY)
        assert other.is_error
    assert [note["title"] for note in ok(person.get("/api/notes"))] == ["once"]


async def test_whoever_may_not_read_learns_only_that_it_was_saved(
    server: Server, person: httpx.Client
):
    token = new_token(person, access={"verbs": ["create"]})
    async with connected(server, token) as client:
        made = await call(client, "create_note", title="secret", text="x")
        assert set(made) == {"id", "url", "version", "updated_at"}
        assert (await call(client, "whoami"))["verbs"] == ["create"]


async def test_read_only_agents_are_told_so(server: Server, person: httpx.Client):
    async with connected(server, new_token(person)) as client:
        ok(person.patch("/api/me", json={"agents_read_only": True}))
        assert "read-only" in await refusal(client, "create_note", title="x", text="")
        assert (await call(client, "whoami"))["agents_read_only"] is True
