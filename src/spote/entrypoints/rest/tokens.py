"""`/api/settings/token` and `/api/tokens/report` (tokens.md, "Calls")."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel

from spote.domain import notes, tokens
from spote.entrypoints.authentication import network_of
from spote.entrypoints.rest.door import (
    PublicRoute,
    answer,
    answer_list,
    no_content,
    read,
    write,
    write_public,
)
from spote.entrypoints.rest.errors import answers
from spote.entrypoints.rest.lists import Limit, Offset, answer_items, page_of
from spote.entrypoints.services import services

router = APIRouter(prefix="/api/settings/token", tags=["Tokens"])
public = APIRouter(prefix="/api/tokens", tags=["Tokens"], route_class=PublicRoute)

NEVER_KEPT = {"Cache-Control": "no-store"}


class ReportReceived(BaseModel):
    message: str


@router.post(
    "",
    status_code=201,
    response_model=tokens.NewToken,
    responses=answers(400, 401, 403, 409, 413, 415, 429, 503),
)
async def create_token(request: Request, draft: tokens.TokenDraft) -> Response:
    """The token stands in this answer alone."""
    return await write(
        request,
        lambda db, actor: tokens.create_token(db, actor, draft),
        lambda token: answer(token, 201, NEVER_KEPT),
    )


@router.get("", response_model=list[tokens.Token], responses=answers(400, 401, 403, 429, 503))
async def list_tokens(
    request: Request,
    state: Annotated[
        Literal["live", "all"], Query(description="`all`: revoked and expired ones too.")
    ] = "live",
) -> Response:
    await write_usage(request)
    found = await read(
        request, lambda db, actor: tokens.list_tokens(db, actor, dead_too=state == "all")
    )
    return answer_list(found, {"X-Total-Count": str(len(found))})


@router.get("/self", response_model=tokens.SelfDescription, responses=answers(401, 403, 429, 503))
async def get_own_token(request: Request) -> Response:
    usage = services(request).usage
    return answer(await read(request, lambda db, actor: tokens.get_own_token(db, actor, usage)))


@router.delete("/self", status_code=204, responses=answers(401, 403, 429, 503))
async def revoke_own_token(request: Request) -> Response:
    return await write(request, tokens.revoke_own_token, no_content)


@router.get("/{token_id}", response_model=tokens.Token, responses=answers(401, 403, 404, 429, 503))
async def get_token(request: Request, token_id: str) -> Response:
    await write_usage(request)
    return answer(await read(request, lambda db, actor: tokens.get_token(db, actor, token_id)))


@router.get(
    "/{token_id}/activity",
    response_model=list[notes.TokenChangeOfNote],
    responses=answers(400, 401, 403, 404, 429, 503),
)
async def list_token_activity(
    request: Request, token_id: str, limit: Limit = 50, offset: Offset = 0
) -> Response:
    """The changes that a token made, newest first; for the signed-in owner."""
    page = page_of(limit, offset)
    found = await read(
        request, lambda db, actor: notes.list_token_activity(db, actor, token_id, page)
    )
    return answer_items(request, found.items, found.total, page)


@router.patch(
    "/{token_id}",
    response_model=tokens.Token,
    responses=answers(400, 401, 403, 404, 409, 413, 415, 429, 503),
)
async def update_token(request: Request, token_id: str, change: tokens.TokenChange) -> Response:
    return await write(
        request, lambda db, actor: tokens.update_token(db, actor, token_id, change), answer
    )


@router.post(
    "/{token_id}/rotate",
    response_model=tokens.NewToken,
    responses=answers(400, 401, 403, 404, 409, 413, 415, 429, 503),
)
async def rotate_token(
    request: Request, token_id: str, rotation: tokens.Rotation | None = None
) -> Response:
    """A new secret under the same id, label and grants."""
    wished = rotation or tokens.Rotation()
    return await write(
        request,
        lambda db, actor: tokens.rotate_token(db, actor, token_id, wished),
        lambda token: answer(token, 200, NEVER_KEPT),
    )


@router.delete("/{token_id}", status_code=204, responses=answers(401, 403, 404, 429, 503))
async def revoke_token(request: Request, token_id: str) -> Response:
    return await write(
        request, lambda db, actor: tokens.revoke_token(db, actor, token_id), no_content
    )


@public.post(
    "/report", response_model=ReportReceived, responses=answers(400, 409, 413, 415, 429, 503)
)
async def report_token(request: Request, report: tokens.TokenReport) -> Response:
    """Whoever found a token can kill it. Live, dead, unknown and malformed get the same answer."""
    network = network_of(request)
    return await write_public(
        request,
        network,
        report.token,
        lambda db: tokens.report_token(db, report.token, network=network),
        lambda _: answer(
            ReportReceived(message="Thank you. If this was a live token, it is dead now.")
        ),
    )


async def write_usage(request: Request) -> None:
    """So that whoever looks sees the uses of a moment ago too."""
    at = services(request)
    if not at.usage.is_empty:
        await at.database.write(lambda db: tokens.record_usage(db, at.usage))
