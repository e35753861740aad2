"""What clients read first: where to ask for a token (RFC 8414), and that /mcp and /sse take it (RFC 9728)."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from spote.domain.apps import OFFERED, SCOPES
from spote.entrypoints.challenge import METADATA_PATH
from spote.entrypoints.services import services
from spote.settings import Settings

SERVER_PATH = "/.well-known/oauth-authorization-server"
READABLE = {"Access-Control-Allow-Origin": "*", "Cache-Control": "public, max-age=300"}


def metadata_routes() -> list[Route]:
    doors = [Route(METADATA_PATH + door, _resource) for door in ("/mcp", "/sse")]
    return [*doors, Route(SERVER_PATH, _server), Route(SERVER_PATH + "/mcp", _server)]


async def _resource(request: Request) -> Response:
    url = services(request).settings.url
    door = request.url.path.rpartition("/")[2]
    about = {
        "resource": f"{url}/{door}",
        "authorization_servers": [url],
        "scopes_supported": [verb.value for verb in OFFERED],
        "bearer_methods_supported": ["header"],
        "resource_name": "Spote",
    }
    return JSONResponse(about, headers=READABLE)


async def _server(request: Request) -> Response:
    return JSONResponse(server_metadata(services(request).settings), headers=READABLE)


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
