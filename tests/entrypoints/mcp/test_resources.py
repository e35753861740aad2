"""Notes as resources, and what a person can pick: prompts, completions."""

import httpx
import pytest
from mcp import MCPError
from mcp_types import PromptReference

from tests.entrypoints.calls import new_note
from tests.entrypoints.mcp.agents import DOORS, connected
from tests.servers import Server, new_token


@pytest.fixture(params=DOORS)
def door(request: pytest.FixtureRequest) -> str:
    return str(request.param)


async def test_notes_are_listed_by_recency_and_read(
    server: Server, person: httpx.Client, door: str
):
    old = new_note(person, "Old", "# old")
    new = new_note(person, "New", "new")
    async with connected(server, new_token(person), door) as client:
        listed = (await client.list_resources()).resources
        assert [one.uri for one in listed] == [f"spote://note/{note['_id']}" for note in (new, old)]
        [content] = (await client.read_resource(f"spote://note/{old['_id']}")).contents
        assert (content.mime_type, getattr(content, "text", "")) == ("text/markdown", "# old")
        templates = (await client.list_resource_templates()).resource_templates
        assert [one.uri_template for one in templates] == ["spote://note/{id}"]


async def test_a_long_list_comes_in_pages(server: Server, person: httpx.Client):
    for number in range(60):
        new_note(person, f"{number}")
    async with connected(server, new_token(person)) as client:
        first = await client.list_resources()
        assert len(first.resources) == 50
        second = await client.list_resources(cursor=first.next_cursor)
        assert (len(second.resources), second.next_cursor) == (10, None)
        with pytest.raises(MCPError):
            await client.list_resources(cursor="zzz")


async def test_what_is_not_there_and_what_is_not_theirs_are_alike(
    server: Server, person: httpx.Client, stranger: httpx.Client, door: str
):
    note = new_note(stranger, "Diary")
    said = set()
    async with connected(server, new_token(person), door) as client:
        for uri in (f"spote://note/{note['_id']}", "spote://note/none", "file:///etc/passwd"):
            with pytest.raises(MCPError) as error:
                await client.read_resource(uri)
            said.add((error.value.code, error.value.message))
    assert said == {(-32602 if door == "modern" else -32002, "There is no such note.")}


async def test_prompts_are_those_that_the_token_can_follow(server: Server, person: httpx.Client):
    async with connected(server, new_token(person, preset="read")) as client:
        assert [one.name for one in (await client.list_prompts()).prompts] == ["what_do_i_know"]
        got = await client.get_prompt("what_do_i_know", {"topic": "beekeeping"})
        assert "topic: beekeeping" in getattr(got.messages[0].content, "text", "")
        for name, arguments in (("what_do_i_know", {}), ("nothing", {"topic": "x"})):
            with pytest.raises(MCPError) as error:
                await client.get_prompt(name, arguments)
            assert error.value.code == -32602


async def test_buckets_and_tags_are_completed_within_the_places(
    server: Server, person: httpx.Client, door: str
):
    for bucket, tag in (("Work", "home"), ("Workshop", "plan"), ("Private", "secret")):
        new_note(person, bucket, "", bucket=bucket, tags=[tag])
    token = new_token(person, access={"verbs": ["read"], "except_buckets": ["Private"]})
    prompt = PromptReference(type="ref/prompt", name="what_do_i_know")
    async with connected(server, token, door) as client:

        async def completed(name: str, value: str) -> list[str]:
            found = await client.complete(prompt, {"name": name, "value": value})
            return found.completion.values

        assert await completed("bucket", "wo") == ["Work", "Workshop"]
        assert await completed("bucket", "") == ["Work", "Workshop"]
        assert await completed("tag", "#pl") == ["plan"]
        assert await completed("tag", "sec") == []
        assert await completed("topic", "x") == []
