"""What indexing works with, put together once by whoever opens a library."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from core.catalogue import codebooks
from core.catalogue.catalogue import Catalogue
from core.catalogue.codebooks import Stored as StoredCodebook
from core.errors import LibraryDamagedError
from core.extract.pool import ExtractionPool
from core.index.codebook import Codebooks
from core.index.codec import Codec, ExactCodec, ResidualCodec
from core.settings import ReadingLimits
from core.watch.ignore import IgnoreRules


@dataclass(frozen=True, slots=True, kw_only=True)
class Stages:
    """`bits`: of a residual dimension, for codebooks trained from now on.
    `shipped`: the codebook that comes with a model (its digest), if one does.
    """

    catalogue: Catalogue
    index: Path
    extraction: ExtractionPool
    workers: int
    limits: ReadingLimits
    rules: IgnoreRules
    codebooks: Codebooks
    bits: int
    shipped: Callable[[str], Path | None]

    def newest_codec(self, model: str, dim: int) -> Codec:
        """How new segments of a model are kept. Raises LibraryDamagedError."""
        with self.catalogue.read() as db:
            newest = codebooks.newest(db, model)
        return ExactCodec(dim=dim) if newest is None else self.codec_of(newest)

    def codec_of(self, stored: StoredCodebook) -> Codec:
        """What compresses with a codebook. Raises LibraryDamagedError."""
        try:
            return ResidualCodec(codebook=self.codebooks.get(bytes.fromhex(Path(stored.file).stem)))
        except FileNotFoundError as error:
            raise LibraryDamagedError(self.index / stored.file, "the file is gone") from error
