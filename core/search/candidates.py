"""Here is a query embedding: which passages are worth showing?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.domain import PassageId
from core.index.segment import Int64Array
from core.index.snapshot import BoolArray, Snapshot
from core.search.maxsim import Question, score_all

SCORE_DECIMALS = 4
"""Scores are compared rounded: the last bits depend on how a matrix product was cut into blocks, and equal
passages must tie, so that ids decide and the order never changes from run to run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A passage worth showing, with its MaxSim score."""

    passage_id: PassageId
    score: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Candidates:
    """Every passage that answers, of all `considered` that the filters allowed, each with its exact score.

    `ids`: `(passages,)` int64; `scores`: `(passages,)` float64, rounded to SCORE_DECIMALS.
    """

    ids: Int64Array
    scores: NDArray[np.float64]
    considered: int

    def best(self, count: int) -> tuple[Candidate, ...]:
        """The best `count`, best first, ties by id; fewer only if no more answer."""
        kept = _largest(self.scores, count)
        order = kept[np.lexsort((self.ids[kept], -self.scores[kept]))[:count]]
        return tuple(
            Candidate(passage_id=PassageId(int(self.ids[i])), score=float(self.scores[i])) for i in order
        )


def find_candidates(snapshot: Snapshot, question: Question, *, masks: Sequence[BoolArray]) -> Candidates:
    """Score all allowed passages exactly.

    `masks[i]` is `(passages,)` bool: the ordinals of `snapshot.views[i]` that are alive and that the filters
    let through.
    """
    ids, scores, considered = [np.empty(0, np.int64)], [np.empty(0, np.float32)], 0
    for view, mask, found in zip(
        snapshot.views, masks, score_all(snapshot.views, masks, question), strict=True
    ):
        considered += int(mask.sum())
        answering = np.flatnonzero(np.isfinite(found))
        ids.append(view.segment.passage_ids[answering])
        scores.append(found[answering])
    exact = np.concatenate(scores).astype(np.float64)
    rounded = np.asarray(np.round(exact, SCORE_DECIMALS), dtype=np.float64)
    return Candidates(ids=np.concatenate(ids), scores=rounded, considered=considered)


def _largest(scores: NDArray[np.float64], count: int) -> Int64Array:
    """The positions of the best `count` and of all that tie with the last of them."""
    if len(scores) <= count:
        return np.arange(len(scores))
    last = np.partition(scores, len(scores) - count)[len(scores) - count]
    return np.flatnonzero(scores >= last)
