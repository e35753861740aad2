"""Signing a person in, at whichever page they are asked to: attempts counted, the password checked, cookies set."""

from starlette.requests import Request
from starlette.responses import Response

from spote.domain import accounts, requests
from spote.entrypoints.authentication import (
    CSRF_COOKIE,
    address_of,
    client_of,
    network_of,
    session_cookie,
)
from spote.entrypoints.services import services
from spote.errors import LimitReached
from spote.settings import Settings
from spote.storage import Connection, Job


async def take_attempts(request: Request, *limits: tuple[str, int]) -> None:
    """Counted before the check that they limit, so that many at once count too."""
    wait = await services(request).database.write(lambda db: requests.take_attempt(db, limits))
    if wait is not None:
        raise LimitReached(
            "Too many attempts. Wait a while, then try again.", retry_after_seconds=wait
        )


async def prepare_sign_in(request: Request, given: accounts.SignIn) -> Job[accounts.NewSession]:
    """The job that opens the session, once the password is found right.

    Raises:
        LimitReached: too many have failed for this address, or from this network.
        NotAuthenticated: wrong password or unknown address: alike.
    """
    at = services(request)
    address, network = (
        f"sign-in:{accounts.email_key(given.email)}",
        f"sign-in-from:{network_of(request)}",
    )
    await take_attempts(
        request, (address, at.settings.sign_in_attempts), (network, at.settings.network_attempts)
    )
    known = await at.database.read(lambda db: accounts.credentials_for(db, given.email))
    is_right = await at.passwords.verify(known.password_hash if known else None, given.password)
    if known is None or not is_right:
        raise accounts.wrong_password()
    renewed = None
    if accounts.needs_rehash(known.password_hash):
        renewed = await at.passwords.hash(given.password)
    client_name, client_address = client_of(request), address_of(request)

    def open_session(db: Connection) -> accounts.NewSession:
        requests.forget_attempts(db, address)
        requests.return_attempt(db, network)
        return accounts.open_session(
            db,
            known.account_id,
            known.password_hash,
            client_name,
            client_address,
            renewed_hash=renewed,
        )

    return open_session


def set_cookies(response: Response, settings: Settings, session: accounts.NewSession) -> None:
    """The session's cookie is for the server alone; the other one is for our pages, which send it back as a header."""
    cookies = {
        session_cookie(settings): session.secret,
        CSRF_COOKIE: accounts.csrf_token(session.secret),
    }
    for name, value in cookies.items():
        response.set_cookie(
            name,
            value,
            expires=session.expires_at,
            path="/",
            secure=settings.is_behind_tls,
            httponly=name != CSRF_COOKIE,
            samesite="lax",
        )
