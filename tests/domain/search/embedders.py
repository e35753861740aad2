"""A small embedder for tests of what is around a model: known words point in known directions."""

import threading
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from spote.domain.search.embedding.embedder import Batch
from spote.errors import Unavailable

SENSES = {
    "car": 0, "automobile": 0, "bil": 0,
    "bread": 1, "loaf": 1, "bröd": 1,
    "boat": 2, "ship": 2, "båt": 2,
    "tax": 3, "levy": 3, "skatt": 3,
}  # fmt: skip
DIMENSIONS = 64


class WordSenses:
    """Words of one sense give one direction; texts without known words one of their own."""

    dimensions = DIMENSIONS
    batch = Batch(texts=16, size_bytes=20_000)

    def __init__(self, name: str = "senses/1") -> None:
        self.name = name
        self.embedded: list[str] = []  # every passage, in the order in which it came
        self.is_down = self.is_closed = self.is_asked = False
        self.go = threading.Event()  # cleared: passages wait
        self.go.set()

    def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.is_asked = True
        assert self.go.wait(30)
        if self.is_down:
            raise Unavailable("The model is away.")
        self.embedded += texts
        return (
            np.stack([self._vector(text) for text in texts])
            if texts
            else np.empty((0, DIMENSIONS), np.float32)
        )

    def embed_query(self, text: str) -> NDArray[np.float32]:
        if self.is_down:
            raise Unavailable("The model is away.")
        return self._vector(text)

    def close(self) -> None:
        self.is_closed = True
        self.go.set()

    def _vector(self, text: str) -> NDArray[np.float32]:
        chance = np.random.default_rng(7)
        vector = chance.normal(0, 0.01, DIMENSIONS).astype(np.float32)
        for word in text.lower().replace(".", " ").split():
            if word in SENSES:
                vector[SENSES[word] * 8 : SENSES[word] * 8 + 8] += 1.0
        vector[-1] += 0.05
        unit: NDArray[np.float32] = vector / np.linalg.norm(vector)
        return unit
