"""A disk without room: changes get a 503 that says when to come back, reading goes on, and nothing breaks.

A limit on the size of files stands for the disk, as it works on every machine and can be lifted while the server
runs. Where a small file system of its own can be mounted, the same is tried with that.
"""

import contextlib
import os
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil
import pytest

from tests.faults.soundness import contradictions
from tests.properties.soak import rounds
from tests.servers import PASSWORD, Server, new_token, running

SETTINGS = {"sign_up": "open", "requests_per_minute": 10_000_000, "network_attempts": 10_000}
TEXT = "room " * 10_000


@dataclass
class Disk:
    """A server on a disk whose room can be taken and given back."""

    server: Server
    fill: Callable[[], None]
    make_room: Callable[[], None]


@pytest.fixture(params=["size limit", "file system"])
def disk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Disk]:
    make = limited if request.param == "size limit" else mounted
    with make(tmp_path) as disk:
        yield disk
    assert contradictions(disk.server.data) == []


@contextlib.contextmanager
def limited(folder: Path) -> Iterator[Disk]:
    with running(folder / "data", **SETTINGS) as server:

        def limit(size: int) -> None:
            process = psutil.Process(server.process.pid)
            process.rlimit(psutil.RLIMIT_FSIZE, (size, psutil.RLIM_INFINITY))

        def largest() -> int:
            return max(file.stat().st_size for file in server.data.iterdir())

        yield Disk(server, lambda: limit(largest() + 200_000), lambda: limit(psutil.RLIM_INFINITY))
        limit(psutil.RLIM_INFINITY)


@contextlib.contextmanager
def mounted(folder: Path) -> Iterator[Disk]:
    point = folder / "disk"
    point.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64m", "none", str(point)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("no file system may be mounted here; the size limit has been tried instead")
    with ExitStack() as undo:
        undo.callback(subprocess.run, ["umount", "-l", str(point)], check=True)
        ballast = point / "ballast"
        server = undo.enter_context(running(point / "data", **SETTINGS))

        def fill() -> None:
            room = os.statvfs(point)
            ballast.write_bytes(bytes(max(0, room.f_bavail * room.f_frsize - 300_000)))

        yield Disk(server, fill, ballast.unlink)
        server.stop()
        assert contradictions(server.data) == []
        copy = folder / "data"
        copy.mkdir()
        for file in server.data.glob("spote.db*"):
            (copy / file.name).write_bytes(file.read_bytes())
        server.data = copy


def test_writers_are_turned_away_until_there_is_room(disk):
    with closing(disk.server.sign_up()) as person:
        kept = [write(person, number) for number in range(3)]
        for _ in range(rounds(2, 20)):
            disk.fill()
            kept += write_until_full(person)
            for answer in (
                person.post("/api/notes", json={"title": "lost", "text": TEXT}),
                person.put(f"/api/notes/{kept[0]}", json={"text": TEXT * 2}),
                person.post("/api/notes", json={"title": "lost", "text": TEXT}),
            ):
                assert_turned_away(answer)
            assert set(everything(person)) == set(kept)
            disk.make_room()
            kept.append(write(person, 0))
            assert set(everything(person)) == set(kept)
        disk.server.kill()
        disk.server.restart()
        assert set(everything(person)) == set(kept)


def test_many_writers_at_once_are_turned_away_alike(disk):
    with closing(disk.server.sign_up()) as person:
        token = new_token(person)

        def hammer(name: int) -> list[str]:
            kept = []
            with disk.server.client(token) as client:
                for _ in range(40):
                    note = {"title": f"writer {name}", "text": TEXT}
                    answer = client.post("/api/notes", json=note)
                    if answer.status_code == 201:
                        kept.append(answer.json()["_id"])
                    else:
                        assert_turned_away(answer)
            return kept

        disk.fill()
        with ThreadPoolExecutor(6) as threads:
            kept = [note_id for notes in threads.map(hammer, range(6)) for note_id in notes]
        assert set(everything(person)) == set(kept)
        disk.make_room()
        assert write(person, 0) in everything(person)


def test_what_needs_no_room_goes_on(disk):
    with closing(disk.server.sign_up("ada@example.org")) as person:
        token = new_token(person)
        note_id = write(person, 1)
        disk.fill()
        write_until_full(person)
        with disk.server.client(token) as agent:
            for client in (person, agent):
                assert client.get(f"/api/notes/{note_id}").status_code == 200
                assert client.get("/api/notes/search", params={"q": "room"}).json()
                assert client.get(f"/api/notes/{note_id}/history").status_code == 200
        with disk.server.client() as anybody:
            assert anybody.get("/healthz").status_code == 200
            assert anybody.get("/readyz").status_code == 200
            signing_in = {"email": "ada@example.org", "password": PASSWORD}
            assert anybody.post("/api/auth/sign-in", json=signing_in).status_code in (200, 503)
            disk.make_room()
            assert anybody.post("/api/auth/sign-in", json=signing_in).status_code == 200


def test_a_log_that_cannot_be_written_keeps_no_answer_back(tmp_path):
    """The log may lie on the disk that is full."""
    with running(tmp_path / "data", **SETTINGS) as server, closing(server.sign_up()) as person:
        note_id = write(person, 1)
        process = psutil.Process(server.process.pid)
        process.rlimit(psutil.RLIMIT_FSIZE, (0, psutil.RLIM_INFINITY))
        for _ in range(5):
            assert person.get(f"/api/notes/{note_id}").status_code == 200
            assert_turned_away(person.post("/api/notes", json={"title": "lost", "text": ""}))
            assert person.get("/api/notes/none").status_code == 404
        process.rlimit(psutil.RLIMIT_FSIZE, (psutil.RLIM_INFINITY, psutil.RLIM_INFINITY))
        assert person.get(f"/api/notes/{note_id}").status_code == 200
        assert write(person, 2) in everything(person)
        assert server.stop() == 0
    assert contradictions(tmp_path / "data") == []


def write(client: httpx.Client, number: int) -> str:
    answer = client.post("/api/notes", json={"title": f"note {number}", "text": TEXT})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["_id"])


def write_until_full(client: httpx.Client) -> list[str]:
    kept: list[str] = []
    for number in range(1000):
        answer = client.post("/api/notes", json={"title": f"note {number}", "text": TEXT})
        if answer.status_code != 201:
            assert_turned_away(answer)
            return kept
        kept.append(answer.json()["_id"])
    raise AssertionError("there is always room")


def assert_turned_away(answer: httpx.Response) -> None:
    assert answer.status_code == 503, answer.text
    assert 0 < int(answer.headers["Retry-After"]) <= 60
    assert answer.json()["code"] == "unavailable"
    assert "/" not in answer.json()["message"]


def everything(client: httpx.Client) -> list[str]:
    found: list[str] = []
    while page := client.get("/api/notes", params={"limit": 200, "offset": len(found)}).json():
        assert all(note["text"] == TEXT for note in page)
        found += [note["_id"] for note in page]
    return found
