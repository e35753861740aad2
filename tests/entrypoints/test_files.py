"""Uploading and downloading: every status, what a file is found to be, parts, tags, names.

The server on SQLite keeps the bytes in its data folder, the one on PostgreSQL in an S3 store.
"""

import contextlib
import re
import socket
from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest

from tests.entrypoints.calls import field_names, new_note, ok, refused, speak, sql
from tests.files import HTML, PNG, SVG, png, post_file, upload
from tests.s3 import S3, running_s3
from tests.servers import Server, running

MOST = 16_000_000  # bytes of a file
ROOM = 40_000_000  # bytes of an account's files
UUID = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"


@pytest.fixture(scope="module")
def s3(engine: str) -> Iterator[S3 | None]:
    if engine == "sqlite":
        yield None
        return
    with running_s3() as s3:
        yield s3


@pytest.fixture(scope="module")
def server(
    tmp_path_factory: pytest.TempPathFactory, database_url: str, s3: S3 | None
) -> Iterator[Server]:
    with running(
        tmp_path_factory.mktemp("server") / "data",
        database_url=database_url,
        sign_up="open",
        network_attempts=10_000,
        file_max_bytes=MOST,
        account_files_max_bytes=ROOM,
        **(s3.settings if s3 else {}),
    ) as server:
        yield server
        assert "Traceback" not in server.log()


@pytest.fixture
def blobs_of(server: Server, s3: S3 | None) -> Callable[[str], set[str]]:
    """What lies in the store for an account."""

    def blobs_of(account_id: str) -> set[str]:
        if s3:
            return {
                key.split("/")[-1] for key in s3.object_keys() if f"/{account_id}/" in f"/{key}"
            }
        folder = server.data / "files" / account_id
        return {file.name for file in folder.iterdir()} if folder.exists() else set()

    return blobs_of


def test_a_file_goes_in_and_comes_out_the_same(person):
    made = ok(post_file(person, PNG, "Cat.png"), 201)
    assert made == {
        "filename": "Cat.png",
        "url": made["url"],
        "mime_type": "image/png",
        "size_bytes": len(PNG),
    }
    me = ok(person.get("/api/me"))["_id"]
    assert re.fullmatch(rf"/api/files/{me}/{UUID}\.png", made["url"])
    answer = person.get(made["url"])
    assert (answer.status_code, answer.content) == (200, PNG)
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["content-length"] == str(len(PNG))
    assert answer.headers["cache-control"] == "private, max-age=3600"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-disposition"].startswith('inline; filename="Cat.png"')


def test_every_length_comes_out_the_same(person):
    for content in (b"", b"x", b"\r\n--", b"x" * 1_048_576, bytes(range(256)) * 50_000):
        assert person.get(upload(person, content, "a.bin")["url"]).content == content


KINDS = [
    (PNG, "picture.html", "image/png", "png"),
    (PNG, "no ending", "image/png", "png"),
    (b"GIF89a" + bytes(20), "x.gif", "image/gif", "gif"),
    (b"%PDF-1.7\n", "x.pdf", "application/pdf", "pdf"),
    (SVG, "drawing.png", "image/svg+xml", "svg"),
    (HTML, "notes.txt", "text/html", "html"),
    (b"\n\n <HTML><body>", "x.png", "text/html", "html"),
    ("<script>alert(1)</script>".encode("utf-16"), "x.txt", "text/html", "html"),
    (b"GIF89a<script>alert(1)</script>", "x.gif", "text/html", "html"),
    (b"BM is how this text begins", "x.bmp", "text/plain", "txt"),
    (b"alert(1)", "x.js", "text/plain", "txt"),
    (b"a,b\n1,2\n", "table.csv", "text/csv", "csv"),
    ("# Über".encode(), "x.md", "text/markdown", "md"),
    (b'{"a": 1}', "x.json", "application/json", "json"),
    (b"a,b\n\x00", "table.csv", "application/octet-stream", "bin"),
    (b"caf\xe9", "latin.txt", "application/octet-stream", "bin"),
    (b"PK\x03\x04" + bytes(30), "x.zip", "application/zip", "zip"),
    (b"PK\x03\x04" + bytes(30), "x.docx", None, "docx"),
    (b"", "x.png", "text/plain", "txt"),
]


def test_the_type_is_found_from_the_bytes(person):
    for content, filename, mime_type, ending in KINDS:
        made = ok(post_file(person, content, filename, claimed="image/png"), 201)
        assert made["url"].endswith(f".{ending}"), (content, made)
        assert mime_type is None or made["mime_type"] == mime_type
        answer = person.get(made["url"])
        assert answer.headers["content-type"].partition(";")[0] == made["mime_type"]


