"""Two servers on one database are one, behind a proxy too: what one has acknowledged holds in the other."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from typing import Any

import httpx
import pytest

from tests.faults.soundness import contradictions
from tests.nginx import Nginx, running_nginx
from tests.properties.soak import rounds
from tests.servers import Server, free_port, new_token, running
from tests.waiting import QUARTER, until, within_a_window

SETTINGS = {"sign_up": "open", "requests_per_minute": 10_000_000, "network_attempts": 10_000}


@pytest.fixture(scope="module", params=["direct", "nginx"])
def pair(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, database_url: str
) -> Iterator[tuple[Server, Server]]:
    """On one data folder, or with a folder each on one PostgreSQL; clients meet each directly, or nginx with both."""
    one_data, other_data = (tmp_path_factory.mktemp(name) / "data" for name in ("one", "other"))
    ports = [free_port(), free_port()]
    settings = {**SETTINGS, "database_url": database_url}
    with ExitStack() as stack:
        nginx = Nginx(tmp_path_factory.mktemp("nginx"), ports) if request.param == "nginx" else None
        if nginx:
            settings |= {"public_url": nginx.url, "trusted_proxies": "127.0.0.1"}
        servers = (
            stack.enter_context(running(one_data, port=ports[0], **settings)),
            stack.enter_context(
                running(other_data if database_url else one_data, port=ports[1], **settings)
            ),
        )
        if nginx:
            stack.enter_context(running_nginx(nginx, list(servers)))
        yield servers
        if nginx:
            answered = Counter(line.split()[0] for line in nginx.served())
            assert min(answered[f"127.0.0.1:{port}"] for port in ports) > 100
            assert len(answered) == 2
    assert contradictions(one_data, database_url) == []


@pytest.fixture
def person(pair: tuple[Server, Server], fresh_email: str) -> Iterator[httpx.Client]:
    """Signed in at the first process."""
    with closing(pair[0].sign_up(fresh_email)) as client:
        yield client


@pytest.fixture
def everywhere(
    pair: tuple[Server, Server], person: httpx.Client
) -> Iterator[Callable[..., list[httpx.Client]]]:
    """`everywhere()` is a new token's clients, one at each process."""
    with ExitStack() as clients:

        def make(label: str = "My Script") -> list[httpx.Client]:
            token = new_token(person, label)
            return [clients.enter_context(server.client(token)) for server in pair]

        yield make


def test_a_token_revoked_in_one_process_is_dead_in_the_other(person, everywhere):
    for _ in range(rounds(20, 500)):
        here, there = everywhere()
        assert there.get("/api/notes").status_code == 200
        token_id = here.get("/api/settings/token/self").json()["_id"]
        assert person.delete(f"/api/settings/token/{token_id}").status_code == 204
        assert there.get("/api/notes").status_code == 401
        assert here.post("/api/notes", json={"title": "t", "text": ""}).status_code == 401


def test_nothing_succeeds_after_a_revocation_while_requests_run(pair, person, everywhere):
    for _ in range(rounds(4, 60)):
        note_id = person.post("/api/notes", json={"title": "Log", "text": ""}).json()["_id"]
        here, there = everywhere()
        token_id = here.get("/api/settings/token/self").json()["_id"]
        token = there.headers["Authorization"].removeprefix("Bearer ")
        stop, answers = threading.Event(), list[tuple[float, int]]()
        with ThreadPoolExecutor(6) as threads:
            for number in range(6):
                threads.submit(hammer, pair[number % 2], token, note_id, stop, answers)
            wait_for_successes(answers)
            assert person.delete(f"/api/settings/token/{token_id}").status_code == 204
            revoked_at = time.monotonic()
            version = person.get(f"/api/notes/{note_id}").json()["version"]
            wait_for_one_sent_after(revoked_at, answers)
            stop.set()
        assert {status for _, status in answers} == {200, 401}
        assert {status for started, status in answers if started > revoked_at} == {401}
        assert person.get(f"/api/notes/{note_id}").json()["version"] == version


def hammer(
    server: Server,
    token: str,
    note_id: str,
    stop: threading.Event,
    answers: list[tuple[float, int]],
) -> None:
    """Reads and writes in turn; adds when each request was sent, and its status."""
    with server.client(token) as client:
        while not stop.is_set():
            started = time.monotonic()
            answers.append((started, client.get(f"/api/notes/{note_id}").status_code))
            started = time.monotonic()
            edit = {"op": "append", "text": "x"}
            answers.append((started, client.patch(f"/api/notes/{note_id}", json=edit).status_code))


