"""Wires everything: the only file that knows every part."""

import asyncio
import gc
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from functools import partial

from fastapi import FastAPI
from starlette.types import ASGIApp

from spote import __version__
from spote.domain import (
    accounts,
    apps,
    files,
    mail,
    notes,
    requests,
    search,
    sharing,
    streams,
    tokens,
)
from spote.entrypoints.logs import get_logger, set_up_logs
from spote.entrypoints.mcp import McpDoors
from spote.entrypoints.metrics import Metrics
from spote.entrypoints.middleware import Frame
from spote.entrypoints.oauth import oauth_routes
from spote.entrypoints.rest import accounts as rest_accounts
from spote.entrypoints.rest import apps as rest_apps
from spote.entrypoints.rest import events as rest_events
from spote.entrypoints.rest import export, health, note_parts, openapi
from spote.entrypoints.rest import files as rest_files
from spote.entrypoints.rest import notes as rest_notes
from spote.entrypoints.rest import search as rest_search
from spote.entrypoints.rest import shares as rest_shares
from spote.entrypoints.rest import tokens as rest_tokens
from spote.entrypoints.rest.errors import handle_errors
from spote.entrypoints.server import ON_STOP
from spote.entrypoints.services import Services
from spote.entrypoints.web.pages import app_routes
from spote.entrypoints.web.reference import reference_routes
from spote.errors import MailFailed, SpoteError
from spote.settings import Settings, load_settings
from spote.storage import BlobStore, Connection, Database, blob_key, events, open_database

USAGE_INTERVAL = 5  # seconds between two records of who used which token
SWEEP_INTERVAL = 3600  # seconds between two removals of what has expired
NOTICE_INTERVAL = 15  # seconds between two looks for mails about tokens
NEW_OBJECTS = 10_000  # before the next look for garbage; Python's 700 are two searches' worth
log = get_logger(__name__)


def create_app(settings: Settings | None = None) -> ASGIApp:
    """The whole server as one ASGI app; without settings, as a process of its own, which reads them itself."""
    if settings is None:
        settings = load_settings()
        set_up_logs(settings)
    metrics = Metrics() if settings.metrics else None
    app = FastAPI(
        title="Spote",
        version=__version__,
        lifespan=_lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
        redirect_slashes=False,
    )
    app.state.settings = settings
    app.state.mcp = McpDoors(settings)
    _add_routes(app)
    app.router.routes.extend(
        [
            *app_routes(),
            *reference_routes(),
            *app.state.mcp.routes(),
            *oauth_routes(),
            *([metrics.route()] if metrics else []),
        ]
    )
    handle_errors(app)
    openapi.describe(app)
    return Frame(app, settings, metrics, unlimited=frozenset({rest_files.UPLOAD_PATH}))


def create_server_app() -> ASGIApp:
    """As `create_app`, for a process that does nothing else."""
    app = create_app()
    settle()
    return app


