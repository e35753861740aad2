"""The embedded model, loaded once for all tests that use it; a small one; a worker that works when it is told to."""

from collections.abc import Iterator
from typing import Any

import pytest

from spote.domain import notes, search
from spote.domain.search.embedding.e5 import E5
from spote.identity import Actor
from spote.settings import Settings
from spote.storage import Database
from tests.domain.conftest import Run
from tests.domain.search.embedders import WordSenses


@pytest.fixture(scope="session")
def e5() -> E5:
    return E5()


@pytest.fixture
def embedder() -> WordSenses:
    return WordSenses()


@pytest.fixture
def by_meaning(settings: Settings, embedder: WordSenses) -> search.SearchByMeaning:
    return search.SearchByMeaning(embedder)


@pytest.fixture
def worker(
    database: Database, by_meaning: search.SearchByMeaning
) -> Iterator[search.EmbeddingWorker]:
    worker = search.EmbeddingWorker(database, by_meaning)
    yield worker
    worker.stop()


@pytest.fixture
def save(write: Run, person: Actor) -> Run:
    def save(title: str, text: str = "", **more: Any) -> str:
        draft = notes.NoteDraft(title=title, text=text, **more)
        return str(write(notes.create_note, person, draft).id)

    return save


@pytest.fixture
def stranger(make_account: Run, sign_in: Run) -> Actor:
    return sign_in(make_account("eve@example.org"))


def embed_all(worker: search.EmbeddingWorker) -> int:
    rounds = 0
    while worker.work_once():
        rounds += 1
    return rounds
