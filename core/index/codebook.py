"""A codebook: the centroids that the tokens of compressed segments are near to. Files never change."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.domain import Float32Array, Int64Array
from core.index import residual
from core.index.files import check, flush_folder, map_file, new_name, write_file
from core.index.format import CodebookHeader, Form, parse_codebook_header
from core.index.kernels.arrays import ExactTokens

SUFFIX = ".codebook"

MOST_CENTROIDS = 1 << 16
"""A code takes two bytes."""

CENTROID_BITS = 4
"""Centroids are rounded before anything is measured against them, so that costs no accuracy, only a residual
longer by half a per cent: a codebook of 65,536 takes 4.5 MB."""

_GROUPS_TRIED = 3
"""A token's centroid is looked for in the groups of these nearest centres: 1,000 products a token in the
place of 65,536. 98 % of the tokens got their true nearest centroid, and the residual's energy was 0.6 %
larger (2 million clustered vectors, 2026-11)."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Codebook:
    """Everything is in the turned space: an embedding is turned by `vectors @ rotation` first.

    `centroids`: `(K, dim)` float32, sorted by group; `rotation`: `(dim, dim)` float32, orthogonal;
    `starts`: `(groups + 1,)` int64, the centroids of group g are `starts[g]:starts[g + 1]`, none is empty;
    `centres`: `(groups, dim)` float32, the means of the groups; `half_squares`: `(K,)` float32, half of
    each centroid's square; `tokens`: the centroids once more, each as a passage of one token for kernels.
    """

    id: bytes
    header: CodebookHeader
    rotation: Float32Array
    starts: Int64Array
    centroids: Float32Array
    centres: Float32Array
    half_squares: Float32Array
    tokens: ExactTokens

    @property
    def form(self) -> Form:
        return Form(dim=self.header.dim, bits=self.header.bits, codebook=self.id)

    @classmethod
    def open(cls, path: Path) -> Codebook:
        """Read and check a codebook wholly (some 30 ms).

        Raises LibraryDamagedError, and FileNotFoundError if the file is gone.
        """
        header, arrays = map_file(path, parse_codebook_header)
        for array, checksum in zip(arrays, header.checksums, strict=True):
            check(path, array, checksum)
        rotation, starts, scales, packed = arrays
        odd = residual.odd(residual.unpack(packed, CENTROID_BITS), CENTROID_BITS)
        centroids = odd * scales[:, None]
        centres = np.add.reduceat(centroids, starts[:-1], axis=0) / np.diff(starts)[:, None]
        return cls(
            id=bytes.fromhex(path.stem),
            header=header,
            rotation=np.array(rotation),
            starts=np.array(starts),
            centroids=centroids,
            centres=np.asarray(centres, dtype=np.float32),
            half_squares=_half_squares(centroids),
            tokens=ExactTokens(
                offsets=np.arange(len(centroids) + 1, dtype=np.int64),
                codes=odd.astype(np.int8),
                scales=np.array(scales),
            ),
        )

    def assign(self, turned: Float32Array) -> NDArray[np.uint16]:
        """The number of a near centroid for each of `(tokens, dim)` turned embeddings, `(tokens,)` uint16."""
        tried = min(_GROUPS_TRIED, len(self.centres))
        # The nearest by distance, |c|² / 2 - x·c, among the centroids of each of the nearest groups.
        far = _half_squares(self.centres) - turned @ self.centres.T
        groups = np.argpartition(far, tried - 1, axis=1)[:, :tried]
        nearest = np.full(len(turned), np.inf, dtype=np.float32)
        found = np.zeros(len(turned), dtype=np.uint16)
        for group, tokens in _by_group(groups):
            members = slice(int(self.starts[group]), int(self.starts[group + 1]))
            distances = self.half_squares[members] - turned[tokens] @ self.centroids[members].T
            best = distances.argmin(axis=1)
            distance = distances[np.arange(len(tokens)), best]
            nearer = distance < nearest[tokens]
            nearest[tokens[nearer]] = distance[nearer]
            found[tokens[nearer]] = best[nearer] + members.start
        return found


def codebook_file(codebook_id: bytes) -> str:
    """The name of a codebook's file."""
    return f"{codebook_id.hex()}{SUFFIX}"


