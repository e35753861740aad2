"""What tests of every kind share: both database engines, a running server, people with sessions, agents with tokens."""

import signal
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import httpx
import pytest

from tests.postgresql import QUICK, PostgreSQL, running_postgresql
from tests.servers import Server, new_token, running

ENGINES = ("sqlite", "postgresql")


def pytest_configure() -> None:
    """Where a script runs the tests in the background, the programs they start would not hear Ctrl-C either."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """What uses a database runs on both engines, or on those that the mark `engine` names."""
    if "engine" in metafunc.fixturenames:
        mark = metafunc.definition.get_closest_marker("engine")
        metafunc.parametrize("engine", mark.args if mark else ENGINES, scope="module")


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQL]:
    """One server for all tests; it starts when the first one needs it."""
    with running_postgresql(**QUICK) as server:
        yield server


@pytest.fixture(scope="module")
def database_url(engine: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """A database for the tests of a file: the setting of that name, empty for SQLite."""
    with _new_database(engine, request) as url:
        yield url


@pytest.fixture
def new_database_url(engine: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """As `database_url`, for one test alone."""
    with _new_database(engine, request) as url:
        yield url


@contextmanager
def _new_database(engine: str, request: pytest.FixtureRequest) -> Iterator[str]:
    if engine == "sqlite":
        yield ""
        return
    postgresql: PostgreSQL = request.getfixturevalue("postgresql")
    url = postgresql.new_database(postgresql.template)
    yield url
    postgresql.drop_database(url)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, database_url: str) -> Iterator[Server]:
    """One server for the tests of a file; anybody may sign up."""
    with running(
        tmp_path_factory.mktemp("server") / "data",
        database_url=database_url,
        sign_up="open",
        network_attempts=10_000,
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
