"""A request at the doors for agents: who sent it, what became of that, and how it is ended from outside."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TypeVar

import anyio
from starlette.types import Scope

from spote.entrypoints.authentication import (
    Presented,
    authenticate,
    authenticate_again,
    authenticate_writer,
    still_valid,
)
from spote.entrypoints.services import Services
from spote.errors import LimitReached, NotAuthenticated, SpoteError
from spote.identity import Actor
from spote.storage import Connection

T = TypeVar("T")
ActorJob = Callable[[Connection, Actor], T]
KEY = "spote.call"


@dataclass(eq=False)
class Call:
    """Cancelling `running` ends it: its answer if that has not begun, else its stream."""

    at: Services
    given: Presented
    running: anyio.CancelScope = field(default_factory=anyio.CancelScope)
    actor: Actor | None = None  # as of the last job
    refusal: SpoteError | None = None  # why its credential opens nothing

    def presented_by(self, client: str | None) -> Presented:
        """The credential, with the client's own name where it says one."""
        return replace(self.given, client=client) if client else self.given

    async def read(self, job: ActorJob[T], *, client: str | None = None) -> T:
        """One hop to the database: authenticate, then do the work.

        Raises what the job raises. Where the credential opens nothing, the gate answers.
        """
        given = self.presented_by(client)

        def run(db: Connection) -> T:
            return job(db, self._admit(lambda: authenticate(db, given, self.at.usage)))

        try:
            return await self.at.database.read(run)
        finally:
            self._end_in_time()

    async def read_on(self, job: ActorJob[T], *, client: str | None = None) -> T:
        """As `read`, later in a request that was counted."""
        given = self.presented_by(client)

        def run(db: Connection) -> T:
            return job(db, self._admit(lambda: authenticate_again(db, given)))

        try:
            return await self.at.database.read(run)
        finally:
            self._end_in_time()

    async def write(self, job: ActorJob[T], *, client: str | None = None) -> T:
        given = self.presented_by(client)

        def run(db: Connection) -> T:
            return job(db, self._admit(lambda: authenticate_writer(db, given, self.at.usage)))

        try:
            return await self.at.database.write(run)
        finally:
            self._end_in_time()

    async def check(self) -> Actor:
        """Who it is. Raises NotAuthenticated or LimitReached."""
        return await self.read(lambda _db, actor: actor)

    async def look(self, job: ActorJob[T]) -> T:
        """As `read`, for a stream that goes on: not counted. Ends the call where the credential is dead."""

        def run(db: Connection) -> T:
            actor = still_valid(db, self.given)
            if actor is None:
                raise NotAuthenticated(invalid=True)
            return job(db, actor)

        try:
            return await self.at.database.read(run)
        except NotAuthenticated:
            self.running.cancel()
            raise

    def renew(self, actor: Actor | None) -> None:
        """After its credential has changed: None where that opens nothing any more."""
        if actor is None:
            self.running.cancel()
        elif self.actor is not None:
            self.actor = actor
            self._end_in_time()

    def _admit(self, authenticate: Callable[[], Actor]) -> Actor:
        try:
            self.actor = authenticate()
        except (NotAuthenticated, LimitReached) as refusal:
            self.refusal = refusal
            raise
        return self.actor

    def _end_in_time(self) -> None:
        if self.actor is not None:
            ends = self.actor.expires_at
            left = math.inf if ends is None else ends / 1000 - time.time()
            self.running.deadline = anyio.current_time() + max(0, left)


def call_of(scope: Scope) -> Call:
    found: Call = scope[KEY]
    return found
