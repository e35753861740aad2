"""Prompts that a person can pick in their client, and the completion of what they take."""

from dataclasses import dataclass
from typing import Any

from mcp.shared.exceptions import MCPError
from mcp_types import (
    INVALID_PARAMS,
    CompleteRequestParams,
    GetPromptRequestParams,
    PaginatedRequestParams,
    PromptReference,
)

from spote.domain import notes
from spote.entrypoints.mcp import door
from spote.entrypoints.mcp.door import Context
from spote.identity import Actor, Verb
from spote.paging import Page
from spote.storage import Connection

VALUES = 100  # completions in one answer, at most (MCP, "Completion")
LABELS = 1_000  # buckets or tags that are looked through


@dataclass(frozen=True, slots=True)
class Argument:
    name: str
    description: str
    required: bool = False


@dataclass(frozen=True, slots=True)
class Prompt:
    name: str
    title: str
    description: str
    verb: Verb
    arguments: tuple[Argument, ...]
    text: str

    @property
    def wire(self) -> dict[str, Any]:
        arguments = [
            {"name": one.name, "description": one.description, "required": one.required}
            for one in self.arguments
        ]
        return {
            "name": self.name,
            "title": self.title,
            "description": self.description,
            "arguments": arguments,
        }


BUCKET = Argument("bucket", "Only this bucket (folder).")
TAG = Argument("tag", "Only notes with this tag.")
PROMPTS = (
    Prompt(
        "save_this_conversation",
        "Save this conversation",
        "Write down what this conversation has come to, where it belongs.",
        Verb.CREATE,
        (
            Argument("bucket", "The bucket (folder) to save it in; left out, a fitting one."),
            Argument("tag", "A tag to give it."),
        ),
        "Save what this conversation has come to in my notes. First search them: if a note is about the same, add to"
        " it with edit_note, else create one. Write for somebody who was not here: what was decided, what was"
        " learned and why, what is open; no transcript. Use few tags, of those that list_tags knows, and link notes"
        " that belong together by [[Title]].",
    ),
    Prompt(
        "what_do_i_know",
        "What do I know about …",
        "Gather what the notes say about something.",
        Verb.READ,
        (Argument("topic", "What you want to know about.", required=True), BUCKET, TAG),
        "Tell me what my notes say about the topic below. Search with several wordings, read the notes that fit (of"
        " long ones only the sections that matter), follow get_related, and answer with the title and link of each"
        " note that you rely on. Say what is missing or contradicts itself. Add nothing that is not in the notes.",
    ),
)
NAMED = {prompt.name: prompt for prompt in PROMPTS}


async def list_prompts(ctx: Context, _params: PaginatedRequestParams | None) -> Any:
    actor = await door.call(ctx).check()
    return door.result(prompts=[one.wire for one in PROMPTS if actor.may(one.verb)])


async def get_prompt(ctx: Context, params: GetPromptRequestParams) -> Any:
    prompt = NAMED.get(params.name)
    if prompt is None:
        raise MCPError(INVALID_PARAMS, f"There is no prompt {params.name[:100]}.")
    given = params.arguments or {}
    missing = [one.name for one in prompt.arguments if one.required and not given.get(one.name)]
    if missing:
        raise MCPError(INVALID_PARAMS, f"The prompt {prompt.name} needs: {', '.join(missing)}.")
    wishes = [f"{one.name}: {given[one.name]}" for one in prompt.arguments if given.get(one.name)]
    text = "\n".join([prompt.text, *(["", *wishes] if wishes else [])])
    return door.result(
        description=prompt.description,
        messages=[{"role": "user", "content": {"type": "text", "text": text}}],
    )


async def complete(ctx: Context, params: CompleteRequestParams) -> Any:
    """Buckets and tags that hold what was typed, those that begin with it first."""
    values: list[str] = []
    if isinstance(params.ref, PromptReference):
        typed, kind = params.argument.value, params.argument.name
        values = await door.read(ctx, lambda db, actor: _labels(db, actor, kind, typed))
    shown = values[:VALUES]
    return door.result(
        completion={"values": shown, "total": len(values), "hasMore": len(shown) < len(values)}
    )


def _labels(db: Connection, actor: Actor, kind: str, typed: str) -> list[str]:
    """None for those who may not read, as for what is neither a bucket nor a tag."""
    lists = {"bucket": notes.list_buckets, "tag": notes.list_tags}
    if kind not in lists or not actor.may(Verb.READ):
        return []
    wanted = typed.removeprefix("#").casefold() if kind == "tag" else typed.casefold()
    names = [one.name for one in lists[kind](db, actor, Page(LABELS))]
    held = [name for name in names if wanted in name.casefold()]
    return sorted(held, key=lambda name: not name.casefold().startswith(wanted))
