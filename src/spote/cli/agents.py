"""`spote mcp`: a bridge for agents' clients that cannot speak HTTP."""

import asyncio
import os
import sys
from typing import Annotated

import typer


def add_to(app: typer.Typer) -> None:
    app.command("mcp")(mcp)


def mcp(
    url: Annotated[
        str, typer.Option(help="The server, as https://notes.example.org.")
    ] = "http://127.0.0.1:8000",
    token_env: Annotated[
        str, typer.Option(help="The environment variable that holds the token.")
    ] = "SPOTE_TOKEN",
) -> None:
    """Speak MCP on standard input and output, for clients that start a program. Others use the server's /mcp."""
    from spote.entrypoints.mcp import bridge

    token = os.environ.get(token_env, "").strip()
    if not token:
        sys.exit(f"Put a token into the environment variable {token_env}: Settings → tokens.")
    door = url.rstrip("/").removesuffix("/mcp") + "/mcp"
    asyncio.run(bridge.run(door, token, sys.stdin.buffer, sys.stdout.buffer))
