"""What an embedding service answers: vectors, or a fault.

Messages tell what to do about a fault, and quote nothing of what was sent or answered: it may hold a key or a note.
"""

import time

import httpx
import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ValidationError

from spote.domain.search.embedding.embedder import ModelDown
from spote.errors import Unavailable

MOST_NUMBERS = 4096  # in a vector, as SPOTE_EMBEDDING_DIMENSIONS allows
_NUMBER_BYTES = 40  # a float of 64 bits in JSON is 24 at most; the rest is for white space
_ITEM_BYTES = 1_000  # what else an item may say
_ANSWER_BYTES = 64 * 1024  # what else an answer may say
_REFUSED = {401, 403}


class _Item(BaseModel):
    index: int
    embedding: list[float]


class _Answer(BaseModel):
    data: list[_Item]


def read_vectors(response: httpx.Response, count: int, *, until: float) -> NDArray[np.float64]:
    """float64[count, dimensions] as they came, in the order of the texts, which the answer need not keep.

    Raises:
        httpx.TimeoutException: the answer goes on for longer, by time.monotonic().
        Unavailable: it is too large, or holds something else.
    """
    content = _content(response, count, until)
    try:
        items = sorted(_Answer.model_validate_json(content).data, key=lambda one: one.index)
        vectors = np.array([one.embedding for one in items], np.float64)
    except (ValidationError, ValueError):
        raise refusal(
            "answers with something else than embeddings. Check SPOTE_EMBEDDING_URL"
        ) from None
    if [one.index for one in items] != list(range(count)) or vectors.ndim != 2:
        raise refusal(
            "did not give one vector for each text. Check SPOTE_EMBEDDING_URL, or lower SPOTE_EMBEDDING_BATCH"
        )
    return vectors


def unit(vectors: NDArray[np.float64]) -> NDArray[np.float32]:
    """Each of length 1."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    if not vectors.size or not np.isfinite(lengths).all() or not lengths.all():
        raise refusal(
            "gave vectors that are empty, zero or infinite. Check whether SPOTE_EMBEDDING_MODEL names a model for"
            " embeddings, and the service's own log"
        )
    normalized: NDArray[np.float32] = (vectors / lengths).astype(np.float32)
    return normalized


def _content(response: httpx.Response, count: int, until: float) -> bytes:
    """Of a bounded size and time: time-outs of the connection begin anew with each byte."""
    most_bytes = _ANSWER_BYTES + count * (_ITEM_BYTES + MOST_NUMBERS * _NUMBER_BYTES)
    content = bytearray()
    for piece in response.iter_bytes():
        content += piece
        if len(content) > most_bytes:
            raise refusal(
                f"answers with more than {most_bytes:,} bytes, too many for {count} vectors of up to {MOST_NUMBERS:,}"
                " numbers. Check SPOTE_EMBEDDING_URL and SPOTE_EMBEDDING_MODEL"
            )
        if time.monotonic() > until:
            raise httpx.ReadTimeout("It comes too slowly.")
    return bytes(content)


def fault_of(status: int) -> Unavailable:
    """Of an answer that another attempt would not change."""
    if status >= httpx.codes.INTERNAL_SERVER_ERROR:
        return busy(status, 0)
    if status in _REFUSED:
        return refusal(f"refuses the key ({status}). Check SPOTE_EMBEDDING_API_KEY", 300)
    if status == httpx.codes.NOT_FOUND:
        return refusal(
            "knows no such address or model (404). Check SPOTE_EMBEDDING_URL and _MODEL", 300
        )
    if httpx.codes.is_redirect(status):
        return refusal(
            f"sends elsewhere ({status}). Set SPOTE_EMBEDDING_URL to where it really is", 300
        )
    return refusal(
        f"refuses what it is asked ({status}). Check SPOTE_EMBEDDING_MODEL, _DIMENSIONS and _BATCH",
        300,
    )


def busy(status: int, wait: float) -> ModelDown:
    fault = "has too many requests" if status == httpx.codes.TOO_MANY_REQUESTS else "is in trouble"
    return down(f"{fault} ({status})", max(30, int(min(wait, 3600))))


def down(what: str, retry_after_seconds: int = 30) -> ModelDown:
    return ModelDown(_sentence(what), retry_after_seconds=retry_after_seconds)


def refusal(what: str, retry_after_seconds: int = 30) -> Unavailable:
    return Unavailable(_sentence(what), retry_after_seconds=retry_after_seconds)


def _sentence(what: str) -> str:
    return f"The embedding service {what}."
