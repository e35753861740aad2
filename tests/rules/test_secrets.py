"""A server is used rightly and wrongly with tokens, passwords and sessions; then none of them is found anywhere."""

import json
import re
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import httpx
import psycopg
import pytest

from tests.entrypoints.calls import new_note, ok, send_raw, speak
from tests.postgresql import emptied
from tests.servers import PASSWORD, Server, running

NEW_PASSWORD = "another horse battery"
WRONG_PASSWORD = "mistaken horse battery"
PART = 12  # hexadecimal digits of a token that nobody may find either


class Scenario:
    """What was secret, and every answer that should not have shown it."""

    def __init__(self, server: Server, database_url: str) -> None:
        self.server = server
        self.database_url = database_url
        self.tokens: list[str] = []
        self.others = [PASSWORD, NEW_PASSWORD, WRONG_PASSWORD]
        self.answers: list[str] = []

    def keep(self, answer: httpx.Response) -> None:
        self.answers.append(f"{answer.headers}\n{answer.text}")


@pytest.fixture(scope="module", params=["json", "text"])
def scenario(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest, database_url: str
) -> Iterator[Scenario]:
    data = tmp_path_factory.mktemp("secrets") / "data"
    settings = {"log_level": "debug", "log_format": request.param, "network_attempts": 10_000}
    with running(
        data, database_url=database_url and emptied(database_url), sign_up="open", **settings
    ) as server:
        scenario = Scenario(server, database_url)
        with closing(server.sign_up()) as person:
            use_rightly(scenario, person)
            for token in list(scenario.tokens):
                use_wrongly(scenario, person, token)
            change_the_password(scenario, person)
        server.stop()
        server.restart()
        yield scenario


def use_rightly(scenario: Scenario, person: httpx.Client) -> None:
    path, key = "/api/settings/token", {"Idempotency-Key": "key"}
    scenario.others.append(person.cookies["spote_session"])
    made = ok(person.post(path, json={"label": "kept"}, headers=key), 201)
    person.post(path, json={"label": "kept"}, headers=key)
    rotated = ok(person.post(f"{path}/{made['_id']}/rotate", json={}, headers=key))
    other = ok(person.post(path, json={"label": "other"}), 201)
    scenario.tokens += [made["token"], rotated["token"], other["token"]]
    with scenario.server.client(rotated["token"]) as agent:
        note = new_note(agent, "Title", "text")
        agent.put(f"/api/notes/{note['_id']}", json={"text": "more"})
        scenario.keep(agent.get("/api/notes"))
        scenario.keep(agent.get(f"{path}/self"))
        scenario.keep(agent.get(path))
    ok(person.delete(f"{path}/{other['_id']}"), 204)


def use_wrongly(scenario: Scenario, person: httpx.Client, token: str) -> None:
    with scenario.server.client(token) as agent, scenario.server.client() as nobody:
        for client in (agent, person, nobody):
            for answer in misplaced(client, token):
                scenario.keep(answer)
        for header in (token, f"Basic {token}", f"Bearer {token}{token}", f"Token {token}"):
            scenario.keep(nobody.get("/api/notes", headers={"Authorization": header}))
        scenario.keep(nobody.get("/api/notes", headers={"Cookie": f"spote_session={token}"}))
        scenario.keep(nobody.get("/api/notes", headers={"X-Forwarded-For": token}))
    for line in (f"GET /{token}\x00 HTTP/1.1\r\n\r\n", f"{token} / HTTP/1.1\r\nHost: x\r\n\r\n"):
        with suppress(TimeoutError):
            scenario.answers.append(speak(scenario.server, [line.encode()]).decode("latin-1"))


