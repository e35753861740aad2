"""The one table from what went wrong to HTTP, and how an error looks."""

import json
from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from spote import errors
from spote.entrypoints.challenge import challenge
from spote.entrypoints.logs import get_logger
from spote.entrypoints.problems import field_error, problem
from spote.entrypoints.rest.door import PublicRoute, check_credential, to_json
from spote.entrypoints.services import services

STATUS: Mapping[type[errors.SpoteError], int] = {
    errors.InvalidInput: 400,
    errors.NotAuthenticated: 401,
    errors.NotAllowed: 403,
    errors.NotFound: 404,
    errors.Conflict: 409,
    errors.TooLarge: 413,
    errors.UnsupportedType: 415,
    errors.LimitReached: 429,
    errors.MailFailed: 500,
    errors.Unavailable: 503,
}
FIELDS_SHOWN = 100  # wrong fields that one answer names
log = get_logger(__name__)


class ErrorDetail(BaseModel):
    field: str
    message: str


class Problem(BaseModel):
    """Every error body: `message` is for a person, `code` for a program."""

    message: str
    code: str
    errors: list[ErrorDetail] | None = None


def answers(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """For the OpenAPI document: which errors a route may answer with."""
    return {
        status: {"description": _DESCRIPTIONS[status], "content": _PROBLEM} for status in statuses
    }


def handle_errors(app: FastAPI) -> None:
    app.add_exception_handler(errors.SpoteError, _known)
    app.add_exception_handler(RequestValidationError, _not_understood)
    app.add_exception_handler(HTTPException, _of_the_framework)
    app.add_exception_handler(Exception, _unknown)


async def _known(request: Request, error: Exception) -> Response:
    assert isinstance(error, errors.SpoteError)
    status = next(number for kind, number in STATUS.items() if isinstance(error, kind))
    if isinstance(error, errors.NotAuthenticated) and error.reason:
        log.info("refused", reason=error.reason)
    if isinstance(error, errors.Unavailable):
        log.warning("unavailable", reason=str(error.__cause__ or error))
    more = {name: _plain(value) for name, value in error.details.items()}
    if error.fields:
        more["errors"] = [{"field": one.field, "message": one.message} for one in error.fields]
    return problem(status, error.message, error.code, headers=_headers(request, error), **more)


async def _not_understood(request: Request, error: Exception) -> Response:
    """First whether the caller may say anything at all, then what is wrong with it."""
    assert isinstance(error, RequestValidationError)
    if refusal := await _refusal(request):
        return await _known(request, refusal)
    if _is_other_type(request, error):
        return problem(
            415, "Send the body as JSON, with Content-Type: application/json.", "unsupported_type"
        )
    found = [field_error(one) for one in error.errors()[:FIELDS_SHOWN]]
    message = " ".join(f"{one['field']}: {one['message']}." for one in found[:5])
    return problem(400, message, "invalid_input", errors=found)


async def _of_the_framework(request: Request, error: Exception) -> Response:
    """A body that cannot be read comes here too; who may not send one learns only that."""
    assert isinstance(error, HTTPException)
    if error.status_code == 400 and (refusal := await _refusal(request)):
        return await _known(request, refusal)
    message = _FRAMEWORK_MESSAGES.get(error.status_code, "The request cannot be answered.")
    code = {404: "not_found", 405: "method_not_allowed", 413: "too_large"}.get(
        error.status_code, "invalid_input"
    )
    return problem(error.status_code, message, code, headers=error.headers)


async def _unknown(request: Request, error: Exception) -> Response:
    """The outermost edge logs the exception, with the request's id."""
    return problem(500, "Something went wrong on the server. Its log says more.", "internal_error")


async def _refusal(request: Request) -> errors.SpoteError | None:
    if isinstance(request.scope.get("route"), PublicRoute):
        return None
    try:
        await check_credential(request)
    except errors.SpoteError as refusal:
        return refusal
    return None


def _headers(request: Request, error: errors.SpoteError) -> dict[str, str]:
    match error:
        case errors.NotAuthenticated():
            return {"WWW-Authenticate": challenge(services(request).settings, error)}
        case errors.NotAllowed(scope=scope) if scope:
            return {"WWW-Authenticate": challenge(services(request).settings, error)}
        case errors.LimitReached() | errors.Unavailable():
            return {"Retry-After": str(error.retry_after_seconds)}
        case _:
            return {}


def _is_other_type(request: Request, error: RequestValidationError) -> bool:
    sent = request.headers.get("content-type", "")
    kind = sent.partition(";")[0].strip().lower()
    is_json = kind == "application/json" or (
        kind.startswith("application/") and kind.endswith("+json")
    )
    has_body = (
        request.headers.get("content-length", "0") != "0" or "transfer-encoding" in request.headers
    )
    return has_body and not is_json and any(one["loc"][0] == "body" for one in error.errors())


def _plain(value: object) -> object:
    return json.loads(to_json(value)) if isinstance(value, BaseModel) else value


PROBLEM_SCHEMA = Problem.__name__
_PROBLEM = {"application/json": {"schema": {"$ref": f"#/components/schemas/{PROBLEM_SCHEMA}"}}}
_DESCRIPTIONS = {
    400: "What was sent cannot be used",
    401: "No credential, or one that is not valid",
    403: "This credential may not do this",
    404: "Absent, or not within the caller's reach",
    409: "It exists already, or was changed meanwhile",
    413: "Over a size limit",
    415: "Not JSON, or for an upload no form with a file",
    416: "No such part of the file",
    429: "Over a limit; see Retry-After",
    500: "A mail could not be sent; nothing was changed",
    503: "Something that is needed is down; see Retry-After",
}
_FRAMEWORK_MESSAGES = {
    400: "The body cannot be read: send JSON in UTF-8, not nested too deeply.",
    404: "There is nothing at this address.",
    405: "This address does not take that method.",
    413: "The request is larger than this server takes.",
}
