"""A small embedding service of OpenAI's shape on the loopback, in every mood such servers have."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from tests.servers import free_port

KEY = "sk-very-secret"
Mood = Callable[[BaseHTTPRequestHandler, dict[str, Any]], None]


class Service:
    """Answers each request in the next of its `moods`, and well when there is none left."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}/v1"
        self.requests: list[dict[str, Any]] = []
        self.paths: list[str] = []
        self.keys: list[str | None] = []
        self.moods: list[Mood] = []
        self.is_gone = False


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


def slow(handler: BaseHTTPRequestHandler, request: dict[str, Any]) -> None:
    time.sleep(0.5)
    well(handler, request)


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
            (known.moods.pop(0) if known.moods else well)(self, request)

        def handle(self) -> None:
            with suppress(ConnectionError):  # clients that went away
                super().handle()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", port or free_port()), Handler)
    known = Service(server.server_port)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield known
    finally:
        known.is_gone = True
        server.shutdown()
        thread.join()
        server.server_close()
