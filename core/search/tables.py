"""Here are query tokens and centroids: how similar are they? Computed once for a question and a codebook."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.domain import Float32Array
from core.index.kernels.arrays import LANES, QueryLanes, aligned

_CENTROIDS_AT_ONCE = 4096
"""A piece of work for one thread: its part of a table stays in the cache between the steps."""

Spread = Callable[[Callable[[slice], None], Iterable[slice]], None]
"""Does a piece of work for each of several slices, in several threads."""


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
        cls, query: Float32Array, lanes: tuple[QueryLanes, ...], centroids: Float32Array, spread: Spread
    ) -> CentroidTables:
        """`query`: `(query tokens, dim)` and `centroids`: `(K, dim)`, float32, both turned."""
        count = len(centroids)
        columns = np.zeros((query.shape[1], len(lanes) * LANES), dtype=np.float32)
        columns[:, : len(query)] = query.T
        blocks = [
            np.ascontiguousarray(columns[:, first : first + LANES])
            for first in range(0, columns.shape[1], LANES)
        ]
        near = tuple(aligned((count, LANES), np.float32) for _ in blocks)
        rounded = tuple(aligned((count, LANES), np.uint8) for _ in blocks)
        slices = [
            slice(first, min(first + _CENTROIDS_AT_ONCE, count))
            for first in range(0, count, _CENTROIDS_AT_ONCE)
        ]
        largest: list[np.float32] = []

        def multiply(some: slice) -> None:
            for block, table in zip(blocks, near, strict=True):
                np.dot(centroids[some], block, out=table[some])
                largest.append(table[some].max())

        spread(multiply, slices)
        scale = np.float32(255) / max(*largest, np.float32(1e-12))

        def round_(some: slice) -> None:
            for table, small in zip(near, rounded, strict=True):
                scaled = table[some] * scale
                small[some] = np.maximum(scaled, np.float32(0), out=scaled)

        spread(round_, slices)
        return cls(lanes=lanes, near=near, rounded=rounded)


def threshold(sums: Sequence[NDArray[np.int32]], wanted: int) -> int:
    """The smallest sum that is among the best `wanted` of all (or ties with the last of them)."""
    counts = np.bincount(np.concatenate(sums))
    from_above = np.cumsum(counts[::-1])
    enough = int(np.searchsorted(from_above, wanted))
    return max(0, len(counts) - 1 - enough)
