"""How often: requests of a token in a minute, attempts to sign in, sign up and report."""

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime

import httpx
import pytest

from tests.entrypoints.calls import ok, refused, sign_in, time_of, wait_for_meaning
from tests.servers import PASSWORD, Server, new_token, running
from tests.waiting import QUARTER, within_a_window

WRONG = "wrong horse battery"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """With low limits, and networks told apart by a proxy that is trusted."""
    with running(
        tmp_path_factory.mktemp("limits") / "data",
        sign_up="open",
        sign_in_attempts=3,
        network_attempts=5,
        requests_per_minute=20,
        trusted_proxies="127.0.0.1",
    ) as server:
        yield server


@pytest.fixture(autouse=True)
def _not_across_the_end_of_a_window() -> None:
    """Attempts count in quarters of hours on the clock."""
    within_a_window(30, QUARTER)


@pytest.fixture
def at(server: Server, request: pytest.FixtureRequest) -> Iterator[Callable[[str], httpx.Client]]:
    """`at("192.0.2.1")` is a client of that address."""
    clients: list[httpx.Client] = []

    def make(address: str) -> httpx.Client:
        clients.append(server.client())
        clients[-1].headers["X-Forwarded-For"] = address
        return clients[-1]

    yield make
    for client in clients:
        client.close()


def attempt(client: httpx.Client, email: str, password: str = WRONG) -> httpx.Response:
    return client.post("/api/auth/sign-in", json={"email": email, "password": password})


def limited(answer: httpx.Response, seconds: int) -> None:
    refused(answer, 429, "limit_reached")
    assert 0 < int(answer.headers["retry-after"]) <= seconds


def sign_up(client: httpx.Client, email: str) -> httpx.Response:
    return client.post("/api/auth/sign-up", json={"email": email, "password": PASSWORD})


def test_an_address_has_few_attempts_from_wherever(
    at: Callable[[str], httpx.Client],
) -> None:
    ok(sign_up(at("192.0.2.1"), "ada@example.org"), 201)
    for n in range(3):
        refused(attempt(at(f"192.0.2.{10 + n}"), "Ada@Example.org"), 401, "not_authenticated")
    limited(attempt(at("192.0.2.20"), "ada@example.org"), 900)
    limited(attempt(at("192.0.2.21"), "ADA@example.org", PASSWORD), 900)
    refused(attempt(at("192.0.2.22"), "bob@example.org"), 401, "not_authenticated")


def test_an_unknown_address_has_as_few(at: Callable[[str], httpx.Client]) -> None:
    for n in range(3):
        refused(attempt(at(f"192.0.2.{30 + n}"), "ghost@example.org"), 401, "not_authenticated")
    limited(attempt(at("192.0.2.40"), "ghost@example.org"), 900)


def test_a_network_has_few_attempts_at_whomever(at: Callable[[str], httpx.Client]) -> None:
    for n in range(5):
        answer = attempt(at("198.51.100.1"), f"someone{n}@example.org")
        refused(answer, 401, "not_authenticated")
    limited(attempt(at("198.51.100.1"), "another@example.org"), 900)
    refused(attempt(at("198.51.100.2"), "another@example.org"), 401, "not_authenticated")


def test_addresses_of_one_ipv6_network_count_as_one(at: Callable[[str], httpx.Client]) -> None:
    addresses = [
        "2001:db8::1",
        "2001:db8::1:2:3:4",
        "2001:0db8:0:0:ffff::",
        "2001:db8:0:0:1::",
        "2001:db8::a",
    ]
    for n, address in enumerate(addresses):
        refused(attempt(at(address), f"six{n}@example.org"), 401, "not_authenticated")
    limited(attempt(at("2001:db8::dead:beef"), "more@example.org"), 900)
    refused(attempt(at("2001:db8:0:1::1"), "more@example.org"), 401, "not_authenticated")


