"""The shapes of notes and of what hangs on them (rest-api.md), and their limits."""

import re
from datetime import datetime
from typing import Annotated, ClassVar, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from spote.domain.requests.model import Incoming
from spote.domain.tokens import Bucket, Tag, printable_line
from spote.identity import Via

INBOX = "Inbox"
TITLE_LIMIT = 500  # characters
TAGS_LIMIT = 200  # tags of one note
KIND_LIMIT = 50  # characters of a relation's kind
EXCERPT_LENGTH = 200  # characters
_HALF_CHARACTER = re.compile("[\ud800-\udfff]")


def _writable(text: str) -> str:
    """Databases keep no NUL, and UTF-8 has no half of a surrogate pair, which JSON can spell."""
    if "\x00" in text:
        raise ValueError("must not contain the character U+0000")
    if not text.isascii() and _HALF_CHARACTER.search(text):
        raise ValueError("must not contain half a character (U+D800 to U+DFFF)")
    return text


def _inbox_for_nothing(bucket: object) -> object:
    return INBOX if bucket is None else bucket


def _unique(tags: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(tags))


Title = Annotated[
    str,
    Field(min_length=1, max_length=TITLE_LIMIT, examples=["Shopping"]),
    AfterValidator(printable_line),
]
Text = Annotated[str, AfterValidator(_writable), Field(examples=["- milk\n- bread #home\n"])]
Tags = Annotated[tuple[Tag, ...], Field(max_length=TAGS_LIMIT), AfterValidator(_unique)]
Access = Literal["owner", "write", "read"]
HeadingText = Annotated[str, Field(min_length=1, max_length=TITLE_LIMIT)]
Version = Annotated[int, Field(ge=1, le=2**53)]  # what JSON numbers hold exactly


class _Shape(BaseModel):
    model_config = ConfigDict(frozen=True, populate_by_name=True)


class _IncomingNote(Incoming):
    """A client may send back a note as it has read it: what only answers carry is ignored."""

    answer_fields: ClassVar[frozenset[str]] = frozenset(
        {
            "_id",
            "access",
            "attachments",
            "created_at",
            "excerpt",
            "matched_by",
            "owner",
            "score",
            "size_bytes",
            "snippet",
            "updated_at",
            "updated_by",
        }
    )


class NoteDraft(_IncomingNote):
    """A note to create. Tags that are left out are read from the hashtags in the text."""

    answer_fields = _IncomingNote.answer_fields | {"version"}

    title: Title
    text: Text
    bucket: Annotated[Bucket, BeforeValidator(_inbox_for_nothing)] = INBOX  # null: left out
    tags: Tags | None = None


class NoteChange(_IncomingNote):
    """Fields that are left out keep their values; `version` is the one that the caller had read."""

    title: Title | None = None
    text: Text | None = None
    bucket: Bucket | None = None
    tags: Tags | None = None
    version: Version | None = None


class NoteEdit(_IncomingNote):
    """One edit of a section or the whole: everything else in the text stays byte for byte."""

    answer_fields = _IncomingNote.answer_fields | {"title", "bucket", "tags"}

    op: Literal["append", "prepend", "replace"]
    text: Text
    find: Annotated[str, Field(min_length=1)] | None = None
    heading: HeadingText | None = None
    expected_count: int = Field(1, ge=1, le=100_000)
    version: Version | None = None

    @model_validator(mode="after")
    def _fits_the_operation(self) -> Self:
        if self.op == "replace" and self.find is None:
            raise ValueError("replace needs find: the words that are to be replaced")
        if self.op != "replace" and self.find is not None:
            raise ValueError(f"{self.op} takes no find; use replace")
        return self


class NoteFilter(_Shape):
    """Which notes a list holds: in any of the buckets, and bearing any of the tags."""

    buckets: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    updated_since: datetime | None = None
    sort: Literal["created_at", "updated_at"] = "created_at"
    shared: Literal["include", "only", "exclude"] = "exclude"


