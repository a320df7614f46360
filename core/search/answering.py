"""Which model answers now, and from which segments?"""

from __future__ import annotations

import threading
from dataclasses import dataclass

from core.catalogue import models, passages
from core.catalogue.catalogue import Catalogue
from core.domain import Language, ModelName
from core.encode.encoder import Encoder, Encoders
from core.index.codebook import Codebooks
from core.layout import LibraryLayout
from core.search.live import LiveSegments
from core.search.noise import Noise


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Answering:
    """A model that answers, with the segments that it answers from, and what is noise to it.
    `keyword_weight`: as in `fuse`.
    """

    name: ModelName
    encoder: Encoder
    live: LiveSegments
    noise: Noise
    keyword_weight: float | None


class AnsweringModel:
    """Opens the model that answers, and keeps what was opened for it until another one does. Thread-safe."""

    def __init__(
        self, catalogue: Catalogue, layout: LibraryLayout, encoders: Encoders, codebooks: Codebooks
    ) -> None:
        self._catalogue = catalogue
        self._layout = layout
        self._encoders = encoders
        self._codebooks = codebooks
        self._choosing = threading.Lock()
        self._current: Answering | None = None
        self._languages: tuple[int, tuple[Language, ...]] = (-1, ())

    def opened(self) -> Answering:
        """The model that answers now. Raises what `Encoders.open` raises."""
        with self._catalogue.read() as db:
            name = models.answering(db).name
        # Asked each time: its person may have set it to encode in another way since. May take seconds.
        encoder = self._encoders.open(name)
        with self._choosing:
            found = self._current
            if found is None or found.name != name or found.encoder is not encoder:
                live = LiveSegments(
                    self._catalogue, self._layout.index, encoder.digest, self._codebooks, name
                )
                companion = self._encoders.companion(encoder.digest)
                found = self._current = Answering(
                    name=name,
                    encoder=encoder,
                    live=live,
                    noise=Noise.of(encoder, companion.unrelated),
                    keyword_weight=companion.keyword_weight,
                )
            return found

    def languages(self, encoder: Encoder) -> tuple[Language, ...]:
        """The languages of the library, the most frequent first, for encoders to which it matters."""
        if not encoder.uses_languages:
            return ()
        with self._catalogue.read() as db:
            version = self._catalogue.data_version()
            if self._languages[0] != version:
                self._languages = version, tuple(filter(None, passages.languages(db)))
            return self._languages[1]
