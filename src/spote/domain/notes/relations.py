"""Links between notes: durable ones made on purpose, and those that stand in the texts."""

from spote.domain.notes import saving
from spote.domain.notes.links import links, title_key
from spote.domain.notes.model import (
    RelatedNotes,
    Relation,
    RelationDraft,
    RelationReceipt,
    TextLink,
)
from spote.domain.notes.queries import notes as queries
from spote.domain.notes.queries import relations as relation_queries
from spote.domain.notes.queries.notes import StoredNote
from spote.errors import Conflict, NotFound
from spote.identity import Actor, Verb, new_id
from spote.storage import Connection

LINKS_SHOWN = 200  # links of one text in one answer


def create_relation(
    db: Connection, actor: Actor, note_id: str, draft: RelationDraft
) -> Relation | RelationReceipt:
    """Of two notes of one owner, both of which the actor may edit.

    Raises NotFound where either is out of reach, Conflict where the relation exists or the owners differ.
    """
    actor.require(Verb.EDIT)
    source = saving.found_to_change(db, actor, note_id)
    target = saving.found_to_change(db, actor, draft.target_id)
    if source.id == target.id:
        raise Conflict("A note cannot be related to itself.", code="same_note")
    if source.account_id != target.account_id:
        raise Conflict(
            "Only notes of one owner can be related. Link to the other one in the text instead: [[Title]].",
            code="other_owner",
        )
    relation_id = new_id()
    if not relation_queries.insert_relation(
        db, actor=actor, relation_id=relation_id, source=source, target=target, kind=draft.kind
    ):
        raise Conflict("These notes are related in this way already.", code="relation_exists")
    made = _relation(db, actor, source, relation_id)
    if actor.may(Verb.READ):
        return made
    return RelationReceipt.model_validate(
        {"_id": made.id, "kind": made.kind, "created_at": made.created_at}
    )


def list_relations(db: Connection, actor: Actor, note_id: str) -> RelatedNotes:
    """Relations both ways, links in the note's text, and notes whose text links here."""
    actor.require(Verb.READ)
    note = saving.found(queries.note_by_id(db, actor, note_id))
    return RelatedNotes(
        relations=tuple(relation_queries.relations_of(db, actor, note)),
        links=tuple(_text_links(db, actor, note)),
        backlinks=tuple(relation_queries.backlinks_to(db, actor, note)),
    )


def delete_relation(db: Connection, actor: Actor, note_id: str, relation_id: str) -> None:
    """From either end, where both may be edited. Raises NotFound also where the other end is out of reach."""
    actor.require(Verb.EDIT)
    note = saving.found_to_change(db, actor, note_id)
    relation = _relation(db, actor, note, relation_id)
    saving.found_to_change(db, actor, relation.note.id)
    relation_queries.delete_relation(
        db, account_id=note.account_id, note_id=note.id, relation_id=relation_id
    )


def _relation(db: Connection, actor: Actor, note: StoredNote, relation_id: str) -> Relation:
    relation = relation_queries.relation_by_id(db, actor, note, relation_id)
    if relation is None:
        raise NotFound("There is no such relation.")
    return relation


def _text_links(db: Connection, actor: Actor, note: StoredNote) -> list[TextLink]:
    written = links(note.text)
    titles, ids = list(written.titles[:LINKS_SHOWN]), list(written.note_ids[:LINKS_SHOWN])
    by_title = relation_queries.notes_by_titles(db, actor, titles)
    by_id = relation_queries.notes_by_ids(db, actor, ids)
    return [
        *(TextLink(target=title, note=by_title.get(title_key(title))) for title in titles),
        *(TextLink(target=note_id, note=by_id.get(note_id)) for note_id in ids),
    ]
