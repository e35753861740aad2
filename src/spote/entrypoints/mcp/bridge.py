"""For clients that only start a program: what they write to its standard input goes to the server, and back."""

import asyncio
import json
import sys
from collections.abc import Callable
from typing import Any, BinaryIO

import httpx2
from mcp.shared.inbound import NAME_BEARING_METHODS, encode_header_value

INTERNAL_ERROR = -32603
VERSION_KEY = "io.modelcontextprotocol/protocolVersion"
Message = dict[str, Any]
Write = Callable[[Message], None]


async def run(url: str, token: str, source: BinaryIO, target: BinaryIO) -> None:
    """Until the standard input ends and all that was asked is answered."""
    headers = {
        "Authorization": f"Bearer {token}",
        "Accept": "application/json, text/event-stream",
        "User-Agent": "spote-bridge",
    }
    timeout = httpx2.Timeout(60, read=None)
    async with httpx2.AsyncClient(headers=headers, timeout=timeout) as client:
        await Bridge(url, client, _writer(target)).serve(source)


class Bridge:
    def __init__(self, url: str, client: httpx2.AsyncClient, write: Write) -> None:
        self._url = url
        self._client = client
        self._write = write
        self._session: dict[str, str] = {}  # headers, of before 2026-07-28
        self._running: dict[object, asyncio.Task[None]] = {}  # by the request's id
        self._streams: set[asyncio.Task[None]] = set()

    async def serve(self, source: BinaryIO) -> None:
        while line := await asyncio.to_thread(source.readline):
            if line.strip():
                await self._take(line)
        for stream in self._streams:
            stream.cancel()
        await asyncio.gather(*self._running.values(), *self._streams, return_exceptions=True)

    async def _take(self, line: bytes) -> None:
        try:
            message = json.loads(line)
        except ValueError:
            self._write(_failure(None, -32700, "Parse error"))
            return
        method = message.get("method") if isinstance(message, dict) else None
        if method == "initialize":
            await self._send(message)  # what follows needs the session
        elif method == "notifications/cancelled" and not self._session:
            self._cancel(message)
        else:
            self._start(message)

    def _start(self, message: Any) -> None:
        asked = message.get("id") if isinstance(message, dict) else None
        task = asyncio.create_task(self._send(message))
        if isinstance(message, dict) and message.get("method") == "subscriptions/listen":
            self._streams.add(task)
        key = asked if asked is not None else task
        self._running[key] = task
        task.add_done_callback(lambda _: self._running.pop(key, None))

    def _cancel(self, message: Message) -> None:
        """2026-07-28 cancels a request over HTTP by closing its answer."""
        task = self._running.get((message.get("params") or {}).get("requestId"))
        if task is not None:
            task.cancel()

    async def _send(self, message: Any) -> None:
        request = self._client.stream(
            "POST", self._url, json=message, headers=self._headers(message)
        )
        asked = message.get("id") if isinstance(message, dict) else None
        try:
            async with request as answer:
                await self._pass(message, asked, answer)
        except httpx2.HTTPError as error:
            self._fail(asked, f"The server at {self._url} cannot be reached: {error}")

    async def _pass(self, message: Any, asked: Any, answer: httpx2.Response) -> None:
        if answer.headers.get("content-type", "").startswith("text/event-stream"):
            await self._read_events(answer)
            return
        body = _parsed(await answer.aread())
        if isinstance(body, list) or (isinstance(body, dict) and "jsonrpc" in body):
            self._begin_session(message, answer, body)
            for one in body if isinstance(body, list) else [body]:
                self._write(one)
        elif answer.is_error:
            said = body.get("message") if isinstance(body, dict) else None
            self._fail(asked, said or f"The server answered {answer.status_code}.")

    def _begin_session(self, message: Any, answer: httpx2.Response, body: Any) -> None:
        session = answer.headers.get("mcp-session-id")
        if session is None or not isinstance(body, dict) or "result" not in body:
            return
        version = body["result"].get("protocolVersion", "")
        self._session = {"Mcp-Session-Id": session, "MCP-Protocol-Version": version}
        self._streams.add(asyncio.create_task(self._listen()))

    async def _listen(self) -> None:
        """News for sessions of before 2026-07-28; without them the rest goes on."""
        try:
            async with self._client.stream("GET", self._url, headers=self._session) as answer:
                if answer.is_success:
                    await self._read_events(answer)
        except httpx2.HTTPError:
            return

    async def _read_events(self, answer: httpx2.Response) -> None:
        async for line in answer.aiter_lines():
            if line.startswith("data:") and isinstance(one := _parsed(line[5:].encode()), dict):
                self._write(one)

    def _headers(self, message: Any) -> dict[str, str]:
        params = message.get("params") if isinstance(message, dict) else None
        meta = params.get("_meta") if isinstance(params, dict) else None
        version = meta.get(VERSION_KEY) if isinstance(meta, dict) else None
        if not isinstance(version, str) or not isinstance(params, dict):
            return self._session
        method = str(message.get("method"))
        named = params.get(NAME_BEARING_METHODS.get(method, ""))
        return {
            "MCP-Protocol-Version": version,
            "Mcp-Method": method,
            **({"Mcp-Name": encode_header_value(named)} if isinstance(named, str) else {}),
        }

    def _fail(self, asked: Any, said: str) -> None:
        sys.stderr.write(f"spote mcp: {said}\n")
        if asked is not None:
            self._write(_failure(asked, INTERNAL_ERROR, said))


def _writer(target: BinaryIO) -> Write:
    def write(message: Message) -> None:
        target.write(json.dumps(message, separators=(",", ":")).encode() + b"\n")
        target.flush()

    return write


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None


def _failure(asked: Any, code: int, said: str) -> Message:
    return {"jsonrpc": "2.0", "id": asked, "error": {"code": code, "message": said}}
