"""`/api/notes/search` and `/api/notes/similar/:id`."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from spote.domain import search
from spote.domain.tokens import Bucket, Tag
from spote.entrypoints import searching
from spote.entrypoints.rest import door
from spote.entrypoints.rest.errors import answers
from spote.entrypoints.rest.lists import Offset, answer_items, page_of
from spote.paging import Page

router = APIRouter(prefix="/api/notes", tags=["Search"])

MODE_HEADER = "X-Search-Mode"
WAITING_HEADER = "X-Search-Waiting"
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
    found = await searching.search_notes(door.Asking(request), query, page)
    return _answer(request, found, page)


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
    found = await searching.similar_notes(door.Asking(request), note_id, page)
    return _answer(request, found, page)


def _answer(request: Request, found: searching.Found, page: Page) -> Response:
    results = found.results
    headers = {MODE_HEADER: results.mode, WAITING_HEADER: str(found.waiting)}
    return answer_items(request, results.items, results.total, page, **headers)
