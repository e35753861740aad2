"""Nginx before Spote's servers: the site of `deploy/nginx.conf`, on free ports, with a certificate of its own."""

import contextlib
import os
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import trustme

from tests.servers import Server, free_port

SITE = Path("deploy/nginx.conf")
NAME = "localhost"
MAIN = """\
{user}
daemon off;
pid {folder}/pid;
error_log {folder}/errors;
events {{}}
http {{
    log_format served "$upstream_addr $status $request";
    access_log {folder}/served served;
    client_body_temp_path {folder}/bodies;
    proxy_temp_path {folder}/answers;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/site;
}}
"""


class Nginx:
    """`url` is where it answers, `trust` what a client needs to believe its certificate."""

    def __init__(self, folder: Path, ports: list[int]) -> None:
        self.folder = folder
        self.port, self.plain_port = free_port(), free_port()
        self.url = f"https://{NAME}:{self.port}"
        authority = trustme.CA()
        authority.issue_cert(NAME).private_key_and_cert_chain_pem.write_to_path(
            str(folder / "certificate")
        )
        self.trust = ssl.create_default_context()
        authority.configure_trust(self.trust)
        (folder / "site").write_text(self._site(ports))
        user = "user root;" if os.geteuid() == 0 else ""
        (folder / "main").write_text(MAIN.format(folder=folder, user=user))

    def _site(self, ports: list[int]) -> str:
        """The documented one, at other addresses."""
        text = SITE.read_text()
        for old, new in {
            "127.0.0.1:8001": f"127.0.0.1:{ports[0]}",
            "127.0.0.1:8002": f"127.0.0.1:{ports[1]}",
            "listen 80;": f"listen 127.0.0.1:{self.plain_port};",
            "listen 443 ": f"listen 127.0.0.1:{self.port} ",
            "notes.example.org;": f"{NAME};",
            "/etc/ssl/notes.example.org.pem": str(self.folder / "certificate"),
            "/etc/ssl/private/notes.example.org.key": str(self.folder / "certificate"),
        }.items():
            assert old in text, old
            text = text.replace(old, new)
        return text

    def served(self) -> list[str]:
        """The servers that answered, one a request; several with commas where one was away."""
        return [line.rpartition('"')[0] or line for line in self._lines("served")]

    def errors(self) -> str:
        return (self.folder / "errors").read_text()

    def _lines(self, name: str) -> list[str]:
        return (self.folder / name).read_text().splitlines()

    def wait_until_up(self, process: subprocess.Popen[bytes]) -> None:
        for _ in range(2000):
            assert process.poll() is None, self.errors()
            with contextlib.suppress(httpx.TransportError):
                if httpx.get(f"{self.url}/healthz", verify=self.trust).status_code == 200:
                    return
            time.sleep(0.05)
        raise RuntimeError(f"nginx does not answer:\n{self.errors()}")


@contextlib.contextmanager
def running_nginx(nginx: Nginx, servers: list[Server]) -> Iterator[Nginx]:
    """While it runs, clients of these servers come through it."""
    program = Path(sys.executable).with_name("nginx")
    process = subprocess.Popen([program, "-p", nginx.folder, "-c", nginx.folder / "main"])
    try:
        nginx.wait_until_up(process)
        for server in servers:
            server.entrance, server.trust = nginx.url, nginx.trust
        yield nginx
    finally:
        process.terminate()
        process.wait(30)
