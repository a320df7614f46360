"""A segment: an immutable batch of encoded passages in one memory-mapped file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from core.domain import Float32Array, Int64Array, PassageId, TokenEmbeddings
from core.index import residual
from core.index.codebook import Codebook, Codebooks
from core.index.codec import Codec, ExactCodec, ResidualCodec
from core.index.files import Arrays, check, map_file, new_name, write_file
from core.index.format import Form, Header, parse_header
from core.index.kernels.arrays import ExactTokens, ResidualTokens

SUFFIX = ".segment"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EncodedPassages:
    """Passages ready to be written, in order.

    `ids`: `(passages,)` int64; `counts`: tokens of each, `(passages,)` int64; `tokens`: the arrays of `form`.
    """

    ids: Int64Array
    counts: Int64Array
    form: Form
    tokens: Arrays

    @classmethod
    def compress(
        cls, ids: Sequence[PassageId], embeddings: Sequence[TokenEmbeddings], codec: Codec
    ) -> EncodedPassages:
        """Compress the token embeddings of the passages `ids`. Raises ValueError for values not finite."""
        tokens = codec.compress(np.concatenate([each.vectors for each in embeddings]))
        counts = np.array([len(each.vectors) for each in embeddings], dtype=np.int64)
        return cls(ids=np.array(ids, dtype=np.int64), counts=counts, form=codec.form, tokens=tokens)

    @property
    def token_count(self) -> int:
        return len(self.tokens[0])

    def recompressed(self, old: Codec, new: Codec) -> EncodedPassages:
        """The same passages in the form of another codec, as near to the embeddings as the old one keeps
        them.
        """
        return replace(self, form=new.form, tokens=new.compress(old.decompress(self.tokens)))

    def numbered_from(self, first: int) -> EncodedPassages:
        """The same passages with the ids first, first + 1, …"""
        return replace(self, ids=np.arange(first, first + len(self.ids), dtype=np.int64))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Segment:
    """An open segment. All arrays are views of the mapped file.

    `passage_ids`: `(passages,)` int64 by ordinal; `offsets`: `(passages + 1,)` int64, the tokens of ordinal i
    are `offsets[i]:offsets[i + 1]`; `arrays`: what the form keeps for each token.
    """

    path: Path
    header: Header
    passage_ids: Int64Array
    offsets: Int64Array
    arrays: Arrays
    _codebooks: Codebooks = field(repr=False)

    @classmethod
    def open(cls, path: Path, codebooks: Codebooks | None = None) -> Segment:
        """Map `path`. Checks the header, the size and the two small sections; `verify` checks the rest.

        A compressed segment needs its codebook only when vectors are asked for; `codebooks` shares those
        that are open among segments. Raises LibraryDamagedError, and FileNotFoundError if the file is gone.
        """
        header, (ids, offsets, *arrays) = map_file(path, parse_header)
        check(path, ids, header.checksums[0])
        check(path, offsets, header.checksums[1])
        return cls(
            path=path,
            header=header,
            passage_ids=ids,
            offsets=offsets,
            arrays=tuple(arrays),
            _codebooks=codebooks or Codebooks(path.parent),
        )

    @property
    def form(self) -> Form:
        return self.header.form

    @property
    def codebook(self) -> Codebook:
        """Of a compressed segment. Raises what Codebook.open raises."""
        return self._codebooks.get(self.form.codebook)

    @property
    def codec(self) -> Codec:
        """Raises what Codebook.open raises."""
        if self.form.exact:
            return ExactCodec(dim=self.form.dim)
        return ResidualCodec(codebook=self.codebook)

    def exact_tokens(self) -> ExactTokens:
        """The arrays of an exact segment, as kernels take them."""
        scales, codes = self.arrays
        return ExactTokens(offsets=self.offsets, codes=codes, scales=scales)

    def residual_tokens(self) -> ResidualTokens:
        """The arrays of a compressed segment, as kernels take them."""
        codes, scales, packed = self.arrays
        return ResidualTokens(
            offsets=self.offsets,
            codes=codes,
            scales=scales,
            packed=packed,
            bits=self.form.bits,
            unit=residual.unit(self.form.dim, self.form.bits),
        )

    def verify(self) -> None:
        """Read every byte and compare it with the checksums. Raises LibraryDamagedError."""
        for array, checksum in zip(self.arrays, self.header.checksums[2:], strict=True):
            check(self.path, array, checksum)

    def ordinal_of(self, passage_id: PassageId) -> int:
        """The position of a passage in this segment. Raises KeyError if it is not here."""
        found = np.flatnonzero(self.passage_ids == passage_id)
        if len(found) == 0:
            raise KeyError(passage_id)
        return int(found[0])

    def vectors(self, ordinal: int) -> Float32Array:
        """The embeddings of one passage, `(tokens, dim)` float32."""
        tokens = slice(int(self.offsets[ordinal]), int(self.offsets[ordinal + 1]))
        return self.codec.decompress(tuple(array[tokens] for array in self.arrays))

    def part(self, ordinals: Int64Array) -> EncodedPassages:
        """Copy some passages out, in the order of `ordinals`, `(passages,)` int64."""
        starts = self.offsets[ordinals]
        counts = self.offsets[ordinals + 1] - starts
        tokens = np.repeat(starts - np.cumsum(counts) + counts, counts) + np.arange(counts.sum())
        return EncodedPassages(
            ids=self.passage_ids[ordinals],
            counts=counts,
            form=self.form,
            tokens=tuple(array[tokens] for array in self.arrays),
        )


def write_segment(folder: Path, header: Header, parts: Iterable[EncodedPassages]) -> Path:
    """Write `parts` as one new segment in `folder`, flushed to the disk; return its path.

    All are of the form, and together of the counts, that `header` tells (without checksums). The file counts
    for nothing until the catalogue lists it. Raises DiskFullError and OSError, and leaves nothing behind.
    """
    path = folder / new_name(SUFFIX)
    write_file(path, header, _continued(parts))
    return path


def header_of(parts: Sequence[EncodedPassages], model: bytes) -> Header:
    """What `write_segment` needs to know of these parts; `model` is the 16-byte digest of the model."""
    return Header(
        form=parts[0].form,
        model=model,
        passages=sum(len(part.ids) for part in parts),
        tokens=sum(part.token_count for part in parts),
    )


def _continued(parts: Iterable[EncodedPassages]) -> Iterator[Arrays]:
    """The sections of the file, part by part: of the offsets the first has one more than there are
    passages.
    """
    end = 0
    for number, part in enumerate(parts):
        ends = end + np.cumsum(part.counts)
        offsets = ends if number else np.concatenate([[0], ends])
        end += int(part.counts.sum())
        yield part.ids, offsets, *part.tokens