class Codebooks:
    """The codebooks of an index folder, each opened once. Thread-safe."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._open: dict[bytes, Codebook] = {}
        self._opening = threading.Lock()

    def get(self, codebook_id: bytes) -> Codebook:
        """Raises what Codebook.open raises."""
        with self._opening:
            if codebook_id not in self._open:
                self._open[codebook_id] = Codebook.open(self._folder / codebook_file(codebook_id))
            return self._open[codebook_id]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Trained:
    """What makes a codebook: turned `centroids` and the `starts` of their groups (see Codebook), the
    rotation, for which model, with how many bits for residuals, and how many tokens the library had.
    """

    centroids: Float32Array
    starts: Int64Array
    rotation: Float32Array
    model: bytes
    bits: int
    tokens: int


def write_codebook(folder: Path, trained: Trained, name: str | None = None) -> Path:
    """Write a new codebook in `folder`, flushed to the disk, and return its path; `name` if it is decided.

    Raises DiskFullError and OSError, and leaves nothing behind.
    """
    buckets, scales = _rounded(trained.centroids)
    header = CodebookHeader(
        dim=trained.centroids.shape[1],
        bits=trained.bits,
        model=trained.model,
        centroids=len(trained.centroids),
        groups=len(trained.starts) - 1,
        trained_tokens=trained.tokens,
    )
    path = folder / (name or new_name(SUFFIX))
    arrays = (trained.rotation, trained.starts, scales, residual.pack(buckets, CENTROID_BITS))
    write_file(path, header, [arrays])
    return path


def shipped_header(shipped: Path, bits: int) -> CodebookHeader:
    """What a library's copy of a codebook that comes with a model says of itself. No library has trained it.

    Raises LibraryDamagedError, FileNotFoundError.
    """
    header, _ = map_file(shipped, parse_codebook_header)
    return replace(header, bits=bits)


def copied_name(header: CodebookHeader) -> str:
    """The name of a library's copy, which its content decides (the checksums of all sections are in it): so
    what is damaged can be told from what the model comes with now, and be written again.
    """
    return codebook_file(hashlib.sha256(header.pack()).digest()[:8])


def copy_codebook(shipped: Path, folder: Path, bits: int) -> Path:
    """Write a library's copy, for residuals of `bits`, in the place of a damaged one if there is one.

    Raises LibraryDamagedError (of `shipped`), FileNotFoundError, DiskFullError, OSError.
    """
    header, arrays = map_file(shipped, parse_codebook_header)
    for array, checksum in zip(arrays, header.checksums, strict=True):
        check(shipped, array, checksum)
    path = folder / copied_name(replace(header, bits=bits))
    # Under a name that was never used: what a crash leaves is garbage, and goes as such.
    draft = folder / new_name(SUFFIX)
    write_file(draft, replace(header, bits=bits, checksums=()), [arrays])
    try:
        draft.replace(path)
    except OSError:
        draft.unlink(missing_ok=True)
        raise
    flush_folder(folder)
    return path


def random_rotation(dim: int) -> Float32Array:
    """A fixed orthogonal matrix: it spreads what few components hold over all of them."""
    drawn = np.random.default_rng(dim).standard_normal((dim, dim))
    return np.linalg.qr(drawn)[0].astype(np.float32)


def _rounded(centroids: Float32Array) -> tuple[NDArray[np.uint8], Float32Array]:
    """Buckets `(K, dim)` and scales `(K,)`: the steps are as large as the largest component needs them."""
    levels = 1 << CENTROID_BITS
    step = np.maximum(np.abs(centroids).max(axis=1), 1e-12) / (levels // 2)
    buckets = np.clip(np.floor(centroids / step[:, None]) + levels // 2, 0, levels - 1)
    return buckets.astype(np.uint8), (step / 2).astype("<f4")


def _half_squares(vectors: Float32Array) -> Float32Array:
    return np.asarray(np.einsum("ij,ij->i", vectors, vectors) / 2, dtype=np.float32)


def _by_group(groups: Int64Array) -> Iterator[tuple[int, Int64Array]]:
    """Each group that occurs in `(tokens, tried)`, with the tokens (rows) that it occurs for."""
    flat = groups.ravel()
    order = np.argsort(flat, kind="stable")
    tokens = order // groups.shape[1]
    present, first = np.unique(flat[order], return_index=True)
    for group, some in zip(present, np.split(tokens, first)[1:], strict=True):
        yield int(group), some
