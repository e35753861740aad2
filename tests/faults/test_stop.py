"""A server that is told to stop lets running requests finish, loses nothing, and ends in time with the code 0."""

import json
import os
import signal
import socket
import time
from contextlib import closing

import httpx
import psutil
import pytest

from tests.faults.soundness import contradictions
from tests.faults.test_kill import first_token, lost, start, write_for_a_moment
from tests.properties.soak import rounds
from tests.servers import Server, new_token, running


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.timeout(600)
def test_stopping_under_load_loses_nothing(tmp_path, new_database_url, workers):
    data, token = tmp_path / "data", ""
    for number in range(rounds(2, 15)):
        server = start(data, new_database_url, workers=workers)
        token = token or first_token(server)
        writers = write_for_a_moment(server, token, number)
        began = time.monotonic()
        assert server.stop() == 0
        assert time.monotonic() - began < 28
        for writer in writers:
            writer.join()
        assert [writer.surprises for writer in writers if writer.surprises] == []
        assert lost(data, writers, new_database_url) == []
        assert contradictions(data, new_database_url) == []
        assert "Traceback" not in server.log()


def test_a_request_under_way_gets_its_answer(tmp_path):
    with running(tmp_path / "data", sign_up="open") as server:
        with closing(server.sign_up()) as person:
            token = new_token(person)
        slow, body = begin_request(server, token)
        server.process.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        with slow:
            slow.sendall(body)
            assert slow.recv(65536).startswith(b"HTTP/1.1 201 ")
        assert server.process.wait(30) == 0
    assert "Traceback" not in server.log()


def test_a_request_that_never_ends_does_not_keep_the_server(tmp_path):
    with running(tmp_path / "data", sign_up="open", shutdown_seconds=5) as server:
        with closing(server.sign_up()) as person:
            token = new_token(person)
        slow, _ = begin_request(server, token)
        began = time.monotonic()
        with slow:
            assert server.stop() == 0
        assert 3 < time.monotonic() - began < 20


def test_a_server_process_that_dies_is_replaced(tmp_path):
    with running(tmp_path / "data", sign_up="open", workers=2) as server:
        with closing(server.sign_up()) as person:
            for victim in server_processes(server):
                os.kill(victim, signal.SIGKILL)
            wait_for(lambda: len(server_processes(server)) == 2)
            wait_for(lambda: person.get("/api/me").status_code == 200)
        assert server.stop() == 0


def begin_request(server: Server, token: str) -> tuple[socket.socket, bytes]:
    """A connection on which the head of a request has gone out, and the body that is still to come."""
    body = json.dumps({"title": "Slow", "text": "but sure"}).encode()
    head = (
        f"POST /api/notes HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        "Expect: 100-continue\r\n\r\n"
    ).encode()
    connection = socket.create_connection(("127.0.0.1", server.port), timeout=60)
    connection.sendall(head)
    assert connection.recv(65536).startswith(b"HTTP/1.1 100 ")  # the server has it
    return connection, body


def server_processes(server: Server) -> list[int]:
    """Those that answer requests, without the one that watches over them."""
    children = psutil.Process(server.process.pid).children()
    return [child.pid for child in children if "spawn_main" in " ".join(child.cmdline())]


def wait_for(is_so) -> None:
    for _ in range(300):
        try:
            if is_so():
                return
        except (httpx.TransportError, psutil.Error):
            pass
        time.sleep(0.1)
    raise AssertionError("it did not happen in 30 seconds")
