"""Embeddings from a service: a small server of that shape on the loopback, in every mood such servers have."""

import json
import time
from collections.abc import Callable, Iterator
from threading import Thread
from typing import Any

import numpy as np
import pytest

from spote.domain.search.embedding.embedder import ModelDown, OtherLength
from spote.domain.search.embedding.remote import RemoteEmbedder, former_model
from spote.errors import Unavailable
from spote.settings import Settings
from tests.embedding_service import (
    KEY,
    Service,
    dripping,
    embedding_service,
    failing,
    flooding,
    giving,
    saying,
    slow,
)
from tests.waiting import until

Connect = Callable[..., RemoteEmbedder]


@pytest.fixture
def service() -> Iterator[Service]:
    with embedding_service() as service:
        yield service


@pytest.fixture
def connect(service: Service) -> Iterator[Connect]:
    made: list[RemoteEmbedder] = []

    def make(**settings: Any) -> RemoteEmbedder:
        wishes = {
            "embedding_url": service.url,
            "embedding_model": "small-model",
            "embedding_api_key": KEY,
            **settings,
        }
        made.append(RemoteEmbedder(Settings.model_validate(wishes), first_wait=0.01))
        return made[-1]

    yield make
    for one in made:
        one.close()


def test_each_text_gets_its_own_unit_vector(service: Service, connect: Connect) -> None:
    vectors = connect().embed_passages(["a", "bbb", "cc"])
    assert vectors.dtype == np.float32
    assert vectors.shape == (3, 4)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1)
    assert np.argsort(vectors[:, 0]).tolist() == [0, 2, 1]
    assert service.paths == ["/v1/embeddings"]
    assert service.keys == [f"Bearer {KEY}"]
    assert service.requests[0]["model"] == "small-model"


def test_many_texts_go_in_batches(service: Service, connect: Connect) -> None:
    vectors = connect(embedding_batch=4).embed_passages([f"text {n}" for n in range(10)])
    assert vectors.shape == (10, 4)
    assert [len(one["input"]) for one in service.requests] == [4, 4, 2]


def test_no_texts_are_no_rows(connect: Connect) -> None:
    assert connect(embedding_dimensions=8).embed_passages([]).shape == (0, 8)


def test_texts_are_cleaned_and_never_empty(service: Service, connect: Connect) -> None:
    connect().embed_passages(["a\x00\ud800  ﬁ", " \n", "x" * 1_000_000])
    assert service.requests[0]["input"] == ["a fi", ".", "x" * 8_000]


def test_a_query_is_one_vector(connect: Connect) -> None:
    assert connect().embed_query("what?").shape == (4,)


def test_without_a_key_none_is_sent(service: Service, connect: Connect) -> None:
    connect(embedding_api_key="").embed_query("x")
    assert service.keys == [None]


@pytest.mark.parametrize("ending", ["", "/", "/v1", "/v1/", "/v1/embeddings"])
def test_the_address_may_be_given_in_any_common_form(
    ending: str, service: Service, connect: Connect
) -> None:
    connect(embedding_url=service.url.removesuffix("/v1") + ending).embed_query("x")
    assert service.paths == ["/v1/embeddings"]


def test_dimensions_are_learned_from_the_service(connect: Connect) -> None:
    assert connect().dimensions == 4


def test_dimensions_are_asked_for(service: Service, connect: Connect) -> None:
    embedder = connect(embedding_dimensions=6)
    assert embedder.dimensions == 6
    assert embedder.name == "small-model/6"
    assert embedder.embed_query("x").shape == (6,)
    assert service.requests[0]["dimensions"] == 6


def test_the_name_says_the_length_that_was_learned(connect: Connect) -> None:
    embedder = connect()
    assert embedder.name == "small-model"
    embedder.embed_query("x")
    assert embedder.name == "small-model@4"


def test_another_length_is_another_model(service: Service, connect: Connect) -> None:
    embedder = connect()
    embedder.embed_query("x")
    service.moods = [giving(6)] * 3
    with pytest.raises(OtherLength, match="6 numbers, not 4"):
        embedder.embed_query("x")
    with pytest.raises(OtherLength):
        embedder.embed_passages(["x"])
    newer = connect()
    assert newer.embed_query("x").shape == (6,)
    assert (embedder.name, newer.name) == ("small-model@4", "small-model@6")


