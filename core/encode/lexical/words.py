"""The vector of a unit apart from its context: a word shares directions with words that share its parts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.domain import Float32Array
from core.encode.lexical.directions import DIM, Hashes, directions
from core.encode.lexical.ranges import RangeHashes
from core.folding.units import Kind, Units

_GRAM_SALT = np.uint64(0x5851F42D4C957F2D)
_PREFIX_SALT = np.uint64(0x14057B7EF767814F)

Positions = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Which parts of a word count beside the whole (weight 1): their lengths, and the norm of their sum."""

    gram_lengths: tuple[int, ...]
    gram_weight: float
    prefix_lengths: tuple[int, ...]
    prefix_weight: float


WORD_PARTS = Parts(gram_lengths=(3,), gram_weight=2.0, prefix_lengths=(4,), prefix_weight=1.0)
HANGUL_PARTS = Parts(gram_lengths=(1, 2), gram_weight=1.5, prefix_lengths=(2,), prefix_weight=0.7)
"""Korean particles are written onto the word, so its first syllables and syllable pairs carry it."""


def unit_vectors(units: Units, hashes: Hashes, ranges: RangeHashes) -> tuple[Float32Array, NDArray[np.intp]]:
    """Unit vectors of the different units, `(distinct, 128)` float32, and which one each unit has, `(n,)`."""
    distinct, first, which = np.unique(hashes, return_index=True, return_inverse=True)
    vectors = directions(distinct)
    kinds = units.kinds[first]
    starts, ends = units.starts[first].astype(np.int64), units.ends[first].astype(np.int64)
    for kind, parts in ((Kind.WORD, WORD_PARTS), (Kind.HANGUL, HANGUL_PARTS)):
        chosen = np.flatnonzero(kinds == kind)
        if len(chosen):
            vectors[chosen] += _grams(starts[chosen], ends[chosen], ranges, parts)
            vectors[chosen] += _prefixes(starts[chosen], ends[chosen], ranges, parts)
            vectors[chosen] /= norms(vectors[chosen])[:, None]
    return vectors, which


def norms(vectors: Float32Array) -> Float32Array:
    """`(n,)` float32, never 0."""
    squares = np.einsum("ij,ij->i", vectors, vectors)
    return np.asarray(np.maximum(np.sqrt(squares), np.float32(1e-9)), dtype=np.float32)


def _grams(starts: Positions, ends: Positions, ranges: RangeHashes, parts: Parts) -> Float32Array:
    """The sum of the directions of all substrings of the given lengths, scaled to about `gram_weight`."""
    total = np.zeros((len(starts), DIM), dtype=np.float32)
    found = np.zeros(len(starts), dtype=np.int64)
    for length in parts.gram_lengths:
        counts = np.where(ends - starts > length, ends - starts - length + 1, 0)
        found += counts
        for rows, first in _blocks(counts):
            own = counts[rows]
            within = np.arange(own.sum()) - np.repeat(np.cumsum(own) - own, own)
            at = np.repeat(starts[rows], own) + within
            features = ranges.of(at, at + length) ^ (_GRAM_SALT + np.uint64(length))
            total[rows] += np.add.reduceat(directions(features), first, axis=0)
    scale = parts.gram_weight / np.sqrt(np.maximum(found, 1))
    return np.asarray(total * scale[:, None].astype(np.float32), dtype=np.float32)


_BLOCK = 8192
"""Directions made at a time: 4 MB of float32."""


def _blocks(counts: Positions) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """Rows that have any, about _BLOCK features at a time, each with the place of its first feature."""
    rows = np.flatnonzero(counts)
    ends = np.cumsum(counts[rows])
    cuts = np.searchsorted(
        ends, np.arange(_BLOCK, (ends[-1] if len(ends) else 0) + _BLOCK, _BLOCK), side="right"
    )
    previous = 0
    for cut in [*cuts.tolist(), len(rows)]:
        if cut > previous:
            some = rows[previous:cut]
            yield some, np.cumsum(counts[some]) - counts[some]
            previous = cut


def _prefixes(starts: Positions, ends: Positions, ranges: RangeHashes, parts: Parts) -> Float32Array:
    total = np.zeros((len(starts), DIM), dtype=np.float32)
    found = np.zeros(len(starts), dtype=np.int64)
    for length in parts.prefix_lengths:
        rows = np.flatnonzero(ends - starts >= length)
        features = ranges.of(starts[rows], starts[rows] + length) ^ (_PREFIX_SALT + np.uint64(length))
        total[rows] += directions(features)
        found[rows] += 1
    scale = parts.prefix_weight / np.sqrt(np.maximum(found, 1))
    return np.asarray(total * scale[:, None].astype(np.float32), dtype=np.float32)
