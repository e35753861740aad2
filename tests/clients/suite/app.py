"""The real server, with what the conformance suite calls.

At /suite stands the SDK's server with all of the suite's tools, behind our own gate. At /mcp are three tools more:
without them the suite cannot judge a server that keeps no state.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI
from mcp.server.mcpserver import MCPServer, RequestStateSecurity
from mcp.server.streamable_http import EventMessage, EventStore
from mcp.server.streamable_http_manager import StreamableHTTPASGIApp
from mcp.server.transport_security import TransportSecuritySettings
from mcp.shared.exceptions import MCPError
from mcp_types import MISSING_REQUIRED_CLIENT_CAPABILITY
from starlette.routing import Route
from starlette.types import ASGIApp

from spote.app import create_app as create_real_app
from spote.entrypoints.mcp import running
from spote.entrypoints.mcp.doors import METHODS, McpDoors
from spote.entrypoints.mcp.gate import Gate
from spote.entrypoints.mcp.tools import Tool
from spote.entrypoints.mcp.tools.tool import Answer, Arguments
from spote.entrypoints.middleware import Frame
from spote.identity import Actor
from spote.storage import Connection
from tests.clients.suite.asking import add_asking
from tests.clients.suite.plain import add_plain

GATE_CHECKS = TransportSecuritySettings(enable_dns_rebinding_protection=False)


class Events(EventStore):
    """In memory, for streams that are read on after they broke."""

    def __init__(self) -> None:
        self._events: list[tuple[str, Any]] = []  # stream, message; its place is its id

    async def store_event(self, stream_id: str, message: Any) -> str:
        self._events.append((stream_id, message))
        return str(len(self._events))

    async def replay_events_after(self, last_event_id: str, send_callback: Any) -> str | None:
        seen = int(last_event_id)
        if not 0 < seen <= len(self._events):
            return None
        stream_id = self._events[seen - 1][0]
        for place, (stream, message) in enumerate(self._events[seen:], seen + 1):
            if stream == stream_id and message is not None:
                await send_callback(EventMessage(message, str(place)))
        return stream_id


def make_server() -> MCPServer:
    sealed = RequestStateSecurity(keys=[b"0123456789abcdef0123456789abcdef"])
    server = MCPServer("suite", version="1", request_state_security=sealed)
    add_plain(server)
    add_asking(server)
    return server


def nothing(db: Connection, actor: Actor, given: Arguments) -> Answer:
    """Clients get no log and are asked nothing, whatever is done."""
    return Answer()


def need(db: Connection, actor: Actor, given: Arguments) -> Answer:
    missing = {"requiredCapabilities": {"sampling": dict[str, str]()}}
    raise MCPError(MISSING_REQUIRED_CLIENT_CAPABILITY, "Sampling is needed.", missing)


def add_to_real() -> None:
    named = {
        "test_logging_tool": nothing,
        "test_streaming_elicitation": nothing,
        "test_missing_capability": need,
    }
    for name, run in named.items():
        tool = Tool(name, name, "Of the suite.", (), Arguments, Answer, run)
        running.NAMED[name] = tool


def create_app() -> ASGIApp:
    add_to_real()
    framed = create_real_app()
    assert isinstance(framed, Frame)
    app = framed.app
    assert isinstance(app, FastAPI)
    server = make_server()
    server.streamable_http_app(
        event_store=Events(), retry_interval=100, transport_security=GATE_CHECKS
    )  # makes the manager
    doors: McpDoors = app.state.mcp
    answering = StreamableHTTPASGIApp(server.session_manager)
    gate = Gate(answering, app.state.settings, doors._running, "/mcp")
    app.router.routes.insert(0, Route("/suite", gate, methods=METHODS))
    real = app.router.lifespan_context

    @asynccontextmanager
    async def lifespan(app: Any) -> AsyncIterator[Any]:
        async with real(app) as state, server.session_manager.run():
            yield state

    app.router.lifespan_context = lifespan
    return framed


if __name__ == "__main__":
    from spote.entrypoints.server import serve
    from spote.settings import load_settings

    serve(load_settings(), "tests.clients.suite.app:create_app")
