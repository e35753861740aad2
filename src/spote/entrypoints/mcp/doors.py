"""The routes of both doors. What answers them is loaded with the first request: it takes half a second and 26 MB."""

import asyncio
from importlib import import_module
from typing import TYPE_CHECKING

from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from spote.entrypoints.mcp.gate import Gate
from spote.entrypoints.mcp.presence import Presence
from spote.entrypoints.services import Services
from spote.settings import Settings

if TYPE_CHECKING:
    from spote.entrypoints.mcp.server import McpApp

METHODS = ["GET", "POST", "DELETE", "OPTIONS"]


class McpDoors:
    """Exists with the app; `start` and `close` frame its life."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._services: Services | None = None
        self._presence: Presence | None = None
        self._app: McpApp | None = None
        self._loading = asyncio.Lock()

    def routes(self) -> list[Route]:
        """With and without a slash at the end: clients do not follow redirects with a POST."""
        http = self._gated("streamable_http", "/mcp")
        sse, messages = self._gated("sse", "/sse"), self._gated("sse_message", "/sse")
        return [
            *(Route(path, http, methods=METHODS) for path in ("/mcp", "/mcp/")),
            *(Route(path, sse, methods=["GET", "OPTIONS"]) for path in ("/sse", "/sse/")),
            Route("/sse/messages", messages, methods=["POST", "OPTIONS"]),
        ]

    def start(self, services: Services) -> None:
        self._services, self._presence = services, Presence(services.database)

    def stop_streams(self) -> None:
        if self._presence is not None:
            self._presence.stop_streams()

    async def close(self) -> None:
        if self._presence is not None:
            await self._presence.close()
        if self._app is not None:
            await self._app.close()

    def _gated(self, name: str, door: str) -> Gate:
        async def answer(scope: Scope, receive: Receive, send: Send) -> None:
            app = await self._loaded()
            await getattr(app, name)(scope, receive, send)

        return Gate(answer, self._settings, self._running, door)

    def _running(self, _scope: Scope) -> tuple[Services, Presence]:
        assert self._services is not None
        assert self._presence is not None
        return self._services, self._presence

    async def _loaded(self) -> "McpApp":
        async with self._loading:
            if self._app is None:
                module = await asyncio.to_thread(import_module, "spote.entrypoints.mcp.server")
                _, presence = self._running({})
                app: McpApp = module.McpApp(self._settings, presence)
                await app.start()
                self._app = app
        return self._app
