"""Where a code may be sent: redirect URIs that are safe to register, and how they are compared."""

import re
from urllib.parse import SplitResult, urlsplit

from spote.domain.apps.model import URI_LIMIT, OAuthError

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
# What a browser would run, read or treat as its own instead of handing it to a program.
REFUSED = frozenset(
    {"javascript", "data", "vbscript", "file", "blob", "filesystem", "about", "view-source", "jar"}
    | {"ws", "wss", "ftp", "mailto", "tel", "chrome", "chrome-extension", "moz-extension"}
    | {"resource", "intent", "content"}
)
_SCHEME = re.compile(r"[a-z][a-z0-9+.\-]*\Z")
_HOST = re.compile(r"[A-Za-z0-9.\-_\[\]:]*\Z")  # also stands in a header of the page of consent
_PRINTABLE = re.compile(r"[\x21-\x7e]+\Z")


def require_safe(uri: str) -> str:
    """https anywhere, http on the loopback alone, or a program's own scheme (RFC 8252 §7). Raises OAuthError."""
    parts = _parts(uri)
    if parts is None or "#" in uri or "\\" in uri or not _HOST.match(parts.netloc):
        raise _refused(uri)
    if parts.scheme == "https" and parts.hostname:
        return uri
    if parts.scheme == "http" and parts.hostname in LOOPBACK:
        return uri
    is_own = parts.scheme not in ("http", "https") and parts.scheme not in REFUSED
    if is_own and _SCHEME.match(parts.scheme) and uri[len(parts.scheme) :].startswith(":/"):
        return uri
    raise _refused(uri)


def matches(registered: str, given: str) -> bool:
    """To the letter, but for the port of a loopback, which programs choose anew (RFC 8252 §7.3)."""
    if registered == given:
        return True
    one, other = _parts(registered), _parts(given)
    return (
        one is not None
        and other is not None
        and one.scheme == other.scheme == "http"
        and one.hostname in LOOPBACK
        and (one.hostname, one.path, one.query) == (other.hostname, other.path, other.query)
        and "@" not in other.netloc
        and "#" not in given
        and "\\" not in given
    )


def _parts(uri: str) -> SplitResult | None:
    if len(uri) > URI_LIMIT or not _PRINTABLE.match(uri):
        return None
    try:
        parts = urlsplit(uri)
        _ = parts.port
    except ValueError:
        return None
    return parts


def _refused(uri: str) -> OAuthError:
    shown = uri[:100]
    return OAuthError(
        "invalid_redirect_uri",
        f"The redirect URI {shown!r} is refused: use https, http on the loopback, or a program's own scheme.",
    )
