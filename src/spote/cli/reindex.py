"""`spote reindex`: makes anew what searches use, from the notes themselves."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

import typer

from spote.cli import operator

if TYPE_CHECKING:
    from spote.domain import search
    from spote.storage import Database

PAGE = 500  # accounts
LOOK_AGAIN = 0.5  # seconds, while a running server does the work


def add_to(app: typer.Typer) -> None:
    app.command("reindex")(reindex)


def reindex() -> None:
    """Make the index of words anew, and the vectors of notes that have none of the model in use. Searching goes on."""
    from spote.domain import notes, search
    from spote.settings import load_settings

    settings = load_settings()
    embedder = search.make_embedder(settings)
    with operator.opened_database() as database:
        total = database.read_now(notes.count_live_notes)
        with _progress("Words", total) as step:
            _index_words(database, step)
        typer.echo(f"words of {total:,} notes indexed")
        if embedder is None:
            typer.echo("search by meaning is off (SPOTE_SEARCH_BY_MEANING)")
            return
        by_meaning = search.SearchByMeaning(embedder, settings=settings)
        worker = search.EmbeddingWorker(database, by_meaning)
        try:
            waiting = _index_meaning(database, worker, embedder)
        finally:
            worker.stop()  # else others would wait until its lease runs out
        typer.echo(f"{waiting:,} notes embedded with {embedder.name}")


def _index_meaning(
    database: "Database", worker: "search.EmbeddingWorker", embedder: "search.Embedder"
) -> int:
    """Returns how many notes waited. Raises Unavailable where the model cannot be had."""
    from spote.domain import search

    _ = embedder.dimensions  # a part of a service's name
    for account_id in _accounts(database):
        database.write_now(
            partial(search.queue_account, account_id=account_id, model=embedder.name)
        )
    database.write_now(search.make_due)
    waiting = database.read_now(search.count_all_waiting)
    with _progress("Meaning", waiting) as step:
        _embed(database, worker.work_once, waiting, step)
    return waiting


def _accounts(database: "Database") -> Iterator[str]:
    from spote.domain import accounts
    from spote.paging import Page

    page = Page(limit=PAGE)
    while some := database.read_now(partial(accounts.list_accounts, page=page)).items:
        yield from (account.id for account in some)
        page = Page(limit=PAGE, offset=page.offset + PAGE)


def _index_words(database: "Database", step: Callable[[int], None]) -> None:
    from spote.domain import notes

    last, count = database.write_now(partial(notes.index_words, after=None))
    while last is not None:
        step(count)
        last, count = database.write_now(partial(notes.index_words, after=last))


def _embed(
    database: "Database", work: Callable[[], bool], waiting: int, step: Callable[[int], None]
) -> None:
    """By this process, or by a running server that is at it already."""
    from spote.domain import search

    left, told = waiting, ""
    while left:
        if not work():
            reason = _reason_to_wait(database)
            if reason != told:
                operator.remark(reason)
            told = reason
            time.sleep(LOOK_AGAIN)
        now = database.read_now(search.count_all_waiting)
        step(max(left - now, 0))
        left = now


def _reason_to_wait(database: "Database") -> str:
    from spote.domain import search

    if database.read_now(search.has_due_notes):
        return "a server embeds notes already; waiting until it is done"
    return "a server could not embed the notes that are left, and tries again within a minute; its log says why"


@contextmanager
def _progress(what: str, total: int) -> Iterator[Callable[[int], None]]:
    """On standard error; nothing where nobody looks."""
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    with Progress(console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task(what, total=total)
        yield lambda count: progress.advance(task, count)
