"""The kernels in numpy: what each computes, to be read first, and what runs where LLVM does not.

They give the same numbers as the native ones, bit for bit: sums are of integers that float32 holds exactly,
and everything else is rounded after every step, in the same order.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from core.domain import Float32Array, Int32Array, Int64Array
from core.index import residual
from core.index.kernels.arrays import LOOSE_SCALE, ExactTokens, QueryLanes, ResidualTokens, ScanTable

_TOKENS_AT_ONCE = 4096
"""Tokens scored at a time: their float32 components (2 MB at 128) and scores stay in the cache."""


class PlainKernels:
    """Thread-safe: all state is in the arguments."""

    name = "numpy"

    def scan(self, table: ScanTable, tokens: ResidualTokens, ordinals: Int64Array, sums: Int32Array) -> None:
        """Score passages roughly, mostly by the centroids of their tokens.

        For each of `ordinals` the largest entry of `table.rounded` of its tokens in each lane, summed over
        the lanes, is added to `sums`, `(ordinals,)`. A token of LOOSE_SCALE or more counts with its own
        similarity, too.
        """
        for piece in _pieces(tokens.offsets, ordinals):
            entries = table.rounded[tokens.codes[piece.tokens]]
            loose = np.flatnonzero(tokens.scales[piece.tokens] >= LOOSE_SCALE)
            if len(loose):
                own = _similarities(table, tokens, piece.tokens[loose]) * table.steps
                own = np.clip(own, np.float32(0), np.float32(255)).astype(np.uint8)
                entries[loose] = np.maximum(entries[loose], own)
            best = np.maximum.reduceat(entries, piece.starts, axis=0)
            sums[piece.positions] += best.sum(axis=1, dtype=np.int32)

    def residual(
        self, table: ScanTable, tokens: ResidualTokens, ordinals: Int64Array, best: Float32Array
    ) -> None:
        """Score passages of a compressed segment: `best[i]`, `(LANES,)` float32, gets the largest similarity
        of each lane with a token of `ordinals[i]`, -inf if it has none.

        A similarity is `table.near[code]` plus that of the query with the residual.
        """
        best[:] = -np.inf
        for piece in _pieces(tokens.offsets, ordinals):
            found = _similarities(table, tokens, piece.tokens)
            best[piece.positions] = np.maximum.reduceat(found, piece.starts, axis=0)

    def exact(self, query: QueryLanes, tokens: ExactTokens, ordinals: Int64Array, best: Float32Array) -> None:
        """The same for an exact segment, where a similarity is that with the int8 codes."""
        best[:] = -np.inf
        for piece in _pieces(tokens.offsets, ordinals):
            found = _dots(tokens.codes[piece.tokens], query)
            found *= query.step
            found *= tokens.scales[piece.tokens, None]
            best[piece.positions] = np.maximum.reduceat(found, piece.starts, axis=0)


def _similarities(table: ScanTable, tokens: ResidualTokens, numbers: Int64Array) -> Float32Array:
    """Of some tokens of a compressed segment with each lane, `(numbers, LANES)`."""
    middle = (table.lanes.sums * np.int32((1 << tokens.bits) - 1)).astype(np.float32)
    found = _dots(residual.unpack(tokens.packed[numbers], tokens.bits), table.lanes) * np.float32(2) - middle
    found *= table.lanes.step * tokens.unit
    found *= tokens.scales[numbers, None].astype(np.float32)
    found += table.near[tokens.codes[numbers]]
    return found


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
