"""`make bench`: what requests cost, beside a handler that does nothing; lists, search, start and memory; both engines;
search by meaning, and what saving costs with it.

Prints a table of what was measured against what was promised, and exits with 1 where a promise is broken.
Each figure is the median of five rounds in this one run: the machine may be noisy, and ratios say more than times.
"""

import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

from spote.settings import Settings
from tests.load import engines, files, meaning, saving
from tests.load.client import Cost, RawClient, measure
from tests.load.corpus import common_queries, queries
from tests.load.fill import fill
from tests.load.results import Result, table
from tests.servers import Server, new_token

ROUNDS = 5
REQUESTS = 1_000
LARGE, MEDIUM, SMALL = 100_000, 10_000, 1_000
# What embedding costs stands in a table of its own: here it would be counted as requests, whenever it runs.
QUIET = {"sign_up": "open", "requests_per_minute": 10_000_000, "search_by_meaning": False}
TEXT = ("The quick brown fox jumps over the lazy dog. " * 50)[:2_100]


class BenchServer(Server):
    command = ("-m", "tests.load.app")


class WatchedServer(Server):
    """Noticed as soon as it answers."""

    def _wait_until_up(self, process: subprocess.Popen[bytes]) -> None:
        for _ in range(5_000):
            try:
                client = RawClient(self.port)
            except ConnectionRefusedError:
                time.sleep(0.002)
            else:
                client.send(client.prepare("GET", "/healthz"))
                client.close()
                return
        raise RuntimeError(self.log())


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        results = [
            *_starts(Path(folder)),
            *_requests(Path(folder)),
            *_large(Path(folder)),
            *files.results(Path(folder)),
        ]
        compared = engines.comparisons(Path(folder))
        by_meaning, after = (
            meaning.measured(Path(folder) / "meaning"),
            saving.measured(Path(folder)),
        )
    results += [_meaning(engine, one) for engine, some in by_meaning.items() for one in some]
    tables = (
        table(results),
        engines.table(compared),
        meaning.table(by_meaning),
        saving.table(after),
    )
    print(*tables, sep="\n\n")
    if not all(result.holds for result in results):
        sys.exit(1)


def _starts(folder: Path) -> list[Result]:
    """From the start of the process to the first answer; memory after a hundred requests without a search."""
    seconds, memory = [], []
    for number in range(ROUNDS):
        started = time.perf_counter()
        server = WatchedServer(folder / f"start-{number}")
        seconds.append(time.perf_counter() - started)
        client = RawClient(server.port)
        for _ in range(100):
            client.send(client.prepare("GET", "/healthz"))
        memory.append(psutil.Process(server.process.pid).memory_info().rss / 1e6)
        server.stop()
    first, megabytes = statistics.median(seconds), statistics.median(memory)
    return [
        Result("First answer after the process's start", f"{first:.2f} s", "≤ 1 s", first <= 1),
        Result("Memory before any search", f"{megabytes:.0f} MB", "< 90 MB", megabytes < 90),
    ]


def _meaning(engine: str, measured: meaning.Measured) -> Result:
    """Without embedding the question."""
    return Result(
        f"Search by meaning at {measured.passages:,} passages, {engine}: time, recall@10",
        f"p50 {measured.p50_ms:.1f} ms, p99 {measured.p99_ms:.1f} ms, {measured.recall:.3f}",
        "p99 < 5 ms, ≥ .99",
        measured.p99_ms < 5 and measured.recall >= 0.99,
    )


