"""What hangs on notes: `…/history`, `…/relations`, `/api/trash`, `/api/buckets`, `/api/tags`."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from spote.domain import notes
from spote.domain.tokens import Bucket, Tag
from spote.entrypoints.rest.door import answer, answer_list, no_content, read, write
from spote.entrypoints.rest.errors import answers
from spote.entrypoints.rest.lists import Limit, Offset, answer_items, page_of
from spote.entrypoints.rest.notes import NoteAnswer, answer_note

history = APIRouter(prefix="/api/notes/{note_id}/history", tags=["History"])
relations = APIRouter(prefix="/api/notes/{note_id}/relations", tags=["Relations"])
trash = APIRouter(prefix="/api/trash", tags=["Trash"])
labels = APIRouter(prefix="/api", tags=["Buckets and tags"])

Diff = Annotated[bool, Query(description="With a unified diff against the version before.")]
Version = Annotated[int, Path(ge=1, le=2**53)]
LabelLimit = Annotated[int, Query(ge=1, le=1000, description="Names in one answer.")]


@history.get(
    "", response_model=list[notes.Revision], responses=answers(400, 401, 403, 404, 429, 503)
)
async def list_history(
    request: Request, note_id: str, limit: Limit = 50, offset: Offset = 0, diff: Diff = False
) -> Response:
    page = page_of(min(limit, 20) if diff else limit, offset)
    found = await read(
        request, lambda db, actor: notes.list_history(db, actor, note_id, page, diff=diff)
    )
    return answer_items(request, found.items, found.total, page)


@history.get(
    "/{version}", response_model=notes.NoteVersion, responses=answers(400, 401, 403, 404, 429, 503)
)
async def get_version(
    request: Request, note_id: str, version: Version, diff: Diff = False
) -> Response:
    return answer(
        await read(
            request, lambda db, actor: notes.get_version(db, actor, note_id, version, diff=diff)
        )
    )


@history.post(
    "/{version}/restore",
    response_model=NoteAnswer,
    responses=answers(400, 401, 403, 404, 409, 413, 429, 503),
)
async def restore_version(request: Request, note_id: str, version: Version) -> Response:
    return await write(
        request, lambda db, actor: notes.restore_version(db, actor, note_id, version), answer_note
    )


@relations.post(
    "",
    status_code=201,
    response_model=notes.Relation | notes.RelationReceipt,
    responses=answers(400, 401, 403, 404, 409, 413, 415, 429, 503),
)
async def create_relation(request: Request, note_id: str, draft: notes.RelationDraft) -> Response:
    return await write(
        request,
        lambda db, actor: notes.create_relation(db, actor, note_id, draft),
        lambda relation: answer(relation, 201),
    )


@relations.get("", response_model=notes.RelatedNotes, responses=answers(401, 403, 404, 429, 503))
async def list_relations(request: Request, note_id: str) -> Response:
    return answer(await read(request, lambda db, actor: notes.list_relations(db, actor, note_id)))


@relations.delete("/{relation_id}", status_code=204, responses=answers(401, 403, 404, 429, 503))
async def delete_relation(request: Request, note_id: str, relation_id: str) -> Response:
    return await write(
        request,
        lambda db, actor: notes.delete_relation(db, actor, note_id, relation_id),
        no_content,
    )


@trash.get("", response_model=list[notes.TrashedNote], responses=answers(400, 401, 403, 429, 503))
async def list_trash(request: Request, limit: Limit = 50, offset: Offset = 0) -> Response:
    page = page_of(limit, offset)
    found = await read(request, lambda db, actor: notes.list_trash(db, actor, page))
    return answer_items(request, found.items, found.total, page)


@trash.post(
    "/{note_id}/restore",
    response_model=NoteAnswer,
    responses=answers(400, 401, 403, 404, 409, 429, 503),
)
async def restore_note(request: Request, note_id: str) -> Response:
    return await write(
        request, lambda db, actor: notes.restore_note(db, actor, note_id), answer_note
    )


@trash.delete("/{note_id}", status_code=204, responses=answers(401, 403, 404, 429, 503))
async def delete_trashed_note(request: Request, note_id: str) -> Response:
    return await write(
        request, lambda db, actor: notes.delete_trashed_note(db, actor, note_id), no_content
    )


@trash.delete("", status_code=204, responses=answers(401, 403, 429, 503))
async def empty_trash(request: Request) -> Response:
    return await write(request, notes.empty_trash, no_content)


@labels.get(
    "/buckets", response_model=list[notes.Count], responses=answers(400, 401, 403, 429, 503)
)
async def list_buckets(request: Request, limit: LabelLimit = 1000, offset: Offset = 0) -> Response:
    page = page_of(limit, offset)
    return answer_list(await read(request, lambda db, actor: notes.list_buckets(db, actor, page)))


@labels.patch(
    "/buckets/{name:path}",
    response_model=notes.Count,
    responses=answers(400, 401, 403, 404, 409, 413, 415, 429, 503),
)
async def rename_bucket(request: Request, name: Bucket, new: notes.BucketName) -> Response:
    return await write(request, lambda db, actor: notes.rename_bucket(db, actor, name, new), answer)


@labels.delete(
    "/buckets/{name:path}", status_code=204, responses=answers(400, 401, 403, 404, 409, 429, 503)
)
async def delete_bucket(request: Request, name: Bucket) -> Response:
    return await write(request, lambda db, actor: notes.delete_bucket(db, actor, name), no_content)


@labels.get("/tags", response_model=list[notes.Count], responses=answers(400, 401, 403, 429, 503))
async def list_tags(request: Request, limit: LabelLimit = 1000, offset: Offset = 0) -> Response:
    page = page_of(limit, offset)
    return answer_list(await read(request, lambda db, actor: notes.list_tags(db, actor, page)))


@labels.patch(
    "/tags/{name:path}",
    response_model=notes.Count,
    responses=answers(400, 401, 403, 404, 409, 413, 415, 429, 503),
)
async def rename_tag(request: Request, name: Tag, new: notes.TagName) -> Response:
    return await write(request, lambda db, actor: notes.rename_tag(db, actor, name, new), answer)
