"""Client ID Metadata Documents: fetched from where the client says, but never from inside our own network."""

import asyncio
import json
import socket
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, ip_address
from ssl import SSLContext
from typing import Any
from urllib.parse import SplitResult, urlsplit

from pydantic import ValidationError

from spote.domain import apps
from spote.domain.apps import AppClient, ClientDraft, OAuthError

DOCUMENT_BYTES = 64 * 1024
FETCH_SECONDS = 5.0
URL_LENGTH = 500
Address = IPv4Address | IPv6Address


def is_document_url(client_id: str) -> bool:
    """What is to be looked up, in difference to what was registered."""
    return client_id.startswith("https://")


async def fetch_client(
    url: str, *, is_allowed: Callable[[Address], bool] | None = None, tls: SSLContext | bool = True
) -> AppClient:
    """Raises OAuthError: the URL, the place that it leads to, or the document is not in order."""
    parts = _checked(url)
    port = parts.port or 443
    try:
        async with asyncio.timeout(FETCH_SECONDS):
            address = await _address(parts.hostname or "", port, is_allowed or is_public)
            document = await _fetch(parts, address, port, tls)
    except OAuthError:
        raise
    except Exception as error:
        raise _unusable("it cannot be fetched") from error
    return _read(url, document)


def is_public(address: Address) -> bool:
    """A place on the open internet; what wraps an IPv4 address is judged by that."""
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
        if inner is not None:
            return is_public(inner)
        if address in _NAT64:
            return is_public(IPv4Address(int(address) & 0xFFFFFFFF))
    return address.is_global and not address.is_multicast


class _Nat64:
    def __contains__(self, address: IPv6Address) -> bool:
        return int(address) >> 32 == int(IPv6Address("64:ff9b::")) >> 32


_NAT64 = _Nat64()


def _checked(url: str) -> SplitResult:
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError:
        raise _unusable("its port is none") from None
    is_plain = not (parts.fragment or parts.query or "@" in parts.netloc or "\\" in url)
    has_path = parts.path.strip("/") != "" and ".." not in parts.path.split("/")
    if not (is_plain and has_path and parts.hostname and len(url) <= URL_LENGTH and url.isascii()):
        raise _unusable("a URL with a path and without anything behind it is needed")
    if port not in (None, 443):
        raise _unusable("it must be at the usual port")
    return parts


async def _address(host: str, port: int, is_allowed: Callable[[Address], bool]) -> Address:
    """The one that is then connected to: a name could lead elsewhere the second time."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = [ip_address(one[4][0]) for one in found]
    if not addresses or not all(is_allowed(one) for one in addresses):
        raise _unusable("it does not lie on the open internet")
    return addresses[0]


async def _fetch(parts: SplitResult, address: Address, port: int, tls: SSLContext | bool) -> Any:
    """Not through a proxy, without redirects, and no more than a document may have."""
    import httpx2  # noqa: PLC0415 - it takes a tenth of a second

    shown = f"[{address}]" if address.version == 6 else str(address)
    async with (
        httpx2.AsyncClient(verify=tls, trust_env=False, follow_redirects=False) as client,
        client.stream(
            "GET",
            f"https://{shown}:{port}{parts.path}",
            headers={"Host": parts.netloc, "Accept": "application/json"},
            extensions={"sni_hostname": parts.hostname},
        ) as answer,
    ):
        if answer.status_code != 200:
            raise _unusable(f"it answers {answer.status_code}")
        body = b""
        async for piece in answer.aiter_bytes():
            body += piece
            if len(body) > DOCUMENT_BYTES:
                raise _unusable("it is too large")
    return json.loads(body)


def _read(url: str, document: Any) -> AppClient:
    if not isinstance(document, dict) or document.get("client_id") != url:
        raise _unusable("its client_id is another")
    if document.get("token_endpoint_auth_method", "none") != "none":
        raise _unusable("the app must be a public client")
    try:
        draft = ClientDraft.model_validate(document)
    except ValidationError:
        raise _unusable("it lacks what an app has to say of itself") from None
    return apps.checked_client(draft, url)


def _unusable(why: str) -> OAuthError:
    return OAuthError("invalid_client", f"The app's metadata document cannot be used: {why}.")