def _requests(folder: Path) -> list[Result]:
    server = BenchServer(folder / "requests", **QUIET)
    try:
        client = RawClient(server.port, new_token(server.sign_up()))
        body = json.dumps({"title": "A note", "text": TEXT, "tags": ["one", "two"]}).encode()
        _, created = client.send(client.prepare("POST", "/api/notes", body))
        read = client.prepare("GET", f"/api/notes/{json.loads(created)['_id']}")
        costs = _rounds(
            server,
            client,
            {
                "nothing": ([client.prepare("GET", "/nothing")] * REQUESTS, 200),
                "read": ([read] * REQUESTS, 200),
                "create": ([client.prepare("POST", "/api/notes", body)] * (REQUESTS // 2), 201),
                "tool": ([_tool_call(client, json.loads(created)["_id"])] * (REQUESTS // 2), 200),
            },
        )
        return [
            _ratio(
                "GET /api/notes/:id, CPU against a handler that does nothing",
                costs,
                "read",
                "nothing",
                2.0,
            ),
            _ratio(
                "POST /api/notes, CPU against a handler that does nothing",
                costs,
                "create",
                "nothing",
                4.0,
            ),
            _ratio(
                "tools/call of get_note over /mcp, CPU against GET /api/notes/:id",
                costs,
                "tool",
                "read",
                6.0,
            ),
        ]
    finally:
        server.stop()


def _tool_call(client: RawClient, note_id: str) -> bytes:
    """As clients of 2026-07-28 send it."""
    meta = {
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {},
        "io.modelcontextprotocol/clientInfo": {"name": "bench", "version": "1"},
    }
    params = {"name": "get_note", "arguments": {"id": note_id}, "_meta": meta}
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
    headers = {
        "Accept": "application/json, text/event-stream",
        "MCP-Protocol-Version": "2026-07-28",
        "Mcp-Method": "tools/call",
        "Mcp-Name": "get_note",
    }
    return client.prepare("POST", "/mcp", json.dumps(body).encode(), headers)


def _large(folder: Path) -> list[Result]:
    server = Server(folder / "large", **QUIET)
    sizes = {"large@example.org": LARGE, "medium@example.org": MEDIUM, "small@example.org": SMALL}
    try:
        tokens = {email: new_token(server.sign_up(email)) for email in sizes}
        fill(Settings(data=server.data), sizes)
        return [*_lists(server, tokens), *_searches(server, tokens)]
    finally:
        server.stop()


def _lists(server: Server, tokens: dict[str, str]) -> list[Result]:
    costs: dict[str, list[Cost]] = {"large": [], "small": []}
    process = psutil.Process(server.process.pid)
    for _ in range(ROUNDS):
        for size, found in costs.items():
            client = RawClient(server.port, tokens[f"{size}@example.org"])
            wanted = [client.prepare("GET", "/api/notes?limit=50")] * 220
            found.append(measure(process, client, wanted, 200))
    return [_ratio("List of 50 notes at 100,000, CPU against 1,000", costs, "large", "small", 3.0)]


def _searches(server: Server, tokens: dict[str, str]) -> list[Result]:
    medium, large = (f"{count:,} notes" for count in (MEDIUM, LARGE))
    return [
        _search(
            server, tokens["medium@example.org"], f"Keyword search at {medium}", queries(220), 10
        ),
        _search(
            server, tokens["large@example.org"], f"Keyword search at {large}", queries(220), None
        ),
        _search(
            server,
            tokens["medium@example.org"],
            f"The same for words in nearly all of {medium}",
            common_queries(220),
            None,
        ),
    ]


def _search(server: Server, token: str, what: str, asked: list[str], limit: float | None) -> Result:
    process, client = psutil.Process(server.process.pid), RawClient(server.port, token)
    wanted = [
        client.prepare("GET", f"/api/notes/search?mode=keyword&q={query.replace(' ', '%20')}")
        for query in asked
    ]
    rounds = [measure(process, client, wanted, 200) for _ in range(ROUNDS)]
    p50 = statistics.median(one.p50_ms for one in rounds)
    p99 = statistics.median(one.p99_ms for one in rounds)
    promise = f"p50 < {limit:g} ms" if limit else "none"
    return Result(what, f"p50 {p50:.1f} ms, p99 {p99:.1f} ms", promise, not limit or p50 < limit)


def _rounds(
    server: Server, client: RawClient, kinds: dict[str, tuple[list[bytes], int]]
) -> dict[str, list[Cost]]:
    """All kinds in turn, so that a slow moment hits them alike."""
    process = psutil.Process(server.process.pid)
    costs: dict[str, list[Cost]] = {kind: [] for kind in kinds}
    for _ in range(ROUNDS):
        for kind, (wanted, status) in kinds.items():
            costs[kind].append(measure(process, client, wanted, status))
    return costs


def _ratio(what: str, costs: dict[str, list[Cost]], of: str, to: str, limit: float) -> Result:
    ratio = statistics.median(
        a.cpu_us / b.cpu_us for a, b in zip(costs[of], costs[to], strict=True)
    )
    micros = " µs against ".join(
        f"{statistics.median(one.cpu_us for one in costs[kind]):.0f}" for kind in (of, to)
    )
    return Result(what, f"{ratio:.2f} times ({micros} µs)", f"≤ {limit:g} times", ratio <= limit)


if __name__ == "__main__":
    main()
