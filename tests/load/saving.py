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
    embedded_seconds: float  # from the first note on
    memory_mb: float


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        off = measure(Path(folder) / "off", by_meaning=False)
        on = measure(Path(folder) / "on", by_meaning=True)
    print("| search by meaning | saved, notes/s | all embedded, notes/s | memory after it |")
    print("|---|---|---|---|")
    print(f"| off | {NOTES / off.saved_seconds:.0f} | | {off.memory_mb:.0f} MB |")
    embedded = f"{NOTES / on.embedded_seconds:.1f} ({on.embedded_seconds:.0f} s)"
    print(f"| on | {NOTES / on.saved_seconds:.0f} | {embedded} | {on.memory_mb:.0f} MB |")


def measure(data: Path, *, by_meaning: bool) -> Measured:
    settings = {"sign_up": "open", "requests_per_minute": 10_000_000}
    server = Server(data, search_by_meaning=by_meaning, **settings)
    try:
        token = new_token(server.sign_up())
        client = RawClient(server.port, token)
        began = time.perf_counter()
        for body in bodies():
            status, _ = client.send(client.prepare("POST", "/api/notes", body))
            assert status == 201
        saved = time.perf_counter() - began
        while by_meaning and _waiting(server):
            time.sleep(0.2)
        embedded = time.perf_counter() - began
        client = RawClient(server.port, token)  # the other one has waited too long
        client.send(client.prepare("GET", "/api/notes/search?q=concrete"))
        memory = psutil.Process(server.process.pid).memory_info().rss / 1e6
        return Measured(saved, embedded, memory)
    finally:
        server.stop()


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
