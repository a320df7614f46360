"""What a centroid leaves over, in 4 or 2 bits a dimension.

The residual (embedding minus centroid, both turned by the codebook's fixed rotation, after which its
components are nearly normally distributed) is rounded to equal steps that depend on nothing but its length:
so the quantiser needs no training, and an addition can never spoil what exists (the idea of RaBitQ, Gao and
Long, SIGMOD 2024). The length of the whole embedding is kept: a token that rounding made longer would win
too often. At 4 bits that left 6 % less error in the scores than keeping the residual's length (2026-11).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.domain import Float32Array

HALF_STEP = {2: 0.9957 / 2, 4: 0.3352 / 2}
"""Bits -> half the distance of two buckets, in standard deviations: the equal steps with the least squared
error for a normal distribution (Max, "Quantizing for minimum distortion", 1960, table II)."""

SCALE_STEPS = 180
"""A scale is kept as a byte, in steps of 1/180 of the standard deviation that a residual of length 1 has:
up to 1.41, more than the distance of a unit vector from its centroid, and exact to 0.3 % at the usual 0.6."""


_TRUSTED = 0.25
"""A scale that differs more from the one that keeps the residual's length is no improvement."""


def unit(dim: int, bits: int) -> np.float32:
    """What half the distance of two buckets is, in a residual whose scale byte is 1."""
    return np.float32(HALF_STEP[bits] / np.sqrt(dim) / SCALE_STEPS)


def compress(
    vectors: Float32Array, centroids: Float32Array, bits: int
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """What `vectors`, `(tokens, dim)` float32, have beyond their `centroids`, of the same shape.

    Returns scales `(tokens,)` uint8 and packed buckets `(tokens, dim * bits / 8)` uint8.
    """
    residuals = vectors - centroids
    dim, levels = residuals.shape[1], 1 << bits
    lengths = np.linalg.norm(residuals, axis=1)
    step = 2 * HALF_STEP[bits] / np.sqrt(dim) * np.maximum(lengths, 1e-12)[:, None]
    buckets = np.clip(np.floor(residuals / step) + levels // 2, 0, levels - 1).astype(np.uint8)
    scales = _scales(vectors, centroids, odd(buckets, bits), lengths) / unit(dim, bits)
    return np.clip(np.rint(scales), 0, 255).astype(np.uint8), pack(buckets, bits)


def _scales(
    vectors: Float32Array, centroids: Float32Array, rounded: Float32Array, lengths: Float32Array
) -> Float32Array:
    """For each token the s with |centroid + s * rounded| = |vector|, a quadratic equation.

    Where rounding leaves no good solution: the s that keeps the residual's length.
    """
    a = np.einsum("ij,ij->i", rounded, rounded)
    half_b = np.einsum("ij,ij->i", centroids, rounded)
    c = np.einsum("ij,ij->i", centroids, centroids) - np.einsum("ij,ij->i", vectors, vectors)
    found = (np.sqrt(np.maximum(half_b * half_b - a * c, 0)) - half_b) / a
    kept = lengths / np.sqrt(a)
    good = np.abs(found - kept) <= _TRUSTED * kept
    return np.asarray(np.where(good, found, kept), dtype=np.float32)


def decompress(scales: NDArray[np.uint8], packed: NDArray[np.uint8], bits: int) -> Float32Array:
    """The residuals that the buckets stand for, `(tokens, dim)` float32."""
    found = odd(unpack(packed, bits), bits)
    found *= (scales * unit(found.shape[1], bits))[:, None]
    return found


def pack(buckets: NDArray[np.uint8], bits: int) -> NDArray[np.uint8]:
    """`(tokens, dim)` -> `(tokens, n)` bytes: byte j holds components j, j + n, j + 2n, …, the first in the
    lowest bits.
    """
    parts = np.split(buckets, 8 // bits, axis=1)
    packed = parts[0].copy()
    for position, part in enumerate(parts[1:], start=1):
        packed |= part << np.uint8(bits * position)
    return packed


def unpack(packed: NDArray[np.uint8], bits: int) -> NDArray[np.uint8]:
    """The reverse of `pack`."""
    mask = np.uint8((1 << bits) - 1)
    return np.concatenate([(packed >> np.uint8(shift)) & mask for shift in range(0, 8, bits)], axis=1)


def odd(buckets: NDArray[np.uint8], bits: int) -> Float32Array:
    """Bucket b of L stands for 2 b - (L - 1) half steps: …, -3, -1, 1, 3, …"""
    return buckets.astype(np.float32) * np.float32(2) - np.float32((1 << bits) - 1)
