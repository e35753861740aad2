"""The same requests on SQLite and on PostgreSQL, in turn, both as durable as they come."""

import json
import statistics
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg

from spote.settings import Settings
from tests.load.client import RawClient, measure
from tests.load.corpus import queries
from tests.load.fill import fill
from tests.postgresql import running_postgresql
from tests.servers import Server, new_token, running

ROUNDS = 5
NOTES = 10_000
TEXT = ("The quick brown fox jumps over the lazy dog. " * 50)[:2_100]
EMAIL = "ada@example.org"


@dataclass(frozen=True)
class Comparison:
    what: str
    sqlite_ms: float
    postgresql_ms: float


def comparisons(folder: Path) -> list[Comparison]:
    """Median milliseconds of each operation, one client, one account of 10,000 notes."""
    with ExitStack() as stack:
        postgresql = stack.enter_context(running_postgresql())
        sides = {
            "sqlite": stack.enter_context(_side(folder / "sqlite", "")),
            "postgresql": stack.enter_context(
                _side(folder / "postgresql", postgresql.new_database())
            ),
        }
        times: dict[tuple[str, str], list[float]] = {}
        for _ in range(ROUNDS):
            for what in OPERATIONS:
                for name, side in sides.items():
                    times.setdefault((what, name), []).append(side.p50_ms(what))
    return [
        Comparison(
            words,
            *(statistics.median(times[what, name]) for name in ("sqlite", "postgresql")),
        )
        for what, (words, *_) in OPERATIONS.items()
    ]


def table(found: list[Comparison]) -> str:
    rows = [
        f"| {one.what} | {one.sqlite_ms:.2f} ms | {one.postgresql_ms:.2f} ms "
        f"| {one.postgresql_ms / one.sqlite_ms:.1f} |"
        for one in found
    ]
    return "\n".join(["| request, p50 | SQLite | PostgreSQL | ratio |", "|---|---|---|---|", *rows])


# What is shown, how many requests, the status expected.
OPERATIONS: dict[str, tuple[str, int, int]] = {
    "read": ("GET a note", 520, 200),
    "list": ("List of 50 notes", 220, 200),
    "create": ("POST a note", 220, 201),
    "append": ("PATCH: append a line", 220, 200),
    "search": ("Search by words", 120, 200),
}


class _Side:
    """A server with a filled account, and a client of it."""

    def __init__(self, server: Server, token: str) -> None:
        self.client = RawClient(server.port, token)
        self._process = psutil.Process(server.process.pid)
        self._body = json.dumps({"title": "A note", "text": TEXT, "tags": ["one", "two"]}).encode()
        self._note_id, self._log_id = self._create(), self._create()

    def _create(self) -> str:
        _, made = self.client.send(self.client.prepare("POST", "/api/notes", self._body))
        return str(json.loads(made)["_id"])

    def p50_ms(self, what: str) -> float:
        _, count, status = OPERATIONS[what]
        return measure(self._process, self.client, self.requests(what, count), status).p50_ms

    def requests(self, what: str, count: int) -> list[bytes]:
        prepare = self.client.prepare
        match what:
            case "read":
                return [prepare("GET", f"/api/notes/{self._note_id}")] * count
            case "list":
                return [prepare("GET", "/api/notes?limit=50")] * count
            case "create":
                return [prepare("POST", "/api/notes", self._body)] * count
            case "append":
                line = json.dumps({"op": "append", "text": "One more line.\n"}).encode()
                return [prepare("PATCH", f"/api/notes/{self._log_id}", line)] * count
            case _:
                return [
                    prepare("GET", f"/api/notes/search?mode=keyword&q={query.replace(' ', '%20')}")
                    for query in queries(count)
                ]


@contextmanager
def _side(folder: Path, database_url: str) -> Iterator[_Side]:
    settings = {
        "sign_up": "open",
        "requests_per_minute": 10_000_000,
        "database_url": database_url,
        "search_by_meaning": False,  # or embedding what was filled would keep a core busy
    }
    with running(folder, **settings) as server:
        with closing(server.sign_up(EMAIL)) as person:
            token = new_token(person)
        fill(Settings(data=folder, database_url=database_url), {EMAIL: NOTES})
        if database_url:  # as PostgreSQL's autovacuum does within a minute
            with psycopg.connect(database_url, autocommit=True) as connection:
                connection.execute("VACUUM ANALYZE")
        yield _Side(server, token)
