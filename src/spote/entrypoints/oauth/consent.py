"""`/oauth/authorize`: an app asks, a person signs in and decides."""

from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from spote.domain import accounts, apps, notes, tokens
from spote.domain.apps import AppClient, Asked, OAuthError
from spote.entrypoints.authentication import (
    Presented,
    address_of,
    authenticate,
    client_of,
    network_of,
    require_own_origin,
    session_cookie,
)
from spote.entrypoints.oauth.documents import fetch_client, is_document_url
from spote.entrypoints.oauth.endpoints import fields, form
from spote.entrypoints.oauth.pages import consent_page, error_page, sign_in_page
from spote.entrypoints.services import services
from spote.entrypoints.signing_in import prepare_sign_in, set_cookies, take_attempts
from spote.errors import LimitReached, NotAuthenticated, SpoteError
from spote.identity import Actor, CredentialKind, Via
from spote.paging import Page
from spote.storage import Connection

BUCKETS_SHOWN = 200


class _Refused(Exception):
    """What may be sent to the app: its redirect URI is known to be its own."""

    def __init__(self, redirect_uri: str, state: str | None, error: OAuthError) -> None:
        self.redirect_uri, self.state, self.error = redirect_uri, state, error


def consent_routes() -> list[Route]:
    return [
        Route("/oauth/authorize", _ask, methods=["GET"]),
        Route("/oauth/authorize", _decide, methods=["POST"]),
        Route("/oauth/sign-in", _sign_in, methods=["POST"]),
    ]


async def _ask(request: Request) -> Response:
    query = request.url.query
    try:
        asked = await _asked(request, query)
    except _Refused as refused:
        return _sent_back(request, refused.redirect_uri, refused.state, _error(refused.error))
    except SpoteError as error:
        return error_page(error.message, 429 if isinstance(error, LimitReached) else 400)
    try:
        return await _consent(request, asked, query)
    except NotAuthenticated:
        return sign_in_page(services(request).settings, asked, query)


async def _consent(request: Request, asked: Asked, query: str) -> Response:
    at, given = services(request), _session(request)

    def look(db: Connection) -> tuple[str, list[str]]:
        actor = authenticate(db, given, at.usage)
        buckets = notes.list_buckets(db, actor, Page(BUCKETS_SHOWN))
        return accounts.get_account(db, actor).email, [one.name for one in buckets]

    person, buckets = await at.database.read(look)
    csrf = accounts.csrf_token(given.secret)
    return consent_page(at.settings, asked, query, csrf, person, buckets)


async def _sign_in(request: Request) -> Response:
    at = services(request)
    try:
        require_own_origin(request, at.settings)
        given = await form(request)
        query = given.get("query", "")
        asked = await _asked(request, query)
    except (_Refused, SpoteError) as error:
        return error_page(error.message if isinstance(error, SpoteError) else error.error.message)
    try:
        wanted = accounts.SignIn(email=given.get("email", ""), password=given.get("password", ""))
        job = await prepare_sign_in(request, wanted)
        session = await at.database.write(job)
    except (ValidationError, NotAuthenticated):
        return sign_in_page(
            at.settings, asked, query, wrong="The e-mail address or the password is wrong."
        )
    except LimitReached as error:
        return sign_in_page(at.settings, asked, query, wrong=error.message)
    response = RedirectResponse(f"{at.settings.url_path}/oauth/authorize?{query}", 303)
    set_cookies(response, at.settings, session)
    return response


