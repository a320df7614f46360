"""Reads segments and codebooks, made from core/index/FORMAT.md alone: nothing of the program is used here."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

HALF_STEP = {4: 0.3352 / 2, 2: 0.9957 / 2}
SCALE_STEPS = 180


@dataclass
class Segment:
    version: int
    dim: int
    model: bytes
    bits: int
    ids: np.ndarray
    offsets: np.ndarray
    vectors: np.ndarray

    def passage(self, ordinal: int) -> np.ndarray:
        return self.vectors[self.offsets[ordinal] : self.offsets[ordinal + 1]]


@dataclass
class Codebook:
    dim: int
    model: bytes
    bits: int
    trained_tokens: int
    rotation: np.ndarray
    starts: np.ndarray
    centroids: np.ndarray


def read_segment(path: Path) -> Segment:
    raw = path.read_bytes()
    magic, version, dim, model, passages, tokens = struct.unpack_from("<8sII16sQQ", raw)
    assert magic == b"MIKKESEG"
    ids_and_offsets = [("<i8", (passages,)), ("<i8", (passages + 1,))]
    if version == 1:
        _check_header(raw, used=64)
        arrays = [*ids_and_offsets, ("<f4", (tokens,)), ("<i1", (tokens, dim))]
        ids, offsets, scales, codes = _sections(raw, arrays, checksums_at=48)
        return Segment(version, dim, model, 8, ids, offsets, codes * scales[:, None])
    assert version == 2
    _check_header(raw, used=80)
    bits, codebook_id = struct.unpack_from("<I8s", raw, 68)
    arrays = [
        *ids_and_offsets,
        ("<u2", (tokens,)),
        ("<u1", (tokens,)),
        ("<u1", (tokens, dim * bits // 8)),
    ]
    ids, offsets, codes, scales, buckets = _sections(raw, arrays, checksums_at=48)
    codebook = read_codebook(path.with_name(codebook_id.hex() + ".codebook"))
    assert (codebook.dim, codebook.bits, codebook.model) == (dim, bits, model)
    assert tokens == 0 or codes.max() < len(codebook.centroids)
    unit = HALF_STEP[bits] / np.sqrt(dim) / SCALE_STEPS
    turned = codebook.centroids[codes] + _odd(buckets, dim, bits) * scales[:, None] * unit
    return Segment(version, dim, model, bits, ids, offsets, turned @ codebook.rotation.T)


def read_codebook(path: Path) -> Codebook:
    raw = path.read_bytes()
    magic, version, dim, model, centroids, groups, trained = struct.unpack_from("<8sII16sQQQ", raw)
    assert (magic, version) == (b"MIKKECBK", 1)
    _check_header(raw, used=76)
    (bits,) = struct.unpack_from("<I", raw, 72)
    arrays = [
        ("<f4", (dim, dim)),
        ("<i8", (groups + 1,)),
        ("<f4", (centroids,)),
        ("<u1", (centroids, dim // 2)),
    ]
    rotation, starts, scales, buckets = _sections(raw, arrays, checksums_at=56)
    assert (starts[0], starts[-1]) == (0, centroids)
    assert (np.diff(starts) > 0).all()
    return Codebook(dim, model, bits, trained, rotation, starts, _odd(buckets, dim, 4) * scales[:, None])


def _check_header(raw: bytes, used: int) -> None:
    assert raw[used:124] == bytes(124 - used)
    assert struct.unpack_from("<I", raw, 124) == (zlib.crc32(raw[:124]),)


def _sections(raw: bytes, arrays: list[tuple[str, tuple[int, ...]]], checksums_at: int) -> list[Any]:
    """In file order; checks that they fill the file, that gaps are zero, and the checksums."""
    found, end = [], 128
    for number, (kind, shape) in enumerate(arrays):
        start = -(-end // 64) * 64
        assert raw[end:start] == bytes(start - end)
        array = np.ndarray(shape, kind, raw, start)
        end = start + array.nbytes
        assert struct.unpack_from("<I", raw, checksums_at + 4 * number) == (zlib.crc32(raw[start:end]),)
        found.append(array)
    assert end == len(raw)
    return found


def _odd(packed: np.ndarray, dim: int, bits: int) -> np.ndarray:
    """The odd numbers that packed buckets stand for, one component after the other."""
    n = dim * bits // 8
    numbers = np.empty((len(packed), dim))
    for component in range(dim):
        lowest = bits * (component // n)
        bucket = packed[:, component % n] >> lowest & (2**bits - 1)
        numbers[:, component] = 2.0 * bucket - (2**bits - 1)
    return numbers
