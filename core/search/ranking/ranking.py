"""Here is what each lane has found: in which order are the passages worth showing?"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.domain import Int64Array, Mode, PassageId
from core.search.ranking.candidates import SCORE_DECIMALS, Candidate, Candidates
from core.search.ranking.fusion import POOL, fuse, padded
from core.search.ranking.keywords import KeywordScores

MOST_SCANNED = 32_768
"""Passages of compressed segments among which the model looks for answers. What is as far from a question as
all the others behind them is one by chance, and where its words stand the other lane knows. Without this
bound a question whose words are nowhere took a second with 200,000 passages, now a third of it (2026-11)."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ranking:
    """The passages of one search by one or both lanes. `keyword` has allowed passages only; `allowed` counts
    the passages that could be found. `keyword_weight`: as in `fuse`.
    """

    candidates: Candidates
    keyword: KeywordScores
    allowed: int
    mode: Mode
    keyword_weight: float | None = None

    def best(self, count: int) -> tuple[Candidate, ...]:
        """The best `count`, ties by id; fewer only if no more answer."""
        match self.mode:
            case Mode.MAXSIM:
                return self.candidates.best(count)
            case Mode.KEYWORD:
                found = self.keyword.answering()
                return in_order(found.ids, found.scores, count, found.doubtful)
            case Mode.HYBRID:
                return self._by_both(count)

    def _by_both(self, count: int) -> tuple[Candidate, ...]:
        found = self.candidates.best(max(count, POOL), most=MOST_SCANNED)
        by_model = {each.passage_id: each.score for each in found}
        literal = self.keyword.answering().ids.tolist()
        others = np.array([id_ for id_ in literal if id_ not in by_model], dtype=np.int64)
        maxsim = by_model | self.candidates.scores_of(others)
        ids = np.array([*maxsim], dtype=np.int64)
        fused = self.fused(ids, np.array([*maxsim.values()], dtype=np.float64))
        return in_order(ids, fused, count, self.keyword.doubtful - by_model.keys())

    def fused(self, ids: Int64Array, maxsim: NDArray[np.float64]) -> NDArray[np.float64]:
        """The scores of passages by both lanes, from those by MaxSim."""
        return fuse(
            maxsim,
            self.keyword_scores(ids),
            padded(self.candidates.best_scores(POOL), self.allowed),
            padded(self.keyword.scores, self.allowed),
            self.keyword_weight,
        )

    def keyword_scores(self, ids: Int64Array) -> NDArray[np.float64]:
        """Of passages that the keyword lane did not give, as low as the last one that it gave or lower: 0."""
        known = dict(zip(self.keyword.ids.tolist(), self.keyword.scores.tolist(), strict=True))
        return np.array([known.get(id_, 0.0) for id_ in ids.tolist()], dtype=np.float64)


def in_order(
    ids: Int64Array, scores: NDArray[np.float64], count: int, doubtful: Container[int]
) -> tuple[Candidate, ...]:
    """The best `count` by score as it is compared and shown, rounded; ties by id."""
    rounded = np.round(scores, SCORE_DECIMALS)
    order = np.lexsort((ids, -rounded))[:count]
    best = zip(ids[order].tolist(), rounded[order].tolist(), strict=True)
    return tuple(
        Candidate(passage_id=PassageId(id_), score=score, doubtful=id_ in doubtful) for id_, score in best
    )
