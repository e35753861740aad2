"""The authorization server: apps get into the notes with a person's consent (OAuth 2.1)."""

from starlette.routing import Route

from spote.entrypoints.oauth.consent import consent_routes
from spote.entrypoints.oauth.endpoints import endpoint_routes
from spote.entrypoints.oauth.metadata import metadata_routes


def oauth_routes() -> list[Route]:
    return [*metadata_routes(), *endpoint_routes(), *consent_routes()]


__all__ = ["oauth_routes"]
