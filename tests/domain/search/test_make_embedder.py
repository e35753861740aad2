"""The settings say what embeds texts."""

import pytest

from spote.domain.search.embedding import make_embedder
from spote.domain.search.embedding.e5 import E5
from spote.domain.search.embedding.remote import RemoteEmbedder
from spote.settings import BadSettings, Settings, load_settings


def test_the_embedded_model_needs_no_setting() -> None:
    assert isinstance(make_embedder(Settings()), E5)


def test_a_service_takes_its_place() -> None:
    settings = load_settings(embedding_url="https://ai.example.org/v1", embedding_model="small")
    embedder = make_embedder(settings)
    assert isinstance(embedder, RemoteEmbedder)
    assert embedder.name == "small"
    embedder.close()


def test_search_by_meaning_can_be_off() -> None:
    assert make_embedder(load_settings(search_by_meaning=False)) is None


@pytest.mark.parametrize("url", ["ai.example.org", "ftp://ai.example.org", "https://"])
def test_an_address_that_is_none_is_told(url: str) -> None:
    with pytest.raises(BadSettings, match="SPOTE_EMBEDDING_URL"):
        load_settings(embedding_url=url, embedding_model="small")


def test_a_service_needs_a_model() -> None:
    with pytest.raises(BadSettings, match=r"SPOTE_EMBEDDING_MODEL.*must name a model"):
        load_settings(embedding_url="https://ai.example.org/v1")
