"""What there is around the notes: buckets, tags, and the token itself."""

from datetime import datetime

from pydantic import Field

from spote.domain import accounts, notes
from spote.entrypoints.mcp.tools.tool import Answer, Arguments, Offset, Tool
from spote.identity import Actor, Verb
from spote.paging import Page
from spote.storage import Connection, to_time_or_none


class ListLabels(Arguments):
    limit: int = Field(200, ge=1, le=1_000, strict=True)
    offset: Offset = 0


class Label(Answer):
    name: str
    count: int


class Labels(Answer):
    """Most used first."""

    items: tuple[Label, ...]


class WhoAmI(Arguments):
    """Nothing."""


class Self(Answer):
    account: str | None = Field(None, description="The owner's name, for those who may read.")
    label: str
    verbs: tuple[str, ...] = Field(description="What you may do now.")
    buckets: tuple[str, ...] | None = Field(None, description="Only in these, and below them.")
    except_buckets: tuple[str, ...] | None = Field(None, description="Never in these.")
    tags: tuple[str, ...] | None = Field(None, description="Only notes with any of these.")
    own_notes_only: bool = Field(description="Only notes that you have created.")
    agents_read_only: bool = Field(description="The owner has switched all agents to read-only.")
    expires_at: datetime | None = None


def _list_buckets(db: Connection, actor: Actor, given: ListLabels) -> Labels:
    return _labels(notes.list_buckets(db, actor, Page(given.limit, given.offset)))


def _list_tags(db: Connection, actor: Actor, given: ListLabels) -> Labels:
    return _labels(notes.list_tags(db, actor, Page(given.limit, given.offset)))


def _whoami(db: Connection, actor: Actor, given: WhoAmI) -> Self:
    """What every token may ask, whatever it may do."""
    grant = actor.grant
    return Self(
        account=accounts.get_account(db, actor).name if actor.may(Verb.READ) else None,
        label=actor.label or "",
        verbs=tuple(verb.value for verb in Verb if verb in grant.verbs),
        buckets=grant.buckets,
        except_buckets=grant.except_buckets or None,
        tags=grant.tags,
        own_notes_only=grant.own_notes_only,
        agents_read_only=actor.agents_read_only,
        expires_at=to_time_or_none(actor.expires_at),
    )


def _labels(found: list[notes.Count]) -> Labels:
    return Labels(items=tuple(Label(name=one.name, count=one.count) for one in found))


TOOLS = (
    Tool(
        "list_buckets",
        "List buckets",
        "The buckets (folders) with how many notes each holds, the fullest first.",
        (Verb.READ,),
        ListLabels,
        Labels,
        _list_buckets,
    ),
    Tool(
        "list_tags",
        "List tags",
        "The tags with how many notes bear each, the most used first. Use these before you make new ones.",
        (Verb.READ,),
        ListLabels,
        Labels,
        _list_tags,
    ),
    Tool(
        "whoami",
        "See what you may do",
        "Whose notes these are, what your token is called, what it may do and where, and until when.",
        (),
        WhoAmI,
        Self,
        _whoami,
    ),
)
