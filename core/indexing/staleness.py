"""What made a document's passages, and whether that is still how we would make them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from core.encode.encoder import Encoder
from core.extract.formats import EXTRACTORS_VERSION
from core.passages import SPLITTER_VERSION


class Staleness(StrEnum):
    """Why a document has to be processed again, though its file has not changed."""

    FRESH = "fresh"
    EXTRACTORS_CHANGED = "extractors-changed"
    SPLITTER_CHANGED = "splitter-changed"
    MODEL_CHANGED = "model-changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class PipelineFingerprint:
    """The versions of all steps from a file to its vectors; `str()` of it is kept with each document."""

    extractors: int
    splitter: int
    model: str

    @classmethod
    def of(cls, encoder: Encoder) -> PipelineFingerprint:
        return cls(extractors=EXTRACTORS_VERSION, splitter=SPLITTER_VERSION, model=encoder.digest)

    def __str__(self) -> str:
        return f"{self.extractors}:{self.splitter}:{self.model}"

    @classmethod
    def parse(cls, kept: str) -> PipelineFingerprint:
        """What `str()` gave."""
        extractors, splitter, model = kept.split(":")
        return cls(extractors=int(extractors), splitter=int(splitter), model=model)

    def without_passages(self) -> PipelineFingerprint:
        """Of a document that was read but has to be split and encoded again: of no splitter and no model."""
        return PipelineFingerprint(extractors=self.extractors, splitter=0, model="")

    def staleness(self, kept: str) -> Staleness:
        """Compare with the fingerprint that a document was made with."""
        made_by = self.parse(kept)
        if made_by.extractors != self.extractors:
            return Staleness.EXTRACTORS_CHANGED
        if made_by.splitter != self.splitter:
            return Staleness.SPLITTER_CHANGED
        return Staleness.FRESH if made_by.model == self.model else Staleness.MODEL_CHANGED