def test_a_length_that_was_asked_for_is_kept_to(service: Service, connect: Connect) -> None:
    service.moods = [giving(4)]
    with pytest.raises(
        Unavailable, match=r"4 numbers, not 6.*SPOTE_EMBEDDING_DIMENSIONS"
    ) as caught:
        connect(embedding_dimensions=6).embed_query("x")
    assert not isinstance(caught.value, OtherLength)


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("org/small@4", {"model": "org/small"}),
        ("@org/small@4", {"model": "@org/small"}),
        ("org/small/4", {"model": "org/small", "dimensions": 4}),
        ("org/small", {"model": "org/small"}),
    ],
)
def test_a_former_model_is_asked_by_its_name_as_it_was(
    name: str, asked: dict[str, object], service: Service
) -> None:
    settings = Settings(embedding_url=service.url, embedding_model="newer", embedding_dimensions=9)
    former = former_model(settings, name)
    assert former.embed_query("x").shape == (4,)
    assert service.requests == [{**asked, "input": ["x"]}]
    assert former.name == ("org/small@4" if name == "org/small" else name)
    former.close()


def test_a_former_model_whose_vectors_have_another_length_now_is_another(service: Service) -> None:
    settings = Settings(embedding_url=service.url, embedding_model="newer")
    former = former_model(settings, "small@6")
    with pytest.raises(OtherLength):
        former.embed_query("x")
    former.close()


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503])
def test_passing_trouble_is_waited_out(status: int, service: Service, connect: Connect) -> None:
    service.moods = [failing(status), failing(status)]
    assert connect().embed_passages(["a"]).shape == (1, 4)
    assert len(service.requests) == 3


def test_lasting_trouble_is_told_after_some_attempts(service: Service, connect: Connect) -> None:
    service.moods = [failing(503)] * 20
    with pytest.raises(Unavailable, match="in trouble") as caught:
        connect().embed_passages(["a"])
    assert len(service.requests) == 6
    assert KEY not in str(caught.value)


def test_a_wished_wait_is_kept(service: Service, connect: Connect) -> None:
    service.moods = [failing(429, Retry_After="1")]
    began = time.monotonic()
    connect().embed_passages(["a"])
    assert 1 <= time.monotonic() - began < 5


def test_a_wish_to_wait_long_is_passed_on(service: Service, connect: Connect) -> None:
    service.moods = [failing(429, Retry_After="900")]
    with pytest.raises(Unavailable, match="too many requests") as caught:
        connect().embed_passages(["a"])
    assert caught.value.retry_after_seconds == 900
    assert len(service.requests) == 1


def test_a_wish_to_wait_that_is_no_number_is_none(service: Service, connect: Connect) -> None:
    service.moods = [failing(503, Retry_After="Wed, 21 Oct 2026 07:28:00 GMT")]
    assert connect().embed_passages(["a"]).shape == (1, 4)


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (400, "refuses what it is asked"),
        (401, "refuses the key"),
        (403, "refuses the key"),
        (404, "no such address or model"),
        (413, "SPOTE_EMBEDDING_MODEL, _DIMENSIONS and _BATCH"),
        (307, "sends elsewhere.*Set SPOTE_EMBEDDING_URL"),
        (308, "sends elsewhere.*Set SPOTE_EMBEDDING_URL"),
    ],
)
def test_a_refusal_is_not_tried_again(
    status: int, sentence: str, service: Service, connect: Connect
) -> None:
    """Nor followed elsewhere, where the key does not belong."""
    service.moods = [failing(status, Location=service.url)]
    with pytest.raises(Unavailable, match=sentence) as caught:
        connect().embed_passages(["a"])
    assert len(service.requests) == 1
    assert KEY not in str(caught.value)
    assert not isinstance(caught.value, ModelDown)


@pytest.mark.parametrize("status", [408, 429, 500, 501, 503, 529])
def test_what_another_text_would_not_help_is_told_from_a_refusal(
    status: int, service: Service, connect: Connect
) -> None:
    service.moods = [failing(status)]
    with pytest.raises(ModelDown):
        connect().embed_query("a")


def test_a_question_has_one_attempt(service: Service, connect: Connect) -> None:
    """Somebody waits for it, and words are there."""
    service.moods = [failing(503)]
    with pytest.raises(ModelDown):
        connect().embed_query("a")
    assert len(service.requests) == 1


def test_a_question_is_given_two_seconds(service: Service, connect: Connect) -> None:
    service.moods = [slow(5)]
    began = time.monotonic()
    with pytest.raises(ModelDown, match="too long"):
        connect().embed_query("a")
    assert 1.5 < time.monotonic() - began < 4


