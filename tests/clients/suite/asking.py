"""What the conformance suite expects of a server that asks its client back: over the stream, or in several rounds."""

import json
from typing import Annotated, Any

from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.prompts.base import UserMessage
from mcp_types import (
    CreateMessageRequest,
    CreateMessageRequestParams,
    ElicitRequest,
    ElicitRequestFormParams,
    InputRequiredResult,
    ListRootsRequest,
    SamplingMessage,
    TextContent,
)
from pydantic import BaseModel, Field, create_model


class Answer(BaseModel):
    response: str = Field(description="What you say.")


def _choices(*values: str) -> Any:
    return {"enum": list(values)}


def _titled(kind: str, **titles: str) -> Any:
    return {kind: [{"const": const, "title": title} for const, title in titles.items()]}


def _several(items: Any) -> Any:
    return {"items": items}


class Defaults(BaseModel):
    name: str = "John Doe"
    age: int = 30
    score: float = 95.5
    status: str = Field("active", json_schema_extra=_choices("active", "inactive", "pending"))
    verified: bool = True


Chosen = Annotated[str, Field(json_schema_extra=_choices("option1", "option2", "option3"))]
ChosenByTitle = Annotated[
    str, Field(json_schema_extra=_titled("oneOf", value1="First", value2="Second"))
]
ChosenByName = Annotated[
    str, Field(json_schema_extra={**_choices("opt1", "opt2"), "enumNames": ["First", "Second"]})
]
SeveralChosen = Annotated[
    list[str], Field(json_schema_extra=_several({"type": "string", **_choices("one", "two")}))
]
SeveralByTitle = Annotated[
    list[str], Field(json_schema_extra=_several(_titled("anyOf", value1="First", value2="Second")))
]
Enums = create_model(
    "Enums",
    untitledSingle=Chosen,
    titledSingle=ChosenByTitle,
    legacyEnum=ChosenByName,
    untitledMulti=SeveralChosen,
    titledMulti=SeveralByTitle,
)


def add_asking(server: MCPServer) -> None:
    async def sampling(prompt: str, ctx: Context) -> str:
        """Asks the client back."""
        message = SamplingMessage(role="user", content=TextContent(type="text", text=prompt))
        result = await ctx.session.create_message(
            messages=[message], max_tokens=100, related_request_id=ctx.request_id
        )
        return f"LLM response: {getattr(result.content, 'text', '')}"

    async def elicitation(message: str, ctx: Context) -> str:
        """Asks the client back."""
        return await _elicited(ctx, message, Answer)

    async def defaults(ctx: Context) -> str:
        """Asks the client back."""
        return await _elicited(ctx, "Who are you?", Defaults)

    async def enums(ctx: Context) -> str:
        """Asks the client back."""
        return await _elicited(ctx, "What do you choose?", Enums)

    server.add_tool(sampling, name="test_sampling")
    server.add_tool(elicitation, name="test_elicitation")
    server.add_tool(defaults, name="test_elicitation_sep1034_defaults")
    server.add_tool(enums, name="test_elicitation_sep1330_enums")
    for name, function in ROUNDS.items():
        described = function.__doc__ or "Asks the client back, in rounds."
        server.add_tool(function, f"test_input_required_result_{name}", description=described)
    server.prompt(name="test_input_required_result_prompt")(in_a_prompt)


async def _elicited(ctx: Context, message: str, shape: type[BaseModel]) -> str:
    result = await ctx.elicit(message=message, schema=shape)
    content = result.data.model_dump_json() if result.action == "accept" else "{}"
    return f"User response: action={result.action}, content={content}"


def ask(message: str, field: str, kind: str = "string") -> ElicitRequest:
    schema = {"type": "object", "properties": {field: {"type": kind}}, "required": [field]}
    return ElicitRequest(params=ElicitRequestFormParams(message=message, requested_schema=schema))