def test_ipv4_at_an_ipv6_socket_is_told_apart(at: Callable[[str], httpx.Client]) -> None:
    for n in range(5):
        answer = attempt(at("::ffff:192.0.2.80"), f"mapped{n}@example.org")
        refused(answer, 401, "not_authenticated")
    limited(attempt(at("192.0.2.80"), "mapped@example.org"), 900)
    refused(attempt(at("::ffff:192.0.2.81"), "mapped@example.org"), 401, "not_authenticated")


def test_success_gives_the_attempts_back(server: Server, at: Callable[[str], httpx.Client]) -> None:
    ok(sign_up(at("192.0.2.50"), "eve@example.org"), 201)
    for n in range(4):
        refused(attempt(at(f"192.0.2.{90 + n}"), "eve@example.org"), 401, "not_authenticated")
        ok(attempt(at("192.0.2.51"), "eve@example.org", PASSWORD))


def test_sign_ups_of_a_network_are_limited(at: Callable[[str], httpx.Client]) -> None:
    for n in range(5):
        ok(sign_up(at("203.0.113.1"), f"new{n}@example.org"), 201)
    limited(sign_up(at("203.0.113.1"), "new9@example.org"), 900)
    ok(sign_up(at("203.0.113.2"), "new9@example.org"), 201)


def test_reports_of_a_network_are_limited(at: Callable[[str], httpx.Client]) -> None:
    for _ in range(5):
        ok(at("203.0.113.9").post("/api/tokens/report", json={"token": "x"}))
    limited(at("203.0.113.9").post("/api/tokens/report", json={"token": "x"}), 900)


def test_the_password_of_a_session_is_guessed_only_a_few_times(
    server: Server, at: Callable[[str], httpx.Client]
) -> None:
    ok(sign_up(at("192.0.2.60"), "fay@example.org"), 201)
    with closing(sign_in(server, "fay@example.org")) as person:
        change = {"current_password": WRONG, "new_password": "brand new horse"}
        for _ in range(3):
            refused(person.post("/api/me/password", json=change), 403, "wrong_password")
        limited(person.post("/api/me/password", json=change), 900)
        right = {"current_password": PASSWORD, "new_password": "brand new horse"}
        limited(person.post("/api/me/password", json=right), 900)
        limited(person.request("DELETE", "/api/me", json={"password": PASSWORD}), 900)


def test_a_token_has_its_requests_in_a_minute(
    server: Server, at: Callable[[str], httpx.Client]
) -> None:
    ok(sign_up(at("192.0.2.70"), "gil@example.org"), 201)
    with closing(sign_in(server, "gil@example.org")) as person:
        with server.client(new_token(person)) as agent:
            within_a_window(15)
            budget = ok(agent.get("/api/settings/token/self"))["budget"]
            assert (budget["limit"], budget["remaining"]) == (20, 19)
            assert 0 < (time_of(budget["resets_at"]) - datetime.now(UTC)).total_seconds() <= 60
            for _ in range(19):
                assert agent.get("/api/notes").status_code == 200
            limited(agent.get("/api/notes"), 60)
            limited(agent.post("/api/notes", json={"title": "x", "text": ""}), 60)
            limited(agent.post("/api/notes", json={"titel": "x"}), 60)
        assert ok(person.get("/api/notes")) == []
        with server.client(new_token(person, "other")) as other:
            assert other.get("/api/notes").status_code == 200


@pytest.mark.parametrize("mode", ["hybrid", "semantic", "keyword"])
def test_a_search_is_one_request_however_it_searches(
    server: Server, at: Callable[[str], httpx.Client], mode: str
) -> None:
    with closing(server.sign_up(f"{mode}@example.org")) as person:
        person.post("/api/notes", json={"title": "Ship", "text": "It sails."})
        wait_for_meaning(person)
        token = new_token(person)
        note = ok(person.get("/api/notes"))[0]["_id"]
    with server.client(token) as agent:
        within_a_window(10)
        before = remaining(agent)
        ok(agent.get("/api/notes/search", params={"q": "boat", "mode": mode}))
        ok(agent.get(f"/api/notes/similar/{note}"))
        assert remaining(agent) == before - 3  # with the question itself


def remaining(agent: httpx.Client) -> int:
    return int(ok(agent.get("/api/settings/token/self"))["budget"]["remaining"])
