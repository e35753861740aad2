"""A small embedding service of OpenAI's shape on the loopback, in every mood such servers have."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

from tests.servers import free_port

KEY = "sk-very-secret"
Mood = Callable[[BaseHTTPRequestHandler, dict[str, Any]], None]


class Service:
    """Answers each request in the next of its `moods`, and in its `usual` one when there is none left."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}/v1"
        self.requests: list[dict[str, Any]] = []
        self.paths: list[str] = []
        self.keys: list[str | None] = []
        self.moods: list[Mood] = []
        self.usual: Mood = well
        self.is_gone = False
        self.flooded_bytes = 0  # of an answer without an end, when it was broken off


def answer(handler: BaseHTTPRequestHandler, status: int, body: bytes, **headers: str) -> None:
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def well(handler: BaseHTTPRequestHandler, request: dict[str, Any]) -> None:
    """In another order than asked, as the protocol allows. The first number grows with the text."""
    others = [1.0] * (request.get("dimensions", 4) - 1)
    items = [
        {"object": "embedding", "index": n, "embedding": [float(len(text)), *others]}
        for n, text in enumerate(request["input"])
    ]
    answer(handler, 200, json.dumps({"object": "list", "data": items[::-1]}).encode())


def slow(seconds: float) -> Mood:
    def mood(handler: BaseHTTPRequestHandler, request: dict[str, Any]) -> None:
        time.sleep(seconds)
        well(handler, request)

    return mood


def hanging(go: Event) -> Mood:
    """Until it is told to go on; then the connection ends."""

    def mood(handler: BaseHTTPRequestHandler, _: dict[str, Any]) -> None:
        go.wait(30)
        handler.close_connection = True

    return mood


def giving(dimensions: int) -> Mood:
    """Vectors of that length, whatever was asked for."""
    return lambda handler, request: well(handler, {**request, "dimensions": dimensions})


def knowing(*models: str) -> Mood:
    """Refuses all others."""

    def mood(handler: BaseHTTPRequestHandler, request: dict[str, Any]) -> None:
        well(handler, request) if request["model"] in models else answer(handler, 404, b"no model")

    return mood


def dripping(handler: BaseHTTPRequestHandler, request: dict[str, Any]) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    with suppress(OSError):
        for _ in range(100):
            handler.wfile.write(b" ")
            time.sleep(0.1)
    handler.close_connection = True


def flooding(handler: BaseHTTPRequestHandler, request: dict[str, Any]) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", str(2**40))
    handler.end_headers()
    sent = 0
    try:
        while sent < 300_000_000:
            sent += handler.wfile.write(b"1" * 100_000)
    except OSError:
        pass
    finally:
        handler.close_connection = True
        handler.server.known.flooded_bytes = sent  # type: ignore[attr-defined]


def failing(status: int, **headers: str) -> Mood:
    return lambda handler, _: answer(handler, status, b"no: " + KEY.encode(), **headers)


def saying(body: object) -> Mood:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return lambda handler, _: answer(handler, 200, content)


@contextmanager
def embedding_service(port: int = 0) -> Iterator[Service]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            if known.is_gone:  # a connection that was kept open
                self.close_connection = True
                return
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            known.requests.append(request)
            known.paths.append(self.path)
            known.keys.append(self.headers["Authorization"])
            (known.moods.pop(0) if known.moods else known.usual)(self, request)

        def handle(self) -> None:
            with suppress(ConnectionError):  # clients that went away
                super().handle()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", port or free_port()), Handler)
    known = server.known = Service(server.server_port)  # type: ignore[attr-defined]
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield known
    finally:
        known.is_gone = True
        server.shutdown()
        thread.join()
        server.server_close()
