"""What a tool is, and how it looks on the wire."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from spote.domain.requests import Incoming
from spote.entrypoints.mcp.tools.schemas import input_schema, output_schema
from spote.entrypoints.searching import Asking
from spote.identity import Actor, Verb
from spote.storage import Connection

NoteId = Annotated[
    str, Field(min_length=1, max_length=100, description="The note's id, as other tools give it.")
]
LIST_LIMIT = 100  # items in one answer
Limit = Annotated[int, Field(ge=1, le=LIST_LIMIT, strict=True, description="Items in the answer.")]
Offset = Annotated[
    int, Field(ge=0, le=10_000_000, strict=True, description="Items to leave out first.")
]


class Arguments(Incoming):
    """What only a tool takes; what REST takes too is the domain's own shape."""


class Answer(BaseModel):
    """What is not known is left out."""

    model_config = ConfigDict(frozen=True)


Run = Callable[[Connection, Actor, Any], Answer]  # with the checked arguments
Search = Callable[[Asking, Any], Awaitable[Answer]]
LookUp = Callable[
    [Asking, Any, Any], Awaitable[Answer]
]  # with the arguments, and what was answered


@dataclass(frozen=True)
class Tool:
    """`verbs`: any one of them lets it be listed; the service decides."""

    name: str
    title: str
    description: str
    verbs: tuple[Verb, ...]
    arguments: type[BaseModel]
    answer: type[Answer]
    run: Run | None = None
    search: Search | None = None  # in place of `run`, for what takes several looks
    writes: bool = False
    destroys: bool = False  # something that was there is gone or changed
    is_idempotent: bool = False  # a second time changes nothing more
    look_up: LookUp | None = None  # after a change: what its answer lacks

    @cached_property
    def wire(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "title": self.title,
            "description": self.description,
            "inputSchema": input_schema(self.arguments),
            "outputSchema": output_schema(self.answer),
            "annotations": {
                "title": self.title,
                "readOnlyHint": not self.writes,
                "destructiveHint": self.destroys,
                "idempotentHint": self.is_idempotent or not self.writes,
                "openWorldHint": False,
            },
        }

    def is_open_to(self, actor: Actor) -> bool:
        return not self.verbs or any(actor.may(verb) for verb in self.verbs)
