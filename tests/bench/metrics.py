"""Measures of a ranking against judgements: pure functions.

`ranking` is a list of passage ids, best first, without repetition; `grades` maps the relevant ids of one
query to grades (0 or less: not relevant).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """Means over the queries of a set."""

    queries: int
    recall_at_1: float
    recall_at_5: float
    recall_at_10: float
    mrr_at_10: float
    ndcg_at_10: float


def recall(ranking: Sequence[str], grades: Mapping[str, int], depth: int) -> float:
    """Share of the relevant passages among the first `depth`, of those that fit there.

    With one relevant passage per query this is success at `depth`. Raises ValueError without any.
    """
    relevant = _relevant(grades)
    found = sum(1 for passage in ranking[:depth] if passage in relevant)
    return found / min(len(relevant), depth)


def reciprocal_rank(ranking: Sequence[str], grades: Mapping[str, int], depth: int) -> float:
    """One over the rank of the first relevant passage, 0 if it is deeper than `depth`."""
    relevant = _relevant(grades)
    ranks = (rank for rank, passage in enumerate(ranking[:depth], start=1) if passage in relevant)
    return 1.0 / next(ranks, math.inf)


def ndcg(ranking: Sequence[str], grades: Mapping[str, int], depth: int) -> float:
    """Normalised discounted cumulative gain with the grade as gain, as trec_eval's ndcg_cut has it.

    Järvelin and Kekäläinen, TOIS 2002; discount log2(rank + 1).
    """
    relevant = _relevant(grades)
    ideal = sorted(relevant.values(), reverse=True)[:depth]
    return _dcg([relevant.get(passage, 0) for passage in ranking[:depth]]) / _dcg(ideal)


def quality(rankings: Mapping[str, Sequence[str]], judgements: Mapping[str, Mapping[str, int]]) -> Quality:
    """Means over all judged queries; one that has no ranking counts as one that found nothing."""
    pairs = [(rankings.get(query, ()), grades) for query, grades in judgements.items()]
    return Quality(
        queries=len(pairs),
        recall_at_1=fmean(recall(ranking, grades, 1) for ranking, grades in pairs),
        recall_at_5=fmean(recall(ranking, grades, 5) for ranking, grades in pairs),
        recall_at_10=fmean(recall(ranking, grades, 10) for ranking, grades in pairs),
        mrr_at_10=fmean(reciprocal_rank(ranking, grades, 10) for ranking, grades in pairs),
        ndcg_at_10=fmean(ndcg(ranking, grades, 10) for ranking, grades in pairs),
    )


def _relevant(grades: Mapping[str, int]) -> dict[str, int]:
    relevant = {passage: grade for passage, grade in grades.items() if grade > 0}
    if not relevant:
        raise ValueError("a query without a relevant passage cannot be measured")
    return relevant


def _dcg(gains: Sequence[int]) -> float:
    return sum(gain / math.log2(rank + 1) for rank, gain in enumerate(gains, start=1))
