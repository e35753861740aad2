"""`/api/notes/:id/shares` and `/api/shares/accept`: who may read or edit a note besides its owner."""

import asyncio

from fastapi import APIRouter, Request, Response

from spote.domain import requests, sharing
from spote.entrypoints.authentication import network_of
from spote.entrypoints.logs import get_logger
from spote.entrypoints.rest.door import (
    answer,
    first_answer,
    first_step,
    no_content,
    read,
    write,
    write_on,
)
from spote.entrypoints.rest.errors import answers
from spote.entrypoints.rest.lists import Limit, Offset, answer_items, page_of
from spote.entrypoints.services import services
from spote.errors import LimitReached, SpoteError

shares = APIRouter(prefix="/api/notes/{note_id}/shares", tags=["Shares"])
invitations = APIRouter(prefix="/api/shares", tags=["Shares"])
log = get_logger(__name__)


@shares.get("", response_model=list[sharing.Share], responses=answers(400, 401, 403, 404, 429, 503))
async def list_shares(
    request: Request, note_id: str, limit: Limit = 50, offset: Offset = 0
) -> Response:
    page = page_of(limit, offset)
    found = await read(request, lambda db, actor: sharing.list_shares(db, actor, note_id, page))
    return answer_items(request, found.items, found.total, page)


@shares.post(
    "",
    status_code=201,
    response_model=sharing.Share,
    responses=answers(400, 401, 403, 404, 409, 413, 415, 429, 500, 503),
)
async def create_share(request: Request, note_id: str, draft: sharing.ShareDraft) -> Response:
    """The mail with the invitation goes at once; where it fails, no share is left behind."""
    if first := await first_answer(request):
        return first
    unsent = await first_step(
        request, lambda db, actor: sharing.create_share(db, actor, note_id, draft)
    )
    try:
        await services(request).mailer.send(unsent.mail)
        return await write_on(
            request,
            lambda db, actor: sharing.confirm_share(db, actor, note_id, unsent.id),
            lambda share: answer(share, 201),
        )
    except BaseException:  # also where the client has gone: nobody knows of the share then
        await asyncio.shield(_withdraw(request, unsent))
        raise


@shares.patch(
    "/{share_id}",
    response_model=sharing.Share,
    responses=answers(400, 401, 403, 404, 413, 415, 429, 503),
)
async def update_share(
    request: Request, note_id: str, share_id: str, change: sharing.ShareChange
) -> Response:
    """Another level, without another invitation."""
    return await write(
        request,
        lambda db, actor: sharing.update_share(db, actor, note_id, share_id, change),
        answer,
    )


@shares.delete("/{share_id}", status_code=204, responses=answers(401, 403, 404, 429, 503))
async def delete_share(request: Request, note_id: str, share_id: str) -> Response:
    """Access ends at once."""
    return await write(
        request, lambda db, actor: sharing.delete_share(db, actor, note_id, share_id), no_content
    )


@invitations.post(
    "/accept",
    response_model=sharing.AcceptedShare,
    responses=answers(400, 401, 403, 404, 409, 413, 415, 429, 503),
)
async def accept_share(request: Request, invitation: sharing.Invitation) -> Response:
    """Works once. Unknown, used, expired and revoked invitations get the same 404; guesses are limited."""
    if first := await first_answer(request):
        return first
    at, network = services(request), network_of(request)
    limit = (f"accept-from:{network}", at.settings.network_attempts)
    wait = await first_step(request, lambda db, actor: requests.take_attempt(db, [limit]))
    if wait is not None:
        raise LimitReached("Too many attempts. Try again later.", retry_after_seconds=wait)
    response = await write_on(
        request, lambda db, actor: sharing.accept_share(db, actor, invitation), answer
    )
    await at.database.write(lambda db: requests.return_attempt(db, limit[0]))
    return response


async def _withdraw(request: Request, unsent: sharing.UnsentShare) -> None:
    """Where the database is down now, a chore does it later."""
    try:
        await services(request).database.write(lambda db: sharing.withdraw_share(db, unsent))
    except SpoteError as error:
        log.warning("a share is withdrawn later", reason=error.message)
