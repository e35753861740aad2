"""Reading a long note in parts: by outline, by section, by position."""

from spote.domain.notes import saving, sections
from spote.domain.notes.model import Heading, NotePart, PartOfNote
from spote.domain.notes.queries import notes as queries
from spote.domain.notes.sections import Section
from spote.domain.notes.showing import whole
from spote.errors import Conflict
from spote.identity import Actor, Verb
from spote.storage import Connection

OUTLINE_LIMIT = 200  # headings in one answer


def read_note(db: Connection, actor: Actor, note_id: str, part: NotePart) -> PartOfNote:
    """The outline comes along where the part is not all there is. Raises Conflict where the heading is not one."""
    actor.require(Verb.READ)
    note = whole(actor, saving.found(queries.note_by_id(db, actor, note_id)))
    start, end = _bounds(note.text, part.heading)
    first = min(start + part.offset, end)
    last = min(first + part.max_chars, end)
    return PartOfNote(
        note=note,
        text=note.text[first:last],
        offset=first - start,
        total_chars=end - start,
        outline=tuple(_outline(note.text)) if last - first < len(note.text) else (),
    )


def _bounds(text: str, heading: str | None) -> tuple[int, int]:
    if heading is None:
        return 0, len(text)
    try:
        section = sections.section(text, heading)
    except sections.HeadingNotFound as error:
        raise Conflict(str(error), code="heading_not_found") from error
    except sections.HeadingAmbiguous as error:
        raise Conflict(str(error), code="heading_ambiguous") from error
    return section.start, section.end


def _outline(text: str) -> list[Heading]:
    return [_heading(one) for one in sections.outline(text)[:OUTLINE_LIMIT]]


def _heading(section: Section) -> Heading:
    return Heading(
        heading=f"{'#' * section.level} {section.title}",
        offset=section.start,
        chars=section.end - section.start,
    )