async def _decide(request: Request) -> Response:
    at = services(request)
    try:
        require_own_origin(request, at.settings)
        pairs = await _pairs(request)
        given = dict(pairs)
        session = _session(request)
        if not accounts.check_csrf(session.secret, given.get("csrf", "")):
            return error_page("The page is too old. Start again in the app.", 403)
        asked = await _asked(request, given.get("query", ""))
        if given.get("decision") != "allow":
            denied = OAuthError("access_denied", "The person has refused.")
            return _sent_back(request, asked.redirect_uri, asked.state, _error(denied))
        access = _access(pairs)

        def agree(db: Connection) -> str:
            actor: Actor = authenticate(db, session, at.usage)
            return apps.grant_consent(db, actor, asked, access)

        code = await at.database.write(agree)
    except _Refused as refused:
        return _sent_back(request, refused.redirect_uri, refused.state, _error(refused.error))
    except SpoteError as error:
        return error_page(error.message)
    return _sent_back(request, asked.redirect_uri, asked.state, {"code": code})


async def _asked(request: Request, query: str) -> Asked:
    """Raises OAuthError for the person to see, and _Refused for the app."""
    given = fields(parse_qsl(query, keep_blank_values=True, max_num_fields=100))
    client = await _client(request, given.get("client_id", ""))
    redirect_uri = apps.require_redirect(client, given.get("redirect_uri"))
    try:
        return apps.check_request(services(request).settings, client, redirect_uri, given)
    except OAuthError as error:
        raise _Refused(redirect_uri, given.get("state"), error) from error


async def _client(request: Request, client_id: str) -> AppClient:
    at = services(request)
    if is_document_url(client_id):
        if not at.settings.reads_app_documents:
            raise OAuthError("invalid_client", "This server reads no metadata documents of apps.")
        return await _described(request, client_id)
    known = await at.database.read(lambda db: apps.find_client(db, client_id))
    if known is None:
        raise OAuthError("invalid_client", "This app is not known here. Let it register anew.")
    return known


async def _described(request: Request, client_id: str) -> AppClient:
    """By its metadata document. Who makes the server read many is counted by network."""
    at = services(request)
    known = await at.database.read(lambda db: apps.find_fresh_client(db, client_id))
    if known is not None:
        return known
    limit = at.settings.network_attempts
    await take_attempts(request, (f"read-app:{network_of(request)}", limit))
    client = await fetch_client(client_id)
    await at.database.write(lambda db: apps.remember_client(db, client))
    return client


async def _pairs(request: Request) -> list[tuple[str, str]]:
    body = (await request.body()).decode("utf-8", "replace")
    return parse_qsl(body, keep_blank_values=True, max_num_fields=500)


def _access(pairs: list[tuple[str, str]]) -> tokens.Access:
    """Raises OAuthError."""
    given = dict(pairs)
    places = {name: _lines(given.get(name, "")) for name in ("buckets", "except_buckets")}
    tags = given.get("tags", "").replace(",", " ").split()
    try:
        return tokens.Access.model_validate(
            {
                "verbs": [value for name, value in pairs if name == "verb"],
                "buckets": places["buckets"] or None,
                "except_buckets": places["except_buckets"],
                "tags": tags or None,
                "own_notes_only": "own_notes_only" in given,
            }
        )
    except ValidationError:
        raise OAuthError(
            "invalid_scope", "Choose at least one right, and buckets by name."
        ) from None


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _session(request: Request) -> Presented:
    """Raises NotAuthenticated."""
    secret = request.cookies.get(session_cookie(services(request).settings))
    if not secret:
        raise NotAuthenticated
    client, address = client_of(request), address_of(request)
    return Presented(CredentialKind.SESSION, secret, client, address, Via.WEB)


def _error(error: OAuthError) -> dict[str, str]:
    return {"error": error.code, "error_description": error.message}


def _sent_back(
    request: Request, redirect_uri: str, state: str | None, answer: dict[str, str]
) -> Response:
    """With who answers, so that no app takes one server's answer for another's (RFC 9207)."""
    more = {**answer, **({"state": state} if state else {}), "iss": services(request).settings.url}
    parts = urlsplit(redirect_uri)
    query = "&".join(filter(None, [parts.query, urlencode(more)]))
    target = urlunsplit((parts.scheme, parts.netloc, parts.path, query, ""))
    return Response(status_code=302, headers={"Location": target, "Cache-Control": "no-store"})