def settle() -> None:
    """Looking for garbage stops the whole process: what is there by now stays, and is not looked through again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(NEW_OBJECTS)


def _add_routes(app: FastAPI) -> None:
    """Fixed paths before those with an id in the same place."""
    for router in (
        rest_search.router,
        rest_notes.router,
        rest_shares.shares,
        rest_shares.invitations,
        rest_events.router,
        note_parts.history,
        note_parts.relations,
        note_parts.trash,
        note_parts.labels,
        rest_tokens.router,
        rest_tokens.public,
        rest_apps.router,
        rest_accounts.public,
        rest_accounts.auth,
        rest_accounts.me,
        export.router,
        rest_files.router,
        health.router,
    ):
        app.include_router(router)


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[dict[str, object]]:
    """Opens what requests need; at the end lets running work finish and writes down what was collected."""
    agents: McpDoors = app.state.mcp
    settings: Settings = app.state.settings
    database = await asyncio.to_thread(open_database, settings)
    by_meaning = _search_by_meaning(settings)
    at = Services(
        settings,
        database,
        tokens.TokenUsage(),
        accounts.PasswordPool(),
        by_meaning,
        BlobStore(settings),
        mail.Mailer(settings),
    )
    app.state.services = at
    app.state.open_streams = rest_events.OpenStreams()
    if not at.mailer.has_server:
        log.warning(
            "no mail server is set (SPOTE_SMTP_URL): mails are laid into the outbox, see spote outbox"
        )
    worker = search.EmbeddingWorker(database, by_meaning) if by_meaning else None
    if worker:
        worker.start()
    agents.start(at)
    chores = [
        asyncio.create_task(_repeat(USAGE_INTERVAL, lambda: _record_usage(at))),
        asyncio.create_task(_repeat(SWEEP_INTERVAL, lambda: _sweep(at), at_once=True)),
        asyncio.create_task(_repeat(NOTICE_INTERVAL, lambda: send_notices(at), at_once=True)),
    ]
    try:
        yield {ON_STOP: partial(_stop_streams, app)}
    finally:
        await agents.close()
        for chore in chores:
            chore.cancel()
        await asyncio.gather(*chores, return_exceptions=True)
        with suppress(SpoteError):
            await _record_usage(at)
        await asyncio.to_thread(_close, at, worker)


def _stop_streams(app: FastAPI) -> None:
    """So that nobody waits for those who listen."""
    app.state.mcp.stop_streams()
    app.state.open_streams.stop()


def _search_by_meaning(settings: Settings) -> search.SearchByMeaning | None:
    embedder = search.make_embedder(settings)
    return (
        search.SearchByMeaning(
            embedder, memory_bytes=settings.search_memory_bytes, settings=settings
        )
        if embedder
        else None
    )


def _close(at: Services, worker: search.EmbeddingWorker | None) -> None:
    if worker:
        worker.stop()
    at.passwords.close()
    at.database.close()


async def _repeat(
    seconds: float, chore: Callable[[], Awaitable[None]], *, at_once: bool = False
) -> None:
    while True:
        if not at_once:
            await asyncio.sleep(seconds)
        at_once = False
        try:
            await chore()
        except SpoteError as error:
            log.warning("chore failed", reason=str(error.__cause__ or error))


async def _record_usage(at: Services) -> None:
    if not at.usage.is_empty:
        await at.database.write(lambda db: tokens.record_usage(db, at.usage))


async def send_notices(at: Services) -> None:
    """Mails about tokens. They are sent outside the transactions, by whichever server has taken them."""
    if not await at.database.read(tokens.has_notices):
        return
    for notice in await at.database.write(_take_notices):
        try:
            await at.mailer.send(notice.mail)
        except MailFailed:  # the mailer says why
            was_sent = False
        else:
            was_sent = True
        await at.database.write(partial(tokens.finish_notice, notice=notice, was_sent=was_sent))


def _take_notices(db: Connection) -> list[tokens.Notice]:
    """None where another server is at it."""
    if not db.try_lock("notices"):
        return []
    tokens.plan_notices(db)
    return tokens.take_notices(db)


async def _sweep(at: Services) -> None:
    """In small transactions, so that nobody waits long; one server at a time."""
    sweeps: list[Callable[[Connection], int]] = [
        requests.sweep,
        accounts.sweep_sessions,
        notes.sweep_trash,
        files.sweep_files,
        sharing.sweep_unsent_shares,
        notes.sweep_watches,
        streams.sweep_streams,
        apps.sweep_apps,
        events.sweep,
    ]
    for sweep in sweeps:
        removed = 1
        while removed:
            removed = await at.database.write(partial(sweep_alone, sweep))
    await remove_blobs(at.database, at.blobs)
    await asyncio.to_thread(mail.sweep_outbox, at.settings.data)


async def remove_blobs(database: Database, blobs: BlobStore) -> None:
    """Bytes that belong to no file any more. Doing it twice, or at once from several servers, does no harm."""
    while due := await database.read(files.due_blobs):
        for account_id, file_id in due:
            await blobs.delete(blob_key(account_id, file_id))
            await database.write(partial(files.forget_blob, account_id=account_id, file_id=file_id))


def sweep_alone(sweep: Callable[[Connection], int], db: Connection) -> int:
    """Nothing where another server is at it."""
    return sweep(db) if db.try_lock("sweep") else 0
