"""`spote mcp`: a client that starts a program reaches the notes through it, in both eras."""

import subprocess
import sys

import httpx
import pytest
from mcp import Client, StdioServerParameters

from tests.entrypoints.calls import new_note, ok
from tests.entrypoints.mcp.agents import MODERN, call
from tests.servers import Server, new_token


def started(server: Server, token: str) -> StdioServerParameters:
    return StdioServerParameters(
        command=sys.executable,
        args=["-m", "spote", "mcp", "--url", server.url, "--token-env", "NOTES"],
        env={"NOTES": token},
    )


@pytest.mark.engine("sqlite")
@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_a_program_reaches_the_notes(server: Server, person: httpx.Client, mode: str):
    note = new_note(person, "Zürich", "größer")
    async with Client(started(server, new_token(person)), mode=mode) as client:
        assert (client.protocol_version == MODERN) == (mode == "auto")
        assert (await call(client, "get_note", id=note["_id"]))["text"] == "größer"
        made = await call(client, "create_note", title="日本", text="x")
        uri = f"spote://note/{made['id']}"
        assert (await client.read_resource(uri)).contents[0].uri == uri
    [revision] = ok(person.get(f"/api/notes/{made['id']}/history"))
    assert revision["updated_by"]["client"].startswith("mcp ")


@pytest.mark.engine("sqlite")
def test_a_token_that_opens_nothing_is_said(server: Server):
    asking = '{"jsonrpc":"2.0","id":7,"method":"tools/list"}\n'
    done = server.run("mcp", "--url", server.url, "--token-env", "PATH", stdin=asking)
    assert '"id":7' in done.stdout
    assert "The token is not valid." in done.stdout
    absent = server.run("mcp", "--url", "http://127.0.0.1:9", "--token-env", "PATH", stdin=asking)
    assert "cannot be reached" in absent.stdout
    with pytest.raises(subprocess.CalledProcessError):
        server.run("mcp", "--token-env", "NO_SUCH_VARIABLE")
