"""Another model, or another length under the same name: everything is embedded anew, and no lengths are mixed."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress

import pytest

from spote.domain import search
from spote.domain.search.embedding import make_embedder
from spote.errors import Unavailable
from spote.identity import Actor
from spote.paging import Page
from spote.settings import Settings
from spote.storage import Database
from tests.domain.conftest import Run
from tests.domain.search.conftest import embed_all
from tests.domain.search.embedders import WordSenses
from tests.embedding_service import Service, embedding_service, failing, giving, knowing

Open = Callable[..., tuple[search.SearchByMeaning, search.EmbeddingWorker]]


@pytest.fixture
def service() -> Iterator[Service]:
    with embedding_service() as service:
        yield service


@pytest.fixture
def opened(database: Database, service: Service) -> Iterator[Open]:
    """What a server process has, with a model of the service, or with the settings that are named."""
    with ExitStack() as stack:

        def open_search(
            model: str = "", **settings: object
        ) -> tuple[search.SearchByMeaning, search.EmbeddingWorker]:
            known = {"embedding_url": service.url, "embedding_model": model} if model else {}
            wishes = Settings.model_validate({**known, **settings})
            embedder = make_embedder(wishes)
            assert embedder is not None
            by_meaning = search.SearchByMeaning(embedder, settings=wishes)
            worker = search.EmbeddingWorker(database, by_meaning)
            stack.callback(worker.stop)
            return by_meaning, worker

        yield open_search


@pytest.fixture
def mode_of(read: Run, person: Actor) -> Run:
    def mode_of(by_meaning: search.SearchByMeaning) -> str:
        """As searching is done by a server; and similar notes never fail either."""
        prepared, question = read(search.prepare_search, person), None
        with suppress(Unavailable):
            question = by_meaning.ask("ship", prepared.model) if prepared.model else None
        query = search.SearchQuery(q="ship")
        found = read(search.search_notes, person, query, Page(50), question)
        for note in found.items:
            read(search.similar_notes, person, note.id, Page(50), by_meaning)
        return str(found.mode)

    return mode_of


def lengths(sql: Run) -> list[tuple[object, ...]]:
    found: list[tuple[object, ...]] = sql(
        "SELECT model, length(vector) / 2, count(*) FROM passages GROUP BY 1, 2 ORDER BY 1, 2"
    )
    return found


def test_another_length_after_a_restart_is_embedded_anew(
    save: Run, sql: Run, opened: Open, service: Service, mode_of: Run
) -> None:
    for title in ("One", "Two"):
        save(title, "ship")
    before, worker = opened("m")
    embed_all(worker)
    assert mode_of(before) == "hybrid"
    worker.stop()
    service.usual = giving(6)
    after, worker = opened("m")
    assert mode_of(after) == "keyword"  # until then by words, and it says so
    embed_all(worker)
    assert mode_of(after) == "hybrid"
    assert lengths(sql) == [("m@6", 6, 2)]


def test_another_length_while_the_server_runs_is_embedded_anew(
    save: Run, sql: Run, opened: Open, service: Service, mode_of: Run
) -> None:
    for title in ("One", "Two"):
        save(title, "ship")
    by_meaning, worker = opened("m")
    embed_all(worker)
    service.usual = giving(6)
    assert [mode_of(by_meaning) for _ in range(2)] == ["keyword", "keyword"]
    embed_all(worker)
    assert mode_of(by_meaning) == "hybrid"
    assert lengths(sql) == [("m@6", 6, 2)]


def test_another_length_that_the_worker_meets_first_is_embedded_anew(
    save: Run, sql: Run, opened: Open, service: Service, mode_of: Run
) -> None:
    save("One", "ship")
    by_meaning, worker = opened("m")
    embed_all(worker)
    save("Two", "ship")
    service.usual = giving(6)
    with pytest.raises(Unavailable, match="6 numbers, not 4"):
        worker.work_once()
    assert mode_of(by_meaning) == "keyword"
    embed_all(worker)
    assert mode_of(by_meaning) == "hybrid"
    assert lengths(sql) == [("m@6", 6, 2)]


def test_what_changes_in_the_middle_of_an_account_mixes_no_lengths(
    save: Run, sql: Run, opened: Open, service: Service, mode_of: Run
) -> None:
    for number in range(3):
        save(f"Note {number}", "ship")
    by_meaning, worker = opened("m", embedding_batch=1)
    worker.work_once()
    service.usual = giving(6)
    with pytest.raises(Unavailable):
        worker.work_once()
    assert mode_of(by_meaning) == "keyword"
    embed_all(worker)
    assert mode_of(by_meaning) == "hybrid"
    assert lengths(sql) == [("m@6", 6, 3)]


def test_a_note_saved_during_the_change_takes_no_vectors_from_the_others(
    save: Run, read: Run, sql: Run, database: Database, worker: search.EmbeddingWorker
) -> None:
    """It is embedded before the others are even queued."""
    for number in range(3):
        save(f"Note {number}", "car")
    embed_all(worker)
    worker.stop()
    save("Later", "car")
    replacement = search.EmbeddingWorker(database, search.SearchByMeaning(WordSenses("senses/2")))
    assert replacement.work_once()
    assert read(search.count_all_waiting) == 3
    assert sql("SELECT model FROM embedded_accounts WHERE model IS NOT NULL") == [("senses/1",)]
    embed_all(replacement)
    replacement.stop()
    assert sql("SELECT model, count(*) FROM passages GROUP BY model") == [("senses/2", 4)]


def test_searches_stay_up_on_the_old_vectors_where_the_service_has_both_models(
    save: Run, sql: Run, opened: Open, mode_of: Run, service: Service
) -> None:
    save("One", "ship")
    _, worker = opened("m1")
    embed_all(worker)
    worker.stop()
    by_meaning, worker = opened("m2")
    assert mode_of(by_meaning) == "hybrid"
    assert service.requests[-1]["model"] == "m1"
    embed_all(worker)
    assert mode_of(by_meaning) == "hybrid"
    assert service.requests[-1]["model"] == "m2"
    assert lengths(sql) == [("m2@4", 4, 1)]


def test_searches_go_by_words_where_the_old_model_cannot_be_had(
    save: Run, opened: Open, mode_of: Run, service: Service
) -> None:
    save("One", "ship")
    _, worker = opened("m1")
    embed_all(worker)
    worker.stop()
    service.usual = knowing("m2")
    by_meaning, worker = opened("m2")
    assert mode_of(by_meaning) == "keyword"
    without_url, _ = opened()
    assert mode_of(without_url) == "keyword"
    embed_all(worker)
    assert mode_of(by_meaning) == "hybrid"


def test_a_former_length_that_was_asked_for_is_asked_for_again(
    save: Run, opened: Open, mode_of: Run, service: Service
) -> None:
    save("One", "ship")
    _, worker = opened("m", embedding_dimensions=6)
    embed_all(worker)
    worker.stop()
    by_meaning, _ = opened("m")
    assert mode_of(by_meaning) == "hybrid"
    assert service.requests[-1]["dimensions"] == 6


def test_a_service_that_fails_from_the_start_postpones_what_waits(
    save: Run, sql: Run, opened: Open, service: Service
) -> None:
    """Its first answer is needed to name its model at all."""
    save("One", "ship")
    _, worker = opened("m")
    service.usual = failing(401)
    with pytest.raises(Unavailable, match="refuses the key"):
        worker.work_once()
    assert sql("SELECT count(*) FROM unembedded WHERE retry_at > 0") == [(1,)]
