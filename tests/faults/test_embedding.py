"""Embedding goes wrong in every way: killed, stopped, without its service, fed with monsters. No note suffers."""

import signal
import sys
import threading
import time
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from spote.domain.search.embedding.passages import passages
from tests.embedding_service import embedding_service, failing
from tests.entrypoints.calls import new_note, ok
from tests.faults.soundness import opened
from tests.servers import Server, free_port, running
from tests.waiting import until

TEXT = "Paragraph {0} tells of ships and bread, of taxes and of cars. " * 20


def rows(server: Server, sql: str) -> list[tuple[object, ...]]:
    with opened(server.data, server.settings.database_url) as raw:
        return list(raw.execute(sql))


def waits(server: Server) -> int:
    return int(str(rows(server, "SELECT count(*) FROM unembedded")[0][0]))


@pytest.mark.timeout(300)
def test_killed_in_the_middle_nothing_is_lost_and_nothing_is_there_twice(
    tmp_path: Path, new_database_url: str
) -> None:
    settings = {"sign_up": "open", "database_url": new_database_url}
    with running(tmp_path / "data", **settings) as server, closing(server.sign_up()) as person:
        texts = {f"Note {n}": TEXT.format(n) for n in range(30)}
        for title, text in texts.items():
            new_note(person, title, text)
        for _ in range(3):
            left = waits(server)
            until(lambda left=left: waits(server) < left)  # type: ignore[misc]
            server.kill()
            assert 0 < waits(server) < 30
            server.restart()
        until(lambda: waits(server) == 0, 240)
        expected = {
            one.digest
            for title, text in texts.items()
            for one in passages(title, "Inbox", (), text)
        }
        digests = [row[0] for row in rows(server, "SELECT digest FROM passages")]
        assert len(digests) == len(expected)
        assert set(digests) == expected
        sequences = [row[0] for row in rows(server, "SELECT sequence FROM passages")]
        assert len(set(sequences)) == len(sequences)


def test_a_stop_in_the_middle_ends_soon_and_well_however_often_it_is_asked_for(
    tmp_path: Path, new_database_url: str
) -> None:
    settings = {"sign_up": "open", "database_url": new_database_url}
    with running(tmp_path / "data", **settings) as server, closing(server.sign_up()) as person:
        for n in range(20):
            new_note(person, f"Note {n}", TEXT.format(n) * 5)
        until(lambda: rows(server, "SELECT count(*) FROM passages") != [(0,)])
        began = time.monotonic()
        while server.process.poll() is None:
            server.process.send_signal(signal.SIGTERM)
            time.sleep(0.005)
        assert server.process.returncode == 0
        assert time.monotonic() - began < 20
        assert waits(server) > 0
        assert rows(server, "SELECT name FROM leases") == []
        assert "Traceback" not in server.log()


@pytest.mark.timeout(120)
def test_without_its_service_notes_are_saved_and_found_by_words(tmp_path: Path) -> None:
    port = free_port()
    settings = {"embedding_url": f"http://127.0.0.1:{port}/v1", "embedding_model": "small"}
    with running(tmp_path / "data", sign_up="open", **settings) as server:
        with closing(server.sign_up()) as person:
            with embedding_service(port) as service:
                new_note(person, "Before", "a ship")
                until(lambda: waits(server) == 0)
                assert found(person, "ship") == ("hybrid", ["Before"])
                assert service.requests
            new_note(person, "Meanwhile", "another ship")
            assert found(person, "another") == ("keyword", ["Meanwhile"])
            refused = person.get("/api/notes/search", params={"q": "ship", "mode": "semantic"})
            assert refused.status_code == 503
            assert server.logged("cannot be reached")
            with embedding_service(port) as service:
                service.moods = [failing(503), failing(429, Retry_After="1")]
                until(lambda: waits(server) == 0, 90)
        assert server.stop() == 0
        assert "another ship" not in server.log()


def found(person: httpx.Client, q: str) -> tuple[str, list[str]]:
    answer = person.get("/api/notes/search", params={"q": q})
    return answer.headers["X-Search-Mode"], [note["title"] for note in ok(answer)]


def found_by_meaning(person: httpx.Client, q: str) -> list[str]:
    answer = person.get("/api/notes/search", params={"q": q, "mode": "semantic"})
    return [] if answer.status_code == 503 else [note["_id"] for note in ok(answer)]


def test_a_stop_does_not_wait_for_a_service_that_does_not_answer(tmp_path: Path) -> None:
    settings = {"embedding_model": "small", "embedding_timeout_seconds": 60}
    go_on = threading.Event()

    def hang(*_: object) -> None:
        go_on.wait(60)

    with embedding_service() as service:
        service.moods = [hang] * 9
        url = {"embedding_url": service.url}
        with running(tmp_path / "data", sign_up="open", **settings, **url) as server:
            with closing(server.sign_up()) as person:
                new_note(person, "Note", "text")
                until(lambda: service.requests)
            began = time.monotonic()
            assert server.stop() == 0
            assert time.monotonic() - began < 25
        go_on.set()


MONSTERS = {
    "one letter": "a" * 1_000_000,
    "one ideograph": "\u6f22" * 300_000,
    "combining marks": "e" + "\u0301" * 400_000,
    "no spaces": "https://example.org/" + "x1" * 400_000,
    "white space": " \n\t" * 300_000,
    "every character": "".join(
        map(chr, (n for n in range(1, sys.maxunicode + 1) if not 0xD800 <= n < 0xE000))
    )[:250_000],
    "ligatures": "\ufdfa" * 300_000,
    "emoji": "\U0001f469\u200d\U0001f4bb" * 100_000,
    "digits": "0123456789" * 100_000,
}


@pytest.mark.timeout(900)
def test_monsters_are_saved_at_once_and_embedded_in_bounded_time(tmp_path: Path) -> None:
    """256 passages of each note at most, a fifth of a second each."""
    with (
        running(tmp_path / "data", sign_up="open", note_max_bytes=4_000_000) as server,
        closing(server.sign_up()) as person,
    ):
        for title, text in MONSTERS.items():
            began = time.monotonic()
            new_note(person, title, text[:1_000_000])
            assert time.monotonic() - began < 10, title
        small = new_note(person, "Small", "A loaf of bread for Sunday.")
        until(lambda: small["_id"] in found_by_meaning(person, "baking"))
        assert ok(person.get("/readyz")) == {"status": "ok"}
        until(lambda: waits(server) == 0, 850)
        assert "Traceback" not in server.log()
