"""Questions to a model that fails: one finds out whether it is back, the others go by words at once."""

import logging
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from spote.domain import search
from spote.domain.search import health
from spote.domain.search.embedding import make_embedder
from spote.errors import Unavailable
from spote.settings import Settings
from tests.embedding_service import KEY, Service, embedding_service, failing, hanging, knowing
from tests.waiting import until

QUERY = "where is my grandmother's recipe?"


@pytest.fixture
def service() -> Iterator[Service]:
    with embedding_service() as service:
        yield service


@pytest.fixture
def by_meaning(service: Service) -> Iterator[search.SearchByMeaning]:
    settings = Settings.model_validate(
        {"embedding_url": service.url, "embedding_model": "small", "embedding_api_key": KEY}
    )
    embedder = make_embedder(settings)
    assert embedder is not None
    by_meaning = search.SearchByMeaning(embedder, settings=settings)
    yield by_meaning
    by_meaning.close()


def ask(by_meaning: search.SearchByMeaning, model: str = "small@4") -> bool:
    try:
        by_meaning.ask(QUERY, model)
    except Unavailable:
        return False
    return True


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_service_in_trouble_is_left_alone_for_a_while(
    status: int, service: Service, by_meaning: search.SearchByMeaning
) -> None:
    service.moods = [failing(status)]
    assert [ask(by_meaning) for _ in range(3)] == [False, False, False]
    assert len(service.requests) == 1
    assert by_meaning.is_down("small@4")


@pytest.mark.parametrize("status", [400, 401, 404, 413])
def test_what_is_refused_is_one_questions_alone(
    status: int, service: Service, by_meaning: search.SearchByMeaning
) -> None:
    service.moods = [failing(status)]
    assert [ask(by_meaning) for _ in range(2)] == [False, True]
    assert not by_meaning.is_down("small@4")


def test_a_former_model_that_cannot_be_had_switches_nobody_off(
    service: Service, by_meaning: search.SearchByMeaning
) -> None:
    service.usual = knowing("small")
    assert [ask(by_meaning, model) for model in ("old@4", "small@4", "old@4")] == [
        False,
        True,
        False,
    ]


def test_each_model_is_down_for_itself(
    service: Service, by_meaning: search.SearchByMeaning
) -> None:
    service.moods = [failing(503)]
    assert not ask(by_meaning, "old@4")
    assert ask(by_meaning, "small@4")
    assert by_meaning.is_down("old@4")


def test_one_question_finds_out_and_no_other_waits(
    service: Service, by_meaning: search.SearchByMeaning, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "DOWN_SECONDS", 0)
    service.moods = [failing(503)]
    assert not ask(by_meaning)
    go = threading.Event()
    service.moods = [hanging(go)]
    with ThreadPoolExecutor(1) as threads:
        trial = threads.submit(ask, by_meaning)
        until(lambda: len(service.requests) == 2)
        began = time.monotonic()
        assert [ask(by_meaning) for _ in range(20)] == [False] * 20
        assert time.monotonic() - began < 0.5
        go.set()
        assert not trial.result()
    assert len(service.requests) == 2
    assert ask(by_meaning)  # the next one
    assert not by_meaning.is_down("small@4")


def test_going_and_coming_back_are_told_once_without_query_and_key(
    service: Service,
    by_meaning: search.SearchByMeaning,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(health, "DOWN_SECONDS", 0)
    service.moods = [failing(503), failing(503), failing(503)]
    with caplog.at_level(logging.WARNING, "spote"):
        for _ in range(5):
            ask(by_meaning)
    assert [record.message for record in caplog.records] == [
        "searches go by words alone: The embedding service is in trouble (503).",
        "the model of searches answers again",
    ]
    assert QUERY not in caplog.text
    assert KEY not in caplog.text


def test_a_refusal_is_told_once(
    service: Service, by_meaning: search.SearchByMeaning, caplog: pytest.LogCaptureFixture
) -> None:
    service.moods = [failing(401), failing(401), failing(401)]
    with caplog.at_level(logging.WARNING, "spote"):
        for _ in range(4):
            ask(by_meaning)
    assert len(caplog.records) == 1
    assert "refuses the key" in caplog.text


async def test_questions_have_threads_of_their_own_which_a_stop_ends(
    by_meaning: search.SearchByMeaning,
) -> None:
    assert (await by_meaning.ask_aside(QUERY, "small@4")).model == "small@4"
    by_meaning.close()
    with pytest.raises(Unavailable, match="stopping"):
        await by_meaning.ask_aside(QUERY, "small@4")
