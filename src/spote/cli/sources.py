"""Finds the Markdown files in a folder or a zip archive, and reads them with a limit."""

import os
import stat
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import IO, NamedTuple
from zipfile import BadZipFile, ZipFile, ZipInfo

from spote.errors import InvalidInput

ENDINGS = (".md", ".markdown", ".mdown")
MEMBERS_LIMIT = 200_000  # of an archive
_UTF8_NAME = 0x800  # flags of a member: APPNOTE.TXT §4.4.4
_ENCRYPTED = 0x1
BAD_MEMBER = (BadZipFile, EOFError, NotImplementedError, RuntimeError, ValueError, zlib.error)


class Source(NamedTuple):
    path: str  # below what is imported, with `/`
    whole_path: str  # tells it from all other files of this machine
    modified_at: int  # ms
    open: Callable[[], IO[bytes]]

    @property
    def folders(self) -> tuple[str, ...]:
        return PurePosixPath(self.path).parts[:-1]

    @property
    def stem(self) -> str:
        return PurePosixPath(self.path).stem


class Refused(NamedTuple):
    path: str
    reason: str


Found = Source | Refused


@contextmanager
def opened_sources(path: Path) -> Iterator[list[Found]]:
    """All Markdown files below, hidden ones left out, in a stable order. Open until the context ends.

    Raises:
        InvalidInput: it is neither a folder nor a usable archive nor a Markdown file.
    """
    path = path.resolve()
    if path.is_dir():
        yield sorted(_in_folder(path), key=lambda found: found.path)
    elif path.suffix.lower() in ENDINGS:
        yield [_file(path.parent, path)]
    elif path.suffix.lower() == ".zip":
        with _opened_archive(path) as archive:
            yield sorted(_in_archive(path, archive), key=lambda found: found.path)
    else:
        raise InvalidInput("Give a folder, a .zip archive or a Markdown file.")


def read_source(source: Source, limit: int) -> bytes:
    """Raises InvalidInput where it has more bytes than the limit, or cannot be read; no more than that is read."""
    try:
        with source.open() as file:
            content = file.read(limit + 1)
    except OSError as error:
        raise InvalidInput(f"It cannot be read ({error.strerror or error}).") from error
    except BAD_MEMBER as error:
        raise InvalidInput(
            "Its place in the archive is damaged, or packed in a way not known."
        ) from error
    if len(content) > limit:
        raise InvalidInput(f"It has more than {limit:,} bytes.")
    return content


def _in_folder(root: Path) -> Iterator[Found]:
    problems: list[OSError] = []
    for folder, folders, names in os.walk(root, onerror=problems.append):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in folders:
            if (link := Path(folder, name)).is_symlink():
                yield Refused(_below(root, link), "A link to a folder is not followed.")
        for name in names:
            if _is_markdown(name):
                yield _file(root, Path(folder, name))
    for problem in problems:
        where = _below(root, Path(str(problem.filename)))
        yield Refused(where, f"The folder cannot be read ({problem.strerror}).")


def _file(root: Path, file: Path) -> Found:
    path = _below(root, file)
    try:
        real = file.resolve(strict=True)
        status = real.stat()
    except (OSError, RuntimeError):
        return Refused(path, "It leads nowhere.")
    if not real.is_relative_to(root):
        return Refused(path, "It is a link that leads out of the folder.")
    if not stat.S_ISREG(status.st_mode):
        return Refused(path, "It is not a regular file.")
    modified_at = status.st_mtime_ns // 1_000_000
    return Source(path, str(file), modified_at, lambda: real.open("rb"))


def _below(root: Path, path: Path) -> str:
    return path.relative_to(root).as_posix()


@contextmanager
def _opened_archive(path: Path) -> Iterator[ZipFile]:
    try:
        archive = ZipFile(path)
    except (BadZipFile, NotImplementedError, OSError, ValueError) as error:
        raise InvalidInput(f"{path.name} is not a zip archive, or is damaged.") from error
    with archive:
        if len(archive.infolist()) > MEMBERS_LIMIT:
            raise InvalidInput(
                f"{path.name} holds more than {MEMBERS_LIMIT:,} files. Import it in parts."
            )
        yield archive


def _in_archive(archive_path: Path, archive: ZipFile) -> Iterator[Found]:
    """Names are names, whatever is in them: nothing is unpacked anywhere."""
    seen: set[str] = set()
    for member in archive.infolist():
        parts = [part for part in member_name(member).split("/") if part not in ("", ".", "..")]
        if member.is_dir() or not parts or not all(map(_is_shown, parts)):
            continue
        if not _is_markdown(parts[-1]):
            continue
        path = "/".join(parts)
        if reason := _refusal(member, is_second=path in seen):
            yield Refused(path, reason)
        else:
            seen.add(path)
            yield _member(archive_path, archive, member, path)


def _member(archive_path: Path, archive: ZipFile, member: ZipInfo, path: str) -> Source:
    modified_at = _modified_at(member, archive_path)
    return Source(path, f"{archive_path}!/{path}", modified_at, lambda: archive.open(member))


def is_refused(member: ZipInfo) -> bool:
    return _refusal(member, is_second=False) is not None


def _refusal(member: ZipInfo, *, is_second: bool) -> str | None:
    if is_second:
        return "The archive holds this name twice."
    if member.flag_bits & _ENCRYPTED:
        return "It is encrypted."
    mode = member.external_attr >> 16
    if mode and stat.S_IFMT(mode) not in (0, stat.S_IFREG):
        return "It is not a regular file."
    return None


def member_name(member: ZipInfo) -> str:
    """Many programs write UTF-8 without saying so; some write backslashes."""
    name = member.filename
    if not member.flag_bits & _UTF8_NAME:
        with suppress(UnicodeError):
            name = name.encode("cp437").decode("utf-8")
    return name.replace("\\", "/")


def _modified_at(member: ZipInfo, archive_path: Path) -> int:
    """Archives do not say in which zone their times are; ours are in UTC."""
    from datetime import UTC, datetime

    from spote.storage import to_ms

    try:
        return to_ms(datetime(*member.date_time, tzinfo=UTC))
    except ValueError:
        return archive_path.stat().st_mtime_ns // 1_000_000


def _is_markdown(name: str) -> bool:
    return _is_shown(name) and name.lower().endswith(ENDINGS)


def _is_shown(name: str) -> bool:
    return not name.startswith(".")
