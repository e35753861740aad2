"""A search as every door does it: who asks is waited for, the question becomes a vector, and one look answers."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Protocol, TypeVar

from spote.domain import search
from spote.entrypoints.services import Services
from spote.errors import Unavailable
from spote.identity import Actor
from spote.paging import Page
from spote.storage import Connection

PATIENCE = 2.0  # seconds that a search waits for what its caller has just saved
LOOK_AGAIN = 0.02  # seconds
T = TypeVar("T")
ActorJob = Callable[[Connection, Actor], T]


class Asking(Protocol):
    """A request that looks into the database several times, each time with its credential checked."""

    @property
    def at(self) -> Services: ...

    async def read(self, job: ActorJob[T]) -> T:
        """Its first look, which counts as its request."""
        ...

    async def read_on(self, job: ActorJob[T]) -> T:
        """A further one."""
        ...


@dataclass(frozen=True, slots=True)
class Found:
    results: search.SearchResults
    waiting: int  # notes of the account that are not embedded as they are now


async def search_notes(asking: Asking, query: search.SearchQuery, page: Page) -> Found:
    """Raises what `search.search_notes` raises."""
    by_meaning = asking.at.by_meaning
    if by_meaning is None or query.mode == "keyword":
        return Found(await asking.read(lambda db, me: search.search_notes(db, me, query, page)), 0)
    prepared = await asking.read(lambda db, me: search.prepare_search(db, me, query))
    prepared = await _wait_for_own(asking.at, by_meaning, prepared)
    question = await _question(by_meaning, query.q, prepared.model)
    results = await asking.read_on(
        lambda db, me: search.search_notes(db, me, query, page, question)
    )
    return Found(results, prepared.waiting)


async def similar_notes(asking: Asking, note_id: str, page: Page) -> Found:
    """Raises what `search.similar_notes` raises."""
    by_meaning = asking.at.by_meaning
    if by_meaning is None:
        return Found(
            await asking.read(lambda db, me: search.similar_notes(db, me, note_id, page)), 0
        )
    prepared = await asking.read(search.prepare_search)
    prepared = await _wait_for_own(asking.at, by_meaning, prepared)
    results = await asking.read_on(
        lambda db, me: search.similar_notes(db, me, note_id, page, by_meaning)
    )
    return Found(results, prepared.waiting)


async def notes_like(asking: Asking, title: str, text: str, page: Page) -> search.SearchResults:
    """Notes with these words in their title, or that mean the same; in a request that was counted, without waiting.

    Raises Unavailable where the database does not answer.
    """
    query = search.SearchQuery(q=title)
    question, by_meaning = None, asking.at.by_meaning
    if by_meaning is not None:
        prepared = await asking.read_on(search.prepare_search)
        wording = f"{title}\n{text}"[: search.QUERY_LIMIT]
        question = await _question(by_meaning, wording, prepared.model)
    return await asking.read_on(lambda db, me: search.search_notes(db, me, query, page, question))


async def _question(
    by_meaning: search.SearchByMeaning, q: str, model: str | None
) -> search.Question | None:
    """The query as a vector, where a model can be had."""
    if model is None:
        return None
    try:
        return await by_meaning.ask_aside(q, model)
    except Unavailable:
        return None


async def _wait_for_own(
    at: Services, by_meaning: search.SearchByMeaning, prepared: search.Preparation
) -> search.Preparation:
    """So that a note is found by the first search after it was saved; not while its model is known to be down."""
    if prepared.fresh is None or by_meaning.is_down(prepared.model):
        return prepared
    until = asyncio.get_running_loop().time() + PATIENCE
    with suppress(Unavailable):  # nothing can be written now, which is no reason not to search
        await at.database.write(partial(search.await_notes, prepared=prepared))
    by_meaning.bell.set()
    while asyncio.get_running_loop().time() < until:
        await asyncio.sleep(LOOK_AGAIN)
        prepared = await at.database.read(partial(search.prepare_again, before=prepared))
        if prepared.fresh is None or by_meaning.is_down(prepared.model):
            break
    return prepared
