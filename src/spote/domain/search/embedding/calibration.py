"""From the cosine of two vectors to a score that means something: 0..1, above 0.8 a strong match."""

import math

from spote.domain.search.embedding.e5 import NAME

# Midpoint and steepness of a logistic curve, by model; see docs/search-quality.md.
_CURVES = {NAME: (0.815, 30.0)}
_NEUTRAL = (0.5, 8.0)  # for a model of which we know nothing


def calibrated(model: str, cosine: float) -> float:
    """Grows with the cosine, so that the order stays."""
    middle, steepness = _CURVES.get(model, _NEUTRAL)
    return 1 / (1 + math.exp(-steepness * (cosine - middle)))
