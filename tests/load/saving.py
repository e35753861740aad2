"""What saving costs with search by meaning on and off, and how soon 1,000 real notes are embedded.

`python -m tests.load.saving` prints the table: the notes are the answers of zaragoza-construction-faq in two languages.
"""

import json
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import psutil

from spote.storage import database_files
from tests.load.client import RawClient
from tests.load.search_quality import LANGUAGES, load
from tests.servers import Server, new_token

NOTES = 1_000


class Measured(NamedTuple):
    saved_seconds: float
    cpu_ms: (
        float  # of the server, for each note while they were saved; with what it embedded meanwhile
    )
    embedded_seconds: float  # from the first note on
    memory_mb: float


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        print(table(measured(Path(folder))))


def measured(folder: Path) -> dict[str, Measured]:
    """By whether search by meaning is off or on."""
    return {
        "off": measure(folder / "saved-off", by_meaning=False),
        "on": measure(folder / "saved-on", by_meaning=True),
    }


def table(measured: dict[str, Measured]) -> str:
    rows = [
        f"| {name} | {NOTES / one.saved_seconds:.0f} | {one.cpu_ms:.2f} ms | {_embedded(one) if name == 'on' else ''}"
        f" | {one.memory_mb:.0f} MB |"
        for name, one in measured.items()
    ]
    head = "| search by meaning | saved, notes/s | CPU a note saved | all embedded | memory after it and a search |"
    return "\n".join([head, "|---|---|---|---|---|", *rows])


def _embedded(measured: Measured) -> str:
    seconds = measured.embedded_seconds
    return f"{seconds:.0f} s after the first, {NOTES / seconds:.1f} notes/s"


def measure(data: Path, *, by_meaning: bool) -> Measured:
    settings = {"sign_up": "open", "requests_per_minute": 10_000_000}
    server = Server(data, search_by_meaning=by_meaning, **settings)
    try:
        token = new_token(server.sign_up())
        client = RawClient(server.port, token)
        process = psutil.Process(server.process.pid)
        began, worked = time.perf_counter(), _cpu_seconds(process)
        for body in bodies():
            status, _ = client.send(client.prepare("POST", "/api/notes", body))
            assert status == 201
        saved = time.perf_counter() - began
        cpu_ms = (_cpu_seconds(process) - worked) * 1000 / NOTES
        while by_meaning and _waiting(server):
            time.sleep(0.2)
        embedded = time.perf_counter() - began
        client = RawClient(server.port, token)  # the other one has waited too long
        client.send(client.prepare("GET", "/api/notes/search?q=concrete"))
        return Measured(saved, cpu_ms, embedded, process.memory_info().rss / 1e6)
    finally:
        server.stop()


def _cpu_seconds(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def bodies() -> list[bytes]:
    entries = [entry for file in LANGUAGES.values() for entry in load(file)][:NOTES]
    return [json.dumps({"title": one.question, "text": one.answer}).encode() for one in entries]


def _waiting(server: Server) -> int:
    files = database_files(server.settings)
    file = files.database_file(server.settings)
    row = files.look_into(
        server.settings, file, lambda db: db.one("SELECT count(*) FROM unembedded")
    )
    return int(row[0])


if __name__ == "__main__":
    main()
