"""`/api/notes/search`."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from spote.domain import search
from spote.domain.tokens import Bucket, Tag
from spote.entrypoints.rest.door import read
from spote.entrypoints.rest.errors import answers
from spote.entrypoints.rest.lists import Offset, answer_items, page_of

router = APIRouter(prefix="/api/notes", tags=["Search"])

MODE_HEADER = "X-Search-Mode"


@router.get(
    "/search", response_model=list[search.FoundNote], responses=answers(400, 401, 403, 429, 503)
)
async def search_notes(
    request: Request,
    q: Annotated[str, Query(description="What you look for, in your own words.")],
    limit: Annotated[int, Query(ge=1, le=50)] = 10,
    offset: Offset = 0,
    buckets: Annotated[list[Bucket], Query(max_length=100)] = [],  # noqa: B006 - FastAPI copies it
    tags: Annotated[list[Tag], Query(max_length=100)] = [],  # noqa: B006
    mode: search.Mode = "hybrid",
) -> Response:
    """Best first. The header `X-Search-Mode` says how it was searched in fact."""
    query = search.SearchQuery(q=q, buckets=tuple(buckets), tags=tuple(tags), mode=mode)
    page = page_of(limit, offset)
    found = await read(request, lambda db, actor: search.search_notes(db, actor, query, page))
    return answer_items(request, found.items, found.total, page, **{MODE_HEADER: found.mode})
