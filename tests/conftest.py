"""What tests of every kind share: a running server, people with sessions, agents with tokens."""

from collections.abc import Callable, Iterator
from contextlib import closing

import httpx
import pytest

from tests.servers import Server, new_token, running


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for the tests of a file; anybody may sign up."""
    with running(
        tmp_path_factory.mktemp("server") / "data", sign_up="open", network_attempts=10_000
    ) as server:
        yield server
        assert "Traceback" not in server.log()


@pytest.fixture
def person(server: Server, fresh_email: str) -> Iterator[httpx.Client]:
    """A new account, signed in."""
    with closing(server.sign_up(fresh_email)) as client:
        yield client


@pytest.fixture
def stranger(server: Server, fresh_email: str) -> Iterator[httpx.Client]:
    """Another new account, signed in."""
    with closing(server.sign_up(f"other-{fresh_email}", "Stranger")) as client:
        yield client


@pytest.fixture
def agent(server: Server, person: httpx.Client) -> Iterator[Callable[..., httpx.Client]]:
    """`agent(preset="read")` is a client with a new token of the person's."""
    clients: list[httpx.Client] = []

    def make(label: str = "My Script", **wishes: object) -> httpx.Client:
        clients.append(server.client(new_token(person, label, **wishes)))
        return clients[-1]

    yield make
    for client in clients:
        client.close()


@pytest.fixture
def fresh_email(request: pytest.FixtureRequest) -> str:
    return f"{abs(hash(request.node.nodeid))}@example.org"
