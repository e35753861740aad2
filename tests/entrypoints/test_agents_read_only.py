"""The switch that limits every token of an account to reading, at once."""

import httpx
import pytest

from tests.entrypoints.calls import new_note, ok, refused
from tests.servers import Server, new_token


@pytest.fixture
def note(person: httpx.Client) -> str:
    return str(new_note(person, "x", "text")["_id"])


def test_the_switch_stops_writing_at_once_and_says_so(
    server: Server, person: httpx.Client, note: str
) -> None:
    path = f"/api/notes/{note}"
    with server.client(new_token(person)) as agent:
        assert ok(agent.put(path, json={"text": "before"}))
        assert ok(person.patch("/api/me", json={"agents_read_only": True}))["agents_read_only"]
        for answer in (
            agent.post("/api/notes", json={"title": "x", "text": ""}),
            agent.put(path, json={"text": "x"}),
            agent.patch(path, json={"op": "append", "text": "x"}),
            agent.delete(path),
            agent.post("/api/settings/token", json={"label": "x"}),
            agent.post(f"{path}/relations", json={"target_id": note}),
            agent.post(f"{path}/history/1/restore"),
            agent.patch("/api/buckets/Inbox", json={"name": "x"}),
        ):
            body = refused(answer, 403, "insufficient_scope")
            assert "read-only" in body["message"]
        assert ok(agent.get(path))["text"] == "before"
        assert ok(agent.get("/api/notes/search", params={"q": "before"}))
        myself = ok(agent.get("/api/settings/token/self"))
        assert (myself["effective_verbs"], myself["agents_read_only"]) == (["read"], True)
        assert ok(person.put(path, json={"text": "the person still writes"}))
        ok(person.patch("/api/me", json={"agents_read_only": False}))
        assert ok(agent.put(path, json={"text": "after"}))


def test_a_token_without_reading_can_do_nothing_then(
    server: Server, person: httpx.Client, note: str
) -> None:
    ok(person.patch("/api/me", json={"agents_read_only": True}))
    with server.client(new_token(person, access={"verbs": ["append"]})) as agent:
        refused(agent.get(f"/api/notes/{note}"), 403, "insufficient_scope")
        ok(agent.delete("/api/settings/token/self"), 204)


def test_the_switch_is_the_persons_and_of_this_account_alone(
    server: Server, person: httpx.Client, stranger: httpx.Client
) -> None:
    ok(person.patch("/api/me", json={"agents_read_only": True}))
    with server.client(new_token(person)) as agent:
        refused(agent.patch("/api/me", json={"agents_read_only": False}), 403, "owner_only")
    with server.client(new_token(stranger)) as other:
        assert new_note(other)


@pytest.mark.parametrize("value", ["yes", 1, "true", []])
def test_the_switch_takes_true_and_false_alone(person: httpx.Client, value: object) -> None:
    refused(person.patch("/api/me", json={"agents_read_only": value}), 400, "invalid_input")
    assert not ok(person.patch("/api/me", json={"agents_read_only": None}))["agents_read_only"]
