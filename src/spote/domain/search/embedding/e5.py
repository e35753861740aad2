"""The embedded model: multilingual-e5-small (Wang 2024, arXiv:2402.05672) in 4 bits.

It speaks a hundred languages and maps a sentence and its translation to nearly the same place. It was trained with
the words "query: " and "passage: " before its texts.
"""

import os
from collections.abc import Sequence
from threading import Lock
from typing import TYPE_CHECKING

from spote.domain.search.embedding.cleaning import clean
from spote.domain.search.embedding.embedder import Batch

if TYPE_CHECKING:
    from spote.domain.search.embedding.embedder import Vectors
    from spote.domain.search.embedding.encoder import Encoder

NAME = "multilingual-e5-small-q4/1"  # count up when other vectors come out for the same texts
DIMENSIONS = 384
LONGEST_TEXT = 10_000  # characters that are looked at; the first 510 tokens of them count


class E5:
    """Loads when it is first used, once in each process: in half a second, to 80 MB with the libraries.

    Passages run one batch at a time, queries one at a time beside them: at most one core for each.
    """

    name = NAME
    dimensions = DIMENSIONS
    batch = Batch(
        texts=16, size_bytes=2_000
    )  # a quarter of a second: who saves meanwhile comes next

    def __init__(self) -> None:
        self._own = _OfThisProcess()
        os.register_at_fork(after_in_child=self._forget)

    def embed_passages(self, texts: Sequence[str]) -> "Vectors":
        prepared = [_prepared("passage", text) for text in texts]
        with self._own.passages:
            return self._encoder().embed(prepared)

    def embed_query(self, text: str) -> "Vectors":
        prepared = _prepared("query", text)
        with self._own.queries:
            vector: Vectors = self._encoder().embed([prepared])[0]
        return vector

    def close(self) -> None:
        """Nothing is open."""

    def _encoder(self) -> "Encoder":
        with self._own.loading:
            if self._own.encoder is None:
                # Not at the top: its libraries take 35 MB, which a server that nobody searches need not pay.
                from spote.domain.search.embedding.encoder import open_encoder  # noqa: PLC0415

                self._own.encoder = open_encoder()
            return self._own.encoder

    def _forget(self) -> None:
        self._own = _OfThisProcess()


class _OfThisProcess:
    """A forked child must not share the model, and inherits locks that nobody there would open."""

    def __init__(self) -> None:
        self.encoder: Encoder | None = None
        self.loading, self.passages, self.queries = Lock(), Lock(), Lock()


def _prepared(purpose: str, text: str) -> str:
    return f"{purpose}: {clean(text[:LONGEST_TEXT])}"
