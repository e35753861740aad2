"""The passages of one account in memory: rough vectors, and for many passages their signs and lengths."""

import threading
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spote.domain.search.queries.passages import Embedded

FEW = 4_000  # passages of which all rough vectors are compared
COMPARED = 2_500  # and how many where there are more: signs and lengths say which
AT_ONCE = (
    256  # rows multiplied: what fits into the cache is 30 times as fast, and keeps to one core
)
SUMMED = 3  # counts of differing bits, up to 64 each, that a byte holds the sum of
SAMPLED = 16  # one in so many says how near the nearest are
SAMPLE = 5_000  # passages that the centre is made of
GONE = 1_000  # passages that are gone do no harm
NO_NOTE = -1  # the number of the note of a passage that is gone
Numbers = NDArray[np.int64]
Vector = NDArray[np.float32]
Codes = NDArray[np.int8]
Bits = NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class View:
    """A part as it was once: what is added later lies behind it."""

    part: "Part"
    sequence: int  # how far it was learned
    numbers: Numbers  # of passages
    notes: Numbers  # the number of the note of each, or `NO_NOTE`
    codes: Codes  # int8[passages, dimensions]
    scales: Vector  # float32[passages]: a code times this is the number that stood there
    centre: Vector | None  # None: no signs are needed
    bits: Bits  # uint64[dimensions / 64, passages]: which numbers are above those of the centre
    lengths: Vector  # float32[passages]: how far each is from the centre
    buried: NDArray[np.intp]  # places of passages that are gone

    def holds(self, embedded: Embedded) -> bool:
        """All that is embedded in a snapshot; perhaps more."""
        return self.part.epoch == embedded.epoch and self.sequence >= embedded.sequence

    def nearest(
        self, vector: Vector, rows: NDArray[np.intp] | None, *, compared: int
    ) -> tuple[NDArray[np.intp], Vector]:
        """Places of about as many passages as are to be compared, and their cosines to about 0.001.

        All of those in the rows, or of all, where they are few.
        """
        places = np.arange(len(self.numbers)) if rows is None else rows
        if self.centre is not None and len(places) > max(FEW, compared):
            distances = self._distances(vector - self.centre, rows)
            if rows is None:
                distances[self.buried] = np.inf
            places = places[_least(distances, compared)]
        return places, self._products(places, vector) * self.scales[places]

    def _products(self, places: NDArray[np.intp], vector: Vector) -> Vector:
        products = np.empty(len(places), np.float32)
        codes = np.empty((AT_ONCE, len(vector)), np.int8)
        numbers = np.empty(codes.shape, np.float32)
        for at in range(0, len(places), AT_ONCE):
            some = places[at : at + AT_ONCE]
            n = len(some)
            # In other modes, it checks all places first, and copies twice.
            np.take(self.codes, some, axis=0, out=codes[:n], mode="clip")
            numbers[:n] = codes[:n]
            np.dot(numbers[:n], vector, out=products[at : at + n])
        return products

    def _distances(self, vector: Vector, rows: NDArray[np.intp] | None) -> Vector:
        """About half the square of the distance to each passage, less a constant. The vector begins at the centre.

        The share of bits that differ tells the angle between two vectors, with both lengths it tells the distance.
        The cosine of the angle is taken as a straight line, which is good enough near the right angle.
        """
        bits = self.bits if rows is None else self.bits[:, rows]
        lengths = self.lengths if rows is None else self.lengths[rows]
        distances = _differing(bits, signs(vector[np.newaxis])[:, 0])
        distances -= len(vector) / 2
        distances *= np.pi / len(vector) * float(np.linalg.norm(vector))
        distances += lengths / 2
        distances *= lengths
        return distances