def test_no_browser_runs_what_is_in_a_file(person):
    for content in (SVG, HTML, b"<?xml version='1.0'?><x/>", b"\x00MZ", b"a,b\n"):
        answer = person.get(upload(person, content, "a.csv")["url"])
        assert answer.headers["content-disposition"].startswith("attachment;"), content
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert policy.endswith("sandbox")
        assert answer.headers["x-content-type-options"] == "nosniff"


NAMES = [
    ("../../etc/passwd", "passwd"),
    ("..\\..\\boot.ini", "boot.ini"),
    ("/", "file"),
    ("..", "file"),
    ("", "file"),
    ("a\u202egnp.exe", "agnp.exe"),
    ("tab\tand\x01control.txt", "tab andcontrol.txt"),
    ("e\u0301.png", "é.png"),
    ("犬の写真 🐕.png", "犬の写真 🐕.png"),
    ("x" * 5000 + ".png", "x" * 196 + ".png"),
    ("🐕" * 2000 + ".png", "🐕" * 49 + ".png"),
    ('quo"te;.png', 'quo"te;.png'),
    ("#1 100%.png", "#1 100%.png"),
]


def test_names_are_made_harmless(person):
    """As a client sends it that escapes no more than RFC 7578 asks for."""
    for given, kept in NAMES:
        escaped = given.replace('"', "%22")
        body = (
            f'--b\r\nContent-Disposition: form-data; name="file"; filename="{escaped}"\r\n\r\n'
        ).encode() + b"hello\r\n--b--\r\n"
        headers = {"Content-Type": "multipart/form-data; boundary=b"}
        made = ok(person.post("/api/upload", content=body, headers=headers), 201)
        assert made["filename"] == kept
        assert re.fullmatch(rf"/api/files/{UUID}/{UUID}\.[a-z]+", made["url"])
        answer = person.get(made["url"])
        assert answer.status_code == 200
        assert "\n" not in answer.headers["content-disposition"]


def test_parts_of_a_file(person):
    url, content = upload(person, bytes(range(200)), "a.bin")["url"], bytes(range(200))
    for asked, start, end in [
        ("bytes=0-0", 0, 1),
        ("bytes=10-19", 10, 20),
        ("bytes=190-", 190, 200),
        ("bytes=-5", 195, 200),
        ("bytes=-500", 0, 200),
        ("bytes=150-9999", 150, 200),
        ("Bytes=10-19", 10, 20),
    ]:
        answer = person.get(url, headers={"Range": asked})
        assert answer.status_code == 206, asked
        assert answer.content == content[start:end]
        assert answer.headers["content-range"] == f"bytes {start}-{end - 1}/200"
        assert answer.headers["content-length"] == str(end - start)


def test_parts_that_are_not_there(person):
    url = upload(person, bytes(range(200)), "a.bin")["url"]
    for asked in ("bytes=200-", "bytes=-0", "bytes=500-600", "bytes=200-,300-"):
        answer = person.get(url, headers={"Range": asked})
        refused(answer, 416, "no_such_part")
        assert answer.headers["content-range"] == "bytes */200"


def test_a_range_that_makes_no_sense_brings_the_whole(person):
    url = upload(person, bytes(range(200)), "a.bin")["url"]
    for asked in (
        "lines=1-2",
        "bytes",
        "bytes=",
        "bytes=5-1",
        "bytes=a-b",
        "bytes=-",
        "bytes=0-9,0-199",
    ):
        answer = person.get(url, headers={"Range": asked})
        assert (answer.status_code, answer.content) == (200, bytes(range(200))), asked


def test_several_parts_at_once(person):
    content = bytes(range(200))
    url = upload(person, content, "a.bin")["url"]
    answer = person.get(url, headers={"Range": "bytes=0-1, 100-109, -3, 900-"})
    assert answer.status_code == 206
    kind, _, boundary = answer.headers["content-type"].partition("; boundary=")
    assert kind == "multipart/byteranges"
    assert len(answer.content) == int(answer.headers["content-length"])
    parts = answer.content.split(f"\r\n--{boundary}".encode())[1:]
    assert parts.pop() == b"--\r\n"
    found = [part.partition(b"\r\n\r\n") for part in parts]
    assert [body for _, _, body in found] == [content[:2], content[100:110], content[-3:]]
    assert b"Content-Range: bytes 100-109/200" in found[1][0]


