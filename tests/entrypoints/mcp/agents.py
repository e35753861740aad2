"""Clients of the doors for agents, as the SDK writes them, over each door and era."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
from anyio import BrokenResourceError
from mcp import Client
from mcp.client.sse import sse_client
from mcp.client.streamable_http import streamable_http_client

from tests.servers import Server

DOORS = ("modern", "legacy", "sse")
MODERN = "2026-07-28"


@asynccontextmanager
async def connected(
    server: Server, token: str, door: str = "modern", **options: Any
) -> AsyncIterator[Client]:
    """`modern` is /mcp at 2026-07-28, `legacy` /mcp at 2025-11-25, `sse` the older transport."""
    headers = {"Authorization": f"Bearer {token}"}
    if door == "sse":
        try:
            transport = sse_client(f"{server.url}/sse", headers=headers)
            async with Client(transport, **options) as client:
                yield client
        except* BrokenResourceError:
            pass  # the client stumbles over news that come while it leaves
        return
    if door == "legacy":
        options["mode"] = "legacy"
    async with httpx2.AsyncClient(headers=headers, timeout=30) as http:
        streamable = streamable_http_client(f"{server.url}/mcp", http_client=http)
        async with Client(streamable, **options) as client:
            yield client


async def call(client: Client, tool: str, **arguments: Any) -> dict[str, Any]:
    """The answer, which is the same as structured content and as text."""
    result = await client.call_tool(tool, arguments)
    assert not result.is_error, result.content
    return dict(result.structured_content)


async def refusal(client: Client, tool: str, **arguments: Any) -> str:
    """What a tool says that does not do it."""
    result = await client.call_tool(tool, arguments)
    assert result.is_error, result.structured_content
    return "\n".join(part.text for part in result.content if part.type == "text")
