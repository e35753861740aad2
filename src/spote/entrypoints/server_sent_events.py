"""Server-sent events, for every door that has streams (HTML Standard §9.2)."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

from starlette.types import Receive, Send

PING_SECONDS = 15
HEADERS = [
    (b"content-type", b"text/event-stream"),
    (b"cache-control", b"no-cache, no-transform"),
    (b"x-accel-buffering", b"no"),
]


async def stream(lines: AsyncIterator[bytes], receive: Receive, send: Send) -> None:
    """Server-sent events, with a comment now and then, so that nobody between takes the connection for dead."""
    await send({"type": "http.response.start", "status": 200, "headers": list(HEADERS)})
    await send({"type": "http.response.body", "body": b": hello\n\n", "more_body": True})
    gone = asyncio.ensure_future(_disconnected(receive))
    following = asyncio.ensure_future(anext(lines, None))
    try:
        while not gone.done():
            await asyncio.wait(
                {following, gone}, timeout=PING_SECONDS, return_when="FIRST_COMPLETED"
            )
            body = following.result() if following.done() else b": ping\n\n"
            if body is None or gone.done():
                break
            if following.done():
                following = asyncio.ensure_future(anext(lines, None))
            await send({"type": "http.response.body", "body": body, "more_body": True})
    finally:
        gone.cancel()
        following.cancel()
        await asyncio.wait({gone, following})
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def event(message: dict[str, Any], name: str = "message", id_: int | None = None) -> bytes:
    head = "" if id_ is None else f"id: {id_}\n"
    return f"{head}event: {name}\ndata: {json.dumps(message, separators=(',', ':'))}\n\n".encode()
