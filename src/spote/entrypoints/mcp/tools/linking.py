"""Links between notes, made on purpose and written in the texts."""

from typing import Literal

from pydantic import Field

from spote.domain import notes
from spote.entrypoints.mcp.tools.answers import NoteRef
from spote.entrypoints.mcp.tools.tool import LIST_LIMIT, Answer, Arguments, NoteId, Tool
from spote.identity import Actor, Verb
from spote.storage import Connection


class RelateNotes(notes.RelationDraft):
    source_id: NoteId
    target_id: NoteId


class MadeRelation(Answer):
    id: str
    kind: str
    source_id: str
    target_id: str


class GetRelated(Arguments):
    id: NoteId


class RelatedNote(Answer):
    id: str
    kind: str
    direction: Literal["out", "in"]
    note: NoteRef


class WrittenLink(Answer):
    target: str = Field(description="As it is written.")
    note: NoteRef | None = Field(None, description="None where it leads nowhere.")


class RelatedNotes(Answer):
    """At most 100 of each."""

    relations: tuple[RelatedNote, ...]
    links: tuple[WrittenLink, ...]
    backlinks: tuple[NoteRef, ...]


def _relate_notes(db: Connection, actor: Actor, given: RelateNotes) -> MadeRelation:
    made = notes.create_relation(db, actor, given.source_id, given)
    return MadeRelation(
        id=made.id, kind=made.kind, source_id=given.source_id, target_id=given.target_id
    )


def _get_related(db: Connection, actor: Actor, given: GetRelated) -> RelatedNotes:
    found = notes.list_relations(db, actor, given.id)
    return RelatedNotes(
        relations=tuple(
            RelatedNote(id=one.id, kind=one.kind, direction=one.direction, note=_ref(one.note))
            for one in found.relations[:LIST_LIMIT]
        ),
        links=tuple(
            WrittenLink(target=one.target, note=_ref(one.note) if one.note else None)
            for one in found.links[:LIST_LIMIT]
        ),
        backlinks=tuple(_ref(note) for note in found.backlinks[:LIST_LIMIT]),
    )


def _ref(note: notes.NoteTitle) -> NoteRef:
    return NoteRef(id=note.id, title=note.title, bucket=note.bucket)


TOOLS = (
    Tool(
        "relate_notes",
        "Relate two notes",
        "Make a durable link from one note to another; `kind` says what it means, such as cites or follows.",
        (Verb.EDIT,),
        RelateNotes,
        MadeRelation,
        _relate_notes,
        writes=True,
    ),
    Tool(
        "get_related",
        "See related notes",
        "What a note is linked with: relations made on purpose both ways, links in its text, and notes whose text"
        " links to it.",
        (Verb.READ,),
        GetRelated,
        RelatedNotes,
        _get_related,
    ),
)
