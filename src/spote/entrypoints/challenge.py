"""How a refusal says what the caller has to present: `WWW-Authenticate` (RFC 6750 §3, RFC 9728 §5.1)."""

from spote.errors import NotAllowed, NotAuthenticated
from spote.settings import Settings

METADATA_PATH = "/.well-known/oauth-protected-resource"


def challenge(
    settings: Settings, refusal: NotAuthenticated | NotAllowed, *, resource: str = ""
) -> str:
    """`resource` is the path of the door, where it has metadata of its own."""
    parts = [f'resource_metadata="{settings.url}{METADATA_PATH}{resource}"']
    if isinstance(refusal, NotAllowed):
        parts.append('error="insufficient_scope"')
        parts.append(f'scope="{_quotable(refusal.scope or "")}"')
    elif refusal.invalid:
        parts.append('error="invalid_token"')
    return "Bearer " + ", ".join(parts)


def _quotable(text: str) -> str:
    """What may stand in a quoted string of a header: ASCII without quotes and backslashes."""
    return "".join(c if " " <= c <= "~" and c not in '"\\' else "?" for c in text)
