"""Two servers behind nginx: one that goes is passed over, work is done once, limits count people and not the proxy."""

import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from functools import partial
from pathlib import Path

import httpx
import psycopg
import pytest

from spote.app import sweep_alone
from spote.settings import Settings
from spote.storage import Connection, open_database
from tests.embedding_service import embedding_service
from tests.entrypoints.calls import new_note
from tests.faults.soundness import contradictions
from tests.nginx import Nginx, running_nginx
from tests.servers import Server, free_port, new_token, running
from tests.waiting import QUARTER, until, within_a_window

LIMIT = 6

pytestmark = pytest.mark.engine("postgresql")


@contextmanager
def behind_nginx(folder: Path, database_url: str, **settings: object) -> Iterator[list[Server]]:
    ports = [free_port(), free_port()]
    nginx = Nginx(folder, ports)
    settings |= {"public_url": nginx.url, "trusted_proxies": "127.0.0.1", "sign_up": "open"}
    with ExitStack() as stack:
        servers = [
            stack.enter_context(
                running(folder / str(port), port=port, database_url=database_url, **settings)
            )
            for port in ports
        ]
        stack.enter_context(running_nginx(nginx, servers))
        yield servers


class Persistent:
    """Reads and makes notes until told to stop; what fails is sent again with the same key, as clients should."""

    def __init__(self, server: Server, token: str) -> None:
        self.made: dict[str, str] = {}  # ids by keys
        self.reads = Counter[int]()
        self.writes = Counter[int]()
        self._client = server.client(token)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    def finish(self) -> None:
        self._stop.set()
        self._thread.join(60)
        assert not self._thread.is_alive()

    def wait_for_more(self) -> None:
        enough = len(self.made) + 30
        for _ in range(1000):
            if len(self.made) >= enough:
                return
            threading.Event().wait(0.02)
        raise AssertionError(f"no more notes: {self.writes}")

    def _work(self) -> None:
        with self._client:
            while not self._stop.is_set():
                self.reads[self._client.get("/api/notes").status_code] += 1
                key = f"note {len(self.made)}"
                answer = self._client.post(
                    "/api/notes",
                    json={"title": key, "text": ""},
                    headers={"Idempotency-Key": key},
                )
                self.writes[answer.status_code] += 1
                if answer.status_code == 201:
                    self.made[key] = answer.json()["_id"]


def test_a_server_that_goes_is_passed_over(tmp_path: Path, new_database_url: str) -> None:
    with behind_nginx(tmp_path, new_database_url, requests_per_minute=1_000_000) as servers:
        with closing(servers[0].sign_up()) as person:
            token = new_token(person)
        client = Persistent(servers[0], token)
        for leave in (Server.stop, Server.kill):
            client.wait_for_more()
            leave(servers[0])
            client.wait_for_more()
            servers[0].restart()
            client.wait_for_more()
        client.finish()
        assert set(client.reads) == {200}
        assert set(client.writes) <= {201, 502}
        assert client.writes[502] <= 2
        with servers[1].client(token) as reader:
            answer = reader.get("/api/notes", params={"limit": 200})
            assert answer.headers["X-Total-Count"] == str(len(client.made))
    assert contradictions(tmp_path, new_database_url) == []


def test_what_is_to_be_done_is_done_by_one_of_the_servers(
    tmp_path: Path, new_database_url: str
) -> None:
    with (
        embedding_service() as service,
        behind_nginx(
            tmp_path, new_database_url, embedding_url=service.url, embedding_model="small"
        ) as servers,
        closing(servers[0].sign_up()) as person,
    ):
        for number in range(60):
            new_note(person, f"Note {number}", f"Text {number}")
        until(lambda: jobs_waiting(new_database_url) == 0)
        asked = Counter(text for request in service.requests for text in request["input"])
        assert 1 <= asked.pop("dimensions") <= 2  # each server learns the length of the vectors
        assert len(asked) == 60
        assert set(asked.values()) == {1}


def jobs_waiting(database_url: str) -> int:
    with psycopg.connect(database_url) as connection:
        [(count,)] = connection.execute("SELECT count(*) FROM unembedded").fetchall()
        return int(count)


def test_a_chore_that_another_server_is_at_is_left_to_it(
    tmp_path: Path, new_database_url: str
) -> None:
    settings = Settings(data=tmp_path, database_url=new_database_url)
    is_at_it, go_on = threading.Event(), threading.Event()
    done = list[str]()

    def slow(_: Connection) -> int:
        is_at_it.set()
        go_on.wait(10)
        done.append("slow")
        return 1

    def quick(_: Connection) -> int:
        done.append("quick")
        return 1

    with (
        closing(open_database(settings)) as here,
        closing(open_database(settings)) as there,
        ThreadPoolExecutor(1) as threads,
    ):
        first = threads.submit(here.write_now, partial(sweep_alone, slow))
        assert is_at_it.wait(10)
        assert there.write_now(partial(sweep_alone, quick)) == 0
        go_on.set()
        assert first.result() == 1
        assert there.write_now(partial(sweep_alone, quick)) == 1
    assert done == ["slow", "quick"]


def test_limits_count_the_people_behind_the_proxy(tmp_path: Path, new_database_url: str) -> None:
    with behind_nginx(tmp_path, new_database_url, network_attempts=LIMIT) as servers:
        within_a_window(30, QUARTER)
        statuses = [sign_in(servers[0], "127.0.0.1", f"{n}@example.org") for n in range(LIMIT + 1)]
        assert statuses == [401] * LIMIT + [429]
        assert sign_in(servers[0], "127.0.0.2", "ada@example.org") == 401


def sign_in(server: Server, address: str, email: str) -> int:
    """In vain, from this address, claiming another one."""
    transport = httpx.HTTPTransport(local_address=address, verify=server.trust)
    with server.client(transport=transport) as client:
        return client.post(
            "/api/auth/sign-in",
            json={"email": email, "password": "a wrong one"},
            headers={"X-Forwarded-For": f"10.{ord(email[0])}.0.1"},  # another one each time
        ).status_code
