"""Fixed pseudo-random directions: every 64-bit feature number has one direction of ±1 in 128 dimensions.

Unrelated directions are nearly orthogonal (their cosine has a standard deviation of 1/sqrt(128) = 0.088),
so a normalised sum of directions can be compared with another by what they share.
Integer arithmetic alone decides, so the directions are the same on every machine and for ever.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.domain import Float32Array

Hashes = NDArray[np.uint64]

DIM = 128

_BLOCK = 1024
"""Directions added at a time: 512 KB, so that they stay in the cache."""

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_SHIFT_30, _SHIFT_27, _SHIFT_31 = np.uint64(30), np.uint64(27), np.uint64(31)

_SIGNS_OF_BYTE = (
    (np.unpackbits(np.arange(256, dtype=np.uint8)[:, None], axis=1).astype(np.float32) * 2 - 1)
    / np.sqrt(np.float32(DIM))
).astype(np.float32)
"""`(256, 8)` float32: the eight signs that a byte stands for, scaled so that a direction has unit norm."""


def mix(values: Hashes) -> Hashes:
    """The finaliser of splitmix64 (Steele, Lea and Flood, OOPSLA 2014): every bit moves every bit."""
    z = values + _GOLDEN
    z = (z ^ (z >> _SHIFT_30)) * _MIX_1
    z = (z ^ (z >> _SHIFT_27)) * _MIX_2
    return np.asarray(z ^ (z >> _SHIFT_31), dtype=np.uint64)


def add_directions(vectors: Float32Array, features: Hashes, weights: Float32Array) -> None:
    """Add to every row of `vectors`, `(n, 128)`, the direction of its feature times its weight."""
    for start in range(0, len(features), _BLOCK):
        rows = slice(start, start + _BLOCK)
        some = directions(features[rows])
        some *= weights[rows, None]
        vectors[rows] += some


def directions(features: Hashes) -> Float32Array:
    """`(n, 128)` float32 unit vectors, one per feature number of `(n,)` uint64."""
    halves = np.empty((len(features), 2), dtype="<u8")
    halves[:, 0] = mix(features)
    halves[:, 1] = mix(features ^ _MIX_2)
    return np.take(_SIGNS_OF_BYTE, halves.view(np.uint8), axis=0).reshape(len(features), DIM)
