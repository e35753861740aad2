"""The files that lie beside Markdown files, in a folder or an archive: pictures, and what an export holds."""

import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import IO, Protocol
from zipfile import ZipFile, ZipInfo

from spote.cli.sources import ENDINGS, is_refused, member_name

Open = Callable[[], IO[bytes]]
OWN_FOLDER = ".spote"


class Beside(Protocol):
    def find(self, path: str) -> Open | None:
        """By its path below what is imported. None where there is none that may be read."""
        ...

    def find_by_name(self, name: str) -> Open | None:
        """Wherever it lies, as some programs name pictures; the first in the order of paths."""
        ...


@contextmanager
def opened_beside(path: Path) -> Iterator[Beside]:
    """Open until the context ends. What is imported has been found usable before."""
    path = path.resolve()
    if path.suffix.lower() == ".zip" and path.is_file():
        with ZipFile(path) as archive:
            yield _InArchive(archive)
    else:
        yield _InFolder(path if path.is_dir() else path.parent)


class _InFolder:
    def __init__(self, root: Path) -> None:
        self._root = root

    def find(self, path: str) -> Open | None:
        if not _is_wanted(path):
            return None
        try:
            real = (self._root / path).resolve(strict=True)
            is_file = stat.S_ISREG(real.stat().st_mode)
        except (OSError, RuntimeError, ValueError):
            return None
        if not is_file or not real.is_relative_to(self._root):
            return None
        return lambda: real.open("rb")

    def find_by_name(self, name: str) -> Open | None:
        path = self._by_name.get(name)
        return None if path is None else self.find(path)

    @cached_property
    def _by_name(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for folder, folders, names in os.walk(self._root):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            for name in sorted(names):
                found.setdefault(name, Path(folder, name).relative_to(self._root).as_posix())
        return found


class _InArchive:
    def __init__(self, archive: ZipFile) -> None:
        self._archive = archive

    def find(self, path: str) -> Open | None:
        member = self._members.get(str(PurePosixPath(path))) if _is_wanted(path) else None
        if member is None or member.is_dir() or is_refused(member):
            return None
        return lambda: self._archive.open(member)

    def find_by_name(self, name: str) -> Open | None:
        path = self._by_name.get(name)
        return None if path is None else self.find(path)

    @cached_property
    def _members(self) -> dict[str, ZipInfo]:
        """The first of each name."""
        found: dict[str, ZipInfo] = {}
        for member in self._archive.infolist():
            found.setdefault(str(PurePosixPath(member_name(member))), member)
        return found

    @cached_property
    def _by_name(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for path in sorted(self._members):
            found.setdefault(PurePosixPath(path).name, path)
        return found


def _is_wanted(path: str) -> bool:
    """Neither out of the folder, nor hidden unless an export put it there, nor a note itself."""
    parts = PurePosixPath(path).parts
    shown = parts[2:] if parts[:2] == (OWN_FOLDER, "files") else parts
    if parts == (OWN_FOLDER, "files.json"):
        return True
    return (
        bool(shown)
        and not path.startswith("/")
        and not any(part.startswith(".") for part in shown)
        and not parts[-1].lower().endswith(ENDINGS if shown == parts else ())
    )