class Person(_Shape):
    id: str = Field(alias="_id")
    name: str
    email: str


class UpdatedBy(_Shape):
    """Who changed a note, and through what; the label stays when the token is gone."""

    user: Person | None  # null: the account is deleted
    via: Via
    token_label: str | None
    client: str | None


class Attachment(_Shape):
    filename: str
    url: str
    mime_type: str
    size_bytes: int


class NoteReceipt(_Shape):
    """What a credential without the right to read learns of the note that it wrote."""

    id: str = Field(alias="_id")
    version: int
    created_at: datetime
    updated_at: datetime


class _NoteHead(NoteReceipt):
    title: str
    bucket: str
    tags: tuple[str, ...]
    attachments: tuple[Attachment, ...] = ()
    access: Access
    owner: Person | None = None  # present where the caller is not the owner
    updated_by: UpdatedBy


class Note(_NoteHead):
    text: str


class NotePart(Incoming):
    """Which part of a note to read."""

    heading: HeadingText | None = None
    offset: int = Field(0, ge=0, le=2**31)  # characters of the text, or of the section
    max_chars: int = Field(20_000, ge=1, le=100_000)


class Heading(_Shape):
    heading: str
    offset: int  # characters before it in the text
    chars: int  # with all that is below it


class PartOfNote(_Shape):
    """`text` is a piece of the whole, or of the section that was asked for."""

    note: Note
    text: str
    offset: int  # characters
    total_chars: int
    outline: tuple[Heading, ...]


class NoteSummary(_NoteHead):
    excerpt: str


class TrashedNote(NoteSummary):
    trashed_at: datetime
    expires_at: datetime  # when it is removed for good


class Revision(_Shape):
    """One change of a note, as its history lists it."""

    version: int
    change: Literal["created", "updated", "restored", "trashed", "untrashed"]
    created_at: datetime
    updated_by: UpdatedBy
    title: str
    bucket: str
    tags: tuple[str, ...]
    size_bytes: int
    diff: str | None = None  # unified, against the version before; on request


class NoteVersion(Revision):
    """A note as it was at one version."""

    text: str


class TokenChangeOfNote(_Shape):
    """One change that a token made."""

    note_id: str
    title: str  # of the note as it is now
    version: int  # that the change made
    change: Literal["created", "updated", "restored", "trashed", "untrashed"]
    created_at: datetime
    bucket: str  # at that time
    via: Via
    client: str | None  # User-Agent, or the MCP client's name


class RelationDraft(Incoming):
    target_id: str = Field(min_length=1, max_length=100)
    kind: Annotated[
        str, Field(min_length=1, max_length=KIND_LIMIT), AfterValidator(printable_line)
    ] = "related"


class NoteTitle(_Shape):
    """Just enough of a note to point at it."""

    id: str = Field(alias="_id")
    title: str
    bucket: str


class RelationReceipt(_Shape):
    """What a credential without the right to read learns of the relation that it made."""

    id: str = Field(alias="_id")
    kind: str
    created_at: datetime


class Relation(RelationReceipt):
    """A durable link between two notes, seen from one of them."""

    direction: Literal["out", "in"]
    note: NoteTitle  # the other end
    token_label: str | None  # of the token that made it


class TextLink(_Shape):
    """A link written in a note's text; `note` is null where it leads nowhere."""

    target: str
    note: NoteTitle | None


class RelatedNotes(_Shape):
    relations: tuple[Relation, ...]
    links: tuple[TextLink, ...]
    backlinks: tuple[NoteTitle, ...]


class Count(_Shape):
    """A bucket or a tag, with how many notes of it the caller can see."""

    name: str
    count: int


class BucketName(Incoming):
    answer_fields: ClassVar[frozenset[str]] = frozenset({"count"})

    name: Bucket


class TagName(Incoming):
    answer_fields: ClassVar[frozenset[str]] = frozenset({"count"})

    name: Tag
