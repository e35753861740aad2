"""`/api/settings/apps`: the apps that a person has let in."""

from fastapi import APIRouter, Request, Response

from spote.domain import apps
from spote.entrypoints.rest.door import answer_list, no_content, read, write
from spote.entrypoints.rest.errors import answers

router = APIRouter(prefix="/api/settings/apps", tags=["Connected apps"])


@router.get("", response_model=list[apps.ConnectedApp], responses=answers(401, 403, 429, 503))
async def list_apps(request: Request) -> Response:
    return answer_list(await read(request, apps.list_apps))


@router.delete("/{app_id}", status_code=204, responses=answers(401, 403, 404, 429, 503))
async def disconnect_app(request: Request, app_id: str) -> Response:
    """At once: its open streams are cut too."""
    return await write(request, lambda db, me: apps.disconnect_app(db, me, app_id), no_content)
