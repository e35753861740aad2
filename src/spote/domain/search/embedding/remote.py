"""A model behind an OpenAI-compatible endpoint: https://platform.openai.com/docs/api-reference/embeddings.

Messages tell what to do about a fault, and quote nothing of what was sent or answered: it may hold a key or a note.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from threading import Event
from urllib.parse import urlsplit

import httpx
import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ValidationError

from spote.domain.search.embedding.cleaning import clean
from spote.domain.search.embedding.embedder import Batch
from spote.errors import Unavailable
from spote.settings import Settings

LONGEST_TEXT = 8_000  # characters
LONGEST_WAIT = 60.0  # seconds between two attempts
QUERY_SECONDS = 5.0
_WORTH_ANOTHER_TRY = {408, 409, 425, 429, 500, 502, 503, 504, 529}
_REFUSED = {401, 403}
_EMPTY = "."  # services refuse a text without any character


@dataclass(frozen=True, slots=True)
class Patience:
    attempts: int
    first_wait: float  # seconds; each further one up to twice as long
    timeout: float  # seconds for one attempt


class _Item(BaseModel):
    index: int
    embedding: list[float]


class _Answer(BaseModel):
    data: list[_Item]


class RemoteEmbedder:
    """Opens its first connection when it is first used."""

    def __init__(self, settings: Settings, *, first_wait: float = 0.5) -> None:
        wish = settings.embedding_dimensions
        self.name = f"{settings.embedding_model}/{wish}" if wish else settings.embedding_model
        self._wish: dict[str, object] = {"model": settings.embedding_model}
        if wish:
            self._wish["dimensions"] = wish
        self._url = _endpoint(settings.embedding_url)
        self._batch = settings.embedding_batch
        self._dimensions = wish or None
        self._closed = Event()
        self._client = httpx.Client(headers=_headers(settings))
        longest = settings.embedding_timeout_seconds
        self._for_passages = Patience(6, first_wait, longest)
        self._for_queries = Patience(2, min(first_wait, 0.1), min(longest, QUERY_SECONDS))

    @property
    def batch(self) -> Batch:
        return Batch(self._batch, self._batch * LONGEST_TEXT * 4)

    @property
    def dimensions(self) -> int:
        """Asks the service, where no setting says it and nothing was embedded yet; so it may raise Unavailable."""
        if self._dimensions is None:
            self.embed_query("dimensions")
        assert self._dimensions is not None
        return self._dimensions

    def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        batches = [
            self._embed(texts[at : at + self._batch], self._for_passages)
            for at in range(0, len(texts), self._batch)
        ]
        return np.concatenate(batches) if batches else np.empty((0, self.dimensions), np.float32)

    def embed_query(self, text: str) -> NDArray[np.float32]:
        vector: NDArray[np.float32] = self._embed([text], self._for_queries)[0]
        return vector

    def close(self) -> None:
        self._closed.set()
        self._client.close()

    def _embed(self, texts: Sequence[str], patience: Patience) -> NDArray[np.float32]:
        cleaned = [clean(text[:LONGEST_TEXT])[:LONGEST_TEXT] or _EMPTY for text in texts]
        response = self._post({**self._wish, "input": cleaned}, patience)
        vectors = _vectors(response, len(texts))
        self._require_dimensions(vectors.shape[1])
        return vectors

    def _require_dimensions(self, found: int) -> None:
        self._dimensions = self._dimensions or found
        if found != self._dimensions:
            raise _fault(
                f"gave vectors of {found} numbers, not {self._dimensions}. Check SPOTE_EMBEDDING_MODEL and"
                " SPOTE_EMBEDDING_DIMENSIONS, and restart after a change of the model"
            )

    def _post(self, body: dict[str, object], patience: Patience) -> httpx.Response:
        fault = _fault("was not asked, as the server stops")
        for wait in _waits(patience):
            if self._closed.is_set():
                break
            try:
                response = self._client.post(self._url, json=body, timeout=patience.timeout)
            except httpx.TimeoutException:
                fault = _fault("takes too long to answer")
            except (httpx.HTTPError, RuntimeError):  # the latter where it was closed meanwhile
                fault = _fault("cannot be reached. Check SPOTE_EMBEDDING_URL and whether it runs")
            else:
                if response.is_success:
                    return response
                if response.status_code not in _WORTH_ANOTHER_TRY:
                    raise _refusal(response.status_code)
                wish = _wished_wait(response)
                fault = _busy(response.status_code, wish)
                wait = max(wait, wish) if wait else wait
            if not wait or wait > LONGEST_WAIT or self._closed.wait(wait):
                break
        raise fault


def _endpoint(url: str) -> str:
    if url.endswith("/embeddings"):
        return url
    return f"{url}/embeddings" if urlsplit(url).path else f"{url}/v1/embeddings"


def _headers(settings: Settings) -> dict[str, str]:
    key = settings.embedding_api_key.get_secret_value().strip()
    return {"Authorization": f"Bearer {key}"} if key else {}


def _waits(patience: Patience) -> Iterator[float]:
    """After each attempt, in seconds; 0 after the last. Random, so that many clients do not come back together."""
    for attempt in range(patience.attempts - 1):
        longest = min(patience.first_wait * 2**attempt, LONGEST_WAIT)
        yield random.uniform(longest / 2, longest)
    yield 0


def _wished_wait(response: httpx.Response) -> float:
    """Retry-After in seconds; as a date it counts as none."""
    value = response.headers.get("Retry-After", "").strip()
    return float(value) if value.isascii() and value.isdigit() else 0.0


def _vectors(response: httpx.Response, count: int) -> NDArray[np.float32]:
    """In the order of the texts, which the answer need not keep; each of length 1."""
    try:
        items = sorted(
            _Answer.model_validate_json(response.content).data, key=lambda one: one.index
        )
        vectors = np.array([one.embedding for one in items], np.float64)
    except (ValidationError, ValueError):
        raise _fault(
            "answers with something else than embeddings. Check SPOTE_EMBEDDING_URL"
        ) from None
    if [one.index for one in items] != list(range(count)) or vectors.ndim != 2:
        raise _fault("did not give one vector for each text")
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    if not vectors.size or not np.isfinite(lengths).all() or not lengths.all():
        raise _fault("gave vectors that are no directions")
    normalized: NDArray[np.float32] = (vectors / lengths).astype(np.float32)
    return normalized


def _refusal(status: int) -> Unavailable:
    if status in _REFUSED:
        return _fault(f"refuses the key ({status}). Check SPOTE_EMBEDDING_API_KEY", 300)
    if status == httpx.codes.NOT_FOUND:
        return _fault(
            "knows no such address or model (404). Check SPOTE_EMBEDDING_URL and _MODEL", 300
        )
    return _fault(f"refuses what it is asked ({status}). Check SPOTE_EMBEDDING_MODEL", 300)


def _busy(status: int, wait: float) -> Unavailable:
    fault = "has too many requests" if status == httpx.codes.TOO_MANY_REQUESTS else "is in trouble"
    return _fault(f"{fault} ({status})", max(30, int(min(wait, 3600))))


def _fault(what: str, retry_after_seconds: int = 30) -> Unavailable:
    return Unavailable(f"The embedding service {what}.", retry_after_seconds=retry_after_seconds)
