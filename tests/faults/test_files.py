"""Files when things break: the store, the disk, the client, the server. No row without bytes, no half file, no loss."""

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import httpx
import pytest

from tests.entrypoints.calls import new_note, ok, refused, sql
from tests.faults.soundness import contradictions
from tests.faults.test_disk_full import Disk, limited, mounted
from tests.files import png, post_file, upload
from tests.properties.soak import SOAK, rounds
from tests.s3 import S3, running_s3
from tests.servers import Server, new_token, running
from tests.waiting import until

SETTINGS: dict[str, Any] = {"sign_up": "open", "requests_per_minute": 10_000_000}
FORM = {"Content-Type": "multipart/form-data; boundary=b"}
HEAD = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.bin"\r\n\r\n'
END = b"\r\n--b--\r\n"


@pytest.fixture
def s3() -> Iterator[S3]:
    with running_s3() as s3:
        yield s3


@pytest.fixture
def server(tmp_path, s3: S3) -> Iterator[Server]:
    with running(tmp_path / "data", **SETTINGS, **s3.settings) as server:
        yield server
        assert "Traceback" not in server.log()
    assert contradictions(tmp_path / "data") == []


def body_with(happening: Callable[[], object], size: int = 12_000_000) -> Iterator[bytes]:
    """A form during which something happens."""
    yield HEAD
    yield bytes(size)
    happening()
    yield bytes(size)
    yield END


def count(server: Server, table: str) -> int:
    return int(sql(server, f"SELECT count(*) FROM {table}")[0][0])


def test_a_store_that_dies_during_an_upload_leaves_nothing(server: Server, s3: S3) -> None:
    with closing(server.sign_up()) as person:
        kept = upload(person, png(1))
        began = time.monotonic()
        answer = person.post("/api/upload", content=body_with(s3.kill), headers=FORM)
        told = refused(answer, 503, "unavailable")
        assert "store" in told["message"]
        assert int(answer.headers["retry-after"]) > 0
        assert time.monotonic() - began < 30
        refused(post_file(person), 503, "unavailable")
        refused(person.get(kept["url"]), 503, "unavailable")
        assert new_note(person, "Notes go on", kept["url"])["attachments"] == [kept]
        assert person.head(kept["url"]).status_code == 200
        assert count(server, "files") == 1
        s3.restart()
        again = upload(person, png(2))
        assert person.get(again["url"]).content == png(2)
        refused(person.get(kept["url"]), 404, "bytes_gone")  # moto forgets all when it dies
        sql(server, "UPDATE stray_blobs SET due_at = 0 RETURNING 1")
        server.stop()
        server.restart()
        until(lambda: count(server, "stray_blobs") == 0)
        assert len(s3.object_keys()) == 1


@pytest.mark.skipif(not SOAK, reason="waits until the patience ends")
def test_a_store_that_is_silent_is_given_up(server: Server, s3: S3) -> None:
    with closing(server.sign_up()) as person:
        person.timeout = httpx.Timeout(300)
        refused(
            person.post("/api/upload", content=body_with(s3.freeze), headers=FORM),
            503,
            "unavailable",
        )
        assert count(server, "files") == 0


def test_a_client_that_goes_away_leaves_nothing(server: Server, s3: S3) -> None:
    class GoneError(Exception):
        pass

    def go() -> None:
        raise GoneError

    with closing(server.sign_up()) as person:
        for _ in range(3):
            with pytest.raises(GoneError):
                person.post("/api/upload", content=body_with(go), headers=FORM)
        until(lambda: count(server, "stray_blobs") == 0)
        assert count(server, "files") == 0
        assert s3.object_keys() == []
        until(lambda: s3.unfinished() == 0)


def test_a_server_that_is_killed_during_uploads_loses_none_and_leaves_no_half(tmp_path) -> None:
    with running(tmp_path / "data", **SETTINGS) as server, closing(server.sign_up()) as person:
        token = new_token(person)
        kept: dict[str, bytes] = {}
        for number in range(rounds(3, 40)):
            kept |= uploads_until_killed(server, token, number)
            server.restart()
            for url, content in kept.items():
                assert person.get(url).content == content
        known = {row[0] for row in sql(server, "SELECT id FROM files")}
        assert len(known) >= len(kept) > 0
        for file_id in known:
            assert (only_file(server, file_id)).stat().st_size > 0
        sql(server, "UPDATE stray_blobs SET due_at = 0 RETURNING 1")
        server.stop()
        server.restart()
        until(lambda: count(server, "stray_blobs") == 0)
        assert names_on_disk(server) == known
        assert "Traceback" not in server.log()
    assert contradictions(tmp_path / "data") == []


def uploads_until_killed(server: Server, token: str, number: int) -> dict[str, bytes]:
    """Several at once, over and over; returns those that were answered."""
    done: dict[str, bytes] = {}

    def hammer(name: int) -> None:
        with server.client(token) as client, contextlib.suppress(httpx.TransportError):
            for n in range(1000):
                content = b"%d %d %d " % (number, name, n) * 250_000
                answer = post_file(client, content, "a.bin")
                assert answer.status_code == 201, answer.text
                done[answer.json()["url"]] = content

    threads = [threading.Thread(target=hammer, args=(name,)) for name in range(4)]
    for thread in threads:
        thread.start()
    time.sleep(0.7 + 0.37 * (number % 5))
    server.kill()
    for thread in threads:
        thread.join()
    return done


def only_file(server: Server, file_id: str) -> Any:
    [file] = (server.data / "files").glob(f"*/{file_id}")
    return file


def names_on_disk(server: Server) -> set[str]:
    return {path.name for path in (server.data / "files").rglob("*") if path.is_file()}


@pytest.fixture(params=["size limit", "file system"])
def disk(request: pytest.FixtureRequest, tmp_path) -> Iterator[Disk]:
    make = limited if request.param == "size limit" else mounted
    with make(tmp_path) as disk:
        yield disk
    assert contradictions(disk.server.data) == []


def test_a_full_disk_takes_no_file_and_loses_none(disk: Disk) -> None:
    with closing(disk.server.sign_up()) as person:
        kept = upload(person, bytes(100_000), "kept.bin")
        disk.fill()
        for size in (4_000_000, 20_000_000):
            answer = post_file(person, bytes(size), "lost.bin")
            told = refused(answer, 503, "unavailable")
            assert 0 < int(answer.headers["retry-after"]) <= 60
            assert "/" not in told["message"]
        assert person.get(kept["url"]).content == bytes(100_000)
        disk.make_room()
        assert names_on_disk(disk.server) == {kept["url"].split("/")[-1].removesuffix(".bin")}
        again = upload(person, bytes(4_000_000), "again.bin")
        assert person.get(again["url"]).content == bytes(4_000_000)
        assert ok(person.get("/api/notes")) == []
