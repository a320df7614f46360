"""The bytes of a segment file. FORMAT.md says the same in words; keep both true.

A segment is one immutable file: a header of 128 bytes, then four sections, each starting on a multiple of
64 bytes: passage ids, token offsets, scales, codes.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass

MAGIC = b"MIKKESEG"
FORMAT_VERSION = 1
"""What we write. History: 1 (2026-11) int8 codes with one float32 scale a token."""
READABLE_VERSIONS = range(1, 2)

ALIGNMENT = 64
HEADER_BYTES = 128
_FIELDS = struct.Struct("<8sII16sQQ4I")
_CHECKSUM = struct.Struct("<I")


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What the first 128 bytes say. `checksums` are CRC-32, one for each section in file order."""

    dim: int
    model: bytes
    passages: int
    tokens: int
    checksums: tuple[int, int, int, int]

    def pack(self) -> bytes:
        fields = _FIELDS.pack(
            MAGIC, FORMAT_VERSION, self.dim, self.model, self.passages, self.tokens, *self.checksums
        )
        body = fields.ljust(HEADER_BYTES - _CHECKSUM.size, b"\0")
        return body + _CHECKSUM.pack(zlib.crc32(body))


class FormatError(Exception):
    """These bytes are not a segment that we can read; the message says why."""


def parse_header(raw: bytes) -> Header:
    """Read the first 128 bytes of a segment. Raises FormatError."""
    if len(raw) < HEADER_BYTES or raw[:8] != MAGIC:
        raise FormatError("not a segment file")
    _, version, dim, model, passages, tokens, a, b, c, d = _FIELDS.unpack_from(raw)
    if version not in READABLE_VERSIONS:
        raise FormatError(f"format {version}; this program reads up to {READABLE_VERSIONS[-1]}")
    end = HEADER_BYTES - _CHECKSUM.size
    if _CHECKSUM.unpack_from(raw, end)[0] != zlib.crc32(raw[:end]):
        raise FormatError("the header is damaged")
    return Header(dim=dim, model=model, passages=passages, tokens=tokens, checksums=(a, b, c, d))


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Where one array lies in the file."""

    offset: int
    dtype: str
    shape: tuple[int, ...]
    nbytes: int


def sections(*, dim: int, passages: int, tokens: int) -> tuple[Section, Section, Section, Section]:
    """Passage ids, token offsets, scales and codes, in file order."""
    arrays = (
        ("<i8", 8, (passages,)),
        ("<i8", 8, (passages + 1,)),
        ("<f4", 4, (tokens,)),
        ("<i1", 1, (tokens, dim)),
    )
    found = []
    offset = HEADER_BYTES
    for dtype, item, shape in arrays:
        offset = -(-offset // ALIGNMENT) * ALIGNMENT
        nbytes = item * shape[0] * (shape[1] if len(shape) > 1 else 1)
        found.append(Section(offset=offset, dtype=dtype, shape=shape, nbytes=nbytes))
        offset += nbytes
    ids, offsets, scales, codes = found
    return ids, offsets, scales, codes
