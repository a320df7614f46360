"""The kernels in numpy: what each computes, to be read first, and what runs where LLVM does not.

They give the same numbers as the native ones, bit for bit: sums are of integers that float32 holds exactly,
and everything else is rounded after every step, in the same order.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from core.domain import Float32Array, Int64Array
from core.index import residual
from core.index.kernels.arrays import ExactTokens, QueryLanes, ResidualTokens

_TOKENS_AT_ONCE = 4096
"""Tokens scored at a time: their float32 components (2 MB at 128) and scores stay in the cache."""


class PlainKernels:
    """Thread-safe: all state is in the arguments."""

    name = "numpy"

    def scan(
        self,
        table: NDArray[np.uint8],
        tokens: ResidualTokens,
        ordinals: Int64Array,
        sums: NDArray[np.int32],
    ) -> None:
        """Score passages by their centroids alone.

        `table`: `(K, LANES)` uint8, each centroid's similarity with each query token. For each of `ordinals`
        the largest entry of its tokens in each lane, summed over the lanes, is added to `sums`,
        `(ordinals,)`.
        """
        for piece in _pieces(tokens.offsets, ordinals):
            best = np.maximum.reduceat(table[tokens.codes[piece.tokens]], piece.starts, axis=0)
            sums[piece.positions] += best.sum(axis=1, dtype=np.int32)

    def residual(
        self,
        query: QueryLanes,
        near: Float32Array,
        tokens: ResidualTokens,
        ordinals: Int64Array,
        best: Float32Array,
    ) -> None:
        """Score passages of a compressed segment: `best[i]`, `(LANES,)` float32, gets the largest similarity
        of each lane with a token of `ordinals[i]`, -inf if it has none.

        A similarity is `near[code]`, of `(K, LANES)` float32, plus that of the query with the residual.
        """
        middle = (query.sums * np.int32((1 << tokens.bits) - 1)).astype(np.float32)
        step = query.step * tokens.unit
        best[:] = -np.inf
        for piece in _pieces(tokens.offsets, ordinals):
            buckets = residual.unpack(tokens.packed[piece.tokens], tokens.bits)
            found = _dots(buckets, query) * np.float32(2) - middle
            found *= step
            found *= tokens.scales[piece.tokens, None].astype(np.float32)
            found += near[tokens.codes[piece.tokens]]
            best[piece.positions] = np.maximum.reduceat(found, piece.starts, axis=0)

    def exact(self, query: QueryLanes, tokens: ExactTokens, ordinals: Int64Array, best: Float32Array) -> None:
        """The same for an exact segment, where a similarity is that with the int8 codes."""
        best[:] = -np.inf
        for piece in _pieces(tokens.offsets, ordinals):
            found = _dots(tokens.codes[piece.tokens], query)
            found *= query.step
            found *= tokens.scales[piece.tokens, None]
            best[piece.positions] = np.maximum.reduceat(found, piece.starts, axis=0)


class _Piece:
    """Passages that have tokens: their positions, their tokens one after the other, where each begins."""

    def __init__(self, positions: Int64Array, first: Int64Array, counts: Int64Array) -> None:
        self.positions = positions
        self.starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
        self.tokens = np.repeat(first - self.starts, counts) + np.arange(counts.sum())


def _pieces(offsets: Int64Array, ordinals: Int64Array) -> Iterator[_Piece]:
    """The passages `ordinals` in pieces of about _TOKENS_AT_ONCE tokens."""
    first = offsets[ordinals]
    counts = offsets[ordinals + 1] - first
    filled = np.flatnonzero(counts)
    ends = np.cumsum(counts[filled])
    start = 0
    while start < len(filled):
        before = int(ends[start - 1]) if start else 0
        end = max(start + 1, int(np.searchsorted(ends, before + _TOKENS_AT_ONCE, side="right")))
        some = filled[start:end]
        yield _Piece(some, first[some], counts[some])
        start = end


def _dots(components: NDArray[np.int8] | NDArray[np.uint8], query: QueryLanes) -> Float32Array:
    """`(tokens, LANES)`: whole numbers below 2^24, which float32 products and sums keep exactly."""
    found: Float32Array = np.dot(components.astype(np.float32), query.components.astype(np.float32))
    return found
