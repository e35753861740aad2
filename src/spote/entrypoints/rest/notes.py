"""`/api/notes`: create, read, list, change, delete."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Header, Query, Request, Response

from spote.domain import notes
from spote.domain.tokens import Bucket, Tag
from spote.entrypoints.rest.door import no_content, read, to_json, write
from spote.entrypoints.rest.errors import answers
from spote.entrypoints.rest.lists import Limit, Offset, Skip, answer_items, page_of
from spote.errors import InvalidInput
from spote.paging import Page

router = APIRouter(prefix="/api/notes", tags=["Notes"])

IfMatch = Annotated[str | None, Header(description="The version that the caller had read.")]
NoteAnswer = notes.Note | notes.NoteReceipt
Buckets = Annotated[list[Bucket], Query(max_length=100)]
Tags = Annotated[list[Tag], Query(max_length=100)]
Sort = Literal["created_at", "updated_at"]
Fields = Annotated[
    Literal["all", "summary"],
    Query(description="`summary` leaves out the text and gives an excerpt."),
]


@router.post(
    "",
    status_code=201,
    response_model=NoteAnswer,
    responses=answers(400, 401, 403, 409, 413, 415, 429, 503),
)
async def create_note(request: Request, draft: notes.NoteDraft) -> Response:
    return await write(
        request,
        lambda db, actor: notes.create_note(db, actor, draft),
        lambda note: answer_note(note, 201),
    )


@router.get(
    "",
    response_model=list[notes.Note] | list[notes.NoteSummary],
    responses=answers(400, 401, 403, 429, 503),
)
async def list_notes(
    request: Request,
    limit: Limit = 50,
    offset: Offset = 0,
    skip: Skip = None,
    buckets: Buckets = [],  # noqa: B006 - FastAPI copies it
    tags: Tags = [],  # noqa: B006
    sort: Sort = "created_at",
    updated_since: datetime | None = None,
    shared: Annotated[
        Literal["include", "only", "exclude"], Query(description="Whether notes of others count.")
    ] = "exclude",
    fields: Fields = "all",
) -> Response:
    wanted = notes.NoteFilter(
        buckets=tuple(buckets),
        tags=tuple(tags),
        sort=sort,
        updated_since=_aware(updated_since),
        shared=shared,
    )
    return await _list(request, wanted, page_of(limit, offset, skip), fields)


@router.get(
    "/shared",
    response_model=list[notes.Note] | list[notes.NoteSummary],
    responses=answers(400, 401, 403, 429, 503),
)
async def list_shared_notes(
    request: Request,
    limit: Limit = 50,
    offset: Offset = 0,
    skip: Skip = None,
    buckets: Buckets = [],  # noqa: B006 - FastAPI copies it
    tags: Tags = [],  # noqa: B006
    sort: Sort = "created_at",
    updated_since: datetime | None = None,
    fields: Fields = "all",
) -> Response:
    """Notes that others share with the caller, each with its `owner` and the caller's `access`."""
    wanted = notes.NoteFilter(
        buckets=tuple(buckets),
        tags=tuple(tags),
        sort=sort,
        updated_since=_aware(updated_since),
        shared="only",
    )
    return await _list(request, wanted, page_of(limit, offset, skip), fields)


async def _list(
    request: Request, wanted: notes.NoteFilter, page: Page, fields: Literal["all", "summary"]
) -> Response:
    if fields == "summary":
        found = await read(request, lambda db, actor: notes.list_summaries(db, actor, wanted, page))
        return answer_items(request, found.items, found.total, page)
    whole = await read(request, lambda db, actor: notes.list_notes(db, actor, wanted, page))
    return answer_items(request, whole.items, whole.total, page)


@router.get(
    "/{note_id}",
    response_model=notes.Note,
    responses={
        304: {"description": "Still the version in If-None-Match"},
        **answers(401, 403, 404, 429, 503),
    },
)
async def get_note(request: Request, note_id: str) -> Response:
    note = await read(request, lambda db, actor: notes.get_note(db, actor, note_id))
    asked = request.headers.get("if-none-match")
    if asked and _names_version(asked, note.version):
        return Response(status_code=304, headers=_note_headers(note.version))
    return answer_note(note)


@router.put(
    "/{note_id}",
    response_model=NoteAnswer,
    responses=answers(400, 401, 403, 404, 409, 413, 415, 429, 503),
)
async def update_note(
    request: Request, note_id: str, change: notes.NoteChange, if_match: IfMatch = None
) -> Response:
    change = change.model_copy(update={"version": _base_version(change.version, if_match)})
    return await write(
        request, lambda db, actor: notes.update_note(db, actor, note_id, change), answer_note
    )


@router.patch(
    "/{note_id}",
    response_model=NoteAnswer,
    responses=answers(400, 401, 403, 404, 409, 413, 415, 429, 503),
)
async def edit_note(
    request: Request, note_id: str, edit: notes.NoteEdit, if_match: IfMatch = None
) -> Response:
    edit = edit.model_copy(update={"version": _base_version(edit.version, if_match)})
    return await write(
        request, lambda db, actor: notes.edit_note(db, actor, note_id, edit), answer_note
    )


@router.delete("/{note_id}", status_code=204, responses=answers(400, 401, 403, 404, 429, 503))
async def delete_note(
    request: Request,
    note_id: str,
    permanent: Annotated[
        bool, Query(description="Not into the trash, but for good, with the history.")
    ] = False,
) -> Response:
    delete = notes.delete_note_for_good if permanent else notes.delete_note
    return await write(request, lambda db, actor: delete(db, actor, note_id), no_content)


def answer_note(note: notes.Note | notes.NoteReceipt, status: int = 200) -> Response:
    return Response(to_json(note), status, _note_headers(note.version), "application/json")


def _note_headers(version: int) -> dict[str, str]:
    return {"ETag": f'"{version}"', "Cache-Control": "private, no-cache"}


def _names_version(header: str, version: int) -> bool:
    names = [name.strip().removeprefix("W/").strip('"') for name in header.split(",")]
    return "*" in names or str(version) in names


def _base_version(in_body: int | None, if_match: str | None) -> int | None:
    if if_match is None or if_match.strip() == "*":
        return in_body
    named = if_match.strip().removeprefix("W/").strip('"')
    if not (named.isascii() and named.isdigit()) or len(named) > 15:
        raise InvalidInput('If-Match must hold the version of the note that you read, such as "3".')
    if in_body is not None and in_body != int(named):
        raise InvalidInput("The field version and the header If-Match name different versions.")
    return int(named)


def _aware(time: datetime | None) -> datetime | None:
    if time is not None and time.tzinfo is None:
        raise InvalidInput("updated_since needs a time zone, such as 2026-01-31T08:00:00Z.")
    return time
