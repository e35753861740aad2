"""A server killed in the middle of writing keeps all that it acknowledged, and leaves no half of anything."""

import random
import subprocess
import time
from contextlib import closing
from pathlib import Path

import pytest

from tests.faults.soundness import contradictions, opened
from tests.faults.writers import State, Writer
from tests.properties.soak import rounds
from tests.servers import Server, new_token

WRITERS = 5


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_killed_servers_keep_what_they_acknowledged(tmp_path, new_database_url):
    data = tmp_path / "data"
    finished: list[Writer] = []
    token = ""
    for number in range(rounds(8, 100)):
        server = start(data, new_database_url, workers=2 if number % 4 == 3 else 1)
        token = token or first_token(server)
        check_over_http(server, finished)
        writers = write_for_a_moment(server, token, number)
        server.kill()
        for writer in writers:
            writer.join()
        finished += writers
        assert [writer.surprises for writer in writers if writer.surprises] == []
        assert contradictions(data, new_database_url) == [], f"after round {number}"
        assert lost(data, finished, new_database_url) == [], f"after round {number}"
    server = start(data, new_database_url, workers=1)
    check_over_http(server, finished)
    assert server.stop() == 0
    assert sum(len(writer.notes) for writer in finished) > 10 * WRITERS


def start(data: Path, database_url: str, *, workers: int) -> Server:
    return Server(
        data,
        database_url=database_url,
        sign_up="open",
        workers=workers,
        requests_per_minute=10_000_000,
        tokens_per_account=100_000,
    )


def first_token(server: Server) -> str:
    with closing(server.sign_up()) as person:
        return new_token(person)


def write_for_a_moment(server: Server, token: str, number: int) -> list[Writer]:
    writers = [
        Writer(f"writer {number}.{n}", server.url, token, seed=number * WRITERS + n)
        for n in range(WRITERS)
    ]
    for writer in writers:
        writer.start()
    time.sleep(random.Random(number).uniform(0.2, 1.2))
    return writers


def lost(data: Path, writers: list[Writer], database_url: str) -> list[str]:
    """Acknowledged notes that are not there as they were acknowledged, and unanswered ones that are there in part."""
    with opened(data, database_url) as raw:
        found = {
            note_id: (title, State(version, text, trashed_at is not None))
            for note_id, title, version, text, trashed_at in raw.execute(
                "SELECT id, title, version, text, trashed_at FROM notes"
            )
        }
    by_title = dict(found.values())
    return [
        *(
            f"{writer.name}: note {note_id} is {found.get(note_id)}, was {known}"
            for writer in writers
            for note_id, known in writer.notes.items()
            if not known.allows(found[note_id][1] if note_id in found else None)
        ),
        *(
            f"{writer.name}: {title} is {by_title[title]}"
            for writer in writers
            for title, text in writer.unanswered.items()
            if title in by_title and by_title[title] != State(1, text)
        ),
    ]


def check_over_http(server: Server, writers: list[Writer]) -> None:
    """The newest of the last writers' notes and tokens, as a client sees them after the restart."""
    for writer in writers[-WRITERS:]:
        for secret in writer.dead_tokens.values():
            with server.client(secret) as client:
                assert client.get("/api/notes").status_code == 401
        for secret in writer.live_tokens.values():
            with server.client(secret) as client:
                check_notes(client, writer)


def check_notes(client, writer: Writer) -> None:
    for note_id, known in list(writer.notes.items())[-5:]:
        answer = client.get(f"/api/notes/{note_id}")
        if answer.status_code == 404:
            assert known.state.is_trashed or (known.pending and known.pending.is_trashed)
        else:
            note = answer.json()
            assert known.allows(State(note["version"], note["text"]))
            assert len(client.get(f"/api/notes/{note_id}/history").json()) == min(
                50, note["version"]
            )


@pytest.mark.soak
@pytest.mark.timeout(600)
def test_a_server_killed_while_it_starts_starts_again(tmp_path, new_database_url):
    data = tmp_path / "data"
    for number in range(rounds(3, 40)):
        starting = HastyServer(data, database_url=new_database_url)
        time.sleep(random.Random(number).uniform(0.1, 2))
        starting.kill()
    server = start(data, new_database_url, workers=1)
    with closing(server.sign_up()) as person:
        assert person.get("/api/notes").json() == []
    assert server.stop() == 0
    assert contradictions(data, new_database_url) == []


class HastyServer(Server):
    def _wait_until_up(self, process: subprocess.Popen[bytes]) -> None:
        """Not at all."""
