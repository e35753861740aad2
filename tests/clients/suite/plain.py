"""What the conformance suite expects of a server without asking anybody back: contents, resources, prompts, lists."""

import asyncio
import base64
import json
from typing import Annotated, Any

from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.prompts.base import Prompt, UserMessage
from mcp.shared.exceptions import MCPError
from mcp_types import (
    MISSING_REQUIRED_CLIENT_CAPABILITY,
    AudioContent,
    Completion,
    ContentBlock,
    EmbeddedResource,
    EmptyResult,
    ImageContent,
    RequestParams,
    SetLevelRequestParams,
    SubscribeRequestParams,
    TextContent,
    TextResourceContents,
    UnsubscribeRequestParams,
)
from pydantic import Field

PIXEL = (  # a PNG
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
SILENCE = "UklGRiQAAABXQVZFZm10IBAAAAABAAEARKwAAIhYAQACABAAZGF0YQAAAAA="  # a WAV
ADDRESS = {
    "$anchor": "addressDef",
    "type": "object",
    "properties": {"street": {"type": "string"}, "city": {"type": "string"}},
}
SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "$defs": {"address": ADDRESS},
    "properties": {
        "name": {"type": "string"},
        "address": {"$ref": "#/$defs/address"},
        "contactMethod": {"type": "string", "enum": ["phone", "email"]},
        "phone": {"type": "string"},
        "email": {"type": "string"},
    },
    "allOf": [{"anyOf": [{"required": ["phone"]}, {"required": ["email"]}]}],
    "if": {"properties": {"contactMethod": {"const": "phone"}}, "required": ["contactMethod"]},
    "then": {"required": ["phone"]},
    "else": {"required": ["email"]},
    "additionalProperties": False,
}


def add_plain(server: MCPServer) -> None:
    for name, blocks in CONTENTS.items():
        _add_contents(server, name, blocks)
    for tool in (with_logging, with_progress, reconnection, failing, mirrored, needs_sampling):
        server.add_tool(tool, name=NAMES[tool])
    _add_schema(server, "json_schema_2020_12_tool")
    _add_changes(server)
    _add_resources(server)
    _add_prompts(server)
    _add_handlers(server)


def _text(text: str) -> TextContent:
    return TextContent(type="text", text=text)


def _image() -> ImageContent:
    return ImageContent(type="image", data=PIXEL, mime_type="image/png")


def _embedded(uri: str, mime_type: str, text: str) -> EmbeddedResource:
    held = TextResourceContents(uri=uri, mime_type=mime_type, text=text)
    return EmbeddedResource(type="resource", resource=held)


CONTENTS: dict[str, list[ContentBlock]] = {
    "test_simple_text": [_text("This is a simple text response for testing.")],
    "test_image_content": [_image()],
    "test_audio_content": [AudioContent(type="audio", data=SILENCE, mime_type="audio/wav")],
    "test_embedded_resource": [
        _embedded("test://embedded-resource", "text/plain", "This is an embedded resource content.")
    ],
    "test_multiple_content_types": [
        _text("Multiple content types test:"),
        _image(),
        _embedded("test://mixed-content-resource", "application/json", '{"test":"data"}'),
    ],
}


def _add_contents(server: MCPServer, name: str, blocks: list[ContentBlock]) -> None:
    def answer() -> list[ContentBlock]:
        return blocks

    server.add_tool(answer, name=name, description="Content to read.", structured_output=False)


def _add_schema(server: MCPServer, name: str) -> None:
    """The SDK makes a tool's schema of its arguments: it has to be put in its place."""
    server.add_tool(lambda: "ok", name=name, description="Has a schema.", structured_output=False)
    server._tool_manager._tools[name].parameters = SCHEMA


async def with_logging(ctx: Context) -> str:
    """Says three things while it works."""
    for step in ("started", "processing", "completed"):
        await ctx.info(step)
        await asyncio.sleep(0.05)
    return "done"


async def with_progress(ctx: Context) -> str:
    """Tells how far it is."""
    for part in (0, 50, 100):
        await ctx.report_progress(progress=part, total=100, message=f"{part} of 100")
        await asyncio.sleep(0.05)
    return "done"


async def reconnection(ctx: Context) -> str:
    """Closes its stream while it works."""
    await ctx.close_sse_stream()
    await asyncio.sleep(0.2)
    return "done"


