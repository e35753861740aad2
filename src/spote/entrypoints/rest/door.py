"""The one way from a REST handler to the domain: authenticate, do the work and answer, in one hop to the database."""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from fastapi import Request, Response
from fastapi.routing import APIRoute
from pydantic import BaseModel

from spote.domain import requests
from spote.entrypoints.authentication import (
    authenticate,
    authenticate_again,
    authenticate_writer,
    authenticate_writer_again,
    presented,
    require_same_site,
)
from spote.entrypoints.services import Services, services
from spote.identity import Actor
from spote.storage import Connection, Job

T = TypeVar("T")
ActorJob = Callable[[Connection, Actor], T]
Render = Callable[[T], Response]
Repeatable = Callable[[str, str], requests.RepeatableRequest]  # of a scope and a credential's id
PUBLIC_OPERATION = {"security": list[Any]()}
IDEMPOTENCY_HEADER = "Idempotency-Key"


class PublicRoute(APIRoute):
    """A route that needs no credential; the OpenAPI document says so too."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        super().__init__(path, endpoint, **{**options, "openapi_extra": PUBLIC_OPERATION})


async def read(request: Request, job: ActorJob[T]) -> T:
    """Run a reading job for whoever sends the request, also as the first step of a change."""
    at = services(request)
    given = presented(request, at.settings)
    require_same_site(request, given, at.settings)
    return await at.database.read(lambda db: job(db, authenticate(db, given, at.usage)))


async def read_on(request: Request, job: ActorJob[T]) -> T:
    """A further reading job of a request that `read` has counted: the credential must still hold."""
    at = services(request)
    given = presented(request, at.settings)
    return await at.database.read(lambda db: job(db, authenticate_again(db, given)))


@dataclass(frozen=True, slots=True)
class Asking:
    """A request of several looks, for what doors share."""

    request: Request

    @property
    def at(self) -> Services:
        return services(self.request)

    async def read(self, job: ActorJob[T]) -> T:
        return await read(self.request, job)

    async def read_on(self, job: ActorJob[T]) -> T:
        return await read_on(self.request, job)


async def write(request: Request, job: ActorJob[T], render: Render[T]) -> Response:
    """Run a changing job; a POST with an Idempotency-Key gets its first answer again."""
    at = services(request)
    given = presented(request, at.settings)
    require_same_site(request, given, at.settings)
    repeatable = await _repeatable(request, given.secret)
    if repeatable is None:
        return render(
            await at.database.write(lambda db: job(db, authenticate_writer(db, given, at.usage)))
        )

    def once(db: Connection) -> Response:
        actor = authenticate_writer(db, given, at.usage)
        repeat = repeatable(actor.account_id, actor.credential_id)
        return _once(db, repeat, lambda: job(db, actor), render)

    return await at.database.write(once)


async def first_step(request: Request, job: ActorJob[T]) -> T:
    """A changing job after which the request has work to do outside the database, before `write_on`."""
    at = services(request)
    given = presented(request, at.settings)
    require_same_site(request, given, at.settings)
    return await at.database.write(lambda db: job(db, authenticate_writer(db, given, at.usage)))


async def write_on(
    request: Request, job: ActorJob[T], render: Render[T], *, body_hash: bytes | None = None
) -> Response:
    """The last changing job of a request that `first_step` has counted; its answer is the one that a repeat gets.

    Where the body came in a stream, its hash is given.
    """
    at = services(request)
    given = presented(request, at.settings)
    if body_hash is None:
        repeatable = await _repeatable(request, given.secret)
    else:
        repeatable = _repeatable_with(request, given.secret, body_hash)

    def once(db: Connection) -> Response:
        actor = authenticate_writer_again(db, given)
        if repeatable is None:
            return render(job(db, actor))
        repeat = repeatable(actor.account_id, actor.credential_id)
        return _once(db, repeat, lambda: job(db, actor), render)

    return await at.database.write(once)


async def first_answer(request: Request) -> Response | None:
    """What a POST with this Idempotency-Key was answered, for those that check something before they write."""
    at = services(request)
    given = presented(request, at.settings)
    require_same_site(request, given, at.settings)
    repeatable = await _repeatable(request, given.secret)
    if repeatable is None:
        return None

    def find(db: Connection) -> Response | None:
        actor = authenticate(db, given, at.usage)
        return _found(db, repeatable(actor.account_id, actor.credential_id))

    return await at.database.read(find)


async def write_public(
    request: Request, caller: str, secret: str, job: Job[T], render: Render[T]
) -> Response:
    """As `write`, without a credential: `caller` is whom a key belongs to, `secret` what only they know."""
    at = services(request)
    repeatable = await _repeatable(request, secret)
    if repeatable is None:
        return render(await at.database.write(job))
    repeat = repeatable(requests.PUBLIC, caller)
    return await at.database.write(lambda db: _once(db, repeat, lambda: job(db), render))


async def first_public_answer(request: Request, caller: str, secret: str) -> Response | None:
    repeatable = await _repeatable(request, secret)
    if repeatable is None:
        return None
    repeat = repeatable(requests.PUBLIC, caller)
    return await services(request).database.read(lambda db: _found(db, repeat))


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


async def _repeatable(request: Request, secret: str) -> Repeatable | None:
    if IDEMPOTENCY_HEADER not in request.headers or request.method != "POST":
        return None
    return _repeatable_with(request, secret, hashlib.sha256(await request.body()).digest())


def _repeatable_with(request: Request, secret: str, body_hash: bytes) -> Repeatable | None:
    key = request.headers.get(IDEMPOTENCY_HEADER)
    if key is None:
        return None
    return lambda scope, credential_id: requests.RepeatableRequest(
        scope=scope,
        credential_id=credential_id,
        credential_secret=secret,
        method=request.method,
        path=request.url.path,
        key=key,
        body_hash=body_hash,
    )


def _once(
    db: Connection,
    request: requests.RepeatableRequest,
    job: Callable[[], T],
    render: Render[T],
) -> Response:
    requests.take_turn(db, request)
    if (first := _found(db, request)) is not None:
        return first
    response = render(job())
    requests.keep_answer(db, request, _kept(response))
    return response


def _found(db: Connection, request: requests.RepeatableRequest) -> Response | None:
    kept = requests.find_answer(db, request)
    return None if kept is None else _replayed(kept)


def _kept(response: Response) -> requests.StoredAnswer:
    headers = tuple(
        (name, value) for name, value in response.headers.items() if name not in ("content-length",)
    )
    return requests.StoredAnswer(response.status_code, headers, bytes(response.body))


def _replayed(kept: requests.StoredAnswer) -> Response:
    response = Response(kept.body, kept.status)
    for name, value in (*kept.headers, ("Idempotent-Replayed", "true")):
        response.headers.append(name, value)  # of cookies there are several
    return response
