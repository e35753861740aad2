"""One thread in each process that hears of events, and the streams that it hands them to."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING

from spote.errors import Unavailable
from spote.storage.events import Event, Feed

if TYPE_CHECKING:
    from spote.storage.contract import Connection

Look = Callable[["Connection"], None]
Listen = Callable[
    [Look, threading.Event], None
]  # calls the first on and on, until the second is set

BACKLOG = 10_000  # events that wait for one stream, before it is ended
READY_SECONDS = 10


class Stream:
    """Events as they come, for one consumer."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._events: asyncio.Queue[Event | None] = asyncio.Queue()

    def put(self, event: Event | None) -> None:
        """From any thread. None ends the stream."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._put, event)

    def _put(self, event: Event | None) -> None:
        if self._events.qsize() < BACKLOG:
            self._events.put_nowait(event)
        elif self._events.qsize() == BACKLOG:
            self._events.put_nowait(None)

    def __aiter__(self) -> AsyncIterator[Event]:
        return self

    async def __anext__(self) -> Event:
        event = await self._events.get()
        if event is None:
            raise Unavailable("Some events were missed. Load everything anew.")
        return event


class Listener:
    """Starts with the first stream."""

    def __init__(self, listen: Listen) -> None:
        self._listen = listen
        self._feed = Feed()
        self._lock = threading.Lock()
        self._streams: set[Stream] = set()
        self._is_ready = threading.Event()
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    async def open(self) -> Stream:
        """Nothing that is committed after this is missed.

        Raises:
            Unavailable: the database does not answer.
        """
        stream = Stream()
        with self._lock:
            self._streams.add(stream)
            if self._thread is None and not self._stopped.is_set():
                self._thread = threading.Thread(
                    target=self._listen, args=(self._look, self._stopped), name="spote-listener"
                )
                self._thread.start()
        if not self._is_ready.is_set() and not await asyncio.to_thread(
            self._is_ready.wait, READY_SECONDS
        ):
            self.close_stream(stream)
            raise Unavailable("The database does not answer. Try again.")
        return stream

    def close_stream(self, stream: Stream) -> None:
        with self._lock:
            self._streams.discard(stream)

    def close(self) -> None:
        """Ends every stream. Safe to call twice."""
        self._stopped.set()
        with self._lock:
            for stream in self._streams:
                stream.put(None)
            self._streams.clear()
        if self._thread is not None:
            self._thread.join()

    def _look(self, db: "Connection") -> None:
        events = self._feed.look(db)
        with self._lock:
            for event in events:
                for stream in self._streams:
                    stream.put(event)
        self._is_ready.set()
