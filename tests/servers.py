"""Real servers for tests: the `spote` command in a process of its own, on a free port of the loopback."""

import contextlib
import os
import random
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx

from spote.settings import Settings
from tests.waiting import until

PASSWORD = "correct horse battery"
PORTS = 2_000  # for one worker


class Server:
    """A running server and its log. `client()` speaks to it; `stop` and `kill` end it."""

    command: tuple[str, ...] = ("-m", "spote", "serve")

    def __init__(self, data: Path, **settings: object) -> None:
        self.data = data
        self.settings = Settings.model_validate({"data": data, **settings})
        self.port = int(str(settings.pop("port", 0))) or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.entrance = self.url  # where clients come in: a proxy, if there is one
        self.trust: ssl.SSLContext | bool = True
        self.log_file = data.parent / f"{data.name}-{self.port}.log"
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("SPOTE_")},
            "SPOTE_DATA": str(data),
            "SPOTE_PORT": str(self.port),
            **{f"SPOTE_{name.upper()}": str(value) for name, value in settings.items()},
        }
        self.process = self._start()

    def client(self, token: str | None = None, **options: Any) -> httpx.Client:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return httpx.Client(
            base_url=self.entrance, headers=headers, timeout=30, verify=self.trust, **options
        )

    def run(
        self, *arguments: str, check: bool = True, stdin: str = ""
    ) -> subprocess.CompletedProcess[str]:
        """The `spote` command on this server's data, while it runs."""
        return subprocess.run(
            [sys.executable, "-m", "spote", *arguments],
            env=self.environment,
            input=stdin,
            capture_output=True,
            text=True,
            check=check,
            timeout=60,
        )

    def sign_up(self, email: str = "ada@example.org", name: str = "Ada") -> httpx.Client:
        """A client with that person's session; its changes carry the CSRF header."""
        client = self.client()
        answer = client.post(
            "/api/auth/sign-up", json={"email": email, "password": PASSWORD, "name": name}
        )
        assert answer.status_code == 201, answer.text
        client.headers["X-CSRF-Token"] = client.cookies["spote_csrf"]
        return client

    def log(self) -> str:
        return self.log_file.read_text()

    def logged(self, text: str) -> list[str]:
        """The lines that hold the text, once there is one: a request is recorded after its answer was sent."""

        def lines() -> list[str]:
            return [line for line in self.log().splitlines() if text in line]

        return until(lines)

    def stop(self) -> int:
        """As an operator would; returns the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=30)

    def kill(self) -> None:
        """As a power cut would."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(timeout=30)

    def restart(self) -> None:
        """On the same data and port, after `stop` or `kill`."""
        self.process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        with self.log_file.open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, *self.command],
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._wait_until_up(process)
        return process

    def _wait_until_up(self, process: subprocess.Popen[bytes]) -> None:
        for _ in range(2400):
            if process.poll() is not None:
                raise RuntimeError(f"the server did not start:\n{self.log()}")
            with contextlib.suppress(httpx.TransportError):
                if httpx.get(f"{self.url}/readyz", timeout=5).status_code == 200:
                    return
            time.sleep(0.05)
        raise RuntimeError(f"the server does not answer:\n{self.log()}")


@contextlib.contextmanager
def running(data: Path, **settings: object) -> Iterator[Server]:
    server = Server(data, **settings)
    try:
        yield server
    finally:
        server.kill() if server.process.poll() is not None else server.stop()


def free_port() -> int:
    """Another one each time: who asks for it is the only one that binds it, and may do so again after a pause."""
    return next(port for port in _ports if _is_free(port))


def _own_ports() -> Iterator[int]:
    """This xdist worker's own, below those that connections go out from; shuffled, as other runs have the same."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    first = 10_000 + PORTS * worker
    return iter(random.sample(range(first, first + PORTS), PORTS))


_ports = _own_ports()


def _is_free(port: int) -> bool:
    with socket.socket() as probe, contextlib.suppress(OSError):
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", port))
        return True
    return False


def new_token(person: httpx.Client, label: str = "My Script", **wishes: object) -> str:
    answer = person.post("/api/settings/token", json={"label": label, **wishes})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["token"])
