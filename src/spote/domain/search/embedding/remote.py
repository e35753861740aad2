"""A model behind an OpenAI-compatible endpoint: https://platform.openai.com/docs/api-reference/embeddings."""

import random
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from threading import Event, Lock
from urllib.parse import urlsplit

import httpx
import numpy as np
from numpy.typing import NDArray

from spote.domain.search.embedding.answer import (
    busy,
    down,
    fault_of,
    read_vectors,
    refusal,
    unit,
)
from spote.domain.search.embedding.cleaning import clean
from spote.domain.search.embedding.embedder import Batch, OtherLength
from spote.settings import Settings

LONGEST_TEXT = 8_000  # characters
LONGEST_WAIT = 60.0  # seconds between two attempts
QUERY_SECONDS = 2.0  # then words have to do
_WORTH_ANOTHER_TRY = {408, 409, 425, 429, 500, 502, 503, 504, 529}
_EMPTY = "."  # services refuse a text without any character
_NAME = re.compile(r"(?P<model>.+)(?P<sign>[@/])(?P<length>[1-9][0-9]{0,5})")


@dataclass(frozen=True, slots=True)
class Patience:
    attempts: int
    first_wait: float  # seconds; each further one up to twice as long
    timeout: float  # seconds for one attempt


class RemoteEmbedder:
    """One model of a service, with vectors of one length. Opens its first connection when it is first used.

    The same name may stand for a model with longer vectors tomorrow. So the length that the service chose is a part of
    ours, `model@384`, and one that was asked for too, `model/256`.
    """

    def __init__(
        self, settings: Settings, *, length: int | None = None, first_wait: float = 0.5
    ) -> None:
        """`length` is that of the vectors, where it is known but not to be asked for."""
        self._model, self._wish = settings.embedding_model, settings.embedding_dimensions
        self._dimensions = self._wish or length
        self._learning = Lock()
        self._url = _endpoint(settings.embedding_url)
        self._batch = settings.embedding_batch
        self._closed = Event()
        self._client = httpx.Client(headers=_headers(settings))
        longest = settings.embedding_timeout_seconds
        self._for_passages = Patience(6, first_wait, longest)
        self._for_queries = Patience(1, 0, min(longest, QUERY_SECONDS))

    @property
    def name(self) -> str:
        if self._wish:
            return f"{self._model}/{self._wish}"
        return f"{self._model}@{self._dimensions}" if self._dimensions else self._model

    @property
    def batch(self) -> Batch:
        return Batch(self._batch, self._batch * LONGEST_TEXT * 4)

    @property
    def dimensions(self) -> int:
        """Asks the service, where no setting says it and nothing was embedded yet."""
        if self._dimensions is None:
            self._embed(["dimensions"], self._for_passages)  # a service may have to load the model
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
        body: dict[str, object] = {"model": self._model, "input": cleaned}
        if self._wish:
            body["dimensions"] = self._wish
        vectors = unit(self._post(body, len(texts), patience))
        self._require_dimensions(vectors.shape[1])
        return vectors

    def _require_dimensions(self, found: int) -> None:
        with self._learning:
            self._dimensions = self._dimensions or found
        if found == self._dimensions:
            return
        differ = f"gave vectors of {found} numbers, not {self._dimensions}"
        if self._wish:
            raise refusal(f"{differ}. Check SPOTE_EMBEDDING_MODEL and SPOTE_EMBEDDING_DIMENSIONS")
        raise OtherLength(f"The embedding service {differ} as before: notes are embedded anew.")

    def _post(self, body: dict[str, object], count: int, patience: Patience) -> NDArray[np.float64]:
        fault = down("was not asked, as the server stops")
        for wait in _waits(patience):
            if self._closed.is_set():
                break
            until = time.monotonic() + patience.timeout
            try:
                with self._client.stream(
                    "POST", self._url, json=body, timeout=patience.timeout
                ) as response:
                    if response.is_success:
                        return read_vectors(response, count, until=until)
            except httpx.TimeoutException:
                fault = down("takes too long to answer")
            except (httpx.HTTPError, RuntimeError):  # the latter where it was closed meanwhile
                fault = down("cannot be reached. Check SPOTE_EMBEDDING_URL and whether it runs")
            else:
                if response.status_code not in _WORTH_ANOTHER_TRY:
                    raise fault_of(response.status_code)
                wish = _wished_wait(response)
                fault = busy(response.status_code, wish)
                wait = max(wait, wish) if wait else wait
            if not wait or wait > LONGEST_WAIT or self._closed.wait(wait):
                break
        raise fault


def former_model(settings: Settings, name: str) -> RemoteEmbedder:
    """That of vectors which were made earlier, by the name that they are kept under: the service may still have it."""
    parts = _NAME.fullmatch(name)
    model, length = (parts["model"], int(parts["length"])) if parts else (name, 0)
    wish = length if parts and parts["sign"] == "/" else 0
    changed = {"embedding_model": model, "embedding_dimensions": wish}
    return RemoteEmbedder(settings.model_copy(update=changed), length=length or None)


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