def test_tags_and_conditions(person):
    url = upload(person, PNG)["url"]
    etag = person.get(url).headers["etag"]
    assert re.fullmatch('"[0-9a-f]{32}"', etag)
    for named in (etag, f"W/{etag}", f'"other", {etag}', "*"):
        answer = person.get(url, headers={"If-None-Match": named})
        assert (answer.status_code, answer.content) == (304, b"")
        assert answer.headers["etag"] == etag
        assert answer.headers["cache-control"] == "private, max-age=3600"
    assert person.get(url, headers={"If-None-Match": '"other"'}).status_code == 200
    part = {"Range": "bytes=0-3"}
    assert person.get(url, headers={**part, "If-Range": etag}).status_code == 206
    assert person.get(url, headers={**part, "If-Range": '"other"'}).content == PNG


def test_head_says_what_get_would(person):
    url = upload(person, PNG)["url"]
    for headers in ({}, {"Range": "bytes=0-3"}, {"Range": "bytes=0-3,5-6"}):
        one, other = person.head(url, headers=headers), person.get(url, headers=headers)
        assert one.status_code == other.status_code
        assert one.content == b""
        assert one.headers["content-length"] == other.headers["content-length"]
        assert one.headers["etag"] == other.headers["etag"]
    assert person.head(url[:-3] + "gif").status_code == 404


def test_who_may_read_a_file(server, person, stranger, agent):
    url = upload(person)["url"]
    with server.client() as nobody:
        refused(nobody.get(url), 401, "not_authenticated")
        refused(post_file(nobody), 401, "not_authenticated")
        assert nobody.head(url).status_code == 401
    refused(stranger.get(url), 403, "not_allowed")
    assert person.get(url).status_code == 200
    assert agent(preset="read").get(url).status_code == 200
    refused(agent(access={"verbs": ["create"]}).get(url), 403, "insufficient_scope")
    refused(post_file(agent(preset="read")), 403, "insufficient_scope")
    assert post_file(agent(access={"verbs": ["create"]})).status_code == 201


def test_what_is_absent(person, stranger):
    url = upload(person)["url"]
    owner, name = url.split("/")[3:]
    for wrong in (
        f"/api/files/{owner}/{uuid4()}.png",
        f"/api/files/{uuid4()}/{name}",
        url.removesuffix("png") + "gif",
        url.removesuffix(".png"),
        f"{url}.png",
        f"/api/files/{owner}/x",
        f"/api/files/x/{name}",
        f"/api/files/{owner}/..%2f..%2fspote.db",
        f"/api/files/{owner}/%2e%2e",
        f"/api/files/..%2f/{name}",
        f"/api/files/{owner}/{name}%00",
    ):
        for client in (person, stranger):
            assert client.get(wrong).status_code == 404, wrong


def test_a_form_that_is_none(person):
    good = {"Content-Type": "multipart/form-data; boundary=b"}
    one = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nx\r\n'
    other = one.replace(b'"file"', b'"other"')
    refused(person.post("/api/upload", json={"file": "x"}), 415, "unsupported_type")
    refused(person.post("/api/upload", content=PNG), 415, "unsupported_type")
    refused(
        person.post("/api/upload", headers={"Content-Type": "multipart/form-data"}, content=one),
        415,
        "unsupported_type",
    )
    for body in (b"", b"x", one, b"--b--\r\n", one + b"--b\r\n", other + b"--b--\r\n"):
        refused(person.post("/api/upload", content=body, headers=good), 400, "invalid_input")
    answer = person.post("/api/upload", content=one + other + b"--b--\r\n", headers=good)
    assert field_names(answer) == ["other"]
    answer = person.post("/api/upload", content=one + one + b"--b--\r\n", headers=good)
    assert field_names(answer) == ["file"]


def test_an_upload_by_cookie_needs_the_csrf_header(person):
    del person.headers["X-CSRF-Token"]
    refused(post_file(person), 403, "csrf")


def test_the_same_key_gives_one_file(server, person, blobs_of):
    me = ok(person.get("/api/me"))["_id"]
    one = post_file(person, PNG, "a.png", **{"Idempotency-Key": "once"})
    again = post_file(person, PNG, "a.png", **{"Idempotency-Key": "once"})
    assert ok(one, 201) == ok(again, 201)
    assert again.headers["idempotent-replayed"] == "true"
    changed = post_file(person, png(2), "a.png", **{"Idempotency-Key": "once"})
    refused(changed, 409, "idempotency_conflict")
    assert sql(server, "SELECT count(*) FROM files WHERE account_id = :me", me=me) == [(1,)]
    assert blobs_of(me) == {one.json()["url"].split("/")[-1].partition(".")[0]}
    assert sql(server, "SELECT count(*) FROM stray_blobs WHERE account_id = :me", me=me) == [(0,)]


