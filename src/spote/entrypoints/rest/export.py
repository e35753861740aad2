"""`/api/me/export`: everything that the caller reaches, as an archive of Markdown files."""

import asyncio
import os
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import IO

from fastapi import APIRouter, Request, Response
from starlette.types import Receive, Scope, Send

from spote.domain import files, notes
from spote.entrypoints.authentication import Presented, authenticate, presented
from spote.entrypoints.rest.door import read
from spote.entrypoints.rest.errors import answers
from spote.entrypoints.rest.streams import CutStream
from spote.entrypoints.services import Services, services
from spote.errors import LimitReached, Unavailable
from spote.identity import Actor, Verb
from spote.storage import Connection, open_database

AT_ONCE = 2  # exports of one server process, from the first note to the last byte
CHUNK_BYTES = 256 * 1024
CHECK_SECONDS = 1.0  # between two looks whether the credential still holds

router = APIRouter(prefix="/api/me", tags=["Accounts"])
_exporting: set[str] = set()  # accounts, of this process


class ArchiveResponse(CutStream):
    """Lets go of what it needs when it ends, however it ends."""

    media_type = "application/zip"

    def __init__(
        self, chunks: AsyncIterator[bytes], headers: dict[str, str], held: ExitStack
    ) -> None:
        super().__init__(chunks, headers=headers)
        self._held = held

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._held:
            await super().__call__(scope, receive, send)


@router.get(
    "/export",
    response_class=Response,
    responses={
        200: {
            "description": "The archive",
            "content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}},
        },
        **answers(401, 403, 429, 503),
    },
)
async def export_notes(request: Request) -> Response:
    """A zip of Markdown files with front matter, one for each note; history, trash and files lie in `.spote/`.

    `spote import` takes it back in. A token gets the notes that it reaches, and their past as far as it reaches that.
    """
    at = services(request)
    given = presented(request, at.settings)
    account_id = await read(request, _who_may_read)
    with ExitStack() as held:
        _take_turn(account_id, held)
        file = held.enter_context(tempfile.TemporaryFile(dir=at.settings.data))
        actor = await asyncio.to_thread(_build, file, at, given)
        await _require_the_same(at, given, actor)
        size = file.seek(0, os.SEEK_END)
        return ArchiveResponse(_chunks(file, at, given, actor), _headers(size), held.pop_all())


def _who_may_read(db: Connection, actor: Actor) -> str:
    actor.require(Verb.READ)
    return actor.account_id


def _take_turn(account_id: str, held: ExitStack) -> None:
    """An archive takes time and room on the disk."""
    if account_id in _exporting:
        raise LimitReached(
            "This account's notes are being exported already. Wait until that is done.",
            retry_after_seconds=10,
        )
    if len(_exporting) >= AT_ONCE:
        raise Unavailable("Others are exporting now. Try again.", retry_after_seconds=10)
    _exporting.add(account_id)
    held.callback(_exporting.discard, account_id)


def _build(file: IO[bytes], at: Services, given: Presented) -> Actor:
    """On a reader of its own, so that no other request waits for it."""

    def job(db: Connection) -> tuple[Actor, list[files.StoredFile]]:
        actor = authenticate(db, given, at.usage)
        notes.write_export(db, actor, file)
        return actor, files.files_to_export(db, actor)

    database = open_database(at.settings.model_copy(update={"reader_threads": 1}))
    try:
        actor, attached = database.read_now(job)
        files.add_files_to_archive(file, attached, at.blobs)
        return actor
    except OSError as error:
        raise Unavailable("The server's disk is full.", retry_after_seconds=60) from error
    finally:
        database.close()


def _headers(size: int) -> dict[str, str]:
    name = f"spote-export-{datetime.now(UTC):%Y%m%d}.zip"
    return {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Content-Length": str(size),
    }


async def _chunks(
    file: IO[bytes], at: Services, given: Presented, actor: Actor
) -> AsyncIterator[bytes]:
    """Cut off where the credential ends meanwhile: the client sees that bytes are missing."""
    file.seek(0)
    checked = time.monotonic()
    while chunk := await asyncio.to_thread(file.read, CHUNK_BYTES):
        if time.monotonic() - checked > CHECK_SECONDS:
            await _require_the_same(at, given, actor)
            checked = time.monotonic()
        yield chunk


async def _require_the_same(at: Services, given: Presented, actor: Actor) -> None:
    """Raises NotAuthenticated where the credential has ended since, Unavailable where its rights have changed."""
    if await at.database.read(lambda db: authenticate(db, given, at.usage)) != actor:
        raise Unavailable("What this token may do has changed meanwhile. Try again.")
