"""`/api/notes/search` and `/api/notes/similar/:id`."""

import asyncio
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from spote.domain import search
from spote.domain.tokens import Bucket, Tag
from spote.entrypoints.rest.door import read, read_on, services
from spote.entrypoints.rest.errors import answers
from spote.entrypoints.rest.lists import Offset, answer_items, page_of
from spote.errors import Unavailable
from spote.paging import Page

router = APIRouter(prefix="/api/notes", tags=["Search"])

MODE_HEADER = "X-Search-Mode"
WAITING_HEADER = "X-Search-Waiting"
PATIENCE = 2.0  # seconds that a search waits for what its caller has just saved
LOOK_AGAIN = 0.02  # seconds
Limit = Annotated[int, Query(ge=1, le=50, description="Notes in one answer.")]


@router.get(
    "/search", response_model=list[search.FoundNote], responses=answers(400, 401, 403, 429, 503)
)
async def search_notes(
    request: Request,
    q: Annotated[str, Query(description="What you look for, in your own words.")],
    limit: Limit = 10,
    offset: Offset = 0,
    buckets: Annotated[list[Bucket], Query(max_length=100)] = [],  # noqa: B006 - FastAPI copies it
    tags: Annotated[list[Tag], Query(max_length=100)] = [],  # noqa: B006
    mode: search.Mode = "hybrid",
) -> Response:
    """Best first. `X-Search-Mode` says how it was searched in fact, `X-Search-Waiting` how many notes still wait."""
    query = search.SearchQuery(q=q, buckets=tuple(buckets), tags=tuple(tags), mode=mode)
    page = page_of(limit, offset)
    by_meaning = services(request).by_meaning
    if by_meaning is None or mode == "keyword":
        found = await read(request, lambda db, actor: search.search_notes(db, actor, query, page))
        return _answer(request, found, page, waiting=0)
    prepared = await read(request, lambda db, actor: search.prepare_search(db, actor, query))
    prepared = await _wait_for_own(request, by_meaning, prepared)
    question = await _question(by_meaning, q, prepared.model)
    found = await read_on(
        request, lambda db, actor: search.search_notes(db, actor, query, page, question)
    )
    return _answer(request, found, page, waiting=prepared.waiting)


@router.get(
    "/similar/{note_id}",
    response_model=list[search.FoundNote],
    responses=answers(400, 401, 403, 404, 429, 503),
)
async def similar_notes(
    request: Request, note_id: str, limit: Limit = 10, offset: Offset = 0
) -> Response:
    """By the vectors that are stored; the note itself is left out."""
    page = page_of(limit, offset)
    by_meaning = services(request).by_meaning
    if by_meaning is None:
        found = await read(
            request, lambda db, actor: search.similar_notes(db, actor, note_id, page)
        )
        return _answer(request, found, page, waiting=0)
    prepared = await read(request, search.prepare_search)
    prepared = await _wait_for_own(request, by_meaning, prepared)
    found = await read_on(
        request, lambda db, actor: search.similar_notes(db, actor, note_id, page, by_meaning)
    )
    return _answer(request, found, page, waiting=prepared.waiting)


def _answer(request: Request, found: search.SearchResults, page: Page, *, waiting: int) -> Response:
    headers = {MODE_HEADER: found.mode, WAITING_HEADER: str(waiting)}
    return answer_items(request, found.items, found.total, page, **headers)


async def _question(
    by_meaning: search.SearchByMeaning, q: str, model: str | None
) -> search.Question | None:
    """The query as a vector, where a model can be had."""
    if model is None:
        return None
    try:
        return await asyncio.to_thread(by_meaning.ask, q, model)
    except Unavailable:
        return None


async def _wait_for_own(
    request: Request, by_meaning: search.SearchByMeaning, prepared: search.Preparation
) -> search.Preparation:
    """So that a note is found by the first search after it was saved."""
    database = services(request).database
    until = asyncio.get_running_loop().time() + PATIENCE
    while prepared.fresh_since is not None and asyncio.get_running_loop().time() < until:
        by_meaning.await_notes(prepared.actor.account_id)
        await asyncio.sleep(LOOK_AGAIN)
        prepared = await database.read(partial(search.prepare_again, before=prepared))
    return prepared
