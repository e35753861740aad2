"""What all lists have in common: their parameters, the total, the link to the next page."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import Query, Request, Response
from pydantic import BaseModel

from spote.entrypoints.rest.door import answer_list
from spote.paging import Listing, Page

OFFSET_LIMIT = 10_000_000

Limit = Annotated[int, Query(ge=1, le=200, description="Items in one answer.")]
Offset = Annotated[int, Query(ge=0, le=OFFSET_LIMIT, description="Items to leave out first.")]
Skip = Annotated[
    int | None, Query(ge=0, le=OFFSET_LIMIT, description="An alias of offset.", deprecated=True)
]


def page_of(limit: int, offset: int, skip: int | None = None) -> Page:
    return Page(limit, offset if skip is None else skip)


def answer_page(request: Request, listing: Listing[BaseModel], page: Page) -> Response:
    return answer_items(request, listing.items, listing.total, page)


def answer_items(
    request: Request, items: Sequence[BaseModel], total: int, page: Page, **headers: str
) -> Response:
    """With `X-Total-Count` and, where there is more, a `Link` to the next page (RFC 8288)."""
    found = {"X-Total-Count": str(total), **headers}
    if page.offset + len(items) < total and items:
        following = request.url.remove_query_params(["skip"]).include_query_params(
            limit=page.limit, offset=page.offset + page.limit
        )
        found["Link"] = f'<{following.path}?{following.query}>; rel="next"'
    return answer_list(items, found)