def wait_for_successes(answers: list[tuple[float, int]]) -> None:
    until(lambda: sum(status == 200 for _, status in answers) > 50)


def wait_for_one_sent_after(moment: float, answers: list[tuple[float, int]]) -> None:
    until(lambda: any(started > moment for started, _ in answers[:]))


def test_a_switch_to_read_only_in_one_process_holds_in_the_other(person, everywhere):
    here, there = everywhere()
    for read_only, status in ((True, 403), (False, 201)) * rounds(5, 100):
        assert person.patch("/api/me", json={"agents_read_only": read_only}).status_code == 200
        for client in (here, there):
            answer = client.post("/api/notes", json={"title": "t", "text": ""})
            assert answer.status_code == status


def test_writers_in_both_processes_lose_nothing(pair, person, everywhere):
    note_id = person.post("/api/notes", json={"title": "Log", "text": "start\n"}).json()["_id"]
    token = everywhere()[0].headers["Authorization"].removeprefix("Bearer ")
    each = rounds(25, 400)
    with ThreadPoolExecutor(6) as threads:
        list(
            threads.map(
                lambda number: append_lines(pair[number % 2], token, note_id, f"w{number}", each),
                range(6),
            )
        )
    note = person.get(f"/api/notes/{note_id}").json()
    lines = note["text"].splitlines()
    assert sorted(lines) == sorted(["start", *(f"w{w} {n}" for w in range(6) for n in range(each))])
    assert note["version"] == 1 + 6 * each
    found: list[dict[str, Any]] = []
    while page := person.get(
        f"/api/notes/{note_id}/history", params={"limit": 200, "offset": len(found)}
    ).json():
        found += page
    assert [revision["version"] for revision in found] == list(range(note["version"], 0, -1))


def append_lines(server: Server, token: str, note_id: str, name: str, count: int) -> None:
    """Half of them blindly, half on top of a version that was read, as long as it takes."""
    with server.client(token) as client:
        for number in range(count):
            line = f"{name} {number}\n"
            if number % 2:
                edit = {"op": "append", "text": line}
                assert client.patch(f"/api/notes/{note_id}", json=edit).status_code == 200
                continue
            while True:
                note = client.get(f"/api/notes/{note_id}").json()
                change = {"text": note["text"] + line, "version": note["version"]}
                answer = client.put(f"/api/notes/{note_id}", json=change)
                if answer.status_code == 200:
                    break
                assert answer.status_code == 409
                assert answer.json()["base"]["text"] == note["text"]


def test_an_idempotency_key_sent_to_both_at_once_makes_one_note(person, everywhere):
    clients = everywhere()
    for number in range(rounds(20, 400)):
        start = threading.Barrier(4)

        def send(client: httpx.Client, key: str, start: threading.Barrier) -> httpx.Response:
            start.wait()
            note = {"title": key, "text": "once"}
            return client.post("/api/notes", json=note, headers={"Idempotency-Key": key})

        key = f"note {number}"
        with ThreadPoolExecutor(4) as threads:
            answers = list(threads.map(send, clients * 2, [key] * 4, [start] * 4))
        assert {answer.status_code for answer in answers} == {201}
        assert len({answer.content for answer in answers}) == 1
        assert sum("Idempotent-Replayed" in answer.headers for answer in answers) == 3
    assert person.get("/api/notes").headers["X-Total-Count"] == str(number + 1)


def test_sign_in_attempts_count_over_all_processes(pair, fresh_email):
    pair[0].sign_up(fresh_email).close()
    wrong = {"email": fresh_email, "password": "a wrong one"}
    with pair[0].client() as here, pair[1].client() as there:
        within_a_window(60, QUARTER)
        statuses = [
            client.post("/api/auth/sign-in", json=wrong).status_code for client in (here, there) * 5
        ]
        assert statuses == [401] * 10
        for client in (here, there):
            answer = client.post("/api/auth/sign-in", json=wrong)
            assert answer.status_code == 429
            assert int(answer.headers["Retry-After"]) > 0


def test_a_session_ended_in_one_process_is_dead_in_the_other(pair, person):
    with pair[1].client(cookies=person.cookies) as there:
        assert there.get("/api/me").status_code == 200
        assert person.post("/api/auth/sign-out").status_code == 204
        assert there.get("/api/me").status_code == 401
