"""What can be done with files: upload, read; and the removal of those that nothing refers to."""

from collections.abc import Iterable

from spote.domain.files import queries
from spote.domain.files.model import ReceivedFile, StoredFile, Upload, UploadedFile
from spote.domain.files.receiving import file_too_large
from spote.domain.notes import FileKey, file_url, files_lock, is_readable
from spote.errors import Conflict, NotAllowed, NotFound, TooLarge, Unavailable
from spote.identity import Actor, CredentialKind, Verb, new_secret_id
from spote.storage import Connection

HOUR = 3_600_000  # ms
SWEEP_LIMIT = 200  # files removed in one transaction
PAGE = 500


def begin_upload(db: Connection, actor: Actor, announced_bytes: int = 0) -> Upload:
    """Before the first byte comes. Remembers where the bytes go, so that they are removed if nothing comes of it.

    Raises TooLarge where so many bytes would be too many for a file, or for the account.
    """
    actor.require(Verb.CREATE)
    if announced_bytes > db.settings.file_max_bytes:
        raise file_too_large(db.settings.file_max_bytes)
    _require_room(db, actor.account_id, announced_bytes)
    upload = Upload(actor.account_id, new_secret_id(), db.settings.file_max_bytes)
    due_at = db.now + db.settings.file_grace_hours * HOUR
    queries.insert_stray(db, upload.account_id, upload.file_id, due_at=due_at)
    return upload


def finish_upload(
    db: Connection, actor: Actor, upload: Upload, received: ReceivedFile
) -> UploadedFile:
    """Once all bytes are in the store. Raises Unavailable where it took too long."""
    actor.require(Verb.CREATE)
    if actor.account_id != upload.account_id:
        raise Conflict("Another account began this upload.")
    if received.size_bytes > upload.max_bytes:
        raise file_too_large(upload.max_bytes)
    db.lock(actor.account_id)  # the command line has no door that does
    _require_room(db, actor.account_id, received.size_bytes)
    if not queries.take_stray(db, upload.account_id, upload.file_id):
        raise Unavailable("The upload took too long. Send the file again.")
    token = actor.credential_id if actor.kind is CredentialKind.TOKEN else None
    return _shown(queries.insert_file(db, upload, received, token=token))


def abandon_upload(db: Connection, account_id: str, file_id: str) -> bool:
    """Whether its bytes are to be removed now: not where it was finished after all, and the answer was lost."""
    return queries.make_due(db, account_id, file_id)


def find_same_file(db: Connection, actor: Actor, received: ReceivedFile) -> UploadedFile | None:
    """One of the account's own, with these bytes and this name."""
    actor.require(Verb.CREATE)
    same = queries.file_by_content(db, actor.account_id, received.sha256, received.filename)
    return _shown(same) if same else None


def get_file(db: Connection, actor: Actor, account_id: str, name: str) -> StoredFile:
    """`name` is the end of the URL: the file's id and its ending.

    Raises:
        NotFound: there is none, or it is the account's own and outside the places of this token.
        NotAllowed: it is another account's, and no note lets the actor read it.
    """
    actor.require(Verb.READ)
    file_id, _, extension = name.partition(".")
    file = queries.file_by_id(db, account_id, file_id)
    if file is None or file.extension != extension:
        raise _absent()
    if not is_readable(db, actor, FileKey(account_id, file_id), file.uploaded_by_token):
        if account_id == actor.account_id:
            raise _absent()
        raise NotAllowed("This file belongs to somebody else, and no note lets you read it.")
    return file


def list_own_files(
    db: Connection, actor: Actor, after: str = "", *, limit: int = PAGE
) -> tuple[list[StoredFile], str | None]:
    """Those of the account's files that the actor may read, in the order of their ids, and where the next begin."""
    actor.require(Verb.READ)
    found = queries.files_after(db, actor.account_id, after, limit=limit)
    readable = [
        one
        for one in found
        if is_readable(db, actor, FileKey(one.account_id, one.id), one.uploaded_by_token)
    ]
    return readable, found[-1].id if len(found) == limit else None


def sweep_files(db: Connection) -> int:
    """Remove files of one account that nothing has referred to for long enough, a bounded number at a time.

    Whoever begins to refer to one meanwhile waits, and finds it gone or kept. Call it again until it removes none.
    """
    before = db.now - db.settings.file_grace_hours * HOUR
    account_id = queries.account_with_unneeded_files(db, before=before)
    if account_id is None:
        return 0
    db.lock(files_lock(account_id))
    return queries.delete_unneeded_files(db, account_id, before=before, limit=SWEEP_LIMIT)


def due_blobs(db: Connection) -> list[tuple[str, str]]:
    """Accounts and files whose bytes are to be removed from the store; then `forget_blob` each."""
    return queries.due_strays(db, limit=SWEEP_LIMIT)


def forget_blob(db: Connection, account_id: str, file_id: str) -> None:
    """Its bytes are gone from the store."""
    queries.delete_stray(db, account_id, file_id)


def count_files(db: Connection) -> int:
    """For the operator: of all accounts."""
    return queries.count_files(db)


def list_all_files(db: Connection, after: tuple[str, str] = ("", "")) -> list[StoredFile]:
    """For the operator: the next ones after an account and a file, of every account."""
    return queries.all_files_after(db, *after, limit=PAGE)


def expect_blobs(db: Connection, wanted: Iterable[StoredFile]) -> None:
    """For the operator, restoring a backup: bytes that come into the store before the database knows their files."""
    due_at = db.now + db.settings.file_grace_hours * HOUR
    _carry_over(db, [(file.account_id, file.id) for file in wanted], due_at)


def carry_over_files(present: Connection, restored: Connection) -> None:
    """For the operator, restoring a backup: bytes that the restored state knows nothing of are removed in time."""
    due_at = restored.now + restored.settings.file_grace_hours * HOUR
    after = ("", "")
    while files := queries.all_files_after(present, *after, limit=PAGE):
        _carry_over(restored, [(it.account_id, it.id) for it in files], due_at)
        after = (files[-1].account_id, files[-1].id)
    after = ("", "")
    while strays := queries.strays_after(present, *after, limit=PAGE):
        _carry_over(restored, strays, due_at)
        after = strays[-1]


def forget_files(db: Connection, files: Iterable[StoredFile]) -> None:
    """For the operator, restoring a backup: files whose bytes are nowhere."""
    queries.delete_files(db, list(files))


def _carry_over(restored: Connection, keys: Iterable[tuple[str, str]], due_at: int) -> None:
    for account_id, file_id in keys:
        if queries.file_by_id(restored, account_id, file_id) is None:
            queries.insert_stray(restored, account_id, file_id, due_at=due_at)


def _require_room(db: Connection, account_id: str, size_bytes: int) -> None:
    limit = db.settings.account_files_max_bytes
    if queries.used_bytes(db, account_id) + size_bytes > limit:
        raise TooLarge(
            f"All files of an account may hold {limit:,} bytes on this server, and this one would be too much. Remove"
            " notes with files that are needed no more, for good, and wait until their files are gone.",
            code="quota_exceeded",
        )


def _shown(file: StoredFile) -> UploadedFile:
    return UploadedFile(
        filename=file.filename,
        url=file_url(file.account_id, file.id, file.extension),
        mime_type=file.mime_type,
        size_bytes=file.size_bytes,
    )


def _absent() -> NotFound:
    return NotFound("There is no such file.")
