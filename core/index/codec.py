"""How the token embeddings of a segment become bytes: exactly, or as centroid and residual."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from core.domain import Float32Array
from core.index import exact, residual
from core.index.codebook import Codebook
from core.index.files import Arrays
from core.index.format import Form


class Codec(Protocol):
    """`form` says which arrays `compress` returns, one row for each token in each of them."""

    @property
    def form(self) -> Form: ...

    def compress(self, vectors: Float32Array) -> Arrays:
        """`(tokens, dim)` float32 -> arrays. Raises ValueError for a value that is not finite."""

    def decompress(self, arrays: Arrays) -> Float32Array:
        """The embeddings that the arrays stand for, `(tokens, dim)` float32."""


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
        turned = vectors @ self.codebook.rotation
        codes = self.codebook.assign(turned)
        return codes, *residual.compress(turned, self.codebook.centroids[codes], self.form.bits)

    def decompress(self, arrays: Arrays) -> Float32Array:
        codes, scales, packed = arrays
        turned = residual.decompress(scales, packed, self.form.bits)
        turned += self.codebook.centroids[codes]
        return np.asarray(turned @ self.codebook.rotation.T, dtype=np.float32)
