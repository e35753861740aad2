"""The interactive API reference: Swagger UI on our OpenAPI document, from this server alone."""

from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

STATIC = Path(__file__).parent / "static"

# A package that bundles Swagger UI (Apache-2.0). It is never imported, only its files are served.
SWAGGER_UI = ("fastapi_offline", "static")

# Swagger UI writes style attributes; it needs no inline script and no other server.
CONTENT_SECURITY_POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    ]
)


def reference_routes() -> list[BaseRoute]:
    """`/api/docs` and the files below it; open to everyone, as they say nothing about anybody."""
    files = StaticFiles(directory=STATIC / "docs", packages=[SWAGGER_UI])
    return [
        Route("/api/docs", reference_page, methods=["GET"], include_in_schema=False),
        Mount("/api/docs", files),
    ]


async def reference_page(request: Request) -> Response:
    headers = {"Content-Security-Policy": CONTENT_SECURITY_POLICY, "Cache-Control": "no-cache"}
    return FileResponse(STATIC / "reference.html", headers=headers)
