"""From the cosine of two vectors to a score that means the same for every model: above 0.8 is a strong match.

A model's raw cosines do not: of this embedded one, texts that have nothing in common get 0.77. The curve and what it
was measured on stand in docs/search-quality.md.
"""

import math
from dataclasses import dataclass

from spote.domain.search.embedding.e5 import NAME


@dataclass(frozen=True, slots=True)
class Curve:
    """The logistic function: 0.5 in the middle, 0.8 at middle + 1.39 / steepness."""

    middle: float
    steepness: float
    same_from: float  # cosine of two passages that say the same in the same words, or nearly

    def score(self, cosine: float) -> float:
        """0..1, rising with the cosine."""
        return 1 / (1 + math.exp(-self.steepness * (cosine - self.middle)))


_E5 = Curve(middle=0.825, steepness=40, same_from=0.97)  # strong from 0.86
_OTHER = Curve(
    middle=0.5, steepness=10, same_from=0.95
)  # strong from 0.64; a guess in the middle of what models give
_E5_FAMILY = "e5-"  # all trained with a temperature of 0.01, which crowds their cosines above 0.7


def curve_of(model: str) -> Curve:
    """For the name of an Embedder. A model that nobody has measured gets a neutral curve."""
    return _E5 if model == NAME or _E5_FAMILY in model.lower() else _OTHER
