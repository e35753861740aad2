"""What files cost: throughput beside a bare ASGI streamer, and memory with a file of 1 GB.

`python -m tests.load.files` measures this part alone.
"""

import json
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import psutil

from tests.load.results import Result, table
from tests.servers import Server, free_port, new_token

ROUNDS = 5
SIZE = 256 * 1024**2
LARGE = 1024**3
PIECE = bytes(range(256)) * 1024  # 256 KiB that are no text
HEAD = b'--b\r\nContent-Disposition: form-data; name="file"; filename="large.bin"\r\n\r\n'
END = b"\r\n--b--\r\n"


def results(folder: Path) -> list[Result]:
    server = Server(
        folder / "files",
        sign_up="open",
        file_max_bytes=2 * LARGE,
        account_files_max_bytes=100 * LARGE,
        search_by_meaning=False,
    )
    (folder / "bare").mkdir()
    port = free_port()
    bare = subprocess.Popen(
        [sys.executable, "-m", "tests.load.streamer", str(folder / "bare"), str(port)]
    )
    try:
        with closing(server.sign_up()) as person:
            authorization = f"Authorization: Bearer {new_token(person)}\r\n"
        _wait_for(port)
        return [*_memory(server, authorization), *_speeds(server.port, port, authorization)]
    finally:
        bare.kill()
        bare.wait()
        server.stop()


def _speeds(ours: int, bare: int, authorization: str) -> list[Result]:
    """In turn, so that a slow moment hits both alike."""
    up, down = list[tuple[float, float]](), list[tuple[float, float]]()
    for _ in range(ROUNDS):
        seconds, url = _upload(ours, authorization, SIZE)
        up.append((seconds, _upload(bare, "", SIZE)[0]))
        down.append((_download(ours, authorization, url, SIZE), _download(bare, "", "/", SIZE)))
    return [_compared("Upload of 256 MiB", up), _compared("Download of 256 MiB", down)]


def _compared(what: str, rounds: list[tuple[float, float]]) -> Result:
    ratio = statistics.median(bare / ours for ours, bare in rounds)
    speeds = [SIZE / 1e6 / statistics.median(one[n] for one in rounds) for n in (0, 1)]
    return Result(
        f"{what}, speed against a bare ASGI streamer",
        f"{ratio:.2f} times ({speeds[0]:.0f} MB/s against {speeds[1]:.0f})",
        "≥ 0.5 times",
        ratio >= 0.5,
    )


def _memory(server: Server, authorization: str) -> list[Result]:
    process = psutil.Process(server.process.pid)
    _upload(server.port, authorization, len(PIECE))  # has everything loaded
    before = process.memory_info().rss
    found: dict[str, float] = {}

    def upload() -> None:
        found["url"] = _upload(server.port, authorization, LARGE)[1]  # type: ignore[assignment]

    up = _peak(process, upload) - before
    down = (
        _peak(process, lambda: _download(server.port, authorization, str(found["url"]), LARGE))
        - before
    )
    return [
        Result(
            f"Memory that {what} 1 GiB takes, at the most",
            f"{grown / 1e6:.0f} MB",
            "≤ 32 MB",
            grown <= 32e6,
        )
        for what, grown in (("an upload of", up), ("a download of", down))
    ]


def _peak(process: psutil.Process, work: Callable[[], object]) -> int:
    peak, done = 0, threading.Event()

    def watch() -> None:
        nonlocal peak
        while not done.wait(0.01):
            peak = max(peak, process.memory_info().rss)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        work()
    finally:
        done.set()
        watcher.join()
    return peak


def _upload(port: int, authorization: str, size: int) -> tuple[float, str]:
    """Seconds, and where it is."""
    length = len(HEAD) + size + len(END)
    head = (
        f"POST /api/upload HTTP/1.1\r\nHost: x\r\n{authorization}Content-Length: {length}\r\n"
        "Content-Type: multipart/form-data; boundary=b\r\n\r\n"
    )
    began = time.perf_counter()
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(head.encode() + HEAD)
        for _ in range(size // len(PIECE)):
            connection.sendall(PIECE)
        connection.sendall(END)
        answer = connection.recv(65536)
        while b"\r\n\r\n" not in answer:
            answer += connection.recv(65536)
        seconds = time.perf_counter() - began
        top, _, body = answer.partition(b"\r\n\r\n")
        assert top.split()[1] in (b"200", b"201"), answer
        if authorization and not body:
            body = connection.recv(65536)
    return seconds, json.loads(body)["url"] if body else ""


def _download(port: int, authorization: str, path: str, size: int) -> float:
    began = time.perf_counter()
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n{authorization}\r\n".encode())
        received, buffer = 0, memoryview(bytearray(1024 * 1024))
        while received < size:
            number = connection.recv_into(buffer)
            assert number, "the server hung up"
            received += number
    return time.perf_counter() - began


def _wait_for(port: int) -> None:
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("the bare streamer does not answer")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        print(table(results(Path(folder))))
