"""Embeddings to bytes and back, nearly without loss: int8 codes with one scale a token. Needs no codebook.

A token of 128 dimensions takes 132 bytes. The similarity of unit vectors moves by about 0.001 (standard
deviation, `tests/core/index/test_exact.py` holds it to that), far below what separates a match from chance.
Mapped int8 codes are also the fastest to score with numpy alone: turning a token into float32 took 13 ns,
against 21 ns from bfloat16 and 213 ns from float16 (one core, 2026-11).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.domain import Float32Array

Int8Array = NDArray[np.int8]

_LEVELS = 127.0


def compress(vectors: Float32Array) -> tuple[Float32Array, Int8Array]:
    """`(tokens, dim)` float32 -> scales `(tokens,)` float32 and codes `(tokens, dim)` int8.

    Raises ValueError for a value that is not finite: such a token would poison every search.
    """
    if not np.isfinite(vectors).all():
        raise ValueError("an embedding has a value that is not finite")
    largest = np.abs(vectors).max(axis=1, initial=0.0)
    scales = np.asarray(np.where(largest > 0, largest, 1.0) / _LEVELS, dtype=np.float32)
    codes = np.rint(vectors / scales[:, None]).astype(np.int8)
    return scales, codes


def decompress(scales: Float32Array, codes: Int8Array) -> Float32Array:
    """The embeddings that the codes stand for, `(tokens, dim)` float32."""
    return codes.astype(np.float32) * scales[:, None]
