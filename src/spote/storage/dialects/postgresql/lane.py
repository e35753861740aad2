"""Threads with a connection each, and the jobs that wait for one: for a while, then they are turned away."""

import queue
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any, Protocol

from spote.errors import Unavailable
from spote.storage.contract import Done, Job

BACKLOG = 5_000  # jobs that may wait, before new ones are turned away
CLOSE_SECONDS = 30  # for which the end waits for jobs under way
Work = tuple[Job[Any], Done]


class Worker(Protocol):
    """What one thread does with its jobs."""

    def work(self, job: Job[Any], done: Done) -> None:
        """Calls `done` exactly once."""
        ...

    def close(self) -> None: ...


class Ticket:
    """A job that waits; whoever claims it answers it."""

    __slots__ = ("_claim", "_work", "deadline")

    def __init__(self, job: Job[Any], done: Done, deadline: float) -> None:
        self._work: Work | None = (job, done)
        self.deadline = deadline  # by time.monotonic()
        self._claim = threading.Lock()

    def claim(self) -> "Work | None":
        """For one caller. The ticket keeps nothing, as it outlives the answer for a moment."""
        if not self._claim.acquire(blocking=False):
            return None
        work, self._work = self._work, None
        return work

    @property
    def is_claimed(self) -> bool:
        return self._claim.locked()


class Lane:
    """Jobs of one kind, first come, first served."""

    def __init__(
        self, name: str, threads: int, worker: Callable[[], Worker], *, patience_seconds: float
    ) -> None:
        self._patience = patience_seconds
        self._tickets: queue.SimpleQueue[Ticket | None] = queue.SimpleQueue()
        self._waiting: deque[Ticket] = deque()
        self._is_closed = False
        self._threads = [
            threading.Thread(
                target=self._loop, args=(worker(),), name=f"spote-{name}-{n}", daemon=True
            )
            for n in range(threads)
        ]
        for thread in self._threads:
            thread.start()

    @property
    def is_idle(self) -> bool:
        return self._tickets.empty()

    def submit(self, job: Job[Any], done: Done) -> None:
        if self._is_closed:
            raise Unavailable("The server is stopping.")
        if self._tickets.qsize() >= BACKLOG:
            raise Unavailable("The server has too much to do. Try again.", retry_after_seconds=2)
        ticket = Ticket(job, done, time.monotonic() + self._patience)
        self._waiting.append(ticket)
        self._tickets.put(ticket)

    def turn_away(self) -> None:
        """Those who have waited long enough, whatever holds the threads; to be called now and then."""
        now = time.monotonic()
        while self._waiting and (self._waiting[0].is_claimed or self._waiting[0].deadline <= now):
            ticket = self._waiting.popleft()
            if work := ticket.claim():
                _, done = work
                done(None, Unavailable("The database is busy. Try again.", retry_after_seconds=2))

    def close(self) -> None:
        """Finish what was submitted. Safe to call twice."""
        if self._is_closed:
            return
        self._is_closed = True
        for _ in self._threads:
            self._tickets.put(None)
        deadline = time.monotonic() + CLOSE_SECONDS
        for thread in self._threads:
            thread.join(max(0, deadline - time.monotonic()))

    def _loop(self, worker: Worker) -> None:
        while (ticket := self._tickets.get()) is not None:
            if work := ticket.claim():
                worker.work(*work)
                del work
        worker.close()