def sample(text: str) -> CreateMessageRequest:
    message = SamplingMessage(role="user", content=TextContent(type="text", text=text))
    return CreateMessageRequest(
        params=CreateMessageRequestParams(messages=[message], max_tokens=100)
    )


def given(ctx: Context, name: str) -> Any:
    """What the client answered to this request, if it did."""
    return (ctx.input_responses or {}).get(name)


def field_of(answer: Any, field: str) -> str:
    return str((getattr(answer, "content", None) or {}).get(field, "?"))


def needs(state: str | None = None, **requests: Any) -> InputRequiredResult:
    return InputRequiredResult(input_requests=requests, request_state=state)


async def elicited(ctx: Context) -> str | InputRequiredResult:
    if answer := given(ctx, "user_name"):
        return f"Hello, {field_of(answer, 'name')}!"
    return needs(user_name=ask("What is your name?", "name"))


async def sampled(ctx: Context) -> str | InputRequiredResult:
    if answer := given(ctx, "capital_question"):
        return f"Model said: {getattr(answer.content, 'text', '?')}"
    return needs(capital_question=sample("What is the capital of France?"))


async def rooted(ctx: Context) -> str | InputRequiredResult:
    if answer := given(ctx, "client_roots"):
        return f"Client exposed {len(answer.roots)} root(s)."
    return needs(client_roots=ListRootsRequest())


async def with_state(ctx: Context) -> str | InputRequiredResult:
    if given(ctx, "confirm") and ctx.request_state == "kept":
        return "state-ok: confirmation received"
    return needs("kept", confirm=ask("Please confirm", "ok", "boolean"))


async def several(ctx: Context) -> str | InputRequiredResult:
    if all(given(ctx, name) for name in ("user_name", "greeting", "client_roots")):
        return "All inputs received."
    return needs(
        "several",
        user_name=ask("What is your name?", "name"),
        greeting=sample("Generate a greeting"),
        client_roots=ListRootsRequest(),
    )


async def multi_round(ctx: Context) -> str | InputRequiredResult:
    """Two questions, one after the other; out of turn it begins anew."""
    state = json.loads(ctx.request_state or '{"round": 0}')
    first, second = given(ctx, "step1"), given(ctx, "step2")
    if state["round"] == 1 and first:
        kept = json.dumps({"round": 2, "name": field_of(first, "name")})
        return needs(kept, step2=ask("Step 2: What is your favorite color?", "color"))
    if state["round"] == 2 and second:
        return f"{state['name']} likes {field_of(second, 'color')}."
    return needs('{"round": 1}', step1=ask("Step 1: What is your name?", "name"))


async def tampered(ctx: Context) -> str | InputRequiredResult:
    """The SDK seals the state, and refuses one that was changed."""
    if ctx.request_state is not None:
        return f"state-ok: {ctx.request_state}"
    return needs("round-1", confirm=ask("Please confirm", "ok", "boolean"))


async def capable(ctx: Context) -> InputRequiredResult:
    """Asks only for what the client can."""
    can, wanted = ctx.client_capabilities, dict[str, Any]()
    if can is not None and can.sampling is not None:
        wanted["sample"] = sample("Say hello")
    if can is not None and can.elicitation is not None:
        wanted["ask"] = ask("What is your name?", "name")
    return needs("capable", **wanted)


async def in_a_prompt(ctx: Context) -> list[UserMessage] | InputRequiredResult:
    """Asks the client back."""
    answer = given(ctx, "user_context")
    if answer is None:
        return needs(user_context=ask("What context should the prompt use?", "context"))
    text = f"Use the following context: {field_of(answer, 'context')}"
    return [UserMessage(role="user", content=TextContent(type="text", text=text))]


ROUNDS: dict[str, Any] = {
    "elicitation": elicited,
    "sampling": sampled,
    "list_roots": rooted,
    "request_state": with_state,
    "multiple_inputs": several,
    "multi_round": multi_round,
    "tampered_state": tampered,
    "capabilities": capable,
}
