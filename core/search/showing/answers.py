"""Here is a similarity: does this passage token answer that query token, or are they alike by chance?"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.domain import Float32Array, TokenEmbeddings

MIN_STRENGTH = 0.25
"""Below this a passage token shares too little with a query token to answer it on its own."""

FULL_WEIGHT = 0.5
"""Query tokens lighter than this share of the heaviest (particles, articles, common characters) count less,
by the square: き in とき is no answer, however well it matches."""


NoiseFloor = float | Float32Array
"""The cosine that says nothing: one for all query tokens, or one for each, `(query tokens,)`."""


def strengths(similarities: Float32Array, noise_floor: NoiseFloor) -> Float32Array:
    """Cosines -> strengths: 0 or less at the noise floor, 1 for the same word in the same context.

    `similarities`: `(query tokens,)` or `(query tokens, any)`.
    """
    floor = np.asarray(noise_floor, dtype=np.float32)
    if floor.ndim and similarities.ndim > 1:
        floor = floor[:, None]
    return np.asarray((similarities - floor) / (1.0 - floor), dtype=np.float32)


def salience(query: Float32Array, noise_floor: NoiseFloor = 0.0) -> Float32Array:
    """How much each query token counts, `(query tokens,)` in [0, 1]; `query` is `(query tokens, dim)`. A
    token can say as much as its weight leaves above its noise.
    """
    weights = np.linalg.norm(query, axis=1) * (1.0 - np.asarray(noise_floor, dtype=np.float32))
    full = FULL_WEIGHT * weights.max(initial=1e-12)
    return np.asarray(np.minimum(1.0, weights / full) ** 2, dtype=np.float32)


def stand_for_something(embedded: TokenEmbeddings) -> NDArray[np.bool_]:
    """Which tokens stand for characters of the text, `(tokens,)`. Markers and masks help to rank passages,
    but they are near to something in every passage, which makes it no answer.
    """
    return np.asarray(embedded.spans[:, 1] > embedded.spans[:, 0])


def least_products(query: TokenEmbeddings, noise_floor: NoiseFloor) -> Float32Array:
    """The smallest dot product with each query token that answers it, `(query tokens,)`; inf if none can."""
    with np.errstate(divide="ignore"):
        least = MIN_STRENGTH / salience(query.vectors, noise_floor)
    weights = np.linalg.norm(query.vectors, axis=1)
    can = (least <= 1.0) & stand_for_something(query)
    cosines = np.where(can, noise_floor + (1.0 - noise_floor) * least, np.inf)
    return np.asarray(cosines * weights, dtype=np.float32)
