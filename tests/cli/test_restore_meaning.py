"""After `spote restore` searches by meaning answer from the restored notes, not from vectors that servers remember."""

from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import httpx
import pytest

from tests.entrypoints.calls import new_note, ok
from tests.servers import Server, new_token, running


@pytest.fixture
def servers(tmp_path: Path) -> Iterator[list[Server]]:
    """Two on one folder, so that the one that does not embed remembers vectors too."""
    with ExitStack() as stack:
        yield [stack.enter_context(running(tmp_path / "data", sign_up="open")) for _ in range(2)]


def found(client: httpx.Client, q: str) -> set[str]:
    """Titles, after a wait for the model where it takes its time to load."""
    answer = httpx.Response(503)
    for _ in range(100):
        answer = client.get("/api/notes/search", params={"q": q, "mode": "semantic", "limit": 50})
        if answer.status_code == 200 and answer.headers["X-Search-Waiting"] == "0":
            return {note["title"] for note in answer.json()}
    raise AssertionError(answer.text)


def everywhere(clients: list[httpx.Client], q: str) -> set[str]:
    titles = [found(client, q) for client in clients]
    assert all(one == titles[0] for one in titles)
    return titles[0]


@pytest.mark.timeout(180)
def test_restored_notes_are_found_and_remembered_ones_are_not(
    servers: list[Server], tmp_path: Path
) -> None:
    """What is saved after the restore gets the sequence numbers of what is remembered and gone."""
    with ExitStack() as stack:
        token = new_token(stack.enter_context(closing(servers[0].sign_up())))
        clients = [stack.enter_context(server.client(token)) for server in servers]
        new_note(clients[0], "Kept", "Sourdough rests overnight.")
        changed = new_note(clients[0], "Changed", "The brakes of the car squeak.")["_id"]
        assert everywhere(clients, "baking bread") == {"Kept", "Changed"}
        servers[0].run("backup", str(tmp_path / "b.zip"))
        for n in range(3):
            new_note(clients[0], f"Later {n}", f"Loaf number {n} is in the oven.")
        ok(clients[0].put(f"/api/notes/{changed}", json={"title": "Now", "text": "Cinnamon buns"}))
        assert everywhere(clients, "baking bread") == {
            "Kept",
            "Now",
            "Later 0",
            "Later 1",
            "Later 2",
        }

        servers[1].run("restore", str(tmp_path / "b.zip"), "--yes")
        assert everywhere(clients, "baking bread") == {"Kept", "Changed"}
        assert similar(clients, changed) == ["Kept"]
        for n in range(4):
            new_note(clients[1], f"Anew {n}", f"Ship number {n} leaves the harbour.")
            assert everywhere(clients, "a boat trip") == {
                "Kept", "Changed", *(f"Anew {m}" for m in range(n + 1))
            }  # fmt: skip
        assert best(clients, "boats in the harbour").startswith("Anew")
        assert best(clients, "repair of a vehicle") == "Changed"

        servers[0].stop()
        servers[0].run("restore", str(tmp_path / "b.zip"), "--yes")
        servers[0].restart()
        assert everywhere(clients, "baking bread") == {"Kept", "Changed"}
        assert best(clients, "repair of a vehicle") == "Changed"
    for server in servers:
        assert "Traceback" not in server.log()


def similar(clients: list[httpx.Client], note_id: str) -> list[str]:
    titles = [
        [note["title"] for note in ok(client.get(f"/api/notes/similar/{note_id}"))]
        for client in clients
    ]
    assert titles[0] == titles[1]
    return titles[0]


def best(clients: list[httpx.Client], q: str) -> str:
    titles = {
        ok(client.get("/api/notes/search", params={"q": q, "mode": "semantic"}))[0]["title"]
        for client in clients
    }
    assert len(titles) == 1
    return str(titles.pop())
