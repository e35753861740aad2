"""An embedding service that hangs, refuses, or changes what it gives: the server beside it answers as ever."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import Event

import httpx
import pytest

from tests.embedding_service import Service, embedding_service, failing, giving, hanging, slow
from tests.entrypoints.calls import new_note, ok
from tests.faults.test_embedding import found, rows, waits
from tests.servers import Server, new_token, running
from tests.waiting import until

SMALL = {"sign_up": "open", "embedding_model": "small"}


@pytest.fixture
def service() -> Iterator[Service]:
    with embedding_service() as service:
        yield service


@pytest.fixture
def server(service: Service, tmp_path: Path) -> Iterator[Server]:
    with running(tmp_path / "data", embedding_url=service.url, **SMALL) as server:
        yield server


@pytest.fixture
def person(server: Server) -> Iterator[httpx.Client]:
    """With one note that is embedded."""
    with closing(server.sign_up()) as person:
        new_note(person, "First", "a ship")
        until(lambda: waits(server) == 0)
        assert found(person, "ship")[0] == "hybrid"
        yield person


def test_vectors_of_another_length_after_a_restart_cost_no_answer(
    server: Server, service: Service, person: httpx.Client
) -> None:
    second = new_note(person, "Second", "a ship")["_id"]
    until(lambda: waits(server) == 0)
    server.stop()
    service.usual = giving(6)
    server.restart()

    def is_up_again() -> bool:
        ok(person.get(f"/api/notes/similar/{second}"))
        return found(person, "ship")[0] == "hybrid"

    until(is_up_again)
    lengths = rows(server, "SELECT DISTINCT model, length(vector) / 2 FROM passages")
    assert lengths == [("small@6", 6)]
    assert ok(person.get(f"/api/notes/similar/{second}"))[0]["title"] == "First"
    assert "Traceback" not in server.log()


def test_a_service_that_hangs_holds_up_neither_uploads_nor_many_searches(
    server: Server, service: Service, person: httpx.Client
) -> None:
    token, go = new_token(person), Event()
    service.usual = hanging(go)

    def search() -> float:
        with server.client(token) as client:
            began = time.monotonic()
            assert found(client, "ship")[0] == "keyword"
            return time.monotonic() - began

    try:
        with ThreadPoolExecutor(12) as threads:
            searches = [threads.submit(search) for _ in range(12)]
            until(lambda: len(service.requests) > 5)
            began = time.monotonic()
            ok(person.post("/api/upload", files={"file": ("a.txt", b"hello")}), 201)
            assert time.monotonic() - began < 5
            assert max(one.result() for one in searches) < 8
        new_note(person, "Second", "bread")
        assert (
            min(search() for _ in range(3)) < 1.5
        )  # it waits neither for the note nor for the question
        assert found(person, "bread") == ("keyword", ["Second"])
        assert len(server.logged("searches go by words alone")) == 1
    finally:
        go.set()


def test_a_question_that_is_refused_is_one_persons_alone(
    server: Server, service: Service, person: httpx.Client
) -> None:
    with closing(server.sign_up("bob@example.org", "Bob")) as bob:
        new_note(bob, "Theirs", "a ship")
        until(lambda: waits(server) == 0)
        service.moods = [failing(400)]
        assert found(person, "ship" * 200)[0] == "keyword"
        assert found(bob, "ship")[0] == "hybrid"
        assert server.logged("refuses what it is asked")
        assert "shipship" not in server.log()


@pytest.mark.timeout(200)
def test_reindex_begins_at_once_what_failed_before(
    server: Server, service: Service, person: httpx.Client
) -> None:
    server.stop()
    server.environment["SPOTE_EMBEDDING_MODEL"] = "other"
    service.moods = [giving(4), failing(401)]
    failed = server.run("reindex", check=False)
    assert (failed.returncode, "refuses the key" in failed.stderr) == (1, True)
    assert rows(server, "SELECT name FROM leases") == []
    assert rows(server, "SELECT count(*) FROM unembedded WHERE retry_at > 0") == [(1,)]
    began = time.monotonic()
    done = server.run("reindex")
    assert "1 notes embedded with other@4" in done.stdout
    assert time.monotonic() - began < 20


@pytest.mark.timeout(200)
def test_reindex_says_that_it_waits_for_a_server(
    server: Server, service: Service, person: httpx.Client
) -> None:
    service.moods = [slow(3)]
    new_note(person, "Second", "bread")
    until(lambda: rows(server, "SELECT name FROM leases"))
    done = server.run("reindex")
    assert "a server embeds notes already" in done.stderr
    assert waits(server) == 0
