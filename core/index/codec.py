"""How the token embeddings of a segment become bytes: exactly, or as centroid and residual."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from core.domain import Float32Array
from core.index import exact, residual
from core.index.blas import one_blas_thread
from core.index.codebook import Codebook
from core.index.files import Arrays
from core.index.format import Form

_TOKENS_AT_ONCE = 8192
"""A piece of work for one thread while compressing: 4 MB as float32."""


class Codec(Protocol):
    """`form` says which arrays `compress` returns, one row for each token in each of them."""

    @property
    def form(self) -> Form: ...

    def compress(self, vectors: Float32Array) -> Arrays:
        """`(tokens, dim)` float32 -> arrays. Raises ValueError for a value that is not finite."""

    def decompress(self, arrays: Arrays) -> Float32Array:
        """The embeddings that the arrays stand for, `(tokens, dim)` float32."""

    def stored(self, arrays: Arrays) -> Float32Array:
        """The same in the space in which they are stored: `turn` brings a query there."""

    def turn(self, vectors: Float32Array) -> Float32Array:
        """`(n, dim)` float32 in the space of `stored`, where products are what they were."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExactCodec:
    """For small libraries, and until there is a codebook: see exact.py."""

    dim: int

    @property
    def form(self) -> Form:
        return Form(dim=self.dim)

    def compress(self, vectors: Float32Array) -> Arrays:
        return exact.compress(vectors)

    def decompress(self, arrays: Arrays) -> Float32Array:
        scales, codes = arrays
        return exact.decompress(scales, codes)

    def stored(self, arrays: Arrays) -> Float32Array:
        return self.decompress(arrays)

    def turn(self, vectors: Float32Array) -> Float32Array:
        return vectors


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ResidualCodec:
    """Turn, take the nearest centroid, keep its code and the residual: see residual.py."""

    codebook: Codebook

    @property
    def form(self) -> Form:
        return self.codebook.form

    def compress(self, vectors: Float32Array) -> Arrays:
        if not np.isfinite(vectors).all():
            raise ValueError("an embedding has a value that is not finite")
        pieces = [vectors[i : i + _TOKENS_AT_ONCE] for i in range(0, max(1, len(vectors)), _TOKENS_AT_ONCE)]
        if len(pieces) == 1:
            return self._compress(vectors)
        with one_blas_thread(), ThreadPoolExecutor(os.cpu_count() or 1, "mikke-compress") as pool:
            parts = list(pool.map(self._compress, pieces))
        return tuple(np.concatenate(column) for column in zip(*parts, strict=True))

    def _compress(self, vectors: Float32Array) -> Arrays:
        turned = self.turn(vectors)
        codes = self.codebook.assign(turned)
        return codes, *residual.compress(turned, self.codebook.centroids[codes], self.form.bits)

    def decompress(self, arrays: Arrays) -> Float32Array:
        return np.asarray(self.stored(arrays) @ self.codebook.rotation.T, dtype=np.float32)

    def stored(self, arrays: Arrays) -> Float32Array:
        codes, scales, packed = arrays
        turned = residual.decompress(scales, packed, self.form.bits)
        turned += self.codebook.centroids[codes]
        return turned

    def turn(self, vectors: Float32Array) -> Float32Array:
        return np.asarray(vectors @ self.codebook.rotation, dtype=np.float32)
