"""Apps that introduce themselves, and whether what one asks for is in order."""

import re
import secrets
from urllib.parse import urlsplit

from spote.domain.apps import queries, redirects
from spote.domain.apps.model import (
    NAME_LIMIT,
    OFFERED,
    OFFLINE,
    AppClient,
    Asked,
    ClientDraft,
    OAuthError,
)
from spote.domain.tokens import without_tokens
from spote.identity import Verb
from spote.settings import Settings
from spote.storage import Connection

CLIENTS_LIMIT = 10_000  # that a server remembers
FRESH_MS = 300_000  # for which a metadata document is not read again
DOORS = ("/mcp", "/sse")
_CHALLENGE = re.compile(r"[A-Za-z0-9_\-]{43}\Z")  # SHA-256 in base64url (RFC 7636 §4.2)


def register_client(db: Connection, draft: ClientDraft) -> AppClient:
    """Every app is a public client: it gets no secret, as it could keep none. Raises OAuthError."""
    if queries.count_clients(db) >= CLIENTS_LIMIT:
        raise OAuthError("temporarily_unavailable", "Too many apps have registered. Try later.")
    client = checked_client(draft, secrets.token_urlsafe(16))
    queries.put_client(db, client)
    return client


def remember_client(db: Connection, client: AppClient) -> None:
    """One that a metadata document describes; where too many are known it is read anew each time."""
    if queries.count_clients(db) < CLIENTS_LIMIT:
        queries.put_client(db, client)


def checked_client(draft: ClientDraft, client_id: str) -> AppClient:
    """Raises OAuthError."""
    if "authorization_code" not in draft.grant_types or "code" not in draft.response_types:
        raise OAuthError("invalid_client_metadata", "Apps get in by authorization codes alone.")
    scopes_of(draft.scope)
    name = "".join(c for c in without_tokens(draft.client_name) if c.isprintable()).strip()
    return AppClient(
        id=client_id,
        name=name[:NAME_LIMIT] or "An app",
        redirect_uris=tuple(map(redirects.require_safe, draft.redirect_uris)),
    )


def find_client(db: Connection, client_id: str) -> AppClient | None:
    return queries.client_by_id(db, client_id, used_after=0)


def find_fresh_client(db: Connection, client_id: str) -> AppClient | None:
    """One whose metadata document was read a moment ago."""
    return queries.client_by_id(db, client_id, used_after=db.now - FRESH_MS)


def require_redirect(client: AppClient, redirect_uri: str | None) -> str:
    """Nothing is ever sent elsewhere, not even an error. Raises OAuthError."""
    if redirect_uri is None and len(client.redirect_uris) == 1:
        return client.redirect_uris[0]
    given = redirect_uri or ""
    if not any(redirects.matches(known, given) for known in client.redirect_uris):
        raise OAuthError("invalid_request", "The app has not registered this redirect URI.")
    return given


def check_request(
    settings: Settings, client: AppClient, redirect_uri: str, given: dict[str, str]
) -> Asked:
    """Raises OAuthError, which may be sent to the redirect URI."""
    if given.get("response_type") != "code":
        raise OAuthError("unsupported_response_type", "Ask for response_type=code.")
    if given.get("code_challenge_method") != "S256":
        raise OAuthError("invalid_request", "PKCE is needed, with code_challenge_method=S256.")
    challenge = given.get("code_challenge", "")
    if not _CHALLENGE.match(challenge):
        raise OAuthError("invalid_request", "The code_challenge is no SHA-256 in base64url.")
    return Asked(
        client=client,
        redirect_uri=redirect_uri,
        challenge=challenge,
        resource=resource_of(settings, given.get("resource")),
        scopes=scopes_of(given.get("scope")) or (Verb.READ, Verb.CREATE, Verb.APPEND, Verb.EDIT),
        state=given.get("state"),
    )


def resource_of(settings: Settings, given: str | None) -> str:
    """The door that a token is for (RFC 8707); left out, /mcp. Raises OAuthError for what is not ours."""
    if given is None:
        return settings.url + DOORS[0]
    if _plain(given) in {_plain(settings.url + door) for door in ("", *DOORS)}:
        return given
    raise OAuthError("invalid_target", "This server has no such resource.")


def same_resource(one: str, other: str) -> bool:
    return _plain(one) == _plain(other)


def scopes_of(given: str | None) -> tuple[Verb, ...]:
    """In the order in which they are offered. Raises OAuthError for an unknown one."""
    wanted = set((given or "").split())
    known = {verb.value for verb in OFFERED} | {OFFLINE}
    if unknown := sorted(wanted - known):
        raise OAuthError("invalid_scope", f"There is no scope {unknown[0][:50]!r}.")
    return tuple(verb for verb in OFFERED if verb.value in wanted)


def _plain(url: str) -> tuple[str, str, str, str]:
    """A URL as it is compared: without a slash at the end and capitals in the host (RFC 3986 §6.2.2.1)."""
    parts = urlsplit(url)
    return parts.scheme, parts.netloc.lower(), parts.path.rstrip("/"), parts.query + parts.fragment
