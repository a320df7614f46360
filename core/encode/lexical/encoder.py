"""The built-in encoder: lexical late interaction, without a model, a download or torch.

Every unit (a word; a character of a script without spaces) becomes a unit vector: the sum of fixed directions
of the unit with its parts, of the pair with its left and with its right neighbour, and of all three, each
weighted by its rarity. So two tokens are the more similar the more of their surroundings they share. The
norm of a query token grows with the rarity of its unit. It matches words and parts of words, not meanings.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from core.domain import Float32Array, Int32Array, Language, TokenEmbeddings
from core.encode.lexical.analysis import Analysis, analyse
from core.encode.lexical.directions import DIM, add_directions, mix
from core.encode.lexical.rarity import RarityTable
from core.encode.lexical.words import norms, unit_vectors
from core.folding.together import batches
from core.folding.units import Kind
from core.progress import CancelToken

ALGORITHM_VERSION = 1
"""Raise it with every change that gives any text other vectors."""

BATCH_CHARACTERS = 40_000
"""Characters folded and encoded in one pass (one longer text apart): 20 MB of vectors at most."""

_LEFT_SALT, _RIGHT_SALT, _TRIPLE_SALT = (
    np.uint64(x) for x in (0x2545F4914F6CDD1D, 0xD6E8FEB86659FD93, 0xA0761D6478BD642F)
)
_TRIPLE_FACTOR = np.uint64(5)

_QUERY_EXPONENT = 0.65
"""The norm of a query token is the rarity of its unit to this power (0.55 to 1 measured)."""

_NEIGHBOUR_WEIGHT = 0.5
_TRIPLE_WEIGHT = 0.35
_WORD_CONTEXT = 0.6
"""A word says more on its own than a character does, so its neighbours count less."""


class LexicalEncoder:
    """Implements `core.encode.encoder.Encoder`; immutable, so it may be shared by threads."""

    def __init__(self, rarity: RarityTable) -> None:
        self._rarity = rarity
        identity = f"lexical {ALGORITHM_VERSION} {rarity.checksum}"
        self._digest = hashlib.sha256(identity.encode()).hexdigest()[:32]

    @classmethod
    def open(cls, rarity_table: Path) -> Self:
        """Load the table; raises LibraryDamagedError if it cannot be read."""
        return cls(RarityTable.open(rarity_table))

    @property
    def name(self) -> str:
        return "Lexical (words and parts of words)"

    @property
    def digest(self) -> str:
        return self._digest

    @property
    def dim(self) -> int:
        return DIM

    @property
    def noise_floor(self) -> float:
        """About 3 standard deviations of the cosine of two random directions, 1/sqrt(128)."""
        return 0.27

    @property
    def uses_languages(self) -> bool:
        return False

    def encode_query(self, text: str, languages: Sequence[Language] = ()) -> TokenEmbeddings:  # noqa: ARG002
        analysis = analyse([text])
        vectors, rarity = self._embed(analysis)
        weight = rarity ** np.float32(_QUERY_EXPONENT)
        return TokenEmbeddings(vectors=vectors * weight[:, None], spans=analysis.spans)

    def encode_passages(
        self,
        texts: Sequence[str],
        languages: Sequence[Language] | None = None,  # noqa: ARG002 - every language is treated alike
        cancel: CancelToken | None = None,
    ) -> list[TokenEmbeddings]:
        results: list[TokenEmbeddings] = []
        for some in batches(texts, BATCH_CHARACTERS):
            if cancel:
                cancel.checkpoint()
            analysis = analyse(some)
            vectors, _ = self._embed(analysis)
            bounds = np.searchsorted(analysis.texts, np.arange(len(some) + 1)).tolist()
            results += [
                TokenEmbeddings(vectors=vectors[start:end], spans=analysis.spans[start:end])
                for start, end in pairwise(bounds)
            ]
        return results

    def token_spans(self, text: str) -> Int32Array:
        return analyse([text]).spans

    def _embed(self, analysis: Analysis) -> tuple[Float32Array, Float32Array]:
        """Unit vectors `(n, 128)` and the rarity of each unit `(n,)`, float32."""
        units = analysis.units
        rarity = self._rarity.of_units(analysis.hashes, units.kinds, units.ends - units.starts)
        distinct, which = unit_vectors(units, analysis.hashes, analysis.ranges)
        distinct *= np.sqrt(_first_of(rarity, which, len(distinct)))[:, None]
        vectors = distinct[which]
        if len(rarity) > 1:
            self._add_context(vectors, analysis, rarity)
        vectors /= norms(vectors)[:, None]
        return vectors, rarity

    def _add_context(self, vectors: Float32Array, analysis: Analysis, rarity: Float32Array) -> None:
        """Add the directions of the pairs with both neighbours and of the three together."""
        hashes = analysis.hashes
        pairs, together = analysis.pairs, analysis.together
        pair_rarity = self._rarity.of_pairs(pairs, rarity[:-1], rarity[1:])
        pair_weight = np.sqrt(pair_rarity) * together * np.float32(_NEIGHBOUR_WEIGHT)
        context = np.where(_is_word(analysis.units.kinds), _WORD_CONTEXT, 1.0).astype(np.float32)
        add_directions(vectors[1:], pairs ^ _LEFT_SALT, pair_weight * context[1:])
        add_directions(vectors[:-1], pairs ^ _RIGHT_SALT, pair_weight * context[:-1])
        triples = mix(pairs[:-1] * _TRIPLE_FACTOR + hashes[2:])
        triple_weight = np.sqrt(np.maximum(pair_rarity[:-1], pair_rarity[1:])) * np.float32(_TRIPLE_WEIGHT)
        triple_weight *= together[:-1] & together[1:]
        add_directions(vectors[1:-1], triples ^ _TRIPLE_SALT, triple_weight * context[1:-1])


def _first_of(values: Float32Array, which: NDArray[np.intp], count: int) -> Float32Array:
    """The value of each distinct unit, from those of all units."""
    distinct = np.empty(count, dtype=np.float32)
    distinct[which] = values
    return distinct


def _is_word(kinds: NDArray[np.uint8]) -> NDArray[np.bool_]:
    return np.isin(kinds, (Kind.WORD, Kind.NUMBER, Kind.HANGUL))
