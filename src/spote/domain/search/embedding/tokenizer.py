"""Cuts a text into the pieces that the model knows: the unigram model of SentencePiece, by a compact trie.

Of all ways to cut the text, the one with the highest sum of scores (Kudo 2018, arXiv:1804.10959). The trie's 505,000
nodes are one sorted array of (parent, character), 6 MB with the pieces that end there, where a tokenizer object of
the usual library takes 285 MB. All places of a text walk down it at once.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from spote.domain.search.embedding.weights import Vocabulary

SPACE = "▁"  # what pieces have for a space
LONGEST_TEXT = 10_000  # characters that are looked at: more than 512 pieces of the longest kind
_CHARACTER_BITS = 21
_UNKNOWN_PENALTY = 10.0  # below the worst piece: what a character costs that no piece holds


class _Match(NamedTuple):
    """Pieces found in a text, by falling place of their start; within one start the shorter first."""

    starts: list[int]
    ends: list[int]
    pieces: list[int]


class Tokenizer:
    """Safe to use from several threads at once."""

    def __init__(self, vocabulary: Vocabulary, *, special: Sequence[int], unknown: int) -> None:
        """Pieces in `special` are never found in a text."""
        self._edges, self._piece_at = _trie(vocabulary, special)
        self._scores = vocabulary.scores
        self._unknown = unknown
        self._unknown_score = float(self._scores.min()) - _UNKNOWN_PENALTY

    def tokens(self, text: str) -> list[int]:
        """The ids of the pieces, without marks of beginning and end. The first LONGEST_TEXT characters count."""
        text = text[:LONGEST_TEXT].replace(" ", SPACE)
        if not text:
            return []
        characters = _characters(text if text[0] == SPACE else SPACE + text)
        return self._best_path(len(characters), self._matches(characters))

    def _matches(self, characters: NDArray[np.uint32]) -> _Match:
        starts = np.arange(len(characters))
        nodes = np.zeros(len(characters), np.uint64)
        found: list[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int32]]] = []
        depth = 0
        while len(starts):
            wanted = (nodes << np.uint64(_CHARACTER_BITS)) | characters[starts + depth]
            places = np.minimum(np.searchsorted(self._edges, wanted), len(self._edges) - 1)
            exist = self._edges[places] == wanted
            starts, places = starts[exist], places[exist]
            pieces = self._piece_at[places]
            end_here = pieces >= 0
            depth += 1
            found.append((starts[end_here], starts[end_here] + depth, pieces[end_here]))
            go_on = starts + depth < len(characters)
            starts, nodes = starts[go_on], places[go_on].astype(np.uint64) + np.uint64(1)
        all_starts, all_ends, all_pieces = (
            np.concatenate(column) for column in zip(*found, strict=True)
        )
        order = np.argsort(all_starts, kind="stable")
        return _Match(
            all_starts[order].tolist(), all_ends[order].tolist(), all_pieces[order].tolist()
        )

    def _best_path(self, length: int, match: _Match) -> list[int]:
        """Viterbi's way: the best cut up to each place, from left to right, then back from the end."""
        scores = self._scores[match.pieces].tolist()
        best = [float("-inf")] * (length + 1)
        best[0] = 0.0
        came_from, by_piece = [0] * (length + 1), [self._unknown] * (length + 1)
        rows = zip(match.starts, match.ends, match.pieces, scores, strict=True)
        row = next(rows, None)
        for place in range(length):
            so_far = best[place]
            single = False
            while row is not None and row[0] == place:
                _, end, piece, score = row
                single = single or end == place + 1
                if so_far + score > best[end]:
                    best[end], came_from[end], by_piece[end] = so_far + score, place, piece
                row = next(rows, None)
            if not single and so_far + self._unknown_score > best[place + 1]:
                best[place + 1] = so_far + self._unknown_score
                came_from[place + 1], by_piece[place + 1] = place, self._unknown
        return self._walked_back(length, came_from, by_piece)

    def _walked_back(self, place: int, came_from: list[int], by_piece: list[int]) -> list[int]:
        """Unknown characters in a row are one token."""
        path: list[int] = []
        while place > 0:
            if by_piece[place] != self._unknown or not path or path[-1] != self._unknown:
                path.append(by_piece[place])
            place = came_from[place]
        return path[::-1]


def _characters(text: str) -> NDArray[np.uint32]:
    """A lone surrogate counts as a character that no piece holds."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4")


def _trie(
    vocabulary: Vocabulary, special: Sequence[int]
) -> tuple[NDArray[np.uint64], NDArray[np.int32]]:
    """Edges as sorted (parent << 21 | character), where edge n leads to node n + 1 and 0 is the root; and the piece
    that ends at each edge, else -1. Level by level, so that parents have smaller numbers and the whole is sorted."""
    characters, starts, ends = _decoded(vocabulary)
    pieces = np.setdiff1d(np.arange(len(starts)), special)
    nodes = np.zeros(len(pieces), np.uint64)
    levels: list[tuple[NDArray[np.uint64], NDArray[np.int32]]] = []
    known, depth = 1, 0
    while len(pieces):
        keys = (nodes << np.uint64(_CHARACTER_BITS)) | characters[starts[pieces] + depth]
        edges, edge_of = np.unique(keys, return_inverse=True)
        depth += 1
        end_here = starts[pieces] + depth == ends[pieces]
        piece_at = np.full(len(edges), -1, np.int32)
        piece_at[edge_of[end_here]] = pieces[end_here]
        levels.append((edges, piece_at))
        nodes = (edge_of[~end_here] + known).astype(np.uint64)
        pieces = pieces[~end_here]
        known += len(edges)
    return np.concatenate([one for one, _ in levels]), np.concatenate([one for _, one in levels])


def _decoded(
    vocabulary: Vocabulary,
) -> tuple[NDArray[np.uint32], NDArray[np.int64], NDArray[np.int64]]:
    """The characters of all pieces in a row, and where each piece starts and ends."""
    octets = np.frombuffer(vocabulary.blob, np.uint8)
    begins_one = ((octets & 0xC0) != 0x80).view(np.uint8)  # of a character's bytes the first
    lengths = np.add.reduceat(begins_one, vocabulary.offsets[:-1], dtype=np.int64)
    ends = np.cumsum(lengths)
    return _characters(vocabulary.blob.decode()), ends - lengths, ends
