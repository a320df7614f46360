"""Texts as the encoder sees them: folded, cut into units, every unit with its hash and its place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.domain import Int32Array
from core.encode.lexical.directions import Hashes, mix
from core.encode.lexical.ranges import RangeHashes
from core.folding.together import fold_together
from core.folding.units import Units, find_units

_LEFT_FACTOR = np.uint64(3)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Analysis:
    """The units of several texts.

    `texts`: `(n,)` the number of the text of each unit; `spans`: `(n, 2)` int32, its place in that text.
    """

    units: Units
    hashes: Hashes
    ranges: RangeHashes
    texts: NDArray[np.intp]
    spans: Int32Array

    @property
    def pairs(self) -> Hashes:
        """`(n - 1,)` uint64: the hash of each unit with its right neighbour."""
        return mix(self.hashes[:-1] * _LEFT_FACTOR + self.hashes[1:])

    @property
    def together(self) -> NDArray[np.bool_]:
        """`(n - 1,)`: whether a unit and its right neighbour stand in the same text."""
        return np.asarray(self.texts[1:] == self.texts[:-1])


def analyse(texts: Sequence[str]) -> Analysis:
    """Fold and cut several texts in one pass, a line break between them."""
    together = fold_together(texts)
    folded, bases = together.folded, together.bases
    units = find_units(folded.points)
    starts, ends = folded.starts[units.starts], folded.ends[units.ends - 1]
    numbers = np.searchsorted(bases, starts, side="right") - 1
    spans = np.stack([starts - bases[numbers], ends - bases[numbers]], axis=1).astype(np.int32)
    ranges = RangeHashes(folded.points)
    hashes = ranges.of(units.starts, units.ends)
    return Analysis(units=units, hashes=hashes, ranges=ranges, texts=numbers, spans=spans)
