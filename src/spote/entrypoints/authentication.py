"""From what a request presents to the actor it comes from; the same for every door."""

from dataclasses import dataclass, field
from functools import lru_cache
from ipaddress import ip_network
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection

from spote.domain import accounts, tokens
from spote.errors import NotAllowed, NotAuthenticated
from spote.identity import Actor, CredentialKind, Via
from spote.settings import Settings
from spote.storage import Connection

CLIENT_LENGTH = 200  # characters kept of a User-Agent
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
CSRF_HEADER = "X-CSRF-Token"
CSRF_COOKIE = "spote_csrf"


@dataclass(frozen=True, slots=True)
class Presented:
    """A credential as it came, not yet checked."""

    kind: CredentialKind
    secret: str = field(repr=False)
    client: str | None
    address: str | None
    via: Via = Via.API  # the door that it came to


def presented(request: HTTPConnection, settings: Settings) -> Presented:
    """The Bearer token if there is one, else the session's cookie; nothing else is a credential.

    Raises:
        NotAuthenticated: neither is there.
    """
    header = request.headers.get("authorization")
    if header is not None:
        return Presented(
            CredentialKind.TOKEN, bearer(header), client_of(request), address_of(request)
        )
    cookie = request.cookies.get(session_cookie(settings))
    if not cookie:
        raise NotAuthenticated
    return Presented(CredentialKind.SESSION, cookie, client_of(request), address_of(request))


def authenticate(db: Connection, given: Presented, usage: tokens.TokenUsage) -> Actor:
    """Check the credential in the same snapshot that the work is done in, so that revocation is exact.

    Raises:
        NotAuthenticated: it is not valid.
        LimitReached: the token has made as many requests in this minute as it may.
    """
    actor = _owner(db, given)
    if actor.kind is CredentialKind.TOKEN:
        usage.take(actor, limit=db.settings.requests_per_minute, now=db.now, address=given.address)
    return actor


def authenticate_again(db: Connection, given: Presented) -> Actor:
    """Later in a request that was counted: raises NotAuthenticated where the credential ended meanwhile."""
    return _owner(db, given)


def authenticate_writer(db: Connection, given: Presented, usage: tokens.TokenUsage) -> Actor:
    """As `authenticate`; then one account's changes come one after the other, also from several servers.

    The credential is checked again once it is this one's turn, so that a revocation holds for all that comes after.
    """
    actor = authenticate(db, given, usage)
    return _owner(db, given) if db.lock(actor.account_id) else actor


def authenticate_writer_again(db: Connection, given: Presented) -> Actor:
    """As `authenticate_again`, and then as `authenticate_writer`."""
    actor = _owner(db, given)
    return _owner(db, given) if db.lock(actor.account_id) else actor


def still_valid(db: Connection, given: Presented) -> Actor | None:
    """The actor behind a credential that has opened a stream; None where it opens nothing any more. Not counted."""
    try:
        return _owner(db, given)
    except NotAuthenticated:
        return None


def require_same_site(request: HTTPConnection, given: Presented, settings: Settings) -> None:
    """A cookie comes along by itself, so a change must also show what only our pages know.

    Raises:
        NotAllowed: the request may have been forged by another site.
    """
    if given.kind is not CredentialKind.SESSION or request.scope["method"] in SAFE_METHODS:
        return
    require_own_origin(request, settings)
    if not accounts.check_csrf(given.secret, request.headers.get(CSRF_HEADER, "")):
        raise NotAllowed(
            f"A change with the session's cookie needs the header {CSRF_HEADER},"
            f" with the value of the cookie {CSRF_COOKIE}.",
            code="csrf",
        )


def require_own_origin(request: HTTPConnection, settings: Settings) -> None:
    """Raises NotAllowed where a browser says that another site's page sent the request."""
    origin = request.headers.get("origin")
    if origin and origin not in (
        _origin(settings.url),
        f"{request.url.scheme}://{request.headers.get('host', '')}",
    ):
        raise NotAllowed("This request comes from another site.", code="csrf")


def session_cookie(settings: Settings) -> str:
    """With the prefix that makes browsers refuse it from anywhere else (RFC 6265bis §4.1.3), where there is TLS."""
    return "__Host-spote_session" if settings.is_behind_tls else "spote_session"


def client_of(request: HTTPConnection) -> str | None:
    """The User-Agent, without anything that must not be kept."""
    raw = request.headers.get("user-agent")
    if not raw:
        return None
    return tokens.without_tokens("".join(c for c in raw if c.isprintable()))[:CLIENT_LENGTH]


def address_of(request: HTTPConnection) -> str | None:
    return request.client.host if request.client else None


def network_of(request: HTTPConnection) -> str:
    """What counts as one network for limits: an IPv4 address, or the /64 of an IPv6 address."""
    address = (address_of(request) or "unknown").removeprefix("::ffff:")  # IPv4 at an IPv6 socket
    try:
        network = ip_network((address, 64 if ":" in address else 32), strict=False)
    except ValueError:
        return address  # not an address: a socket's name, or what a proxy wrote
    return str(network)


@lru_cache(maxsize=8)
def _origin(url: str) -> str:
    """As browsers write it (RFC 6454 §6.2): in lower case, without a path and the scheme's usual port."""
    parts = urlsplit(url)
    usual = {"http": 80, "https": 443}[parts.scheme]
    host = parts.netloc.rpartition("@")[2].lower().removesuffix(f":{usual}")
    return f"{parts.scheme}://{host}"


def _owner(db: Connection, given: Presented) -> Actor:
    if given.kind is CredentialKind.SESSION:
        return accounts.authenticate_session(db, given.secret, Via.WEB, given.client)
    return tokens.authenticate_token(db, given.secret, given.via, given.client)


def bearer(header: str) -> str:
    """Another scheme brings an empty token, so that it is refused like any other malformed one."""
    scheme, _, secret = header.partition(" ")
    return secret.strip() if scheme.lower() == "bearer" else ""
