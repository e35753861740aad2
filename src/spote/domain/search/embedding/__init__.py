"""Turning texts into vectors whose nearness is nearness of meaning: by the embedded model, or by a service."""

from spote.domain.search.embedding.calibration import curve_of
from spote.domain.search.embedding.e5 import E5, NAME
from spote.domain.search.embedding.embedder import Embedder, OtherLength
from spote.domain.search.embedding.passages import Passage, passages
from spote.errors import Unavailable
from spote.settings import Settings

__all__ = [
    "Embedder",
    "OtherLength",
    "Passage",
    "curve_of",
    "embedder_named",
    "make_embedder",
    "passages",
]


def make_embedder(settings: Settings) -> Embedder | None:
    """What the settings ask for, None where search by meaning is off. Make one in each process; it loads when used."""
    if not settings.search_by_meaning:
        return None
    if not settings.embedding_url:
        return E5()
    # Not at the top: its libraries take 30 MB, which other servers need not pay.
    from spote.domain.search.embedding.remote import RemoteEmbedder  # noqa: PLC0415

    return RemoteEmbedder(settings)


def embedder_named(name: str, settings: Settings | None = None) -> Embedder:
    """Of another model than the settings', for questions to vectors that an earlier one made.

    A service that is set is asked for it, as it often has several.

    Raises:
        Unavailable: it cannot be had; notes are found by words until they are embedded anew.
    """
    if name == NAME:
        return E5()
    if settings is not None and settings.embedding_url:
        from spote.domain.search.embedding.remote import former_model  # noqa: PLC0415 - as above

        return former_model(settings, name)
    raise Unavailable("The model of the stored vectors cannot be had any more.")
