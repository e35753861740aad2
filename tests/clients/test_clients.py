"""The doors for agents as clients see them that nobody here wrote."""

import json
import os
import pty
import re
import select
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from mcp import Client, StdioServerParameters

from tests.clients.bearer import with_token
from tests.clients.conftest import BIN, HERE, Run
from tests.entrypoints.calls import new_note, ok
from tests.entrypoints.mcp.agents import call
from tests.entrypoints.oauth.flow import App, agree
from tests.servers import Server, free_port, new_token

pytestmark = [pytest.mark.clients, pytest.mark.engine("sqlite"), pytest.mark.timeout(300)]

DOORS = {"http": "mcp", "sse": "sse"}
SCENARIOS = {
    "2026-07-28": (
        "tools-list",
        "resources-list",
        "prompts-list",
        "completion-complete",
        "caching",
        "http-header-validation",
        "dns-rebinding-protection",
        "sep-2164-resource-not-found",
    ),
    "2025-11-25": ("server-initialize", "ping", "tools-list", "resources-list", "prompts-list"),
}


@pytest.mark.parametrize("transport", DOORS)
def test_the_inspector_lists_calls_and_reads(
    server: Server, person: httpx.Client, run: Run, transport: str
):
    note, token = new_note(person, "Plan", "the plan"), new_token(person)
    door = f"{server.url}/{DOORS[transport]}"

    def inspect(*more: str, bearer: str = token) -> subprocess.CompletedProcess[str]:
        header = ("--header", f"Authorization: Bearer {bearer}")
        return run("inspector", "--cli", door, "--transport", transport, *header, *more)

    listed = inspect("--method", "tools/list")
    assert listed.returncode == 0, listed.stderr
    assert "search_notes" in listed.stdout
    made = inspect(
        *("--method", "tools/call", "--tool-name", "create_note"),
        *("--tool-arg", "title=New", "--tool-arg", "text=text"),
    )
    assert json.loads(made.stdout)["structuredContent"]["title"] == "New"
    uri = f"spote://note/{note['_id']}"
    assert "the plan" in inspect("--method", "resources/read", "--uri", uri).stdout
    assert "what_do_i_know" in inspect("--method", "prompts/list").stdout
    assert inspect("--method", "tools/list", bearer="spote_" + "0" * 32).returncode != 0


def test_claude_code_says_whether_it_is_connected(server: Server, person: httpx.Client, run: Run):
    token = new_token(person)
    for transport, door in DOORS.items():
        add_to_claude(run, transport, f"{server.url}/{door}", token)
    add_to_claude(run, "http", f"{server.url}/mcp", "spote_" + "0" * 32, name="bad")
    said = run("claude", "mcp", "list").stdout
    for transport in DOORS:
        assert re.search(rf"^spote-{transport}: .*Connected", said, re.MULTILINE), said
    assert re.search(r"^bad: .*Failed to connect.*401", said, re.MULTILINE), said
    assert "The token is not valid." in said


def add_to_claude(run: Run, transport: str, url: str, token: str, *, name: str = "") -> None:
    add = ("claude", "mcp", "add", "--scope", "user", "--transport", transport)
    header = ("--header", f"Authorization: Bearer {token}")
    assert run(*add, name or f"spote-{transport}", url, *header).returncode == 0


def test_claude_code_gets_in_by_consent(
    server: Server, person: httpx.Client, run: Run, environment: dict[str, str], tmp_path: Path
):
    add = ("claude", "mcp", "add", "--scope", "user", "--transport", "http")
    run(*add, "spote", f"{server.url}/mcp")
    assert "Needs authentication" in run("claude", "mcp", "list").stdout
    command = ["claude", "mcp", "login", "spote", "--no-browser"]
    said = at_a_terminal(command, environment, tmp_path, lambda path: consent(person, path))
    assert 'Authenticated with "spote"' in said
    assert "Connected" in run("claude", "mcp", "list").stdout
    assert [app["name"] for app in ok(person.get("/api/settings/apps"))] == ["Claude Code (spote)"]


def test_codex_gets_in_by_consent(
    server: Server, person: httpx.Client, environment: dict[str, str], tmp_path: Path
):
    def come_back(path: str) -> None:
        assert httpx.get(consent(person, path), timeout=30).status_code == 200

    command = ["codex", "mcp", "add", "spote", "--url", f"{server.url}/mcp"]
    said = at_a_terminal(command, environment, tmp_path, come_back)
    assert "Successfully logged in" in said
    assert [app["name"] for app in ok(person.get("/api/settings/apps"))] == ["Codex"]


def consent(person: httpx.Client, path: str) -> str:
    """Where the person's browser is sent then."""
    return agree(person, person.get(path)).headers["location"]


