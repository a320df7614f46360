"""A segment: an immutable batch of encoded passages in one memory-mapped file."""

from __future__ import annotations

import math
import mmap
import os
import secrets
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.domain import Float32Array, PassageId, TokenEmbeddings
from core.errors import FULL_DISK, DiskFullError, LibraryDamagedError
from core.index import codec
from core.index.format import HEADER_BYTES, FormatError, Header, Section, parse_header, sections

Int64Array = NDArray[np.int64]

SUFFIX = ".segment"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EncodedPassages:
    """Passages ready to be written, in order.

    `ids`: `(passages,)` int64; `counts`: tokens of each, `(passages,)` int64; `codes`: `(tokens, dim)` int8;
    `scales`: `(tokens,)` float32.
    """

    ids: Int64Array
    counts: Int64Array
    codes: codec.Int8Array
    scales: Float32Array

    @classmethod
    def compress(cls, ids: Sequence[PassageId], embeddings: Sequence[TokenEmbeddings]) -> EncodedPassages:
        """Compress the token embeddings of the passages `ids`. Raises ValueError for values not finite."""
        codes, scales = codec.compress(np.concatenate([each.vectors for each in embeddings]))
        counts = np.array([len(each.vectors) for each in embeddings], dtype=np.int64)
        return cls(ids=np.array(ids, dtype=np.int64), counts=counts, codes=codes, scales=scales)

    def numbered_from(self, first: int) -> EncodedPassages:
        """The same passages with the ids first, first + 1, …"""
        return replace(self, ids=np.arange(first, first + len(self.ids), dtype=np.int64))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Segment:
    """An open segment. All arrays are views of the mapped file.

    `passage_ids`: `(passages,)` int64 by ordinal; `offsets`: `(passages + 1,)` int64, the tokens of
    ordinal i are `offsets[i]:offsets[i + 1]`; `scales`: `(tokens,)` float32; `codes`: `(tokens, dim)` int8.
    """

    path: Path
    header: Header
    passage_ids: Int64Array
    offsets: Int64Array
    scales: Float32Array
    codes: codec.Int8Array

    @classmethod
    def open(cls, path: Path) -> Segment:
        """Map `path`. Checks the header, the size and the two small sections; `verify` checks the rest.

        Raises LibraryDamagedError, and FileNotFoundError if the file is gone.
        """
        with path.open("rb") as file:
            try:
                header = parse_header(file.read(HEADER_BYTES))
            except FormatError as error:
                raise LibraryDamagedError(path, str(error)) from error
            ids, offsets, scales, codes = _sections(header)
            if os.fstat(file.fileno()).st_size != codes.offset + codes.nbytes:
                raise LibraryDamagedError(path, "the file is cut off")
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        segment = cls(
            path=path,
            header=header,
            passage_ids=_view(mapped, ids),
            offsets=_view(mapped, offsets),
            scales=_view(mapped, scales),
            codes=_view(mapped, codes),
        )
        segment._check(segment.passage_ids, header.checksums[0])
        segment._check(segment.offsets, header.checksums[1])
        return segment

    def verify(self) -> None:
        """Read every byte and compare it with the checksums. Raises LibraryDamagedError."""
        self._check(self.scales, self.header.checksums[2])
        self._check(self.codes, self.header.checksums[3])

    def ordinal_of(self, passage_id: PassageId) -> int:
        """The position of a passage in this segment. Raises KeyError if it is not here."""
        found = np.flatnonzero(self.passage_ids == passage_id)
        if len(found) == 0:
            raise KeyError(passage_id)
        return int(found[0])

    def vectors(self, ordinal: int) -> Float32Array:
        """The embeddings of one passage, `(tokens, dim)` float32."""
        tokens = slice(int(self.offsets[ordinal]), int(self.offsets[ordinal + 1]))
        return codec.decompress(self.codes[tokens], self.scales[tokens])

    def part(self, ordinals: Int64Array) -> EncodedPassages:
        """Copy some passages out, for a merge."""
        counts = np.diff(self.offsets)
        tokens = np.repeat(np.isin(np.arange(len(counts)), ordinals), counts)
        return EncodedPassages(
            ids=self.passage_ids[ordinals],
            counts=counts[ordinals],
            codes=self.codes[tokens],
            scales=self.scales[tokens],
        )

    def _check(self, array: NDArray[Any], checksum: int) -> None:
        if zlib.crc32(array.data) != checksum:
            raise LibraryDamagedError(self.path, "the content is not what was written")


def write_segment(folder: Path, *, dim: int, model: bytes, parts: Sequence[EncodedPassages]) -> Path:
    """Write `parts` as one new segment in `folder`, flushed to the disk, and return its path.

    `model` is the 16-byte digest of the model. The file counts for nothing until the catalogue lists it.
    Raises DiskFullError and OSError, and leaves nothing behind.
    """
    arrays = (
        _joined([part.ids for part in parts], "<i8"),
        np.concatenate([[0], np.cumsum(_joined([part.counts for part in parts], "<i8"))]).astype("<i8"),
        _joined([part.scales for part in parts], "<f4"),
        np.ascontiguousarray(np.concatenate([part.codes for part in parts])),
    )
    a, b, c, d = (zlib.crc32(array.data) for array in arrays)
    header = Header(
        dim=dim, model=model, passages=len(arrays[0]), tokens=len(arrays[2]), checksums=(a, b, c, d)
    )
    path = folder / f"{secrets.token_hex(8)}{SUFFIX}"
    try:
        _write(path, header, arrays)
        _flush_folder(folder)
    except BaseException as error:
        path.unlink(missing_ok=True)
        if isinstance(error, OSError) and error.errno in FULL_DISK:
            raise DiskFullError(folder, str(error)) from error
        raise
    return path


def _write(path: Path, header: Header, arrays: Iterable[NDArray[Any]]) -> None:
    with path.open("xb") as file:
        file.write(header.pack())
        for section, array in zip(_sections(header), arrays, strict=True):
            file.write(bytes(section.offset - file.tell()))
            file.write(array.data)
        file.flush()
        os.fsync(file.fileno())


def _sections(header: Header) -> tuple[Section, Section, Section, Section]:
    return sections(dim=header.dim, passages=header.passages, tokens=header.tokens)


def _joined(arrays: list[Any], dtype: str) -> NDArray[Any]:
    return np.concatenate(arrays).astype(dtype, copy=False)


def _view(mapped: mmap.mmap, section: Section) -> NDArray[Any]:
    flat = np.frombuffer(mapped, section.dtype, count=math.prod(section.shape), offset=section.offset)
    return flat.reshape(section.shape)


def _flush_folder(folder: Path) -> None:
    """Make the new name itself durable; Windows has no such thing and needs none."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
