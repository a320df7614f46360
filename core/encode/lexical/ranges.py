"""Hashes of any ranges of a text, which are the features of its units and of their parts."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.encode.lexical.directions import Hashes, mix
from core.folding.fold import Points

_PRIME = 0x9E3779B97F4A7C15 | 1
_PRIME_INVERSE = pow(_PRIME, -1, 1 << 64)


class RangeHashes:
    """Hashes of any ranges of an array of code points, after one pass over it.

    The hash of `[s, e)` is the polynomial sum of mixed code points times powers of an odd number modulo
    2**64, divided by the power at `s` (odd numbers have inverses), so equal strings have equal hashes.
    """

    def __init__(self, points: Points) -> None:
        powers = np.full(len(points) + 1, _PRIME, dtype=np.uint64)
        powers[0] = 1
        inverses = np.full(len(points) + 1, _PRIME_INVERSE, dtype=np.uint64)
        inverses[0] = 1
        powers, self._inverses = np.multiply.accumulate(powers), np.multiply.accumulate(inverses)
        self._sums = np.zeros(len(points) + 1, dtype=np.uint64)
        np.cumsum(mix(points.astype(np.uint64)) * powers[:-1], out=self._sums[1:])

    def of(self, starts: NDArray[np.integer], ends: NDArray[np.integer]) -> Hashes:
        """`(n,)` uint64, well mixed."""
        return mix((self._sums[ends] - self._sums[starts]) * self._inverses[starts])
