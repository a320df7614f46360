"""The bytes of segment and codebook files. FORMAT.md says the same in words; keep both true.

Each is one immutable file: a header of 128 bytes that ends with its own checksum, then sections, each
starting on a multiple of 64 bytes.
"""

from __future__ import annotations

import math
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

SEGMENT_MAGIC = b"MIKKESEG"
CODEBOOK_MAGIC = b"MIKKECBK"

EXACT_VERSION = 1
"""Segments of int8 codes with one float32 scale a token (2026-11)."""
COMPRESSED_VERSION = 2
"""Segments of centroid codes and residual buckets (2026-11)."""
READABLE_VERSIONS = range(EXACT_VERSION, COMPRESSED_VERSION + 1)
"""Both are written: small libraries and those without a codebook are exact."""
CODEBOOK_VERSION = 1

ALIGNMENT = 64
HEADER_BYTES = 128
CODEBOOK_ID_BYTES = 8

_EXACT = struct.Struct("<8sII16sQQ4I")
_COMPRESSED = struct.Struct("<8sII16sQQ5II8s")
_CODEBOOK = struct.Struct("<8sII16sQQQ4I")
_CHECKSUM = struct.Struct("<I")


class FormatError(Exception):
    """These bytes are not a file that we can read; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """How a segment keeps its tokens. Exact: 8 bits and no codebook. Compressed: `bits` of each residual
    dimension, and the id of the codebook, 8 bytes.
    """

    dim: int
    bits: int = 8
    codebook: bytes = b""

    @property
    def exact(self) -> bool:
        return not self.codebook

    def token_arrays(self) -> tuple[tuple[str, int], ...]:
        """Type and columns (0: one-dimensional) of the arrays that hold something for each token."""
        if self.exact:
            return ("<f4", 0), ("<i1", self.dim)
        return ("<u2", 0), ("<u1", 0), ("<u1", self.dim * self.bits // 8)


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What the first 128 bytes of a segment say.

    `checksums` are CRC-32, one for each section in file order; empty while the file is being written.
    """

    form: Form
    model: bytes
    passages: int
    tokens: int
    checksums: tuple[int, ...] = ()

    @property
    def dim(self) -> int:
        return self.form.dim

    def pack(self) -> bytes:
        counts = (self.form.dim, self.model, self.passages, self.tokens)
        if self.form.exact:
            return _sealed(_EXACT.pack(SEGMENT_MAGIC, EXACT_VERSION, *counts, *self.checksums))
        how = (self.form.bits, self.form.codebook)
        return _sealed(_COMPRESSED.pack(SEGMENT_MAGIC, COMPRESSED_VERSION, *counts, *self.checksums, *how))

    def sections(self) -> tuple[Section, ...]:
        """Passage ids, token offsets and the arrays of the form, in file order."""
        tokens = [(kind, (self.tokens, n) if n else (self.tokens,)) for kind, n in self.form.token_arrays()]
        return sections([("<i8", (self.passages,)), ("<i8", (self.passages + 1,)), *tokens])


def parse_header(raw: bytes) -> Header:
    """Read the first 128 bytes of a segment. Raises FormatError."""
    version = _opened(raw, SEGMENT_MAGIC, "segment", READABLE_VERSIONS)
    if version == EXACT_VERSION:
        _, _, dim, model, passages, tokens, *checksums = _EXACT.unpack_from(raw)
        form = Form(dim=dim)
    else:
        _, _, dim, model, passages, tokens, *checksums, bits, codebook = _COMPRESSED.unpack_from(raw)
        form = Form(dim=dim, bits=bits, codebook=codebook)
    return Header(form=form, model=model, passages=passages, tokens=tokens, checksums=tuple(checksums))


@dataclass(frozen=True, slots=True, kw_only=True)
class CodebookHeader:
    """What the first 128 bytes of a codebook say. `trained_tokens`: of the library when it was trained."""

    dim: int
    bits: int
    model: bytes
    centroids: int
    groups: int
    trained_tokens: int
    checksums: tuple[int, ...] = ()

    def pack(self) -> bytes:
        fields = (self.dim, self.model, self.centroids, self.groups, self.trained_tokens)
        raw = _CODEBOOK.pack(CODEBOOK_MAGIC, CODEBOOK_VERSION, *fields, *self.checksums)
        return _sealed(raw + struct.pack("<I", self.bits))

    def sections(self) -> tuple[Section, ...]:
        """Rotation, first centroid of each group, and scales and buckets of the centroids, in file order."""
        return sections(
            [
                ("<f4", (self.dim, self.dim)),
                ("<i8", (self.groups + 1,)),
                ("<f4", (self.centroids,)),
                ("<u1", (self.centroids, self.dim // 2)),
            ]
        )


def parse_codebook_header(raw: bytes) -> CodebookHeader:
    """Read the first 128 bytes of a codebook. Raises FormatError."""
    _opened(raw, CODEBOOK_MAGIC, "codebook", range(CODEBOOK_VERSION, CODEBOOK_VERSION + 1))
    _, _, dim, model, centroids, groups, trained, *checksums = _CODEBOOK.unpack_from(raw)
    (bits,) = struct.unpack_from("<I", raw, _CODEBOOK.size)
    return CodebookHeader(
        dim=dim,
        bits=bits,
        model=model,
        centroids=centroids,
        groups=groups,
        trained_tokens=trained,
        checksums=tuple(checksums),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Where one array lies in the file."""

    offset: int
    dtype: str
    shape: tuple[int, ...]
    nbytes: int


def sections(arrays: Sequence[tuple[str, tuple[int, ...]]]) -> tuple[Section, ...]:
    """Where arrays of these types and shapes lie, one after the other behind the header."""
    found = []
    offset = HEADER_BYTES
    for dtype, shape in arrays:
        offset = -(-offset // ALIGNMENT) * ALIGNMENT
        nbytes = np.dtype(dtype).itemsize * math.prod(shape)
        found.append(Section(offset=offset, dtype=dtype, shape=shape, nbytes=nbytes))
        offset += nbytes
    return tuple(found)


def _sealed(fields: bytes) -> bytes:
    body = fields.ljust(HEADER_BYTES - _CHECKSUM.size, b"\0")
    return body + _CHECKSUM.pack(zlib.crc32(body))


def _opened(raw: bytes, magic: bytes, what: str, readable: range) -> int:
    """The version, after checks that every file needs. Raises FormatError."""
    if len(raw) < HEADER_BYTES or raw[: len(magic)] != magic:
        raise FormatError(f"not a {what} file")
    version = int(struct.unpack_from("<I", raw, len(magic))[0])
    if version not in readable:
        raise FormatError(f"format {version}; this program reads up to {readable[-1]}")
    end = HEADER_BYTES - _CHECKSUM.size
    if _CHECKSUM.unpack_from(raw, end)[0] != zlib.crc32(raw[:end]):
        raise FormatError("the header is damaged")
    return version
