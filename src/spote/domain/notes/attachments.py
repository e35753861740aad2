"""Which files a note's text refers to, and which of them it lets its readers read.

A reference grants no more than its writer had to give: their own file, or one that another note of the same owner
already grants. So nobody comes to read a file by writing its address into a note.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from spote.domain.notes.model import Attachment
from spote.domain.notes.queries import attachments as queries
from spote.domain.notes.queries.attachments import FileKey, KnownReference, ReferredFile
from spote.identity import Actor, CredentialKind, Verb
from spote.storage import Connection

AT_ONCE = 200  # files in one statement
FILES_PATH = "/api/files/"
_UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
FILE_ADDRESS = re.compile(
    rf"{FILES_PATH}(?P<account>{_UUID})/(?P<file>{_UUID})\.(?P<extension>[a-z0-9]{{1,10}})(?![A-Za-z0-9])"
)


@dataclass(frozen=True, slots=True)
class Attached:
    """What a text refers to: for the table of references, and as the note shows it."""

    references: tuple[KnownReference, ...]
    shown: tuple[Attachment, ...]


NOTHING = Attached((), ())


def files_lock(account_id: str) -> str:
    """Held by whoever begins to refer to files of the account, and by whoever removes those that nothing refers to."""
    return f"files {account_id}"


def file_url(account_id: str, file_id: str, extension: str) -> str:
    return f"{FILES_PATH}{account_id}/{file_id}.{extension}"


def find_attached(
    db: Connection, actor: Actor, text: str, *, owner: str, note_id: str | None, old_text: str = ""
) -> Attached:
    """Of a note of `owner` whose text becomes `text`; `note_id` is None for a new one."""
    found = _files_in(db, text)
    if not found:
        return NOTHING
    old = _addresses(old_text)
    granted = set() if note_id is None else _granted(db, owner, note_id)
    new = [one for one in found if one.key not in old and one.key not in granted]
    granted |= _to_grant(db, actor, owner, new)
    return Attached(
        references=tuple(
            KnownReference(one.key, is_in_text=True, grants=one.key in granted)
            for one in found
            if one.key in granted
            or one.account_id == owner  # another's file is not kept by naming it
        ),
        shown=tuple(_shown(one) for one in found if one.key in granted),
    )


def is_readable(db: Connection, actor: Actor, file: FileKey, uploaded_by_token: str | None) -> bool:
    """The one rule for who may read a file."""
    actor.require(Verb.READ)
    if file.account_id == actor.account_id and _is_own(actor, uploaded_by_token):
        return True
    return bool(queries.files_through_notes(db, actor, file.account_id, [file.file_id]))


def _is_own(actor: Actor, uploaded_by_token: str | None) -> bool:
    """Of a file of the actor's account: a token that is kept to some places has no more than it uploaded itself."""
    if actor.grant.reaches_everything:
        return True
    return actor.kind is CredentialKind.TOKEN and uploaded_by_token == actor.credential_id


def _files_in(db: Connection, text: str) -> list[ReferredFile]:
    """In order of first appearance. Nobody removes them any more before this transaction ends."""
    if FILES_PATH not in text:
        return []
    addresses = _addresses(text)
    by_account: dict[str, list[str]] = defaultdict(list)
    for key in addresses:
        by_account[key.account_id].append(key.file_id)
    there: dict[FileKey, ReferredFile] = {}
    for account_id in sorted(by_account):  # in one order, so that nobody waits in a circle
        db.lock(files_lock(account_id))
        for some in _portions(by_account[account_id]):
            there |= {it.key: it for it in queries.files_by_id(db, account_id, some).values()}
    return [
        there[key]
        for key, ending in addresses.items()
        if key in there and there[key].extension == ending
    ]


def _addresses(text: str) -> dict[FileKey, str]:
    """With the ending that is written there."""
    if FILES_PATH not in text:
        return {}
    return {
        FileKey(it["account"], it["file"]): it["extension"] for it in FILE_ADDRESS.finditer(text)
    }


def _granted(db: Connection, owner: str, note_id: str) -> set[FileKey]:
    """By the note as it is or ever was: a version that is restored has its pictures again."""
    return {one.key for one in queries.references_of(db, owner, note_id) if one.grants}


def _to_grant(
    db: Connection, actor: Actor, owner: str, files: Collection[ReferredFile]
) -> set[FileKey]:
    granted = {
        one.key
        for one in files
        if one.account_id == actor.account_id and _is_own(actor, one.uploaded_by_token)
    }
    left: dict[str, list[str]] = defaultdict(list)
    for one in files:
        if one.key not in granted:
            left[one.account_id].append(one.file_id)
    for account_id, file_ids in left.items():
        for some in _portions(file_ids):
            through = queries.files_through_notes(db, actor, account_id, some, in_notes_of=owner)
            granted |= {FileKey(account_id, file_id) for file_id in through}
    return granted


def _shown(file: ReferredFile) -> Attachment:
    return Attachment(
        filename=file.filename,
        url=file_url(file.account_id, file.file_id, file.extension),
        mime_type=file.mime_type,
        size_bytes=file.size_bytes,
    )


def _portions(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(ids), AT_ONCE):
        yield ids[start : start + AT_ONCE]
