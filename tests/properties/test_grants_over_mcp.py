"""What a token may not see or do is in no tool's answer, resource, completion or error of the doors for agents."""

from collections.abc import Iterator
from contextlib import ExitStack
from itertools import count
from typing import Any

import httpx
from hypothesis import given
from hypothesis import strategies as st

from spote.identity import ALL_VERBS, Verb
from tests.entrypoints.calls import ok
from tests.properties.soak import examples
from tests.properties.test_grants_over_http import Account, server
from tests.properties.worlds import BUCKETS, CANARY, TAGS, TITLES, WORDS, Plan, plans
from tests.servers import Server

__all__ = ["server"]  # the fixture
NEEDED = {
    "search_notes": {Verb.READ},
    "similar_notes": {Verb.READ},
    "list_notes": {Verb.READ},
    "get_note": {Verb.READ},
    "create_note": {Verb.CREATE},
    "update_note": {Verb.EDIT},
    "edit_note": {Verb.APPEND, Verb.EDIT},
    "delete_note": {Verb.DELETE},
    "relate_notes": {Verb.EDIT},
    "get_related": {Verb.READ},
    "note_history": {Verb.READ},
    "restore_version": {Verb.EDIT},
    "list_buckets": {Verb.READ},
    "list_tags": {Verb.READ},
}
FREE = {"whoami"}
numbers = count(1)


class Agent:
    """Speaks JSON-RPC as it stands on the wire, and looks at every byte that comes back."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client

    def ask(self, method: str, **params: Any) -> dict[str, Any]:
        message = {"jsonrpc": "2.0", "id": next(numbers), "method": method, "params": params}
        answer = self._client.post("/mcp", json=message)
        assert CANARY not in answer.text, (method, params)
        return dict(ok(answer))

    def call(self, tool: str, **arguments: Any) -> dict[str, Any] | None:
        """None where it is refused."""
        result = self.ask("tools/call", name=tool, arguments=arguments)["result"]
        return None if result["isError"] else result["structuredContent"]


@examples(12, 400)
@given(plans(st.just(ALL_VERBS)))
def test_tools_and_resources_show_exactly_what_is_within_the_places(server: Server, plan: Plan):
    with ExitStack() as stack:
        account = Account(server, plan, stack)
        agent = Agent(account.agent)
        live = {account.note_ids[index] for index in plan.visible(trashed=False)}
        listed = agent.call("list_notes", limit=100)
        assert listed is not None
        assert {note["id"] for note in listed["notes"]} == live
        assert listed["total"] == len(live)
        resources = agent.ask("resources/list")["result"]["resources"]
        assert {one["uri"] for one in resources} == {f"spote://note/{id_}" for id_ in live}
        for note_id in account.note_ids:
            seen = note_id in live
            for tool in ("get_note", "get_related", "note_history", "similar_notes"):
                assert (agent.call(tool, id=note_id) is not None) == seen, tool
            read = agent.ask("resources/read", uri=f"spote://note/{note_id}")
            assert ("result" in read) == seen
            watched = agent.ask("resources/subscribe", uri=f"spote://note/{note_id}")
            assert "error" in watched  # outside a session
            if not seen:
                for tool, arguments in attempts(account, note_id):
                    assert agent.call(tool, **arguments) is None, tool
        for tool, arguments in questions(account):
            agent.call(tool, **arguments)
        for name in ("bucket", "tag"):
            ref = {"type": "ref/prompt", "name": "what_do_i_know"}
            agent.ask("completion/complete", ref=ref, argument={"name": name, "value": ""})


def attempts(account: Account, note_id: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Changes of what is hidden."""
    yield "update_note", {"id": note_id, "text": "taken", "version": 1}
    yield "edit_note", {"id": note_id, "op": "append", "text": "x"}
    yield "edit_note", {"id": note_id, "op": "replace", "find": CANARY, "text": ""}
    yield "delete_note", {"id": note_id}
    yield "restore_version", {"id": note_id, "version": 1}
    for other in account.note_ids:
        yield "relate_notes", {"source_id": note_id, "target_id": other}
        yield "relate_notes", {"source_id": other, "target_id": note_id}


def questions(account: Account) -> Iterator[tuple[str, dict[str, Any]]]:
    for q in [*WORDS, *TITLES, "zqc", "note"]:
        yield "search_notes", {"query": q}
    for bucket in BUCKETS:
        yield "list_notes", {"bucket": bucket}
        yield "search_notes", {"query": "milk", "bucket": bucket}
    for tag in TAGS:
        yield "list_notes", {"tag": tag}
    for note_id in account.note_ids:
        for version in range(1, 5):
            yield "note_history", {"id": note_id, "version": version}
    for name in ("list_buckets", "list_tags", "whoami"):
        yield name, {}
    yield "list_notes", {"updated_since": "2020-01-01T00:00:00Z"}


@examples(10, 200)
@given(st.frozensets(st.sampled_from(list(Verb)), min_size=1))
def test_a_tool_does_what_its_verb_allows_and_nothing_else(server: Server, verbs: frozenset[Verb]):
    with ExitStack() as stack:
        account = account_with(server, stack, verbs)
        agent, note_id = Agent(account.agent), account.note_ids[0]
        listed = {tool["name"] for tool in agent.ask("tools/list")["result"]["tools"]}
        assert listed == FREE | {name for name, needed in NEEDED.items() if needed & verbs}
        before = history(account, note_id)
        for name, arguments in uses(account).items():
            allowed = name in FREE or bool(NEEDED[name] & verbs)
            assert (agent.call(name, **arguments) is not None) == allowed, name
        if not verbs & {Verb.EDIT, Verb.APPEND, Verb.DELETE}:
            assert history(account, note_id) == before
        replace = {"id": account.note_ids[1], "op": "replace", "find": "e", "text": "e"}
        changed = agent.call("edit_note", **replace, expected_count=1)
        assert changed is None or Verb.EDIT in verbs


def account_with(server: Server, stack: ExitStack, verbs: frozenset[Verb]) -> Account:
    from spote.identity import Grant
    from tests.properties.worlds import PlannedNote, Values

    values = Values("Plan", ("milk",), (), "Work", ())
    notes = (PlannedNote("person", (values, values), False),) * 3
    return Account(server, Plan(Grant(verbs=verbs), notes, ()), stack)


def uses(account: Account) -> dict[str, dict[str, Any]]:
    first, second, third = account.note_ids
    return {
        "search_notes": {"query": "milk"},
        "similar_notes": {"id": first},
        "list_notes": {},
        "get_note": {"id": first},
        "create_note": {"title": "new", "text": ""},
        "update_note": {"id": first, "title": "newer"},
        "edit_note": {"id": first, "op": "append", "text": "more"},
        "relate_notes": {"source_id": first, "target_id": second},
        "get_related": {"id": first},
        "note_history": {"id": first},
        "restore_version": {"id": first, "version": 1},
        "list_buckets": {},
        "list_tags": {},
        "whoami": {},
        "delete_note": {"id": third},
    }


def history(account: Account, note_id: str) -> list[Any]:
    return list(ok(account.person.get(f"/api/notes/{note_id}/history")))
