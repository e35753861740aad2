"""One JSON-RPC message of before 2026-07-28, answered by itself: no process keeps anything of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import anyio
from mcp.server.connection import Connection
from mcp.server.lowlevel.server import NotificationOptions, Server
from mcp.server.runner import ServerRunner
from mcp.shared.dispatcher import CallOptions
from mcp.shared.exceptions import MCPError, NoBackChannelError
from mcp.shared.message import MessageMetadata, ServerMessageMetadata
from mcp.shared.transport_context import TransportContext
from mcp_types import INTERNAL_ERROR, INVALID_PARAMS, INVALID_REQUEST
from pydantic import ValidationError
from starlette.requests import Request

from spote.entrypoints.logs import get_logger
from spote.entrypoints.mcp.sessions import KEY, Session

DEFAULT_VERSION = (
    "2025-03-26"  # of a request that names none (2025-06-18, "Protocol Version Header")
)
TRANSPORT = TransportContext(kind="http", can_send_request=False)
LISTS_CHANGE = NotificationOptions(resources_changed=True, tools_changed=True)
Message = dict[str, Any]
log = get_logger(__name__)


@dataclass
class _Exchange:
    """What the SDK knows of a message: nothing can be asked back while it is answered."""

    request_id: str | int | None
    message_metadata: MessageMetadata
    transport: TransportContext = TRANSPORT
    can_send_request: bool = False
    cancel_requested: anyio.Event = field(default_factory=anyio.Event)

    async def send_raw_request(
        self, method: str, params: Mapping[str, Any] | None, opts: CallOptions | None = None
    ) -> dict[str, Any]:
        raise NoBackChannelError(method)

    async def notify(
        self, method: str, params: Mapping[str, Any] | None, opts: CallOptions | None = None
    ) -> None:
        """An answer in JSON has no room for it."""

    async def progress(
        self, progress: float, total: float | None = None, message: str | None = None
    ) -> None:
        """As `notify`."""


async def answer(
    server: Server[Any], request: Request, session: Session | None, message: Any
) -> Message | None:
    """The response to a request; None for what asks for none. `session` is what the client began with."""
    if not isinstance(message, dict) or message.get("jsonrpc") != "2.0":
        return failure(None, INVALID_REQUEST, "This is no JSON-RPC message.")
    method, request_id, params = message.get("method"), message.get("id"), message.get("params")
    if "id" not in message or (method is None and ("result" in message or "error" in message)):
        return None  # a notification, or an answer to what was never asked
    if not _is_id(request_id):
        return failure(None, INVALID_REQUEST, "The id of a request is a string or a number.")
    if not isinstance(method, str) or not isinstance(params, dict | None):
        return failure(request_id, INVALID_REQUEST, "A request has a method, and params by name.")
    request.scope[KEY] = session
    return await _respond(_runner(server, session), request, request_id, method, params)


def failure(request_id: Any, code: int, message: str, data: Any = None) -> Message:
    error = {"code": code, "message": message, **({} if data is None else {"data": data})}
    return {"jsonrpc": "2.0", "id": request_id, "error": error}


async def _respond(
    runner: ServerRunner[Any], request: Request, request_id: Any, method: str, params: Any
) -> Message:
    exchange = _Exchange(request_id, ServerMessageMetadata(request_context=request))
    try:
        result = await runner.on_request(exchange, method, params)
    except MCPError as error:
        return failure(request_id, error.code, error.message, error.data)
    except ValidationError:
        return failure(request_id, INVALID_PARAMS, "Invalid request parameters")
    except Exception:
        log.exception("failed", method=method)
        return failure(request_id, INTERNAL_ERROR, "Something went wrong on the server.")
    return {"jsonrpc": "2.0", "id": request_id, "result": result}


def _runner(server: Server[Any], session: Session | None) -> ServerRunner[Any]:
    version = session.version if session else DEFAULT_VERSION
    info = session.client_info if session else None
    connection = Connection.from_envelope(version, info, {})
    options = server.create_initialization_options(LISTS_CHANGE)
    return ServerRunner(server, connection, {}, init_options=options)


def _is_id(value: object) -> bool:
    return isinstance(value, str | int) and not isinstance(value, bool)
