"""The shapes of files: as an upload is answered, as they are kept, as they come in."""

import re
from dataclasses import dataclass
from typing import NamedTuple
from unicodedata import category, normalize

from pydantic import BaseModel, ConfigDict

FILENAME_MAX_BYTES = 200  # of UTF-8; file systems take 255
NO_NAME = "file"
_SEPARATORS = re.compile(r"[/\\]")


class UploadedFile(BaseModel):
    """What an upload is answered with, and what a note says of its files."""

    model_config = ConfigDict(frozen=True)

    filename: str
    url: str
    mime_type: str
    size_bytes: int


class StoredFile(NamedTuple):
    account_id: str
    id: str
    extension: str
    filename: str
    mime_type: str
    size_bytes: int
    sha256: bytes
    created_at: int  # ms
    uploaded_by_token: str | None


@dataclass(frozen=True, slots=True)
class Upload:
    """An upload under way: where its bytes go, and how many there may be."""

    account_id: str
    file_id: str
    max_bytes: int


@dataclass(frozen=True, slots=True)
class ReceivedFile:
    """What has come of an upload."""

    filename: str
    extension: str
    mime_type: str
    size_bytes: int
    sha256: bytes


def safe_filename(raw: str) -> str:
    """The last part of a path, on one line, without what reorders or hides characters, and not too long."""
    name = _SEPARATORS.split(normalize("NFC", raw.encode("utf-8", "replace").decode()))[-1]
    name = "".join(" " if c.isspace() else c for c in name if _is_shown(c))
    name = " ".join(name.split()).strip(" .") if name.strip(" .") else ""
    return _cut(name) or NO_NAME


def _is_shown(character: str) -> bool:
    """Neither control characters nor formats, such as those that turn the direction around, nor half characters."""
    return character.isspace() or character == "\u200d" or category(character)[0] != "C"


def _cut(name: str) -> str:
    """Keeps the ending."""
    if len(name.encode()) <= FILENAME_MAX_BYTES:
        return name
    stem, dot, ending = name.rpartition(".")
    ending = dot + ending if stem and len(ending.encode()) <= 16 else ""
    room = FILENAME_MAX_BYTES - len(ending.encode())
    return (stem if ending else name).encode()[:room].decode(errors="ignore") + ending
