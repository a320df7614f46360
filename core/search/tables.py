"""Here are query tokens and centroids: how similar are they? Computed once for a question and a codebook."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.domain import Float32Array, Int32Array, Int64Array
from core.index.codebook import Codebook
from core.index.kernels.arrays import LANES, Kernels, QueryLanes, aligned

Spread = Callable[[Callable[[slice], None], int], None]
"""Does a piece of work for the slices of `range(count)`, in several threads."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CentroidTables:
    """For each block of LANES query tokens: `near`, `(K, LANES)` float32, the dot products; `rounded`,
    `(K, LANES)` uint8, the same in steps of 1/255 of the largest of all, nothing below 0.

    A lane that no query token uses is 0. Rounding moves a passage's place by less than the centroids do.
    """

    lanes: tuple[QueryLanes, ...]
    near: tuple[Float32Array, ...]
    rounded: tuple[NDArray[np.uint8], ...]

    @classmethod
    def of(
        cls, lanes: tuple[QueryLanes, ...], codebook: Codebook, kernels: Kernels, spread: Spread
    ) -> CentroidTables:
        """`lanes` are turned. The kernel for exact segments takes centroids as passages of one token: 1 ms
        for 32,768 centroids and one core, against 7 for a float32 product (2026-11).
        """
        count = len(codebook.centroids)
        near = tuple(aligned((count, LANES), np.float32) for _ in lanes)
        rounded = tuple(aligned((count, LANES), np.uint8) for _ in lanes)
        largest: list[float] = []

        def multiply(some: slice) -> None:
            ordinals: Int64Array = np.arange(some.start, some.stop)
            for block, table in zip(lanes, near, strict=True):
                kernels.exact(block, codebook.tokens, ordinals, table[some])
                largest.append(float(table[some].max()))

        spread(multiply, count)
        scale = np.float32(255 / max(*largest, 1e-12))

        def round_(some: slice) -> None:
            for table, small in zip(near, rounded, strict=True):
                scaled = table[some] * scale
                np.maximum(scaled, 0, out=small[some], casting="unsafe")

        spread(round_, count)
        return cls(lanes=lanes, near=near, rounded=rounded)


def threshold(sums: Sequence[Int32Array], wanted: int) -> int:
    """The smallest sum that is among the best `wanted` of all (or ties with the last of them)."""
    counts = np.bincount(np.concatenate(sums))
    from_above = np.cumsum(counts[::-1])
    enough = int(np.searchsorted(from_above, wanted))
    return max(0, len(counts) - 1 - enough)
