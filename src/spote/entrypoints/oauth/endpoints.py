"""What apps call themselves: `/oauth/register`, `/oauth/token`, `/oauth/revoke`."""

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qsl

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from spote.domain import apps
from spote.domain.apps import ClientDraft, Issued, OAuthError
from spote.entrypoints.authentication import network_of
from spote.entrypoints.logs import get_logger
from spote.entrypoints.services import services
from spote.entrypoints.signing_in import take_attempts
from spote.errors import LimitReached, SpoteError, Unavailable

HEADERS = {"Cache-Control": "no-store", "Pragma": "no-cache", "Access-Control-Allow-Origin": "*"}
PREFLIGHT = {
    **HEADERS,
    "Access-Control-Allow-Methods": "POST, OPTIONS",
    "Access-Control-Allow-Headers": "Content-Type, Authorization, MCP-Protocol-Version",
}
STATUS = {"invalid_client": 401, "temporarily_unavailable": 503}
Handler = Callable[[Request], Awaitable[Response]]
log = get_logger(__name__)


def endpoint_routes() -> list[Route]:
    handlers = {"register": _register, "token": _token, "revoke": _revoke}
    return [
        Route(f"/oauth/{name}", _answering(handler), methods=["POST", "OPTIONS"])
        for name, handler in handlers.items()
    ]


def _answering(handler: Handler) -> Handler:
    """Errors as RFC 6749 §5.2 wants them; scripts of any site may call, as nothing but the body is a credential."""

    async def answer(request: Request) -> Response:
        if request.method == "OPTIONS":
            return Response(status_code=204, headers=PREFLIGHT)
        try:
            return await handler(request)
        except OAuthError as error:
            return failure(error)
        except LimitReached as error:
            wait = {"Retry-After": str(error.retry_after_seconds)}
            return failure(OAuthError("temporarily_unavailable", error.message), 429, wait)
        except Unavailable as error:
            log.warning("unavailable", reason=str(error.__cause__ or error))
            return failure(OAuthError("temporarily_unavailable", error.message), 503)
        except SpoteError as error:
            return failure(OAuthError("invalid_request", error.message))

    return answer


def failure(
    error: OAuthError, status: int | None = None, headers: dict[str, str] | None = None
) -> Response:
    body = {"error": error.code, "error_description": error.message}
    return JSONResponse(body, status or STATUS.get(error.code, 400), {**HEADERS, **(headers or {})})


async def _register(request: Request) -> Response:
    """RFC 7591. Anybody may, so that it is counted by network."""
    at = services(request)
    limit = at.settings.network_attempts
    await take_attempts(request, (f"register-app:{network_of(request)}", limit))
    try:
        draft = ClientDraft.model_validate_json(await request.body())
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors()[0]["loc"][:1]) or "body"
        raise OAuthError("invalid_client_metadata", f"{where} cannot be used.") from None
    client = await at.database.write(lambda db: apps.register_client(db, draft))
    known = {
        "client_id": client.id,
        "client_name": client.name,
        "redirect_uris": list(client.redirect_uris),
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "token_endpoint_auth_method": "none",
    }
    return JSONResponse(known, 201, HEADERS)


async def _token(request: Request) -> Response:
    at, given = services(request), await form(request)
    match given.get("grant_type"):
        case "authorization_code":
            made = await at.database.write(lambda db: apps.redeem_code(db, given))
        case "refresh_token":
            made = await at.database.write(lambda db: apps.refresh(db, given))
        case _:
            raise OAuthError("unsupported_grant_type", "Use authorization_code or refresh_token.")
    if isinstance(made, OAuthError):
        log.warning("a code or refresh token came twice: its app is cut off")
        raise made
    return JSONResponse(_shown(made), headers=HEADERS)


async def _revoke(request: Request) -> Response:
    """RFC 7009, for public clients too: an app that has the token and names itself ends it."""
    at, given = services(request), await form(request)
    raw, client_id = given.get("token", ""), given.get("client_id", "")
    if not raw:
        raise OAuthError("invalid_request", "Name the token.")
    await at.database.write(lambda db: apps.revoke(db, raw, client_id))
    return Response(status_code=200, headers=HEADERS)


async def form(request: Request) -> dict[str, str]:
    """A field that comes twice is refused (RFC 6749 §3.2). Raises OAuthError."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        raise OAuthError("invalid_request", "Send application/x-www-form-urlencoded.")
    try:
        pairs = parse_qsl(
            (await request.body()).decode(), keep_blank_values=True, max_num_fields=100
        )
    except ValueError:
        raise OAuthError("invalid_request", "The form cannot be read.") from None
    return fields(pairs)


def fields(pairs: list[tuple[str, str]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in pairs:
        if name in found:
            raise OAuthError("invalid_request", f"{name[:50]} comes twice.")
        if value:
            found[name] = value
    return found


def _shown(made: Issued) -> dict[str, Any]:
    return {
        "access_token": made.access_token,
        "token_type": "Bearer",
        "expires_in": made.expires_in,
        "refresh_token": made.refresh_token,
        "scope": made.scope,
    }
