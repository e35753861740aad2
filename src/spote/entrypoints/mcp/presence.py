"""The requests that are open in this process, and the events that reach or end them."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from spote.entrypoints.authentication import still_valid
from spote.entrypoints.logs import get_logger
from spote.entrypoints.mcp.calls import Call
from spote.errors import SpoteError, Unavailable
from spote.identity import Actor
from spote.storage import Database
from spote.storage.events import RESET, Event

BACKLOG = 1_000  # events that wait for one stream before it is ended
RETRY_SECONDS = 0.5
log = get_logger(__name__)


class Watcher:
    """What one stream has not told yet. None ends it."""

    def __init__(self, account_id: str) -> None:
        self.account_id = account_id
        self._events: asyncio.Queue[Event | None] = asyncio.Queue()

    def put(self, event: Event | None) -> None:
        if self._events.qsize() > BACKLOG:
            return
        self._events.put_nowait(None if self._events.qsize() == BACKLOG else event)

    async def next(self) -> Event | None:
        return await self._events.get()


class Presence:
    """One for each process; looks out for events from the first request on."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._calls: set[Call] = set()
        self._watchers: set[Watcher] = set()
        self._looking_out: asyncio.Task[None] | None = None
        self._is_ready = asyncio.Event()
        self._is_stopping = False

    @contextmanager
    def entered(self, call: Call) -> Iterator[None]:
        self._calls.add(call)
        try:
            yield
        finally:
            self._calls.discard(call)

    @contextmanager
    def watching(self, actor: Actor) -> Iterator[Watcher]:
        watcher = Watcher(actor.account_id)
        self._watchers.add(watcher)
        if self._is_stopping:
            watcher.put(None)
        try:
            yield watcher
        finally:
            self._watchers.discard(watcher)

    async def look_out(self) -> None:
        """From the return on, no revocation is missed. Waits only for the first time."""
        if self._looking_out is None:
            self._looking_out = asyncio.create_task(self._look_out())
        await self._is_ready.wait()

    def stop_streams(self) -> None:
        """The server is about to stop: what is answered is answered, and streams end."""
        self._is_stopping = True
        self._end_streams()

    async def close(self) -> None:
        self.stop_streams()
        if self._looking_out is not None:
            self._looking_out.cancel()
            with suppress(asyncio.CancelledError):
                await self._looking_out

    async def _look_out(self) -> None:
        while True:
            try:
                async with self._database.events() as stream:
                    self._is_ready.set()
                    await self._check(self._calls)  # of what was missed meanwhile
                    async for event in stream:
                        await self._hear(event)
            except Unavailable:
                self._is_ready.set()
                self._end_streams()  # clients read anew what they have missed
                await asyncio.sleep(RETRY_SECONDS)

    def _end_streams(self) -> None:
        for watcher in self._watchers:
            watcher.put(None)

    async def _hear(self, event: Event) -> None:
        if event.kind == "token.changed":
            await self._check(
                {c for c in self._calls if c.actor and c.actor.credential_id == event.subject_id}
            )
        elif event.kind == RESET:
            await self._check(self._calls)
        elif event.kind.startswith("account."):
            await self._check(
                {c for c in self._calls if c.actor and c.actor.account_id == event.account_id}
            )
        for watcher in list(self._watchers):
            if watcher.account_id == event.account_id:
                watcher.put(event)

    async def _check(self, calls: set[Call]) -> None:
        """End those whose credential opens nothing any more."""
        by_secret: dict[str, list[Call]] = {}
        for call in calls:
            by_secret.setdefault(call.given.secret, []).append(call)
        for same in by_secret.values():
            given = same[0].given
            try:
                actor = await self._database.read(lambda db, given=given: still_valid(db, given))  # type: ignore[misc]
            except SpoteError as error:
                log.warning("a revocation could not be checked", reason=str(error))
                actor = None
            for call in same:
                call.renew(actor)
