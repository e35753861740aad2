"""The way from the rest of the program to search by meaning: nothing is loaded before it is needed."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from spote.domain.notes.model import INBOX
from spote.domain.search.embedding import (
    Embedder,
    OtherLength,
    embedder_named,
    make_embedder,
    passages,
)
from spote.domain.search.health import Health
from spote.domain.search.model import SearchQuery
from spote.domain.search.queries.words import wishes
from spote.errors import Unavailable
from spote.identity import Actor
from spote.settings import Settings
from spote.storage import Connection

if TYPE_CHECKING:  # numpy takes 20 MB
    from spote.domain.search.meaning import Meaning, Nearest
    from spote.domain.search.part import Vector

MEMORY_BYTES = 64 * 1024 * 1024  # of vectors: about 130,000 passages
QUESTIONS = 8  # embedded at once: a service takes most of that time to answer


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked, as a vector of the model that the account's passages are embedded with."""

    model: str
    meaning: "Meaning" = field(repr=False)
    vector: "Vector" = field(repr=False)

    def nearest(
        self, db: Connection, actor: Actor, query: SearchQuery, *, count: int
    ) -> "list[Nearest]":
        wished = wishes(actor, query.buckets, query.tags)
        return self.meaning.nearest(db, actor, self.model, self.vector, wished, count=count)


@dataclass(frozen=True, slots=True)
class ReadText:
    """A text that need not be saved, as vectors of its passages: float32[passages, dimensions]."""

    model: str
    vectors: "Vector" = field(repr=False)


class SearchByMeaning:
    """The model and the index of this process, and a bell for its worker. Safe to use from several threads."""

    def __init__(
        self,
        embedder: Embedder,
        *,
        memory_bytes: int = MEMORY_BYTES,
        settings: Settings | None = None,
    ) -> None:
        """The settings say where other models than the embedder's may be had."""
        self._memory_bytes = memory_bytes
        self._settings = settings
        self._lock = threading.Lock()
        self._meaning: Meaning | None = None
        self._former: dict[str, Embedder] = {}  # of vectors that are not made anew yet
        self._health: dict[str, Health] = {}
        self._threads = ThreadPoolExecutor(QUESTIONS, thread_name_prefix="spote-question")
        self.bell = threading.Event()  # rung when something may have to be embedded
        self.embedder = embedder

    @property
    def meaning(self) -> "Meaning":
        with self._lock:
            if self._meaning is None:
                from spote.domain.search.meaning import Meaning  # noqa: PLC0415 - loads numpy

                self._meaning = Meaning(limit_bytes=self._memory_bytes)
            return self._meaning

    async def ask_aside(self, text: str, model: str) -> Question:
        """As `ask`, in threads for nothing else: what a service holds up waits there."""
        try:
            future = self._threads.submit(self.ask, text, model)
        except RuntimeError as error:
            raise Unavailable("The server is stopping.") from error
        return await asyncio.wrap_future(future)

    def ask(self, text: str, model: str) -> Question:
        """Takes some milliseconds of a core, or a request to the service that makes the vectors.

        Raises:
            Unavailable: the model cannot be had now.
        """
        embedder = self._embedder_of(model)
        with self._health_of(model).asked():
            try:
                return Question(model, self.meaning, embedder.embed_query(text))
            except OtherLength:
                self.replace(embedder)
                raise

    def is_down(self, model: str | None) -> bool:
        """Whether `ask` would send a question away: the model failed, and is not found to be back."""
        return model is not None and self._health_of(model).is_down

    def replace(self, embedder: Embedder) -> None:
        """After `OtherLength`: its name stands for another model now, with which the worker embeds all notes anew."""
        with self._lock:
            if embedder is not self.embedder or self._settings is None:
                return
            newer = make_embedder(self._settings)
            if newer is not None:
                self._former[embedder.name], self.embedder = embedder, newer
        self.bell.set()

    def read_text(self, title: str, text: str, model: str) -> ReadText:
        """As a note of the inbox without tags would be. Takes up to a fifth of a second of a core for each passage.

        Raises:
            Unavailable: the model cannot be had now.
        """
        cut = passages(title, INBOX, (), text)
        embedder = self._embedder_of(model)
        return ReadText(model, embedder.embed_passages([one.embedded for one in cut]))

    def close(self) -> None:
        """Whoever waits for a model does so no longer."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        with self._lock:
            embedders = [self.embedder, *self._former.values()]
        for embedder in embedders:
            embedder.close()

    def _embedder_of(self, model: str) -> Embedder:
        with self._lock:
            if model == self.embedder.name:
                return self.embedder
            if model not in self._former:
                self._former[model] = embedder_named(model, self._settings)
            return self._former[model]

    def _health_of(self, model: str) -> Health:
        with self._lock:
            return self._health.setdefault(model, Health())
