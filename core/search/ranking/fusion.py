"""Here are the scores of two lanes: which passages are the best by both?

MaxSim knows contexts (and with a neural model meanings), keywords know how rare a word is in this very
library. Their scores have nothing to do with each other, so each lane's are told in standard deviations above
the mean of its own best POOL passages before they are added. A passage that is far ahead in one lane stays
ahead: an identifier that one passage alone has is 14 deviations above the 199 that do not have it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Float64Array = NDArray[np.float64]

POOL = 200
"""Passages of a lane whose scores make its scale. 50, 100, 500, 1,000 and all gave the same within .003 R@1
on 27 training sets (2026-11); reciprocal ranks, which forget how far apart two passages are, were .01
worse."""

KEYWORD_WEIGHT = 1.4
"""Of keywords against MaxSim, chosen on training sets for the built-in encoder (tests/bench/RESULTS.md). A
model may come with another one."""


def fuse(
    maxsim: Float64Array,
    keyword: Float64Array,
    best_maxsim: Float64Array,
    best_keyword: Float64Array,
    weight: float | None = None,
) -> Float64Array:
    """One score for each of some passages from its scores in both lanes, all `(passages,)`.

    `best_maxsim`, `best_keyword`: the POOL best scores of each lane, in any order, of all passages that could
    be found: those that are missing at the end of a lane (it found fewer) count as 0. `weight`: of keywords,
    None: KEYWORD_WEIGHT.
    """
    chosen = KEYWORD_WEIGHT if weight is None else weight
    return standardised(maxsim, best_maxsim) + chosen * standardised(keyword, best_keyword)


def standardised(scores: Float64Array, best: Float64Array) -> Float64Array:
    """Scores in standard deviations above the mean of `best`; 0 where `best` does not differ."""
    spread = float(best.std()) if len(best) else 0.0
    if spread < 1e-9:
        return np.zeros(len(scores))
    return np.asarray((scores - best.mean()) / spread)


def padded(best: Float64Array, count: int) -> Float64Array:
    """`best` with as many zeros as `count` passages, POOL at most, need."""
    return np.concatenate([best[:POOL], np.zeros(max(0, min(count, POOL) - len(best)))])
