"""Runs a tool: arguments checked, one job, an answer or an error that says what to do next."""

import hashlib
from collections.abc import Callable
from typing import Any

from mcp.shared.exceptions import MCPError
from mcp_types import INVALID_PARAMS, CallToolRequestParams, PaginatedRequestParams
from pydantic import BaseModel, ValidationError
from pydantic_core import from_json, to_json

from spote.domain import requests
from spote.entrypoints.logs import get_logger
from spote.entrypoints.mcp import door
from spote.entrypoints.mcp.door import Context
from spote.entrypoints.mcp.tools import TOOLS, Tool
from spote.entrypoints.mcp.tools.tool import Answer
from spote.entrypoints.problems import field_error
from spote.errors import LimitReached, NotAuthenticated, SpoteError, Unavailable
from spote.identity import Actor
from spote.storage import Connection

NAMED = {tool.name: tool for tool in TOOLS}
IDEMPOTENCY_KEY = (
    "spote/idempotencyKey"  # in _meta: the same key and arguments get the first answer again
)
TEXT_SHOWN = 20_000  # characters of a note's text in an error
HINTS = {
    "not_found": "Find the right id with search_notes or list_notes.",
    "insufficient_scope": "Call whoami to see what you may do and where.",
    "heading_not_found": "Call get_note to see the note's headings.",
    "find_mismatch": "Call get_note for the exact text, or set expected_count.",
    "relation_exists": "There is nothing left to do.",
}
log = get_logger(__name__)


def input_schema(name: str) -> dict[str, Any] | None:
    tool = NAMED.get(name)
    return tool.wire["inputSchema"] if tool else None


async def list_tools(ctx: Context, _params: PaginatedRequestParams | None) -> Any:
    """Those that the token may use now."""
    actor = await door.call(ctx).check()
    return door.result(tools=[tool.wire for tool in NAMED.values() if tool.is_open_to(actor)])


async def call_tool(ctx: Context, params: CallToolRequestParams) -> Any:
    tool = NAMED.get(params.name)
    if tool is None:
        raise MCPError(INVALID_PARAMS, f"Unknown tool: {params.name[:100]}")
    try:
        given = _checked(tool, params.arguments or {})
        return _result(await _answer(ctx, tool, given, params))
    except ValidationError as error:
        return _failure(_what_is_wrong(tool, error))
    except (NotAuthenticated, LimitReached):
        raise
    except SpoteError as error:
        if isinstance(error, Unavailable):
            log.warning("unavailable", reason=str(error.__cause__ or error))
        return _failure(_sentence(error), error)


def _checked(tool: Tool, arguments: dict[str, Any]) -> BaseModel:
    """Absent is not null."""
    for name, value in arguments.items():
        if value is None:
            raise ValidationError.from_exception_data(
                tool.name,
                [{"type": "value_error", "loc": (name,), "input": None, "ctx": {"error": NULL}}],
            )
    return tool.arguments.model_validate(arguments, by_alias=True, by_name=True)


NULL = ValueError("is null: leave it out instead")


async def _answer(
    ctx: Context, tool: Tool, given: BaseModel, params: CallToolRequestParams
) -> bytes:
    if tool.search is not None:
        return _json(await tool.search(door.Asking(ctx), given))
    run = tool.run
    assert run is not None
    if not tool.writes:
        return await door.read(ctx, lambda db, actor: _json(run(db, actor, given)))
    key = (ctx.meta or {}).get(IDEMPOTENCY_KEY)
    if not isinstance(key, str):
        made = await door.write(ctx, lambda db, actor: run(db, actor, given))
    else:
        body = hashlib.sha256(to_json(params.arguments or {})).digest()
        secret = door.call(ctx).given.secret

        def once(db: Connection, actor: Actor) -> Answer:
            repeatable = requests.RepeatableRequest(
                scope=actor.account_id,
                credential_id=actor.credential_id,
                credential_secret=secret,
                method="MCP",
                path=tool.name,
                key=key,
                body_hash=body,
            )
            return _once(db, repeatable, tool.answer, lambda: run(db, actor, given))

        made = await door.write(ctx, once)
    if tool.look_up is not None:
        made = await tool.look_up(door.Asking(ctx), given, made)
    return _json(made)


def _once(
    db: Connection,
    request: requests.RepeatableRequest,
    shape: type[Answer],
    work: Callable[[], Answer],
) -> Answer:
    requests.take_turn(db, request)
    kept = requests.find_answer(db, request)
    if kept is not None:
        return shape.model_validate_json(kept.body)
    made = work()
    requests.keep_answer(db, request, requests.StoredAnswer(200, (), _json(made)))
    return made


def _json(answer: BaseModel) -> bytes:
    return answer.__pydantic_serializer__.to_json(answer, exclude_none=True)


def _result(answer: bytes) -> dict[str, Any]:
    """For programs as structured content, for models as text: the same."""
    return door.result(
        content=[{"type": "text", "text": answer.decode()}],
        structuredContent=from_json(answer),
        isError=False,
    )


def _failure(message: str, error: SpoteError | None = None) -> dict[str, Any]:
    texts = [message]
    current = error.details.get("current") if error else None
    if isinstance(current, BaseModel):
        shown = current.model_dump(mode="json", include={"title", "text", "tags", "version"})
        shown["text"] = shown["text"][:TEXT_SHOWN]
        texts.append(to_json(shown).decode())
    content = [{"type": "text", "text": text} for text in texts]
    return door.result(content=content, isError=True)


def _sentence(error: SpoteError) -> str:
    hint = HINTS.get(error.code)
    return f"{error.message} {hint}" if hint else error.message


def _what_is_wrong(tool: Tool, error: ValidationError) -> str:
    found = [
        field_error({**one, "loc": ("arguments", *one["loc"])})
        for one in error.errors(include_url=False)[:10]
    ]
    parts = " ".join(f"{one['field']}: {one['message']}." for one in found)
    return f"{tool.name} cannot use these arguments. {parts}"