def at_a_terminal(
    command: list[str],
    environment: dict[str, str],
    folder: Path,
    decide: Callable[[str], str | None],
) -> str:
    """All that it says. Once it names the page of consent, what `decide` gives is typed."""
    ours, theirs = pty.openpty()
    wide = {**environment, "COLUMNS": "2000"}
    process = subprocess.Popen(
        command,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=wide,
        cwd=folder,
        start_new_session=True,
    )
    os.close(theirs)
    said, decided, until = "", False, time.monotonic() + 90
    while time.monotonic() < until:
        if select.select([ours], [], [], 0.5)[0]:
            try:
                said += os.read(ours, 65536).decode(errors="replace")
            except OSError:
                break  # it has ended
        elif not decided and (page := re.search(r"/oauth/authorize\?[^\s\x1b\x07]+", said)):
            decided = True
            if typed := decide(page[0]):
                os.write(ours, f"{typed}\r".encode())
        elif process.poll() is not None:
            break
    process.kill()
    process.wait()
    os.close(ours)
    return said


@pytest.mark.parametrize("transport", DOORS)
@pytest.mark.parametrize("generation", ["1", "2"])
def test_the_typescript_sdk_speaks_to_both_doors(
    server: Server, person: httpx.Client, run: Run, transport: str, generation: str
):
    url, token = f"{server.url}/{DOORS[transport]}", new_token(person)
    done = run("node", str(HERE / "sdk.mjs"), generation, transport, url, token)
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    assert "get_note" in seen["tools"]
    assert (seen["text"], len(seen["prompts"])) == ("x", 2)
    [revision] = ok(person.get(f"/api/notes/{seen['id']}/history"))
    assert revision["updated_by"]["client"] == f"ts {generation}"


@pytest.mark.parametrize("transport", DOORS)
async def test_mcp_remote_passes_everything_on(
    server: Server, person: httpx.Client, environment: dict[str, str], transport: str
):
    note, token = new_note(person, "Plan", "the plan"), new_token(person)
    started = StdioServerParameters(
        command=str(BIN / "mcp-remote"),
        args=[
            f"{server.url}/{DOORS[transport]}",
            *("--transport", f"{transport}-only", "--allow-http"),
            *("--header", f"Authorization: Bearer {token}"),
        ],
        env=environment,
    )
    async with Client(started, mode="legacy") as client:
        assert (await call(client, "get_note", id=note["_id"]))["text"] == "the plan"


class SuiteServer(Server):
    command = ("-m", "tests.clients.suite.app")


@pytest.fixture(scope="module")
def suite_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server with the suite's own tools besides, for its client without a token."""
    server = SuiteServer(tmp_path_factory.mktemp("suite") / "data", sign_up="open")
    try:
        with (
            closing(server.sign_up()) as person,
            with_token(server.port, new_token(person)) as url,
        ):
            yield url
    finally:
        server.stop()


@pytest.mark.parametrize("revision", SCENARIOS)
def test_the_conformance_suites_requirements_are_met(suite_url: str, run: Run, revision: str):
    """What is not scored, as the extension `tasks`, does not count."""
    done = run("conformance", "server", "--url", f"{suite_url}/suite", "--requirements", revision)
    assert done.returncode == 0, done.stdout[-5000:]
    passed = re.findall(r"✓ ([\w-]+): [1-9]\d* passed, 0 failed", done.stdout)
    assert len(passed) >= 30


def test_our_own_door_keeps_no_state(suite_url: str, run: Run):
    suite = ("conformance", "server", "--url", f"{suite_url}/mcp", "--spec-version", "2026-07-28")
    done = run(*suite, "--scenario", "server-stateless")
    assert done.returncode == 0, done.stdout[-5000:]
    assert " 0 failed" in done.stdout


@pytest.mark.parametrize("revision", SCENARIOS)
def test_the_authorization_server_passes_the_suite(
    server: Server,
    person: httpx.Client,
    environment: dict[str, str],
    tmp_path: Path,
    revision: str,
):
    def come_back(path: str) -> None:
        assert httpx.get(consent(person, path), timeout=30).status_code == 200

    port = free_port()
    app = App(server, f"http://127.0.0.1:{port}/callback").register()
    command = ["conformance", "authorization", "--url", server.url, "--client-id", app.client_id]
    more = ["--resource", f"{server.url}/mcp", "--port", str(port), "--spec-version", revision]
    said = at_a_terminal([*command, *more], environment, tmp_path, come_back)
    for scenario in ("authorization-server-metadata-endpoint", "authorization-code-grant"):
        assert re.search(rf"✓ {scenario}: [1-9]\d* passed, 0 failed", said), said[-5000:]


@pytest.mark.parametrize(
    ("version", "scenario"), [(version, one) for version, all_ in SCENARIOS.items() for one in all_]
)
def test_the_conformance_suite_passes(
    server: Server, person: httpx.Client, run: Run, version: str, scenario: str
):
    new_note(person)
    with with_token(server.port, new_token(person)) as url:
        suite = ("conformance", "server", "--url", f"{url}/mcp", "--spec-version", version)
        done = run(*suite, "--scenario", scenario)
    assert done.returncode == 0, done.stdout[-3000:]
    assert " 0 failed" in done.stdout
