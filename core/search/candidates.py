"""Here is a query embedding: which passages are worth showing?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.domain import Float32Array, PassageId
from core.index.segment import Int64Array
from core.index.snapshot import Snapshot
from core.search.maxsim import Question, score_all

SCORE_DECIMALS = 4
"""Scores are compared rounded: the last bits depend on how a matrix product was cut into blocks, and equal
passages must tie, so that ids decide and the order never changes from run to run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A passage worth showing, with its MaxSim score."""

    passage_id: PassageId
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidates:
    """The best passages, best first (ties by id), of all `considered` that the filters allowed."""

    best: tuple[Candidate, ...]
    considered: int


def find_candidates(
    snapshot: Snapshot, question: Question, *, allowed: Int64Array | None, count: int
) -> Candidates:
    """Score all allowed passages exactly and keep the best `count`.

    `allowed` are ascending passage ids, or None for all. Fewer than `count` come back only if no more answer.
    """
    ids, scores, considered = [np.empty(0, np.int64)], [np.empty(0, np.float32)], 0
    masks = [view.allowed(allowed) for view in snapshot.views]
    for view, mask, found in zip(
        snapshot.views, masks, score_all(snapshot.views, masks, question), strict=True
    ):
        considered += int(mask.sum())
        scored = np.flatnonzero(np.isfinite(found))
        kept = scored[_largest(found[scored], count)]
        ids.append(view.segment.passage_ids[kept])
        scores.append(found[kept])
    all_ids, all_scores = np.concatenate(ids), np.round(np.concatenate(scores), SCORE_DECIMALS)
    order = np.lexsort((all_ids, -all_scores))[:count]
    best = tuple(Candidate(passage_id=PassageId(int(all_ids[i])), score=float(all_scores[i])) for i in order)
    return Candidates(best=best, considered=considered)


def _largest(scores: Float32Array, count: int) -> Int64Array:
    """The positions of the best `count` and of all that tie with the last of them."""
    if len(scores) <= count:
        return np.arange(len(scores))
    last = np.partition(scores, len(scores) - count)[len(scores) - count]
    return np.flatnonzero(scores >= last - 10.0**-SCORE_DECIMALS)
