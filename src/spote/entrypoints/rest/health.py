"""`/healthz`, `/readyz`, and the metadata that a 401 points to."""

from typing import Any

from fastapi import APIRouter, Request
from pydantic import BaseModel

from spote.entrypoints.challenge import METADATA_PATH
from spote.entrypoints.rest.door import PublicRoute
from spote.entrypoints.rest.errors import answers
from spote.entrypoints.services import services
from spote.storage import Connection

router = APIRouter(tags=["Health"], route_class=PublicRoute)


class Health(BaseModel):
    status: str


@router.get("/healthz", response_model=Health)
async def is_up(request: Request) -> Health:
    """The process answers."""
    return Health(status="ok")


@router.get("/readyz", response_model=Health, responses=answers(503))
async def is_ready(request: Request) -> Health:
    """The database and the index of words answer."""
    await services(request).database.read(_look)
    return Health(status="ok")


@router.get(METADATA_PATH, response_model=dict[str, Any])
@router.get(METADATA_PATH + "/api", response_model=dict[str, Any], include_in_schema=False)
async def resource_metadata(request: Request) -> dict[str, Any]:
    """RFC 9728: how to authenticate here."""
    url = services(request).settings.url
    return {
        "resource": f"{url}/api",
        "bearer_methods_supported": ["header"],
        "resource_name": "Spote",
        "resource_documentation": f"{url}/api/docs",
    }


def _look(db: Connection) -> None:
    db.check()
