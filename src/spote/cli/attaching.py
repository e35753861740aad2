"""Takes in the files that imported texts refer to, and lets the texts name them as this server does."""

import json
import posixpath
import re
from collections.abc import Callable
from dataclasses import replace
from functools import cached_property
from urllib.parse import unquote

from spote.cli.beside import Beside, Open
from spote.cli.operator import printable
from spote.cli.sources import BAD_MEMBER, Source
from spote.cli.taking_in import take_in_file
from spote.domain import files, notes
from spote.domain.notes import FILE_ADDRESS, ImportedFile
from spote.errors import NotAllowed, NotFound, SpoteError
from spote.identity import Actor
from spote.settings import Settings
from spote.storage import BlobStore, Database

INDEX_MAX_BYTES = 64 * 1024 * 1024
# [text](target), ![text](<target with spaces> "title"), ![[target|size]]
_TARGET = re.compile(
    r"\]\([ \t]*(?:<(?P<pointed>[^<>\n]+)>|(?P<bare>[^\s()<>]+(?:\([^\s()<>]*\)[^\s()<>]*)*))(?=[ \t)])"
    r"|(?P<embed>!\[\[(?P<wiki>[^\[\]|#\n]+)(?:[|#][^\[\]\n]*)?\]\])"
)
_ELSEWHERE = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:|/|#|\\")


class Attaching:
    """Of one import."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        actor: Actor,
        beside: Beside,
        say: Callable[[str], None],
    ) -> None:
        self.taken = 0  # files that were taken in or found again
        self._settings = settings
        self._database = database
        self._blobs = BlobStore(settings)
        self._actor = actor
        self._beside = beside
        self._say = say
        self._urls: dict[str, str | None] = {}  # by what names a file in this import

    def attached(self, source: Source, file: ImportedFile) -> ImportedFile:
        """The same, with the addresses of files that the account has; what cannot be taken in keeps its address."""
        text = FILE_ADDRESS.sub(self._moved, file.values.text)
        text = self._with_local_files(source, text)
        return replace(file, values=file.values._replace(text=text))

    def _moved(self, found: re.Match[str]) -> str:
        """An address of a server: this one's, or one of what an export holds."""
        url, name = found[0], f"{found['file']}.{found['extension']}"
        if self._has(found["account"], name):
            return url
        path = f"{files.FOLDER}/{name}"
        return self._url_of(path, self._beside.find(path), self._names.get(path, name)) or url

    def _has(self, account_id: str, name: str) -> bool:
        try:
            self._database.read_now(lambda db: files.get_file(db, self._actor, account_id, name))
        except (NotFound, NotAllowed):
            return False
        return True

    def _with_local_files(self, source: Source, text: str) -> str:
        """Outside code, a link to a file in the same import leads to the file on this server."""
        if "](" not in text and "![[" not in text:
            return text
        parts, end = [], 0
        for found in _TARGET.finditer(notes.without_code(text)):
            if (changed := self._changed(source, found)) is not None:
                start, stop, new = changed
                parts += [text[end:start], new]
                end = stop
        return "".join([*parts, text[end:]])

    def _changed(self, source: Source, found: re.Match[str]) -> tuple[int, int, str] | None:
        """From where to where the text becomes what."""
        group = next(name for name in ("pointed", "bare", "wiki") if found[name] is not None)
        target = found[group].strip()
        if _ELSEWHERE.match(target):
            return None
        if group != "wiki":
            target = unquote(re.split("[?#]", target, maxsplit=1)[0])
        name = posixpath.basename(target)
        path, opened = self._found(source, target, anywhere=group == "wiki")
        url = self._url_of(path, opened, name)
        if url is None:
            return None
        if group == "wiki":
            alternative = re.sub(r"[\[\]\\]", "", name)
            return (*found.span("embed"), f"![{alternative}]({url})")
        start, stop = found.span(group)
        return (start - 1, stop + 1, url) if group == "pointed" else (start, stop, url)

    def _found(self, source: Source, target: str, *, anywhere: bool) -> tuple[str, Open | None]:
        path = posixpath.normpath("/".join([*source.folders, target]))
        opened = self._beside.find(path)
        if opened is None and anywhere:
            path = posixpath.normpath(target)
            opened = self._beside.find(path) or self._beside.find_by_name(target)
        return path, opened

    def _url_of(self, path: str, opened: Open | None, filename: str) -> str | None:
        if opened is None:
            return None
        if path not in self._urls:
            self._urls[path] = self._take_in(path, opened, filename)
        return self._urls[path]

    def _take_in(self, path: str, opened: Open, filename: str) -> str | None:
        limit = self._settings.file_max_bytes
        try:
            taken = take_in_file(self._database, self._blobs, self._actor, opened, filename, limit)
        except SpoteError as error:
            reason = error.message
        except BAD_MEMBER:
            reason = "Its place in the archive is damaged, or packed in a way not known."
        except OSError as error:
            reason = f"It cannot be read ({error.strerror or error})."
        else:
            self.taken += 1
            return taken.url
        self._say(f"left out {printable(path)}: {reason}")
        return None

    @cached_property
    def _names(self) -> dict[str, str]:
        """How the files of an export were called, by their path."""
        opened = self._beside.find(files.INDEX)
        if opened is None:
            return {}
        try:
            with opened() as file:
                listed = json.loads(file.read(INDEX_MAX_BYTES))
            return {str(one["path"]): str(one["filename"]) for one in listed}
        except (*BAD_MEMBER, OSError, KeyError, TypeError):
            return {}