def failing() -> str:
    """Fails."""
    raise RuntimeError("This tool intentionally returns an error for testing")


def mirrored(
    region: Annotated[str, Field(json_schema_extra={"x-mcp-header": "Region"})] = "none",
) -> str:
    """Has an argument that comes as a header too."""
    return region


async def needs_sampling(ctx: Context) -> str:
    """Works only for clients that can be asked to sample."""
    declared = ctx.session.client_capabilities
    if declared is None or declared.sampling is None:
        missing: dict[str, Any] = {"requiredCapabilities": {"sampling": {}}}
        raise MCPError(MISSING_REQUIRED_CLIENT_CAPABILITY, "Sampling is needed.", missing)
    return "ok"


NAMES: dict[Any, str] = {
    with_logging: "test_tool_with_logging",
    with_progress: "test_tool_with_progress",
    reconnection: "test_reconnection",
    failing: "test_error_handling",
    mirrored: "test_x_mcp_header",
    needs_sampling: "test_missing_capability",
}


def _add_changes(server: MCPServer) -> None:
    """Tools that change the lists, and say so to those who listen."""

    def passing() -> str:
        """Here for a moment."""
        return ""

    async def change_tools(ctx: Context) -> str:
        """Changes the list of tools."""
        server.add_tool(passing, name="test_dynamic_tool")
        server.remove_tool("test_dynamic_tool")
        await ctx.notify_tools_changed()
        return "changed"

    async def change_prompts(ctx: Context) -> str:
        """Changes the list of prompts."""
        server.add_prompt(Prompt.from_function(passing, name="test_dynamic_prompt"))
        server.remove_prompt("test_dynamic_prompt")
        await ctx.notify_prompts_changed()
        return "changed"

    server.add_tool(change_tools, name="test_trigger_tool_change")
    server.add_tool(change_prompts, name="test_trigger_prompt_change")
    server.add_tool(with_logging, name="test_logging_tool")


def _add_resources(server: MCPServer) -> None:
    @server.resource("test://static-text")
    def static_text() -> str:
        return "This is the content of the static text resource."

    @server.resource("test://static-binary", mime_type="image/png")
    def static_binary() -> bytes:
        return base64.b64decode(PIXEL)

    @server.resource("test://template/{id}/data", mime_type="application/json")
    def template(id: str) -> str:  # noqa: A002 - the suite's name
        return json.dumps({"id": id, "templateTest": True, "data": f"Data for ID: {id}"})

    @server.resource("test://watched-resource")
    def watched() -> str:
        return "watched"


def _add_prompts(server: MCPServer) -> None:
    def said(*blocks: ContentBlock) -> list[UserMessage]:
        return [UserMessage(role="user", content=block) for block in blocks]

    @server.prompt(name="test_simple_prompt")
    def simple() -> list[UserMessage]:
        """Takes nothing."""
        return said(_text("This is a simple prompt for testing."))

    @server.prompt(name="test_prompt_with_arguments")
    def with_arguments(arg1: str, arg2: str) -> list[UserMessage]:
        """Takes two arguments."""
        return said(_text(f"Prompt with arguments: arg1='{arg1}', arg2='{arg2}'"))

    @server.prompt(name="test_prompt_with_embedded_resource")
    def with_resource(resourceUri: str) -> list[UserMessage]:  # noqa: N803 - the suite's name
        """Brings a resource along."""
        return said(_embedded(resourceUri, "text/plain", "embedded"), _text("Read it."))

    @server.prompt(name="test_prompt_with_image")
    def with_image() -> list[UserMessage]:
        """Brings an image along."""
        return said(_image(), _text("Look at it."))


def _add_handlers(server: MCPServer) -> None:
    """What the SDK's server leaves to its user."""

    async def done(_ctx: Any, _params: Any) -> EmptyResult:
        return EmptyResult()

    handled: dict[str, type[RequestParams]] = {
        "logging/setLevel": SetLevelRequestParams,
        "resources/subscribe": SubscribeRequestParams,
        "resources/unsubscribe": UnsubscribeRequestParams,
    }
    for method, params in handled.items():
        server._lowlevel_server.add_request_handler(method, params, done)

    @server.completion()
    async def complete(_ref: Any, _argument: Any, _context: Any) -> Completion:
        return Completion(values=[], total=0, has_more=False)
