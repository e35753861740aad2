"""Takes in Markdown files as notes, so that doing it again changes nothing and overwrites nobody's edits."""

from collections.abc import Iterable, Set
from dataclasses import dataclass
from enum import StrEnum

from spote.domain.notes import saving
from spote.domain.notes.markdown_files import ImportedFile
from spote.domain.notes.queries import imports
from spote.domain.notes.queries import notes as queries
from spote.domain.notes.queries.notes import StoredNote
from spote.errors import TooLarge
from spote.identity import Actor, Verb, Via
from spote.storage import Connection


class Result(StrEnum):
    IMPORTED = "imported"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Outcome:
    result: Result
    reason: str = ""  # why it was skipped


def import_notes(
    db: Connection, actor: Actor, files: Iterable[ImportedFile], *, run: Set[bytes]
) -> list[Outcome]:
    """One outcome for each file; see `import_note`."""
    actor.require(Verb.CREATE)
    actor.require(Verb.EDIT)
    db.lock(actor.account_id)  # the command line has no door that does
    return [import_note(db, actor, file, run=run) for file in files]


def changed_since_import(db: Connection, actor: Actor, files: Iterable[ImportedFile]) -> set[bytes]:
    """The keys of those that an import would look at: they are new, or not as they were when they were taken in."""
    actor.require(Verb.CREATE)
    changed = set()
    for file in files:
        known = imports.known_source(db, actor.account_id, file.source_key)
        if known is None or known.content_hash != file.content_hash:
            changed.add(file.source_key)
    return changed


def import_note(
    db: Connection, actor: Actor, file: ImportedFile, *, run: Set[bytes] = frozenset()
) -> Outcome:
    """Each file becomes one note. A file that is known and has changed changes its note, unless that was edited too.

    `run` holds the keys of all files that are imported together: a file whose note is another one's in the same run
    gets a note of its own, also where both say the same; a file that was moved since the last run does not.
    """
    actor.require(Verb.CREATE)
    actor.require(Verb.EDIT)
    try:
        known = imports.known_source(db, actor.account_id, file.source_key)
        if known is None:
            return _take_in(db, actor, file, run)
        if known.content_hash == file.content_hash:
            return Outcome(Result.UNCHANGED)
        return _bring_up_to_date(db, actor, file, queries.note_by_id(db, actor, known.note_id))
    except TooLarge as error:
        return Outcome(Result.SKIPPED, error.message)


def _take_in(db: Connection, actor: Actor, file: ImportedFile, run: Set[bytes]) -> Outcome:
    twin = _twin(db, actor, file, run)
    if twin is not None:
        _remember(db, actor, file, twin)
        return Outcome(Result.UNCHANGED)
    note = saving.add(
        db, actor, file.values, created_at=file.created_at, updated_at=file.updated_at
    )
    _remember(db, actor, file, note.id)
    return Outcome(Result.IMPORTED)


def _twin(db: Connection, actor: Actor, file: ImportedFile, run: Set[bytes]) -> str | None:
    """A note that says the same, and is not there because of another file of this run."""
    for note_id in imports.ids_of_equal_notes(db, actor, file.values):
        if run.isdisjoint(imports.sources_of_note(db, actor.account_id, note_id)):
            return note_id
    return None


def _bring_up_to_date(
    db: Connection, actor: Actor, file: ImportedFile, note: StoredNote | None
) -> Outcome:
    if note is None:
        return Outcome(Result.SKIPPED, "The file has changed, but its note is in the trash.")
    if saving.values_of(note) == file.values:
        _remember(db, actor, file, note.id)
        return Outcome(Result.UNCHANGED)
    if not _is_as_imported(db, note):
        return Outcome(
            Result.SKIPPED,
            f"Both the file and its note “{note.title}” have changed since the last import. Make them alike, or delete"
            " the note, then import again.",
        )
    at = max(note.updated_at, file.updated_at)
    saving.change(db, actor, note, file.values, updated_at=at)
    _remember(db, actor, file, note.id)
    return Outcome(Result.UPDATED)


def _is_as_imported(db: Connection, note: StoredNote) -> bool:
    """Whether nobody has edited it since an import wrote it; through the trash and back is no edit."""
    if note.updated_by.via is Via.IMPORT:
        return True
    return imports.last_imported(db, note) == saving.values_of(note)


def _remember(db: Connection, actor: Actor, file: ImportedFile, note_id: str) -> None:
    imports.put_source(
        db,
        account_id=actor.account_id,
        source_key=file.source_key,
        content_hash=file.content_hash,
        note_id=note_id,
    )
