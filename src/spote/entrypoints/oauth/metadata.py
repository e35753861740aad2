"""What clients read first: where to ask for a token (RFC 8414), and that /mcp and /sse take it (RFC 9728)."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from spote.domain.apps import DOORS, OFFERED, SCOPES
from spote.entrypoints.challenge import METADATA_PATH
from spote.entrypoints.problems import problem
from spote.entrypoints.services import services
from spote.settings import Settings

SERVER_PATH = "/.well-known/oauth-authorization-server"
READABLE = {"Access-Control-Allow-Origin": "*", "Cache-Control": "public, max-age=300"}


def metadata_routes() -> list[Route]:
    """A URL's own path stands behind the well-known one (RFC 8414 §3.1, RFC 9728 §3.1)."""
    return [
        Route(METADATA_PATH + "/{place:path}", _resource),
        Route(SERVER_PATH, _server),
        Route(SERVER_PATH + "/{place:path}", _server),
    ]


async def _resource(request: Request) -> Response:
    settings = services(request).settings
    url, door = settings.url, _door(request, settings)
    if door not in DOORS:
        return problem(404, "There is no such resource.", "not_found")
    about = {
        "resource": url + door,
        "authorization_servers": [url],
        "scopes_supported": [verb.value for verb in OFFERED],
        "bearer_methods_supported": ["header"],
        "resource_name": "Spote",
    }
    return JSONResponse(about, headers=READABLE)


async def _server(request: Request) -> Response:
    """Some clients ask with the resource's path instead of the issuer's."""
    settings = services(request).settings
    if _door(request, settings) not in ("", *DOORS):
        return problem(404, "There is no such authorization server.", "not_found")
    return JSONResponse(server_metadata(settings), headers=READABLE)


def _door(request: Request, settings: Settings) -> str:
    """Whether a proxy has taken the URL's own path away or not."""
    place = f"/{request.path_params.get('place', '')}"
    return place.removeprefix(settings.url_path).rstrip("/")


def server_metadata(settings: Settings) -> dict[str, object]:
    url = settings.url
    return {
        "issuer": url,
        "authorization_endpoint": f"{url}/oauth/authorize",
        "token_endpoint": f"{url}/oauth/token",
        "registration_endpoint": f"{url}/oauth/register",
        "revocation_endpoint": f"{url}/oauth/revoke",
        "scopes_supported": list(SCOPES),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": ["none"],
        "revocation_endpoint_auth_methods_supported": ["none"],
        "authorization_response_iss_parameter_supported": True,
        "client_id_metadata_document_supported": settings.reads_app_documents,
    }
