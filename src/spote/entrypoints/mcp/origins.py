"""Which hosts and origins may speak to the doors for agents: DNS rebinding (MCP, "Transports") and CORS."""

from collections.abc import Mapping
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers

from spote.settings import Settings

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
USUAL_PORTS = {"http": 80, "https": 443}
EXPOSED = "Mcp-Session-Id, MCP-Protocol-Version, WWW-Authenticate, Retry-After, X-Request-ID"
HEADERS_LENGTH = 1_000  # characters of what a preflight may ask for


class Origins:
    """What the public URL and the settings allow."""

    def __init__(self, settings: Settings) -> None:
        public = urlsplit(settings.url)
        self._host = _host_and_port(public.scheme, public.netloc)
        self._scheme = public.scheme
        self._is_at_home = not settings.public_url  # no name is known, so that addresses must do
        own = f"{public.scheme}://{public.netloc}"
        self._origins = {_origin(one) for one in (own, *settings.origins)}

    def knows_host(self, headers: Headers) -> bool:
        """An address as such is no danger: rebinding needs a name."""
        host = headers.get("host", "")
        name, port = _host_and_port(self._scheme, host)
        if (name, port) == self._host or name in LOOPBACK:
            return True
        return self._is_at_home and _is_address(name)

    def knows_origin(self, headers: Headers) -> bool:
        """Whoever is no browser sends none."""
        origin = headers.get("origin")
        if origin is None:
            return True
        if _origin(origin) in self._origins:
            return True
        parts = urlsplit(origin)
        name, _ = _host_and_port(parts.scheme, parts.netloc)
        return self._is_at_home and name in LOOPBACK

    def answer_headers(self, headers: Headers) -> dict[str, str]:
        """For a page at an allowed origin, so that its scripts may read the answer."""
        origin = headers.get("origin")
        if origin is None:
            return {"Vary": "Origin"}
        return {
            "Access-Control-Allow-Origin": origin,
            "Access-Control-Expose-Headers": EXPOSED,
            "Vary": "Origin",
        }

    def preflight_headers(self, headers: Headers) -> Mapping[str, str]:
        wished = headers.get("access-control-request-headers", "")[:HEADERS_LENGTH]
        return {
            **self.answer_headers(headers),
            "Access-Control-Allow-Methods": "GET, POST, DELETE, OPTIONS",
            "Access-Control-Allow-Headers": wished or "Authorization, Content-Type",
            "Access-Control-Max-Age": "600",
        }


def _origin(url: str) -> str:
    """RFC 6454 §6.2, without the usual port."""
    parts = urlsplit(url.lower())
    name, port = _host_and_port(parts.scheme, parts.netloc)
    return f"{parts.scheme}://{name}:{port}"


def _host_and_port(scheme: str, netloc: str) -> tuple[str, int]:
    try:
        parts = urlsplit(f"//{netloc.lower()}")
        return parts.hostname or "", parts.port or USUAL_PORTS.get(scheme, 0)
    except ValueError:
        return "", 0


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