class Part:
    """Grows at its end. `learn`, `bury` and `view` want the lock."""

    def __init__(self, epoch: int = 0) -> None:
        self.lock = threading.Lock()
        self.epoch = epoch
        self.sequence = 0
        self._count = 0
        self._numbers = np.empty(0, np.int64)
        self._notes = np.empty(0, np.int64)
        self._scales = np.empty(0, np.float32)
        self._codes = np.empty((0, 0), np.int8)
        self._bits = np.empty((0, 0), np.uint64)
        self._lengths = np.empty(0, np.float32)
        self._buried = np.empty(0, np.intp)
        self._centre: Vector | None = None
        self._centred_at = 0  # passages that there were

    @property
    def size_bytes(self) -> int:
        return sum(
            one.nbytes
            for one in (
                self._numbers,
                self._notes,
                self._scales,
                self._codes,
                self._bits,
                self._lengths,
                self._buried,
            )
        )

    @property
    def is_mostly_gone(self) -> bool:
        """Better learned anew."""
        return len(self._buried) > max(GONE, self._count // 2)

    def learn(self, sequence: int, numbers: Numbers, notes: Numbers, vectors: Vector) -> None:
        first, self._count = self._count, self._count + len(numbers)
        if self._count > len(self._numbers):
            self._grow(self._count + self._count // 4, vectors.shape[1])
        new = slice(first, self._count)
        scales = np.abs(vectors).max(axis=1) / 127
        scales[scales == 0] = 1
        self._numbers[new], self._notes[new], self._scales[new] = numbers, notes, scales
        self._codes[new] = np.rint(vectors / scales[:, np.newaxis])
        self.sequence = sequence
        if self._count > FEW:
            self._sign(new, vectors)

    def view(self) -> View:
        n = self._count
        return View(
            self,
            self.sequence,
            self._numbers[:n],
            self._notes[:n],
            self._codes[:n],
            self._scales[:n],
            self._centre,
            self._bits[:, :n],
            self._lengths[:n],
            self._buried,
        )

    def bury(self, numbers: Numbers) -> None:
        """Passages that are gone: their numbers are never used again. Views go on with what they know."""
        named = np.isin(self._numbers[: self._count], numbers)
        self._notes = self._notes.copy()
        self._notes[: self._count][named] = NO_NOTE
        self._buried = np.flatnonzero(self._notes[: self._count] == NO_NOTE)

    def _grow(self, length: int, dimensions: int) -> None:
        """Into new arrays: views go on with the old ones."""
        self._numbers = _longer(self._numbers, (length,))
        self._notes = _longer(self._notes, (length,))
        self._scales = _longer(self._scales, (length,))
        self._codes = _longer(self._codes, (length, dimensions))
        if len(self._bits):
            self._bits = _longer(self._bits, (len(self._bits), length))
            self._lengths = _longer(self._lengths, (length,))

    def _sign(self, new: slice, vectors: Vector) -> None:
        """Of all anew where the centre was made when there were half as many: models crowd vectors around one."""
        if self._count < 2 * self._centred_at:
            assert self._centre is not None
            from_centre = vectors - self._centre
            self._bits[:, new] = signs(from_centre)
            self._lengths[new] = np.linalg.norm(from_centre, axis=1)
            return
        sample = np.linspace(0, self._count - 1, min(self._count, SAMPLE)).astype(np.intp)
        centre: Vector = self._rough(sample).mean(axis=0)
        words = -(-vectors.shape[1] // 64)
        bits = np.empty((words, len(self._numbers)), np.uint64)
        lengths = np.empty(len(self._numbers), np.float32)
        for at in range(0, self._count, SAMPLE):
            some = np.arange(at, min(at + SAMPLE, self._count))
            from_centre = self._rough(some) - centre
            bits[:, some] = signs(from_centre)
            lengths[some] = np.linalg.norm(from_centre, axis=1)
        self._centre, self._bits, self._lengths = centre, bits, lengths
        self._centred_at = self._count

    def _rough(self, rows: NDArray[np.intp]) -> Vector:
        rough: Vector = self._codes[rows] * self._scales[rows, np.newaxis]
        return rough


def _differing(bits: Bits, asked: NDArray[np.uint64]) -> Vector:
    """How many bits of each column differ from those asked for."""
    differing = np.zeros(bits.shape[1], np.float32)
    both = np.empty(bits.shape[1], np.uint64)
    for at in range(0, len(asked), SUMMED):
        counts = np.zeros(bits.shape[1], np.uint8)
        for word, wanted in zip(bits[at : at + SUMMED], asked[at : at + SUMMED], strict=True):
            counts += np.bitwise_count(np.bitwise_xor(word, wanted, out=both))
        differing += counts
    return differing


def _least(numbers: Vector, count: int) -> NDArray[np.intp]:
    """Places of the smallest, in order: about as many as asked for.

    Asking some how small they are takes a fifth of the time of a partition of all.
    """
    sample = numbers[::SAMPLED]
    last = np.partition(sample, count // SAMPLED)[count // SAMPLED]
    least = np.flatnonzero(numbers <= last)
    if not count // 2 < len(least) <= 2 * count:  # many are equal, or the sample says little
        return np.sort(np.argpartition(numbers, count)[:count])
    return least


def _longer(array: NDArray, shape: tuple[int, ...]) -> NDArray:  # type: ignore[type-arg]
    longer = np.empty(shape, array.dtype)
    longer[tuple(slice(length) for length in array.shape)] = array
    return longer


def signs(vectors: Vector) -> Bits:
    """uint64[ceil(dimensions / 64), n]: a bit for each number that is above zero."""
    packed = np.packbits(vectors > 0, axis=1)
    padding = -packed.shape[1] % 8
    if padding:
        packed = np.pad(packed, ((0, 0), (0, padding)))
    return np.ascontiguousarray(np.ascontiguousarray(packed).view(np.uint64).T)