def test_an_answer_that_comes_by_drops_is_not_waited_for(
    service: Service, connect: Connect
) -> None:
    """Each drop would begin a time-out of the connection anew."""
    service.moods = [dripping]
    began = time.monotonic()
    with pytest.raises(ModelDown, match="too long"):
        connect(embedding_timeout_seconds=0.3).embed_query("a")
    assert time.monotonic() - began < 4


def test_an_answer_without_an_end_is_not_read_to_it(service: Service, connect: Connect) -> None:
    service.moods = [flooding]
    with pytest.raises(Unavailable, match=r"more than [\d,]+ bytes.*Check SPOTE_EMBEDDING_URL"):
        connect().embed_query("a")
    until(lambda: service.flooded_bytes)
    assert service.flooded_bytes < 20_000_000


def test_the_longest_vectors_are_read(service: Service, connect: Connect) -> None:
    """Written as wide as anybody writes them."""
    item = {"index": 0, "embedding": [-1.7976931348623157e-30] * 4096, "object": "embedding"}
    service.moods = [saying(json.dumps({"data": [item]}, indent=2).encode())]
    assert connect().embed_query("a").shape == (4096,)


@pytest.mark.parametrize(
    ("body", "advice"),
    [
        ({"data": []}, "SPOTE_EMBEDDING_URL.*SPOTE_EMBEDDING_BATCH"),
        ({"data": [{"index": 0, "embedding": [0.0, 0.0]}]}, "SPOTE_EMBEDDING_MODEL"),
        (b"<html>", "SPOTE_EMBEDDING_URL"),
    ],
)
def test_nonsense_says_what_to_check(
    body: object, advice: str, service: Service, connect: Connect
) -> None:
    service.moods = [saying(body)]
    with pytest.raises(Unavailable, match=advice):
        connect().embed_query("a")


@pytest.mark.parametrize(
    "body",
    [
        b"<html>",
        b"",
        b"\xff\xfe",
        {},
        {"data": "none"},
        {"data": []},
        {"data": [{"index": 0}]},
        {"data": [{"index": 1, "embedding": [1.0]}]},
        {"data": [{"index": 0, "embedding": [1.0]}, {"index": 0, "embedding": [1.0]}]},
        {"data": [{"index": 0, "embedding": ["one"]}]},
        {"data": [{"index": 0, "embedding": []}]},
        {"data": [{"index": 0, "embedding": [0.0, 0.0]}]},
        b'{"data": [{"index": 0, "embedding": [1.0, NaN]}]}',
        b'{"data": [{"index": 0, "embedding": [1e400, 1.0]}]}',
        b"[" * 100_000,
    ],
)
def test_nonsense_is_told_from_vectors(body: object, service: Service, connect: Connect) -> None:
    service.moods = [saying(body)]
    with pytest.raises(Unavailable, match="embedding service"):
        connect().embed_query("a")


def test_vectors_of_different_lengths_are_nonsense(service: Service, connect: Connect) -> None:
    items = [{"index": 0, "embedding": [1.0]}, {"index": 1, "embedding": [1.0, 2.0]}]
    service.moods = [saying({"data": items})]
    with pytest.raises(Unavailable, match="something else than embeddings"):
        connect().embed_passages(["a", "b"])


def test_a_slow_service_is_not_waited_for(service: Service, connect: Connect) -> None:
    service.moods = [slow(0.5)]
    began = time.monotonic()
    with pytest.raises(Unavailable, match="too long"):
        connect(embedding_timeout_seconds=0.1).embed_query("a")
    assert time.monotonic() - began < 20


def test_a_service_that_is_not_there_is_told(connect: Connect) -> None:
    with pytest.raises(Unavailable, match="cannot be reached"):
        connect(embedding_url="http://127.0.0.1:9/v1").embed_query("a")


def test_stopping_ends_a_wait(service: Service, connect: Connect) -> None:
    service.moods = [failing(429, Retry_After="50")]
    embedder = connect()
    caught: list[str] = []

    def embed() -> None:
        with pytest.raises(Unavailable) as error:
            embedder.embed_passages(["a"])
        caught.append(error.value.message)

    thread = Thread(target=embed)
    thread.start()
    until(lambda: service.requests)
    embedder.close()
    thread.join(timeout=60)
    assert len(caught) == 1


def test_the_key_does_not_show_in_the_settings() -> None:
    assert KEY not in repr(Settings.model_validate({"embedding_api_key": KEY}))
