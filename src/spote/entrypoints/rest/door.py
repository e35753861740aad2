"""The one way from a REST handler to the domain: authenticate, do the work and answer, in one hop to the database."""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from fastapi import Request, Response
from fastapi.routing import APIRoute
from pydantic import BaseModel

from spote.domain import accounts, requests, tokens
from spote.entrypoints.authentication import (
    authenticate,
    presented,
    require_same_site,
)
from spote.identity import Actor
from spote.settings import Settings
from spote.storage import Connection, Database

T = TypeVar("T")
ActorJob = Callable[[Connection, Actor], T]
Render = Callable[[T], Response]
IDEMPOTENCY_HEADER = "Idempotency-Key"


@dataclass(frozen=True, slots=True)
class Services:
    """What handlers need of the running app."""

    settings: Settings
    database: Database
    usage: tokens.TokenUsage
    passwords: accounts.PasswordPool


class PublicRoute(APIRoute):
    """A route that needs no credential."""


def services(request: Request) -> Services:
    return request.app.state.services  # type: ignore[no-any-return]


async def read(request: Request, job: ActorJob[T]) -> T:
    """Run a reading job for whoever sends the request, also as the first step of a change."""
    at = services(request)
    given = presented(request, at.settings)
    require_same_site(request, given, at.settings)
    return await at.database.read(lambda db: job(db, authenticate(db, given, at.usage)))


async def write(request: Request, job: ActorJob[T], render: Render[T]) -> Response:
    """Run a changing job; a POST with an Idempotency-Key gets its first answer again."""
    at = services(request)
    given = presented(request, at.settings)
    require_same_site(request, given, at.settings)
    repeat = await _repeatable(request, given.secret)
    if repeat is None:
        return render(
            await at.database.write(lambda db: job(db, authenticate(db, given, at.usage)))
        )
    return await at.database.write(
        lambda db: _once(db, authenticate(db, given, at.usage), repeat, job, render)
    )


async def check_credential(request: Request) -> None:
    """Raises NotAuthenticated before anything else is said about a request that cannot be understood."""
    at = services(request)
    given = presented(request, at.settings)
    await at.database.read(lambda db: authenticate(db, given, at.usage))


def answer(
    shape: BaseModel, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    return Response(to_json(shape), status, headers, "application/json")


def answer_list(shapes: Iterable[BaseModel], headers: Mapping[str, str] | None = None) -> Response:
    body = b"[" + b",".join(map(to_json, shapes)) + b"]"
    return Response(body, 200, headers, "application/json")


def no_content(_: object = None) -> Response:
    return Response(status_code=204)


def to_json(shape: BaseModel) -> bytes:
    """Fields that were never set, such as `owner` of one's own note, are left out."""
    return shape.__pydantic_serializer__.to_json(shape, by_alias=True, exclude_unset=True)


async def _repeatable(
    request: Request, secret: str
) -> Callable[[Actor], requests.RepeatableRequest] | None:
    key = request.headers.get(IDEMPOTENCY_HEADER)
    if key is None or request.method != "POST":
        return None
    body_hash = hashlib.sha256(await request.body()).digest()
    return lambda actor: requests.RepeatableRequest(
        scope=actor.account_id,
        credential_id=actor.credential_id,
        credential_secret=secret,
        method=request.method,
        path=request.url.path,
        key=key,
        body_hash=body_hash,
    )


def _once(
    db: Connection,
    actor: Actor,
    repeatable: Callable[[Actor], requests.RepeatableRequest],
    job: ActorJob[T],
    render: Render[T],
) -> Response:
    request = repeatable(actor)
    if kept := requests.find_answer(db, request):
        return _replayed(kept)
    response = render(job(db, actor))
    requests.keep_answer(db, request, _kept(response))
    return response


def _kept(response: Response) -> requests.StoredAnswer:
    headers = tuple(
        (name, value) for name, value in response.headers.items() if name not in ("content-length",)
    )
    return requests.StoredAnswer(response.status_code, headers, bytes(response.body))


def _replayed(kept: requests.StoredAnswer) -> Response:
    return Response(kept.body, kept.status, {**dict(kept.headers), "Idempotent-Replayed": "true"})
