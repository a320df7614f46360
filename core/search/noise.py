"""How alike are a question's tokens to anything at all? What is no more than that says nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.domain import Float32Array, TokenEmbeddings
from core.encode.encoder import Encoder
from core.search.showing.answers import NoiseFloor

MOST = 0.99
"""A token that is as near as this to something everywhere has nothing to say."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Noise:
    """`floor`: of all tokens. `unrelated`: token vectors of texts, `(tokens, dim)` each, that no question is
    about; with them every token gets a floor of its own. A model that tells in its unit vectors how rare a
    token is puts the frequent ones near to all others (cosines of .9, where rare ones reach .1): one floor
    for all would leave out what rare ones find by meaning.
    """

    floor: float
    unrelated: tuple[Float32Array, ...] = ()

    @classmethod
    def of(cls, encoder: Encoder, texts: Sequence[str] = ()) -> Noise:
        """Of this encoder; `texts`: unrelated ones, none: one floor for all."""
        vectors = tuple(each.vectors for each in encoder.encode_passages(texts) if len(each.vectors))
        return cls(floor=encoder.noise_floor, unrelated=vectors)

    def floor_of(self, question: TokenEmbeddings) -> NoiseFloor:
        """The median, over the unrelated texts, of the best cosine with any token of one: so a word may stand
        in some of them.
        """
        if not self.unrelated or len(question.vectors) == 0:
            return self.floor
        lengths = np.linalg.norm(question.vectors, axis=1, keepdims=True)
        units = question.vectors / np.maximum(lengths, 1e-9)
        best = [(units @ each.T).max(axis=1) for each in self.unrelated]
        return np.asarray(np.clip(np.median(best, axis=0), 0.0, MOST), dtype=np.float32)
