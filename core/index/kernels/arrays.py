"""What the kernels work on: 32 query tokens at a time, and the arrays of a segment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from core.domain import Float32Array, Int32Array, Int64Array

LANES = 32
"""Query tokens scored at a time; longer queries take several passes."""

ALIGNMENT = 64

_LARGEST = 127


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class QueryLanes:
    """Up to LANES query tokens as int8, in the two layouts that kernels read; unused lanes are 0.

    `fours`: `(dim / 4, LANES, 4)` int8; `components`: `(dim, LANES)` int16, the same numbers; `step`:
    `(LANES,)` float32, what one unit of a lane stands for; `sums`: `(LANES,)` int32, of its components.

    Rounding a query to int8 moves a similarity by about 0.0006 of the query token's length; the best
    passages are scored again in float32 (search/candidates.py).
    """

    fours: NDArray[np.int8]
    components: NDArray[np.int16]
    step: Float32Array
    sums: NDArray[np.int32]

    @classmethod
    def of(cls, vectors: Float32Array) -> QueryLanes:
        """`vectors`: `(query tokens, dim)` float32, at most LANES of them; dim is a multiple of 32."""
        used, dim = vectors.shape
        largest = np.abs(vectors).max(axis=1, initial=0.0)
        step = np.zeros(LANES, dtype=np.float32)
        step[:used] = np.where(largest > 0, largest, 1.0) / _LARGEST
        whole = np.zeros((LANES, dim), dtype=np.int8)
        whole[:used] = np.rint(vectors / step[:used, None])
        fours = aligned((dim // 4, LANES, 4), np.int8)
        fours[:] = whole.reshape(LANES, dim // 4, 4).transpose(1, 0, 2)
        components = aligned((dim, LANES), np.int16)
        components[:] = whole.T
        return cls(fours=fours, components=components, step=step, sums=whole.sum(axis=1, dtype=np.int32))


def aligned(shape: tuple[int, ...], kind: Any) -> NDArray[Any]:
    """A new zeroed array that begins at a multiple of ALIGNMENT bytes, as aligned vector loads need it."""
    nbytes = int(np.prod(shape)) * np.dtype(kind).itemsize
    raw = np.zeros(nbytes + ALIGNMENT, dtype=np.uint8)
    start = -raw.ctypes.data % ALIGNMENT
    whole: NDArray[Any] = raw[start : start + nbytes].view(kind).reshape(shape)
    return whole


LOOSE_SCALE = 168
"""Tokens whose scale byte is at least this lie 0.93 or more from their centroid, which tells next to nothing
of them: the scan measures them exactly. There are hardly any among clustered embeddings; among lexical ones
(rare words, numbers, names) 10 %: without this, 4 % of the exact top ten were not among the best 2,048 of
16,000 passages, with it none, for 8 ms more on two cores (2.4 million tokens, 2026-11)."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ScanTable:
    """What up to LANES query tokens have to do with the centroids of a codebook.

    `near`: `(K, LANES)` float32, the dot products; `rounded`: `(K, LANES)` uint8, the same in `steps` for a
    unit of similarity, nothing below 0. A lane that no query token uses is 0. Rounding moves a passage's
    place by less than the centroids do.
    """

    lanes: QueryLanes
    near: Float32Array
    rounded: NDArray[np.uint8]
    steps: np.float32


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ResidualTokens:
    """The tokens of a compressed segment; residual.py tells what they stand for.

    `offsets`: `(passages + 1,)` int64; `codes`: `(tokens,)` uint16; `scales`: `(tokens,)` uint8; `packed`:
    `(tokens, dim * bits / 8)` uint8; `unit`: half the distance of two buckets at scale 1, float32.
    """

    offsets: Int64Array
    codes: NDArray[np.uint16]
    scales: NDArray[np.uint8]
    packed: NDArray[np.uint8]
    bits: int
    unit: np.float32


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ExactTokens:
    """The tokens of an exact segment; exact.py tells what they stand for.

    `offsets`: `(passages + 1,)` int64; `codes`: `(tokens, dim)` int8; `scales`: `(tokens,)` float32.
    """

    offsets: Int64Array
    codes: NDArray[np.int8]
    scales: Float32Array


class Kernels(Protocol):
    """What is done for every token of a search; PlainKernels tells what each computes. Thread-safe."""

    @property
    def name(self) -> str: ...

    def scan(
        self, table: ScanTable, tokens: ResidualTokens, ordinals: Int64Array, sums: Int32Array
    ) -> None: ...

    def residual(
        self, table: ScanTable, tokens: ResidualTokens, ordinals: Int64Array, best: Float32Array
    ) -> None: ...

    def exact(
        self, query: QueryLanes, tokens: ExactTokens, ordinals: Int64Array, best: Float32Array
    ) -> None: ...
