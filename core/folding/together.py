"""Several texts folded in one pass: many short ones cost as little as one long one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.folding.fold import FoldedPoints, Points, fold_points, points_of

_SEPARATOR = np.array([ord("\n")], dtype=np.uint32)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FoldedTexts:
    """`folded`: all texts, a line break after each. `bases`: `(texts + 1,)` int64, where in its source each
    text begins, and where a further one would.
    """

    folded: FoldedPoints
    bases: NDArray[np.int64]


def fold_together(texts: Sequence[str]) -> FoldedTexts:
    """Fold texts, at least one, as if each stood alone: nothing is joined over a line break."""
    sources: list[Points] = []
    for text in texts:
        sources += [points_of(text), _SEPARATOR]
    bases = np.cumsum([0, *(len(text) + 1 for text in texts)])
    return FoldedTexts(folded=fold_points(np.concatenate(sources)), bases=bases)


def batches(texts: Sequence[str], most: int) -> Iterator[Sequence[str]]:
    """Neighbouring texts with together at most so many characters; one longer text is a batch of its own."""
    first, size = 0, 0
    for number, text in enumerate(texts):
        if size and size + len(text) > most:
            yield texts[first:number]
            first, size = number, 0
        size += len(text)
    if first < len(texts):
        yield texts[first:]
