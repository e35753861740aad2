"""What an operator sees: health, metrics, stopping, several processes, settings that stop the start."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from tests.entrypoints.calls import new_note, ok, refused, sql
from tests.servers import Server, free_port, new_token, running


def started(data: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    """A server that is expected not to come up."""
    environment = {name: value for name, value in os.environ.items() if "SPOTE_" not in name}
    given = {"DATA": str(data), "PORT": str(free_port()), **settings}
    return subprocess.run(
        [sys.executable, "-m", "spote", "serve"],
        env={**environment, **{f"SPOTE_{name}": value for name, value in given.items()}},
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )


def test_health_needs_no_credential(server: Server) -> None:
    with server.client() as client:
        for path in ("/healthz", "/readyz"):
            assert ok(client.get(path)) == {"status": "ok"}


def test_metrics_are_off_unless_set(server: Server) -> None:
    with server.client() as client:
        refused(client.get("/metrics"), 404, "not_found")


def test_metrics_count_requests_by_route(tmp_path: Path) -> None:
    with (
        running(tmp_path / "data", metrics="true") as server,
        closing(server.sign_up()) as person,
    ):
        note = new_note(person)
        for _ in range(3):
            ok(person.get(f"/api/notes/{note['_id']}"))
        person.get("/api/nothing")
        answer = person.get("/metrics")
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/plain")
        lines = answer.text.splitlines()
        counted = 'spote_requests_total{method="GET",route="/api/notes/{note_id}",status="200"} 3.0'
        assert counted in lines
        assert note["_id"] not in answer.text
        assert not [line for line in lines if "/api/nothing" in line]


@pytest.fixture(scope="module")
def two_processes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Server]]:
    data = tmp_path_factory.mktemp("pair") / "data"
    with running(data, sign_up="open") as one, running(data, sign_up="open") as other:
        yield one, other


def test_a_token_revoked_through_one_process_is_refused_by_the_other(
    two_processes: tuple[Server, Server],
) -> None:
    one, other = two_processes
    with closing(one.sign_up("ada@example.org")) as person:
        for _ in range(5):
            made = ok(person.post("/api/settings/token", json={"label": "x"}), 201)
            with other.client(made["token"]) as agent:
                assert agent.get("/api/notes").status_code == 200
                ok(person.delete(f"/api/settings/token/{made['_id']}"), 204)
                refused(agent.get("/api/notes"), 401, "invalid_token")


def test_what_one_process_saves_the_other_finds(two_processes: tuple[Server, Server]) -> None:
    one, other = two_processes
    with (
        closing(one.sign_up("bob@example.org")) as person,
        other.client(new_token(person)) as agent,
    ):
        for n in range(5):
            note = new_note(person, f"Note {n}", f"word{n}")
            assert ok(agent.get(f"/api/notes/{note['_id']}")) == note
            found = agent.get("/api/notes/search", params={"q": f"word{n}", "mode": "keyword"})
            assert [one["title"] for one in ok(found)] == [f"Note {n}"]


def test_two_workers_are_one_server(tmp_path: Path) -> None:
    """Each new connection may meet another process; none lets a revoked token in."""
    with (
        running(tmp_path / "data", workers=2, sign_up="open") as server,
        closing(server.sign_up()) as person,
    ):
        for _ in range(3):
            made = ok(person.post("/api/settings/token", json={"label": "x"}), 201)
            stop, answers = threading.Event(), list[tuple[float, int]]()
            threads = [
                threading.Thread(target=ask_again, args=(server, made["token"], stop, answers))
                for _ in range(4)
            ]
            for thread in threads:
                thread.start()
            while len([status for _, status in answers if status == 200]) < 20:
                time.sleep(0.01)
            ok(person.delete(f"/api/settings/token/{made['_id']}"), 204)
            revoked_at = time.monotonic()
            while not [status for began, status in answers if began > revoked_at]:
                time.sleep(0.05)
            time.sleep(0.2)
            stop.set()
            for thread in threads:
                thread.join()
            assert {status for began, status in answers if began > revoked_at} == {401}
        assert server.stop() == 0


def ask_again(
    server: Server, token: str, stop: threading.Event, answers: list[tuple[float, int]]
) -> None:
    while not stop.is_set():
        began = time.monotonic()
        with server.client(token) as agent:
            answers.append((began, agent.get("/api/notes").status_code))


def test_a_stop_writes_the_last_uses_down(tmp_path: Path) -> None:
    with running(tmp_path / "data", sign_up="open") as server:
        with closing(server.sign_up()) as person:
            token = new_token(person)
        with server.client(token) as agent:
            agent.get("/api/notes", headers={"User-Agent": "the last one"})
        assert server.stop() == 0
        [(used_at, client)] = sql(server, "SELECT last_used_at, last_client FROM tokens")
        assert client == "the last one"
        assert abs(used_at / 1000 - time.time()) < 60


def test_a_stop_waits_for_requests_under_way(tmp_path: Path) -> None:
    with running(tmp_path / "data", sign_up="open") as server, closing(server.sign_up()) as person:
        token = new_token(person)

        def body() -> Iterator[bytes]:
            yield b'{"title": "Late", '
            time.sleep(2)  # until the server has it
            server.process.send_signal(signal.SIGTERM)
            time.sleep(0.3)
            yield b'"text": "but saved"}'

        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        answer = httpx.post(f"{server.url}/api/notes", content=body(), headers=headers, timeout=60)
        assert ok(answer, 201)["title"] == "Late"
        assert server.stop() == 0
        assert sql(server, "SELECT title FROM notes") == [("Late",)]


def test_everything_is_there_after_a_restart(tmp_path: Path) -> None:
    with running(tmp_path / "data", sign_up="open") as server, closing(server.sign_up()) as person:
        note, token = new_note(person, "x", "kept"), new_token(person)
        server.kill()
        server.restart()
        assert ok(person.get(f"/api/notes/{note['_id']}")) == note
        with server.client(token) as agent:
            assert len(ok(agent.get("/api/notes/search", params={"q": "kept"}))) == 1


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "many"),
        ("PORT", "99999"),
        ("SIGN_UP", "perhaps"),
        ("WORKERS", "0"),
        ("NOTE_MAX_BYTES", "-1"),
        ("TRASH_DAYS", "soon"),
        ("PUBLIC_URL", "notes.example.org"),
        ("PUBLIC_URL", "ftp://notes.example.org"),
        ("LOG_LEVEL", "loud"),
        ("METRICS", "maybe"),
    ],
)
def test_a_setting_that_cannot_be_used_stops_the_start(
    tmp_path: Path, name: str, value: str
) -> None:
    outcome = started(tmp_path / "data", **{name: value})
    assert outcome.returncode == 1
    assert f"SPOTE_{name}={value}" in outcome.stderr
    assert "Traceback" not in outcome.stderr
    assert not (tmp_path / "data").exists()


def test_a_misspelt_setting_is_pointed_out(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    outcome = started(tmp_path / "file" / "data", SING_UP="open")
    assert "SPOTE_SING_UP" in outcome.stderr


def test_several_wrong_settings_are_named_at_once(tmp_path: Path) -> None:
    outcome = started(tmp_path, SIGN_UP="x", LOG_FORMAT="y")
    assert "SPOTE_SIGN_UP" in outcome.stderr
    assert "SPOTE_LOG_FORMAT" in outcome.stderr


@pytest.mark.parametrize("where", ["file", "file/below"])
def test_a_data_folder_that_cannot_be_written_stops_the_start(tmp_path: Path, where: str) -> None:
    (tmp_path / "file").write_text("in the way")
    outcome = started(tmp_path / where)
    assert outcome.returncode == 1
    assert f"The data folder {tmp_path / where} cannot be written" in outcome.stderr
    assert "SPOTE_DATA" in outcome.stderr
    assert "Traceback" not in outcome.stderr


def test_a_file_that_is_no_database_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "spote.db").write_bytes(b"no database at all" * 1000)
    outcome = started(tmp_path)
    assert outcome.returncode == 1
    assert "database" in outcome.stderr
    assert "Traceback" not in outcome.stderr
    assert (tmp_path / "spote.db").read_bytes().startswith(b"no database")


def test_a_database_of_a_newer_version_stops_the_start(tmp_path: Path) -> None:
    with running(tmp_path / "data") as server:
        pass
    sql(server, "PRAGMA user_version = 9999")
    outcome = started(tmp_path / "data")
    assert outcome.returncode == 1
    assert "newer Spote" in outcome.stderr


def test_a_port_that_is_taken_stops_the_start(server: Server, tmp_path: Path) -> None:
    outcome = started(tmp_path / "data", PORT=str(server.port))
    assert outcome.returncode != 0
    assert "in use" in outcome.stderr
    assert "Traceback" not in outcome.stderr


@pytest.mark.parametrize("workers", [1, 2])
def test_log_lines_are_json(tmp_path: Path, workers: int) -> None:
    with running(tmp_path / "data", workers=workers) as server, server.client() as client:
        client.get("/healthz", headers={"X-Request-ID": "mine"})
        server.stop()
    lines = [json.loads(line) for line in server.log().splitlines() if line.startswith("{")]
    [line] = [line for line in lines if line.get("request_id") == "mine"]
    assert line["event"] == "request"
    assert (line["method"], line["path"], line["status"]) == ("GET", "/healthz", 200)
    assert line["level"] == "info"
    assert line["timestamp"].endswith("Z")


def test_a_busy_database_is_503_and_says_when_to_come_back(tmp_path: Path) -> None:
    import apsw

    with (
        running(tmp_path / "data", busy_seconds=0.2) as server,
        closing(server.sign_up()) as person,
        closing(apsw.Connection(str(server.data / "spote.db"))) as blocker,
    ):
        blocker.execute("BEGIN IMMEDIATE")
        answer = person.post("/api/notes", json={"title": "x", "text": ""})
        refused(answer, 503, "unavailable")
        assert int(answer.headers["retry-after"]) > 0
        assert person.get("/api/notes").status_code == 200
        blocker.execute("ROLLBACK")
        assert new_note(person)


def test_readiness_tells_of_a_broken_database(tmp_path: Path) -> None:
    with running(tmp_path / "data") as server, server.client() as client:
        sql(server, "DROP TABLE note_words")
        answer = client.get("/readyz")
        refused(answer, 503, "unavailable")
        assert int(answer.headers["retry-after"]) > 0
        assert ok(client.get("/healthz")) == {"status": "ok"}
