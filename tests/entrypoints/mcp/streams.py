"""Open streams of every kind, read line by line as they come."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx

from tests.entrypoints.mcp.agents import MODERN
from tests.waiting import until_async

KINDS = ("sse", "get", "listen")
META = {
    "io.modelcontextprotocol/protocolVersion": MODERN,
    "io.modelcontextprotocol/clientCapabilities": {},
}


class OpenStream:
    """`ended` is the moment, by time.monotonic(), when the server ended it."""

    def __init__(self, lines: AsyncIterator[str]) -> None:
        self.messages: list[dict[str, Any]] = []
        self.lines: list[str] = []
        self.ended: float | None = None
        self._lines = lines
        self._task = asyncio.create_task(self._read())

    async def _read(self) -> None:
        try:
            async for line in self._lines:
                self.lines.append(line)
                if line.startswith("data: {"):
                    self.messages.append(json.loads(line.removeprefix("data: ")))
        except httpx.TransportError:
            pass
        self.ended = time.monotonic()

    async def until_ended(self) -> float:
        await asyncio.wait_for(asyncio.shield(self._task), 60)
        assert self.ended is not None
        return self.ended

    async def until(self, count: int) -> list[dict[str, Any]]:
        """The messages, once there are so many."""
        await until_async(lambda: len(self.messages) >= count)
        return self.messages

    async def until_line(self, begin: str) -> str:
        """The first line that begins so."""
        return await until_async(
            lambda: next((line for line in self.lines if line.startswith(begin)), None)
        )

    def cancel(self) -> None:
        self._task.cancel()


@asynccontextmanager
async def opened(
    url: str, token: str, kind: str, uris: list[str] | None = None, session: str = ""
) -> AsyncIterator[OpenStream]:
    headers = {"Authorization": f"Bearer {token}", "Accept": "application/json, text/event-stream"}
    request: dict[str, Any] = {"method": "GET", "url": f"{url}/{'sse' if kind == 'sse' else 'mcp'}"}
    if session:
        headers["Mcp-Session-Id"] = session
    if kind == "listen":
        wished = {
            "toolsListChanged": True,
            "resourcesListChanged": True,
            "resourceSubscriptions": uris or [],
        }
        body = {"jsonrpc": "2.0", "id": 1, "method": "subscriptions/listen"}
        params = {"_meta": META, "notifications": wished}
        request |= {"method": "POST", "json": {**body, "params": params}}
        headers |= {"MCP-Protocol-Version": MODERN, "Mcp-Method": "subscriptions/listen"}
    async with (
        httpx.AsyncClient(timeout=200) as client,  # who stops listening would take it for an end
        client.stream(headers=headers, **request) as answer,
    ):
        assert answer.status_code == 200, await answer.aread()
        stream = OpenStream(answer.aiter_lines())
        try:
            yield stream
        finally:
            stream.cancel()


async def begun(url: str, token: str, version: str = "2025-11-25") -> str:
    """A session's id."""
    params = {
        "protocolVersion": version,
        "capabilities": {},
        "clientInfo": {"name": "raw", "version": "1"},
    }
    answer = await posted(
        url, token, {"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": params}
    )
    assert answer.json()["result"]["protocolVersion"] == version
    return str(answer.headers["mcp-session-id"])


async def posted(
    url: str, token: str, message: Any, *, path: str = "mcp", **headers: str
) -> httpx.Response:
    async with httpx.AsyncClient(timeout=30) as client:
        known = {
            "Authorization": f"Bearer {token}",
            "Accept": "application/json, text/event-stream",
        }
        return await client.post(f"{url}/{path}", json=message, headers={**known, **headers})


def asked(method: str, **params: Any) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