def misplaced(client: httpx.Client, token: str) -> Iterator[httpx.Response]:
    """Where somebody may put a token by mistake."""
    for before in ("", "x" * 75, "x" * 90):
        yield client.post("/api/notes", json={"title": "x", "text": "", before + token: 1})
        yield client.post("/api/settings/token", json={"label": before + token})
    yield client.post("/api/settings/token", json={"label": "x", "access": {token: [token]}})
    yield client.post("/api/settings/token", json={"label": "x", "preset": token})
    yield client.post("/api/tokens/report", json={token: "x"})
    yield client.post("/api/auth/sign-in", json={"email": token, "password": token})
    yield client.get("/api/notes", params={"token": token, "limit": token})
    yield client.get("/api/notes", params={"access_token": token, "sort": token})
    yield client.get("/api/notes/search", params={"q": token, "mode": token})
    yield client.get(f"/api/notes/{token}")
    yield client.get(f"/api/notes/{token}/history/{token}")
    yield client.get(f"/{token}")
    yield client.delete(f"/api/settings/token/{token}")
    yield client.put("/api/notes/x", json={"title": "x"}, headers={"If-Match": token})
    yield client.get("/healthz", headers={"User-Agent": token, "X-Request-ID": token})
    for before in ("", "x" * 180, "x" * 190):
        yield client.get("/api/notes", headers={"User-Agent": before + token})
    yield client.get("/api/notes", headers={"X-Request-ID": token, "Referer": token})
    headers = {"Idempotency-Key": token, "Origin": f"https://{token}.example"}
    yield client.post("/api/settings/token", json={"label": "keyed"}, headers=headers)
    yield client.post("/api/notes", json={"titel": token}, headers={"Content-Type": token})
    yield send_raw(client, "POST", "/api/notes", f'{{"title": {token}'.encode())
    yield client.request(f"GET{token}".upper()[:20], "/api/notes")


def change_the_password(scenario: Scenario, person: httpx.Client) -> None:
    for current in (WRONG_PASSWORD, PASSWORD):
        body = {"current_password": current, "new_password": NEW_PASSWORD}
        scenario.keep(person.post("/api/me/password", json=body, headers={"Idempotency-Key": "p"}))
    with scenario.server.client() as nobody:
        for password in (PASSWORD, NEW_PASSWORD):
            body = {"email": "ada@example.org", "password": password}
            answer = nobody.post("/api/auth/sign-in", json=body, headers={"Idempotency-Key": "s"})
            if answer.status_code == 200:
                scenario.others.append(nobody.cookies["spote_session"])
            scenario.keep(nobody.post("/api/auth/sign-up", json={**body, "x": 1}))


def forbidden(scenario: Scenario) -> re.Pattern[bytes]:
    """Any part of a token long enough to be of use, in any case, and the other secrets as they are."""
    parts = {
        digits[start : start + PART]
        for digits in (token.removeprefix("spote_") for token in scenario.tokens)
        for start in range(len(digits) - PART + 1)
    }
    text = "|".join([*(f"(?i:{part})" for part in parts), *map(re.escape, scenario.others)])
    return re.compile(text.encode())


def found_in(content: bytes, pattern: re.Pattern[bytes]) -> str:
    hit = pattern.search(content)
    return "" if hit is None else repr(content[max(0, hit.start() - 120) : hit.end() + 40])


def test_the_scenario_is_one(scenario: Scenario) -> None:
    assert len(scenario.tokens) == 3
    assert len(scenario.answers) > 250
    assert found_in(scenario.tokens[0].encode(), forbidden(scenario))
    assert found_in(json.dumps({"x": PASSWORD}).encode(), forbidden(scenario))


def test_no_secret_stands_in_an_answer(scenario: Scenario) -> None:
    pattern = forbidden(scenario)
    for answer in scenario.answers:
        assert found_in(answer.encode(), pattern) == ""


def test_no_secret_stands_in_the_log(scenario: Scenario) -> None:
    log = scenario.server.log_file.read_bytes()
    assert len(log) > 10_000
    assert found_in(log, forbidden(scenario)) == ""


def test_no_secret_stands_in_the_data(scenario: Scenario) -> None:
    files = [file for file in scenario.server.data.rglob("*") if file.is_file()]
    if not scenario.database_url:
        assert {"spote.db", "spote.db-wal"} <= {file.name for file in files}
    for file in files:
        assert found_in(read(file), forbidden(scenario)) == "", file.name
    tables = dict(rows_of_tables(scenario.database_url)) if scenario.database_url else {}
    assert not scenario.database_url or tables["tokens"]
    for name, rows in tables.items():
        assert found_in(rows, forbidden(scenario)) == "", name


def rows_of_tables(database_url: str) -> Iterator[tuple[str, bytes]]:
    """Every value of each table, one after the other."""
    with psycopg.connect(database_url) as connection:
        names = connection.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"
        ).fetchall()
        for (name,) in names:
            rows = connection.execute(f"SELECT * FROM {name}".encode()).fetchall()
            values = (value for row in rows for value in row)
            yield (
                name,
                b"\n".join(it if isinstance(it, bytes) else str(it).encode() for it in values),
            )


def read(file: Path) -> bytes:
    return file.read_bytes()


def test_nothing_went_wrong_on_the_way(scenario: Scenario) -> None:
    assert "Traceback" not in scenario.server.log()
    assert not [answer for answer in scenario.answers if '"internal_error"' in answer]
