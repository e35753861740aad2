"""Runs the embedded model: texts in, unit vectors out. The only file that knows onnxruntime."""

import ctypes
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from spote.domain.search.embedding.graph import model_bytes
from spote.domain.search.embedding.tokenizer import Tokenizer
from spote.domain.search.embedding.weights import Weights, open_weights

BATCH_TOKENS = 512  # that run together; more are not faster, and take memory
_ONLY_ERRORS = 3


def open_encoder() -> "Encoder":
    """Half a second.

    Raises:
        Unavailable: the model's file is missing or not the one we know.
    """
    encoder = Encoder(open_weights())
    _give_back_memory()
    return encoder


class Encoder:
    """About 45 MB. Safe to use from several threads at once; each call keeps one core busy."""

    def __init__(self, weights: Weights) -> None:
        shape = weights.shape
        self._shape, self._weights = shape, weights
        vocabulary = weights.vocabulary()
        special = (shape.begin, shape.pad, shape.end, shape.unknown, len(vocabulary.scores) - 1)
        self._tokenizer = Tokenizer(vocabulary, special=special, unknown=shape.unknown)
        self._session = _session(model_bytes(weights))
        places = weights.numbers("emb.pos").reshape(-1, shape.width)
        self._places = places[: shape.positions] + weights.numbers("emb.type")[: shape.width]

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """float32[len(texts), width]; each row has length 1. Of each text the first 510 tokens count."""
        rows = [self._tokens(text) for text in texts]
        vectors = np.empty((len(rows), self._shape.width), np.float32)
        for batch in _batches([len(row) for row in rows]):
            vectors[batch] = self._run([rows[number] for number in batch])
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        if len(rows) > 1:
            _give_back_memory()
        return vectors

    def _tokens(self, text: str) -> list[int]:
        longest = self._shape.positions - 2
        return [self._shape.begin, *self._tokenizer.tokens(text)[:longest], self._shape.end]

    def _run(self, rows: list[list[int]]) -> NDArray[np.float32]:
        lengths = np.array([len(row) for row in rows], np.int32)
        filled = np.arange(lengths.max()) < lengths[:, None]
        words = np.zeros((*filled.shape, self._shape.width), np.float32)
        words[filled] = self._weights.word_vectors(np.concatenate(rows))
        words += self._places[: lengths.max()]
        shares = (filled / lengths[:, None]).astype(np.float32)[..., None]
        inputs = {"words": words, "lengths": lengths, "shares": shares}
        means: NDArray[np.float32] = self._session.run(None, inputs)[0]
        return means


def _batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Numbers of texts of nearly the same length."""
    batch: list[int] = []
    for number in sorted(range(len(lengths)), key=lengths.__getitem__):
        if batch and (len(batch) + 1) * lengths[number] > BATCH_TOKENS:
            yield batch
            batch = []
        batch.append(number)
    if batch:
        yield batch


def _session(model: bytes) -> Any:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = _ONLY_ERRORS
    options.enable_cpu_mem_arena = False
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    session._model_bytes = None  # it would keep them, 14 MB, for trying other processors
    return session


def _give_back_memory() -> None:
    """What was needed for a moment goes back to the system, where the C library can do so: 1 ms."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim:
        trim(0)
