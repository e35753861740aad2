"""What the tests of the doors say again and again: make a note, send odd bytes, look into the tables."""

import contextlib
import json
import re
import socket
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import httpx

from spote.storage import Connection, open_database
from tests.servers import PASSWORD, Server
from tests.waiting import until

Note = dict[str, Any]


def new_note(client: httpx.Client, title: str = "Note", text: str = "", **more: object) -> Note:
    answer = client.post("/api/notes", json={"title": title, "text": text, **more})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def ok(answer: httpx.Response, status: int = 200) -> Any:
    """The JSON of an answer that has this status."""
    assert answer.status_code == status, f"{answer.status_code}: {answer.text}"
    return answer.json() if answer.content else None


def wait_for_meaning(client: httpx.Client) -> None:
    """Until searches by meaning know every note: they wait for new ones, but a busy machine may take longer."""

    def is_known() -> bool:
        said = client.get("/api/notes/search", params={"q": "anything"}).headers
        return (said["X-Search-Mode"], said["X-Search-Waiting"]) == ("hybrid", "0")

    until(is_known)


def titles(answer: httpx.Response) -> list[str]:
    return [note["title"] for note in ok(answer)]


def refused(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """The body of an error, which always has a sentence and a code."""
    assert answer.status_code == status, f"{answer.status_code}: {answer.text}"
    assert answer.headers["content-type"] == "application/json"
    body = dict(answer.json())
    assert body["code"] == code, body
    assert len(body["message"]) > 10
    return body


def field_names(answer: httpx.Response) -> list[str]:
    return [error["field"] for error in answer.json()["errors"]]


def challenge(answer: httpx.Response) -> dict[str, str]:
    """The parameters of WWW-Authenticate: Bearer."""
    scheme, _, rest = answer.headers["www-authenticate"].partition(" ")
    assert scheme == "Bearer"
    pairs = (part.strip().partition("=") for part in rest.split(","))
    return {name: value.strip('"') for name, _, value in pairs}


def send_raw(
    client: httpx.Client, method: str, path: str, body: object, **headers: str
) -> httpx.Response:
    """JSON as httpx would not write it: with escaped lone surrogates, or bytes that are no JSON."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return client.request(
        method, path, content=content, headers={"Content-Type": "application/json", **headers}
    )


def sign_in(server: Server, email: str, password: str = PASSWORD) -> httpx.Client:
    client = server.client()
    ok(client.post("/api/auth/sign-in", json={"email": email, "password": password}))
    client.headers["X-CSRF-Token"] = client.cookies["spote_csrf"]
    return client


def sql(server: Server, text: str, **values: Any) -> list[tuple[Any, ...]]:
    """Looks into the tables, or sets a time in the past, beside the server."""
    with contextlib.closing(open_database(server.settings)) as database:
        return database.write_now(lambda db: db.all(text, values))


def notes_with_word(server: Server, account_id: str, word: str) -> int:
    """What the index of words has, whatever the notes say."""

    def count(db: Connection) -> int:
        match = db.words.match_query(account_id, [[word]], prefix=False, in_body=True)
        statement = f"SELECT count(*) FROM {db.words.source} WHERE {db.words.where}"
        row = db.one(statement, {"match": match, "me": account_id})
        assert row is not None
        return int(row[0])

    with contextlib.closing(open_database(server.settings)) as database:
        return database.read_now(count)


def speak(server: Server, sent: Iterable[bytes]) -> bytes:
    """What the server answers to these bytes: its first answer, or nothing where it just closes the connection.

    Raises TimeoutError where it does neither.
    """
    received = b""
    with (
        socket.create_connection(("127.0.0.1", server.port), timeout=60) as connection,
        contextlib.suppress(ConnectionError),
    ):
        with contextlib.suppress(ConnectionError):
            for part in sent:
                connection.sendall(part)
        while not _is_whole(received) and (piece := connection.recv(65536)):
            received += piece
    return received


def _is_whole(answer: bytes) -> bool:
    head, end, body = answer.partition(b"\r\n\r\n")
    length = re.search(rb"content-length: (\d+)", head)
    return bool(end) and (length is None or len(body) >= int(length[1]))


def time_of(text: str) -> datetime:
    assert text.endswith("Z"), text
    return datetime.fromisoformat(text)
