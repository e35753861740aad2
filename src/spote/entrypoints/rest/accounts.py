"""`/api/auth` and `/api/me`: signing up, in and out; the account itself."""

from fastapi import APIRouter, Request, Response

from spote.domain import accounts, requests, sharing
from spote.entrypoints.authentication import (
    CSRF_COOKIE,
    address_of,
    client_of,
    network_of,
    require_own_origin,
    session_cookie,
)
from spote.entrypoints.rest.door import (
    IDEMPOTENCY_HEADER,
    PublicRoute,
    answer,
    first_answer,
    first_public_answer,
    no_content,
    read,
    write,
    write_public,
)
from spote.entrypoints.rest.errors import answers
from spote.entrypoints.rest.lists import Limit, Offset, answer_items, page_of
from spote.entrypoints.services import services
from spote.entrypoints.signing_in import prepare_sign_in, set_cookies, take_attempts
from spote.errors import NotAllowed
from spote.identity import Actor
from spote.storage import Connection

public = APIRouter(prefix="/api/auth", tags=["Accounts"], route_class=PublicRoute)
auth = APIRouter(prefix="/api/auth", tags=["Accounts"])
me = APIRouter(prefix="/api/me", tags=["Accounts"])


@public.post(
    "/sign-up",
    status_code=201,
    response_model=accounts.NewAccount | accounts.Account,
    responses=answers(400, 403, 404, 409, 413, 415, 429, 503),
)
async def sign_up(request: Request, draft: accounts.SignUp) -> Response:
    """Signs in too. The very first account is the server's administrator.

    With the token of an invitation, where only the invited may come: the note is shared with the new account at once,
    and the answer names it.
    """
    at = services(request)
    require_own_origin(request, at.settings)
    await take_attempts(request, (f"sign-up:{network_of(request)}", at.settings.network_attempts))
    caller, secret = await _caller(request, draft.email, draft.password)
    if first := await first_public_answer(request, caller, secret):
        return first
    await at.database.read(lambda db: _require_sign_up(db, draft))
    password_hash = await at.passwords.hash(draft.password)
    client, address = client_of(request), address_of(request)

    def sign_up_and_in(db: Connection) -> tuple[accounts.NewSession, str | None]:
        account, note_id = _sign_up(db, draft, password_hash)
        session = accounts.open_session(db, account.id, password_hash, client, address)
        return session, note_id

    return await write_public(
        request,
        caller,
        secret,
        sign_up_and_in,
        lambda made: _signed_in(request, made[0], 201, made[1]),
    )


@public.post(
    "/sign-in",
    response_model=accounts.Account,
    responses=answers(400, 401, 403, 409, 413, 415, 429, 503),
)
async def sign_in(request: Request, given: accounts.SignIn) -> Response:
    at = services(request)
    require_own_origin(request, at.settings)
    open_session = await prepare_sign_in(request, given)
    caller, secret = await _caller(request, given.email, given.password)
    return await write_public(
        request, caller, secret, open_session, lambda session: _signed_in(request, session, 200)
    )


@auth.post("/sign-out", status_code=204, responses=answers(400, 401, 403, 409, 429, 503))
async def sign_out(request: Request) -> Response:
    response = await write(request, accounts.end_session, no_content)
    settings = services(request).settings
    for cookie in (session_cookie(settings), CSRF_COOKIE):
        response.delete_cookie(cookie, path="/", secure=settings.is_behind_tls, samesite="lax")
    return response


@me.get("", response_model=accounts.Account, responses=answers(401, 403, 429, 503))
async def get_account(request: Request) -> Response:
    return answer(await read(request, accounts.get_account))


@me.patch("", response_model=accounts.Account, responses=answers(400, 401, 403, 413, 415, 429, 503))
async def update_account(request: Request, change: accounts.AccountChange) -> Response:
    """`agents_read_only` limits every token to reading, at once and everywhere."""
    return await write(
        request, lambda db, actor: accounts.update_account(db, actor, change), answer
    )


@me.post(
    "/password",
    response_model=accounts.Account,
    responses=answers(400, 401, 403, 409, 413, 415, 429, 503),
)
async def change_password(request: Request, change: accounts.PasswordChange) -> Response:
    """Ends all other sessions; tokens stay."""
    at = services(request)
    if first := await first_answer(request):
        return first
    known = await read(
        request, lambda db, actor: accounts.prepare_password_change(db, actor, change)
    )
    await _require_password(request, known, change.current_password)
    new_hash = await at.passwords.hash(change.new_password)
    return await write(
        request,
        lambda db, actor: accounts.change_password(db, actor, new_hash, known.password_hash),
        answer,
    )


@me.delete("", status_code=204, responses=answers(400, 401, 403, 409, 413, 415, 429, 503))
async def delete_account(request: Request, given: accounts.AccountDeletion) -> Response:
    """Removes everything: notes, history, shares, tokens, sessions."""
    known = await read(request, accounts.get_own_credentials)
    await _require_password(request, known, given.password)

    def delete(db: Connection, actor: Actor) -> None:
        sharing.forget_shares(db, actor)
        accounts.delete_account(db, actor, known.password_hash)

    return await write(request, delete, no_content)


@me.get(
    "/sessions", response_model=list[accounts.Session], responses=answers(400, 401, 403, 429, 503)
)
async def list_sessions(request: Request, limit: Limit = 50, offset: Offset = 0) -> Response:
    page = page_of(limit, offset)
    found = await read(request, lambda db, actor: accounts.list_sessions(db, actor, page))
    return answer_items(request, found.items, found.total, page)


@me.delete("/sessions/{session_id}", status_code=204, responses=answers(401, 403, 404, 429, 503))
async def end_other_session(request: Request, session_id: str) -> Response:
    return await write(
        request, lambda db, actor: accounts.end_other_session(db, actor, session_id), no_content
    )


def _require_sign_up(db: Connection, draft: accounts.SignUp) -> None:
    is_invited = draft.invitation is not None
    accounts.require_sign_up(db, is_invited=is_invited)
    if draft.invitation is not None:
        sharing.require_invitation(db, draft.invitation)


def _sign_up(
    db: Connection, draft: accounts.SignUp, password_hash: str
) -> tuple[accounts.Account, str | None]:
    """The account, and the note that it was invited to."""
    if draft.invitation is None:
        return accounts.sign_up(db, draft, password_hash), None
    account, accepted = sharing.sign_up_invited(db, draft, password_hash, draft.invitation)
    return account, accepted.note_id


async def _require_password(request: Request, known: accounts.Credentials, given: str) -> None:
    """Who is signed in must still show that they know the password."""
    at, subject = services(request), f"password:{known.account_id}"
    await take_attempts(request, (subject, at.settings.sign_in_attempts))
    if not await at.passwords.verify(known.password_hash, given):
        raise NotAllowed("The password is wrong.", code="wrong_password")
    await at.database.write(lambda db: requests.forget_attempts(db, subject))


async def _caller(request: Request, email: str, password: str) -> tuple[str, str]:
    """Whose an Idempotency-Key is, and what only they know: a kept answer must not make a password easy to guess."""
    caller = accounts.email_key(email)
    if IDEMPOTENCY_HEADER not in request.headers:
        return caller, ""
    return caller, await services(request).passwords.stretch(password, caller)


def _signed_in(
    request: Request, session: accounts.NewSession, status: int, note_id: str | None = None
) -> Response:
    account = session.account
    if note_id is not None:
        account = accounts.NewAccount(**account.model_dump(), note_id=note_id)
    response = answer(account, status, {"Cache-Control": "no-store"})
    set_cookies(response, services(request).settings, session)
    return response
