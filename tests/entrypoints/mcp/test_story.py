"""The same story told through REST and through MCP leaves the same notes and history, and meets the same errors."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx

from tests.entrypoints.calls import ok
from tests.entrypoints.mcp.agents import connected
from tests.servers import Server, new_token

Step = tuple[str, dict[str, Any]]
Tell = Callable[[str, dict[str, Any]], Awaitable[str]]
STORY: list[Step] = [
    ("create_note", {"title": "Plan", "text": "# A\n\none #tag\n\n# B\n\ntwo\n"}),
    ("create_note", {"title": "Other", "text": "see [[Plan]]", "bucket": "Work", "tags": ["#X"]}),
    ("create_note", {"title": "", "text": ""}),
    ("edit_note", {"id": 0, "op": "append", "text": "- more", "heading": "A", "version": 1}),
    ("edit_note", {"id": 0, "op": "replace", "find": "two", "text": "three"}),
    ("edit_note", {"id": 0, "op": "replace", "find": "two", "text": "three"}),
    ("edit_note", {"id": 0, "op": "append", "text": "x", "heading": "None"}),
    ("update_note", {"id": 0, "text": "stale", "version": 1}),
    ("update_note", {"id": 0, "bucket": "Work", "version": 3}),
    ("update_note", {"id": 1, "tags": []}),
    ("relate_notes", {"source_id": 1, "target_id": 0, "kind": "cites"}),
    ("relate_notes", {"source_id": 1, "target_id": 0, "kind": "cites"}),
    ("relate_notes", {"source_id": 1, "target_id": 1}),
    ("restore_version", {"id": 0, "version": 1}),
    ("restore_version", {"id": 0, "version": 99}),
    ("delete_note", {"id": 1}),
    ("delete_note", {"id": 1}),
    ("update_note", {"id": 1, "title": "gone"}),
]
ROUTES = {
    "create_note": ("POST", "/api/notes"),
    "edit_note": ("PATCH", "/api/notes/{id}"),
    "update_note": ("PUT", "/api/notes/{id}"),
    "delete_note": ("DELETE", "/api/notes/{id}"),
    "relate_notes": ("POST", "/api/notes/{source_id}/relations"),
    "restore_version": ("POST", "/api/notes/{id}/history/{version}/restore"),
}


async def test_both_doors_tell_the_same_story(
    server: Server, person: httpx.Client, stranger: httpx.Client
):
    with server.client(new_token(person, "Agent")) as rest:
        by_rest = await told(lambda tool, given: over_rest(rest, tool, given), person)
    async with connected(server, new_token(stranger, "Agent")) as client:

        async def over_mcp(tool: str, given: dict[str, Any]) -> str:
            result = await client.call_tool(tool, given)
            text = getattr(result.content[0], "text", "")
            return f"refused: {text}" if result.is_error else "done"

        by_mcp = await told(over_mcp, stranger)
    for (step, expected), (_, found) in zip(by_rest[0], by_mcp[0], strict=True):
        if expected == "done":
            assert found == "done", step
        else:
            assert found.startswith("refused: "), step
            said = expected.removeprefix("refused: ")
            assert said in found or "cannot use these arguments" in found, step
    assert by_rest[1] == by_mcp[1]


async def told(tell: Tell, owner: httpx.Client) -> tuple[list[tuple[Step, str]], Any]:
    """What each step came to, and what is left."""
    outcomes = []
    for tool, given in STORY:
        ids = [note["_id"] for note in all_notes(owner)]
        filled = {
            name: ids[value] if name.endswith("id") else value for name, value in given.items()
        }
        outcomes.append(((tool, given), await tell(tool, filled)))
    return outcomes, [remains(owner, note) for note in all_notes(owner)]


async def over_rest(client: httpx.Client, tool: str, given: dict[str, Any]) -> str:
    method, path = ROUTES[tool]
    body = {name: value for name, value in given.items() if f"{{{name}}}" not in path}
    answer = client.request(method, path.format(**given), json=body or None)
    return "done" if answer.is_success else f"refused: {answer.json()['message']}"


def all_notes(owner: httpx.Client) -> list[Any]:
    """Oldest first, those in the trash too."""
    live = ok(owner.get("/api/notes"))
    return sorted([*live, *ok(owner.get("/api/trash"))], key=lambda note: note["_id"])


def remains(owner: httpx.Client, note: dict[str, Any]) -> Any:
    """All but ids, times and the door."""
    kept = {name: note[name] for name in ("title", "bucket", "tags", "version")}
    if "trashed_at" in note:
        return kept
    path = f"/api/notes/{note['_id']}"
    past = [
        {
            name: one[name]
            for name in ("version", "change", "title", "bucket", "tags", "size_bytes", "diff")
            if name in one
        }
        | {"by": one["updated_by"]["token_label"]}
        for one in ok(owner.get(f"{path}/history", params={"diff": "true"}))
    ]
    related = [one["kind"] for one in ok(owner.get(f"{path}/relations"))["relations"]]
    return {**kept, "text": note["text"], "past": past, "related": related}
