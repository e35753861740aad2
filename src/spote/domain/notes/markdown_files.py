"""From a Markdown file to what a note would hold: title, text, bucket, tags and times."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from unicodedata import normalize

from spote.domain.notes.frontmatter import FrontMatter, read_front_matter
from spote.domain.notes.hashtags import hashtags
from spote.domain.notes.markdown import without_fences
from spote.domain.notes.model import INBOX, TITLE_LIMIT
from spote.domain.notes.queries.notes import NoteValues
from spote.domain.tokens.places import NAME_LIMIT
from spote.errors import InvalidInput
from spote.storage import to_ms

_HEADING_LOOKED_AT = 10_000  # characters
_PICTURE = re.compile(r"!\[[^\[\]]*\](?:\([^()]*\)|\[[^\[\]]*\])")
_LINK = re.compile(r"\[([^\[\]]*)\](?:\([^()]*\)|\[[^\[\]]*\])")
_TAG = re.compile(r"</?[A-Za-z][^<>]*>")
FRONT_MATTER_MAX_BYTES = 1024 * 1024  # what a file may hold besides its text
_EARLIEST = to_ms(datetime(1, 1, 2, tzinfo=UTC))
_LATEST = to_ms(datetime(9999, 12, 30, tzinfo=UTC))
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_ANY_FRONT_MATTER = re.compile(r"\A---[ \t]*\r?\n.*?\n---[ \t]*(?=\r?\n|\Z)", re.DOTALL)
_HEADING = re.compile(r"^ {0,3}#[ \t]+([^\n]+)$", re.MULTILINE)
_CLOSING_MARKS = re.compile(r"(?:^|[ \t])#+$")


@dataclass(frozen=True, slots=True)
class FilePlace:
    """Where a Markdown file lies, and when it was changed last."""

    source: str  # the whole path: the same file has the same in every run
    folders: tuple[str, ...]  # between the imported folder and the file
    stem: str  # the file's name without its ending
    modified_at: int  # ms


@dataclass(frozen=True, slots=True)
class ImportedFile:
    source_key: bytes  # SHA-256 of the whole path
    content_hash: bytes  # SHA-256 of the bytes
    values: NoteValues
    created_at: int  # ms
    updated_at: int  # ms


def source_key(source: str) -> bytes:
    return hashlib.sha256(source.encode("utf-8", "surrogateescape")).digest()


def read_markdown_file(
    content: bytes, place: FilePlace, *, bucket: str | None = None
) -> ImportedFile:
    """With `bucket`, everything goes there and below. The text stays byte for byte, but for a byte order mark.

    Raises:
        InvalidInput: it is no text in UTF-8.
    """
    matter = read_front_matter(_decoded(content))
    tags = hashtags(matter.body) if matter.tags is None else matter.tags
    folders = (matter.bucket,) if matter.bucket else place.folders
    values = NoteValues(
        title=_title(matter, place.stem),
        text=matter.body,
        bucket=_bucket([bucket or "", *folders]),
        tags=tuple(tags),
    )
    updated_at = _ms(matter.updated_at, place.modified_at)
    created_at = _ms(matter.created_at, min(place.modified_at, updated_at))
    return ImportedFile(
        source_key=source_key(place.source),
        content_hash=hashlib.sha256(content).digest(),
        values=values,
        created_at=created_at,
        updated_at=max(created_at, updated_at),
    )


def _decoded(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise InvalidInput("It is UTF-16; save it as UTF-8.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInput(f"It is not UTF-8 (byte {error.start:,}).") from error
    if "\x00" in text:
        raise InvalidInput("It holds the character U+0000, as no text does.")
    return text


def _title(matter: FrontMatter, stem: str) -> str:
    candidates = (matter.title or "", _first_heading(matter.body), stem)
    return next(filter(str.strip, map(_line, candidates)), "Untitled")


def _line(raw: str) -> str:
    """As it is, where it can be a title."""
    line = _CONTROLS.sub(" ", raw.encode("utf-8", "replace").decode())
    return line if len(line) <= TITLE_LIMIT else line[: TITLE_LIMIT - 1] + "…"


def _first_heading(text: str) -> str:
    """Of the first level, outside of code and of front matter that stayed in the text."""
    if "# " not in text and "#\t" not in text:
        return ""
    found = _HEADING.search(without_fences(_ANY_FRONT_MATTER.sub("", text)))
    return _plain(_CLOSING_MARKS.sub("", found[1].strip())) if found else ""


def _plain(heading: str) -> str:
    """What a reader sees of it: badges and other pictures are no part of a title, of links only the words."""
    without_pictures = _PICTURE.sub("", heading[:_HEADING_LOOKED_AT])
    return " ".join(_TAG.sub("", _LINK.sub(r"\1", without_pictures)).split())


def _bucket(folders: Sequence[str]) -> str:
    """A valid name: one that is too long is cut and gets an ending that tells it from others cut alike."""
    parts = (_CONTROLS.sub(" ", part.encode("utf-8", "replace").decode()) for part in folders)
    name = normalize("NFC", "/".join(part.strip() for part in parts if part.strip()))
    if len(name) > NAME_LIMIT:
        ending = "~" + hashlib.sha256(name.encode()).hexdigest()[:8]
        name = name[: NAME_LIMIT - len(ending)].rstrip() + ending
    return name or INBOX


def _ms(time: datetime | None, otherwise: int) -> int:
    return min(max(otherwise if time is None else to_ms(time), _EARLIEST), _LATEST)
