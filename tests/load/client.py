"""A client so light that the server is what is measured: raw requests on one kept-alive connection."""

import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass

import psutil


class RawClient:
    """Sends ready-made requests and reads answers by their Content-Length."""

    def __init__(self, port: int, token: str | None = None) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._headers = f"Host: 127.0.0.1:{port}\r\n"
        if token:
            self._headers += f"Authorization: Bearer {token}\r\n"

    def prepare(
        self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> bytes:
        kind = f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n" if body else ""
        more = "".join(f"{name}: {value}\r\n" for name, value in (headers or {}).items())
        return f"{method} {path} HTTP/1.1\r\n{self._headers}{kind}{more}\r\n".encode() + body

    def send(self, request: bytes) -> tuple[int, bytes]:
        """Status and body."""
        self._socket.sendall(request)
        received = b""
        while (end := received.find(b"\r\n\r\n")) < 0:
            received += self._more()
        head = received[:end].lower()
        length = 0
        if b"content-length: " in head:
            length = int(head.split(b"content-length: ")[1].split(b"\r\n")[0])
        while len(received) < end + 4 + length:
            received += self._more()
        return int(head[9:12]), received[end + 4 : end + 4 + length]

    def _more(self) -> bytes:
        if received := self._socket.recv(65536):
            return received
        raise ConnectionError("the server hung up")

    def close(self) -> None:
        self._socket.close()


@dataclass(frozen=True)
class Cost:
    cpu_us: float  # of the server's processes, a request
    p50_ms: float
    p99_ms: float


def measure(
    process: psutil.Process, client: RawClient, requests: list[bytes], expected: int
) -> Cost:
    """The cost of a request, over all the given ones, one after the other."""
    for request in requests[:20]:
        client.send(request)
    times = []
    before = _cpu(process)
    for request in requests[20:]:
        started = time.perf_counter()
        status, body = client.send(request)
        times.append(time.perf_counter() - started)
        assert status == expected, (status, body)
    cpu = (_cpu(process) - before) / len(times)
    times.sort()
    return Cost(cpu * 1e6, times[len(times) // 2] * 1e3, times[int(len(times) * 0.99)] * 1e3)


def _cpu(process: psutil.Process) -> float:
    total = 0.0
    for one in [process, *process.children(recursive=True)]:
        spent = one.cpu_times()
        total += spent.user + spent.system
    return total
