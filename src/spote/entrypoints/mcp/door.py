"""From an MCP request to the domain: the same jobs as REST's, one hop to the database each."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from mcp.server.context import CallNext, HandlerResult, ServerRequestContext
from mcp.shared.exceptions import MCPError
from mcp_types import INTERNAL_ERROR, INVALID_PARAMS, INVALID_REQUEST
from starlette.types import Scope

from spote.domain.tokens import without_tokens
from spote.entrypoints.logs import get_logger
from spote.entrypoints.mcp.calls import Call, call_of
from spote.entrypoints.services import Services
from spote.errors import LimitReached, NotAuthenticated, SpoteError, Unavailable
from spote.identity import Actor
from spote.storage import Connection

T = TypeVar("T")
Context = ServerRequestContext[Any, Any]
NAME_LENGTH = 200  # characters kept of a client's name
log = get_logger(__name__)


async def read(ctx: Context, job: Callable[[Connection, Actor], T]) -> T:
    return await call(ctx).read(job, client=client_name(ctx))


async def write(ctx: Context, job: Callable[[Connection, Actor], T]) -> T:
    return await call(ctx).write(job, client=client_name(ctx))


@dataclass(frozen=True, slots=True)
class Asking:
    """A request of several looks, for what doors share."""

    ctx: Context

    @property
    def at(self) -> Services:
        return call(self.ctx).at

    async def read(self, job: Callable[[Connection, Actor], T]) -> T:
        return await read(self.ctx, job)

    async def read_on(self, job: Callable[[Connection, Actor], T]) -> T:
        return await call(self.ctx).read_on(job, client=client_name(self.ctx))


def call(ctx: Context) -> Call:
    return call_of(scope(ctx))


def scope(ctx: Context) -> Scope:
    """Of the HTTP request that the message came with: there is always one."""
    assert ctx.request is not None
    return ctx.request.scope  # type: ignore[no-any-return]


def client_name(ctx: Context) -> str | None:
    """What the client calls itself: `claude-code 2.1.330`."""
    params = ctx.session.client_params
    if params is None:
        return None
    name = f"{params.client_info.name} {params.client_info.version}".strip()
    return without_tokens("".join(c for c in name if c.isprintable()))[:NAME_LENGTH] or None


def result(**fields: Any) -> dict[str, Any]:
    """As 2026-07-28 has it; what earlier revisions do not know is left out for them. Plain, as shapes cost time."""
    return {"resultType": "complete", **fields}


async def translated(ctx: Context, call_next: CallNext) -> HandlerResult:
    """Around every message: what the domain raises becomes an error of the protocol."""
    try:
        return await call_next(ctx)
    except SpoteError as error:
        raise protocol_error(error) from error


def protocol_error(error: SpoteError) -> MCPError:
    """For what is no tool, where nobody reads a result that says it is an error."""
    if isinstance(error, Unavailable):
        log.warning("unavailable", reason=str(error.__cause__ or error))
        return MCPError(INTERNAL_ERROR, error.message)
    if isinstance(error, NotAuthenticated | LimitReached):
        return MCPError(INVALID_REQUEST, error.message)  # the gate answers in its place
    return MCPError(INVALID_PARAMS, error.message)
