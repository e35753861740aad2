"""The way from the rest of the program to search by meaning: nothing is loaded before it is needed."""

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from spote.domain.search.embedding import Embedder, embedder_named
from spote.domain.search.model import SearchQuery
from spote.domain.search.queries import passages as queries
from spote.domain.search.queries.words import wishes
from spote.errors import Unavailable
from spote.identity import Actor, Verb
from spote.settings import Settings
from spote.storage import Connection

if TYPE_CHECKING:  # numpy takes 20 MB
    from spote.domain.search.meaning import Meaning, Nearest, Vector

INDEX_BYTES = 64 * 1024 * 1024  # of signs in memory: about a million passages


@dataclass(frozen=True, slots=True)
class Preparation:
    """What has to be known before a question is turned into a vector."""

    account_id: str
    model: str | None  # that the account's passages are embedded with; None: none are
    waiting: int  # notes of the account that are not embedded as they are now


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked, as a vector of the model that the account's passages are embedded with."""

    model: str
    meaning: "Meaning" = field(repr=False)
    vector: "Vector" = field(repr=False)

    def nearest(
        self, db: Connection, actor: Actor, query: SearchQuery, *, count: int
    ) -> "list[Nearest]":
        wished = wishes(query.buckets, query.tags)
        return self.meaning.nearest(db, actor, self.model, self.vector, wished, count=count)


class SearchByMeaning:
    """The model and the index of this process, and a bell for its worker. Safe to use from several threads."""

    def __init__(self, settings: Settings, embedder: Embedder) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._meaning: Meaning | None = None
        self.bell = threading.Event()  # rung when something may have to be embedded
        self.embedder = embedder

    @property
    def meaning(self) -> "Meaning":
        with self._lock:
            if self._meaning is None:
                from spote.domain.search.meaning import Meaning  # noqa: PLC0415 - loads numpy

                self._meaning = Meaning(limit_bytes=INDEX_BYTES)
            return self._meaning

    def ask(self, text: str, model: str) -> Question:
        """Takes some milliseconds of a core, or a request to the service that makes the vectors.

        Raises:
            Unavailable: the model cannot be had now.
        """
        embedder = self.embedder
        if model != embedder.name:
            embedder = embedder_named(model, self._settings)
        return Question(model, self.meaning, embedder.embed_query(text))


def prepare_search(db: Connection, actor: Actor) -> Preparation:
    actor.require(Verb.READ)
    return preparation(db, actor.account_id)


def queue_all(db: Connection, model: str) -> int:
    """Every live note without passages of this model is to be embedded; returns how many wait then."""
    for account_id in queries.all_accounts(db):
        queries.queue_account(db, account_id, model)
    return queries.count_all_waiting(db)


def count_all_waiting(db: Connection) -> int:
    return queries.count_all_waiting(db)


def preparation(db: Connection, account_id: str) -> Preparation:
    """Once more, for a caller who was found to be allowed and waits."""
    return Preparation(
        account_id, queries.serving_model(db, account_id), queries.count_waiting(db, account_id)
    )


def unavailable(waiting: int) -> Unavailable:
    if waiting:
        return Unavailable(
            f"{waiting:,} notes are still being read for search by meaning. Use mode=keyword meanwhile.",
            retry_after_seconds=30,
        )
    return Unavailable(
        "Search by meaning cannot be had on this server now. Use mode=keyword.",
        retry_after_seconds=60,
    )