def test_nothing_is_left_of_what_was_refused(server, person, blobs_of):
    me = ok(person.get("/api/me"))["_id"]
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    cut = b'--b\r\nContent-Disposition: form-data; name="file"\r\n\r\n' + b"x" * 3_000_000
    refused(person.post("/api/upload", content=cut, headers=headers), 400, "invalid_input")
    assert blobs_of(me) == set()
    assert sql(server, "SELECT count(*) FROM stray_blobs WHERE account_id = :me", me=me) == [(0,)]


@pytest.mark.engine("sqlite")
def test_the_bytes_lie_under_the_account_and_are_not_named_by_people(server, person, blobs_of):
    me = ok(person.get("/api/me"))["_id"]
    made = upload(person, PNG, "secret plan.png")
    [name] = blobs_of(me)
    assert made["url"].endswith(f"/{name}.png")
    assert (server.data / "files" / me / name).read_bytes() == PNG
    assert (server.data / "files").stat().st_mode & 0o077 == 0


def test_too_large_a_file_is_refused_before_all_of_it_has_come(server, person, blobs_of):
    me = ok(person.get("/api/me"))["_id"]
    refused(post_file(person, bytes(MOST + 1)), 413, "too_large")
    assert post_file(person, bytes(MOST)).status_code == 201
    headers = "".join(
        f"{name}: {person.headers[name]}\r\n" for name in ("X-CSRF-Token", "User-Agent")
    )
    cookies = "; ".join(f"{name}={value}" for name, value in person.cookies.items())
    head = (
        f"POST /api/upload HTTP/1.1\r\nHost: 127.0.0.1\r\n{headers}Cookie: {cookies}\r\n"
        "Transfer-Encoding: chunked\r\nContent-Type: multipart/form-data; boundary=b\r\n\r\n"
    )
    start = b'--b\r\nContent-Disposition: form-data; name="file"\r\n\r\n'
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as connection:
        connection.sendall(head.encode() + b"%x\r\n%b\r\n" % (len(start), start))
        sent, answer = 0, b""
        while not answer:
            assert sent < MOST * 3, "the server reads for ever"
            connection.settimeout(30)
            connection.sendall(b"10000\r\n" + bytes(65536) + b"\r\n")
            sent += 65536
            connection.settimeout(0.001)
            with contextlib.suppress(TimeoutError):
                answer = connection.recv(65536)
        connection.settimeout(30)
        while b"\r\n\r\n{" not in answer:
            answer += connection.recv(65536)
    assert answer.startswith(b"HTTP/1.1 413")
    assert b'"too_large"' in answer
    assert len(blobs_of(me)) == 1
    assert sql(server, "SELECT count(*) FROM stray_blobs WHERE account_id = :me", me=me) == [(0,)]


def test_too_large_a_file_that_is_announced_is_refused_at_once(server, agent):
    token = agent().headers["Authorization"]
    head = (
        f"POST /api/upload HTTP/1.1\r\nHost: x\r\nAuthorization: {token}\r\nContent-Length: {10**12}\r\n"
        "Content-Type: multipart/form-data; boundary=b\r\n\r\n"
    )
    assert speak(server, [head.encode()]).startswith(b"HTTP/1.1 413")


def test_an_account_has_room_for_so_much(server, person, stranger):
    for _ in range(4):
        upload(person, bytes(ROOM // 4), "a.bin")
    refused(post_file(person, b"x"), 413, "quota_exceeded")
    assert post_file(stranger, b"x").status_code == 201


def test_a_token_that_is_revoked_during_an_upload_leaves_nothing(server, person, agent, blobs_of):
    me = ok(person.get("/api/me"))["_id"]
    client = agent("Uploader")
    [token] = [one for one in ok(person.get("/api/settings/token")) if one["label"] == "Uploader"]

    def body():
        yield b'--b\r\nContent-Disposition: form-data; name="file"\r\n\r\n'
        yield bytes(8_000_000)
        ok(person.delete(f"/api/settings/token/{token['_id']}"), 204)
        yield b"the end\r\n--b--\r\n"

    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    answer = client.post("/api/upload", content=body(), headers=headers)
    refused(answer, 401, "invalid_token")
    assert blobs_of(me) == set()
    assert sql(server, "SELECT count(*) FROM stray_blobs WHERE account_id = :me", me=me) == [(0,)]


def test_a_note_says_which_files_its_text_refers_to(person):
    made = upload(person)
    note = new_note(person, "Cat", f"![cat]({made['url']})")
    assert note["attachments"] == [made]
