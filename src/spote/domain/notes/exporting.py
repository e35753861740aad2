"""Gives out all notes as Markdown files that any program can read and an import takes back the same."""

import json
import re
from collections.abc import Iterator
from datetime import datetime
from typing import IO, NamedTuple
from unicodedata import normalize
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from spote.domain.notes.frontmatter import write_front_matter
from spote.domain.notes.queries import imports, revisions
from spote.domain.notes.queries import notes as queries
from spote.domain.notes.queries.notes import StoredNote
from spote.domain.notes.queries.relations import relations_of
from spote.domain.notes.queries.revisions import StoredRevision
from spote.identity import Actor, Verb
from spote.paging import Page
from spote.storage import Connection, to_time

IDS_PAGE = 1_000
VERSIONS_PAGE = 10  # with their texts
NAME_MAX_BYTES = (
    150  # of a file or folder; file systems allow 255, some that encrypt 143 less an ending
)
OWN_FOLDER = ".spote"  # what is no note lies here, where an import does not look
_NOT_IN_NAMES = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f-\x9f\u2028\u2029]')
_DEVICES = re.compile(r"(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?=\.|\Z)", re.IGNORECASE)


class ExportedFile(NamedTuple):
    path: (
        str  # below the export's folder, with `/`; can be a name on every system, and is there once
    )
    content: bytes
    modified_at: datetime


def export_notes(db: Connection, actor: Actor) -> Iterator[ExportedFile]:
    """Every note within reach with its past, one file at a time; to be used up within the transaction."""
    actor.require(Verb.READ)
    return _files(db, actor)


def write_export(db: Connection, actor: Actor, target: IO[bytes]) -> None:
    """`export_notes` as a zip archive."""
    files = export_notes(db, actor)
    with ZipFile(target, "w", ZIP_DEFLATED, compresslevel=1) as archive:
        for file in files:
            entry = ZipInfo(file.path, _zip_time(file.modified_at))
            entry.compress_type = ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            archive.writestr(entry, file.content)


def _files(db: Connection, actor: Actor) -> Iterator[ExportedFile]:
    paths = _Paths()
    for note in _notes(db, actor, trashed=False):
        yield _file(note, paths.path(note.bucket, note.title))
        yield from _past(db, actor, note)
    for note in _notes(db, actor, trashed=True):
        yield _file(note, f"{OWN_FOLDER}/trash/{note.id}.md")
        yield from _past(db, actor, note)


def _notes(db: Connection, actor: Actor, *, trashed: bool) -> Iterator[StoredNote]:
    after = ""
    while ids := imports.note_ids_after(db, actor, after, trashed=trashed, limit=IDS_PAGE):
        for note_id in ids:
            note = queries.note_by_id(db, actor, note_id, trashed=trashed)
            if note is not None:
                yield note
        after = ids[-1]


def _file(note: StoredNote, path: str) -> ExportedFile:
    text = write_front_matter(
        title=note.title,
        tags=list(note.tags),
        bucket=note.bucket,
        created_at=to_time(note.created_at),
        updated_at=to_time(note.updated_at),
        body=note.text,
    )
    text = text.replace("---\n", f"---\nid: {note.id}\n", 1)
    return ExportedFile(path, text.encode(), to_time(note.updated_at))


def _past(db: Connection, actor: Actor, note: StoredNote) -> Iterator[ExportedFile]:
    """The text of each version but the current one, and who made which when and through what."""
    versions = []
    for revision in _revisions(db, actor, note):
        versions.append(_described(revision))
        if revision.version != note.version:
            yield ExportedFile(
                f"{OWN_FOLDER}/history/{note.id}/{revision.version}.md",
                (revision.text or "").encode(),
                to_time(revision.created_at),
            )
    relations = relations_of(db, actor, note)
    about = {
        "id": note.id,
        "title": note.title,
        "versions": versions,
        "relations": [relation.model_dump(mode="json", by_alias=True) for relation in relations],
    }
    yield ExportedFile(
        f"{OWN_FOLDER}/history/{note.id}.json",
        json.dumps(about, ensure_ascii=False, indent=1).encode(),
        to_time(note.updated_at),
    )


def _revisions(db: Connection, actor: Actor, note: StoredNote) -> Iterator[StoredRevision]:
    page = Page(VERSIONS_PAGE)
    while True:
        found = revisions.revisions_page(db, actor, note, page, with_text=True)
        yield from found
        if len(found) < VERSIONS_PAGE:
            return
        page = Page(VERSIONS_PAGE, page.offset + VERSIONS_PAGE)


def _described(revision: StoredRevision) -> dict[str, object]:
    return {
        "version": revision.version,
        "change": revision.change,
        "created_at": to_time(revision.created_at).isoformat().replace("+00:00", "Z"),
        "updated_by": revision.updated_by.model_dump(mode="json", by_alias=True),
        "title": revision.title,
        "bucket": revision.bucket,
        "tags": revision.tags,
        "size_bytes": revision.size_bytes,
    }


class _Paths:
    """A path for each note: no two differ by case or composition alone, where some file systems see no difference."""

    def __init__(self) -> None:
        self._taken: set[str] = set()
        self._numbers: dict[str, int] = {}

    def path(self, bucket: str, title: str) -> str:
        folder = "/".join(_folder_name(part) for part in bucket.split("/"))
        plain = f"{folder}/{_safe_name(title)}"
        path, key = plain, _key(plain)
        while _key(path) in self._taken:
            self._numbers[key] = self._numbers.get(key, 1) + 1
            path = f"{plain} ({self._numbers[key]})"
        self._taken.add(_key(path))
        return f"{path}.md"


def _folder_name(raw: str) -> str:
    """Never one that a file could have."""
    name = _safe_name(raw)
    return name + "_" if name.lower().endswith(".md") else name


def _safe_name(raw: str) -> str:
    """Can be a name on Linux, macOS and Windows, and is not hidden."""
    name = _cut(_NOT_IN_NAMES.sub("_", normalize("NFC", raw)).strip())
    if name.startswith("."):
        name = "_" + name[1:]
    if _DEVICES.match(name):
        name = "_" + name
    return name.rstrip(" .") or "_"


def _cut(name: str) -> str:
    return name.encode()[:NAME_MAX_BYTES].decode(errors="ignore")


def _key(path: str) -> str:
    return normalize("NFC", normalize("NFC", path).casefold())


def _zip_time(time: datetime) -> tuple[int, int, int, int, int, int]:
    """Zip archives know the years from 1980 to 2107."""
    year = min(max(time.year, 1980), 2107)
    return year, time.month, time.day, time.hour, time.minute, time.second
