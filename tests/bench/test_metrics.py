"""The measures that RESULTS.md is made of."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.bench.metrics import ndcg, quality, recall, reciprocal_rank

IDS = st.sampled_from("abcdefghijklmnop")
RANKINGS = st.lists(IDS, unique=True)
GRADES = st.dictionaries(IDS, st.integers(-1, 3)).filter(lambda grades: max(grades.values(), default=0) > 0)


def test_a_worked_example():
    """Ranks 2 and 4 of two relevant passages, by hand."""
    ranking, grades = ["x", "a", "y", "b"], {"a": 1, "b": 3, "c": 0}
    assert recall(ranking, grades, 1) == 0
    assert recall(ranking, grades, 3) == 0.5
    assert recall(ranking, grades, 10) == 1
    assert reciprocal_rank(ranking, grades, 10) == 0.5
    assert reciprocal_rank(ranking, grades, 1) == 0
    expected = (1 / math.log2(3) + 3 / math.log2(5)) / (3 / math.log2(2) + 1 / math.log2(3))
    assert ndcg(ranking, grades, 10) == pytest.approx(expected)


@given(RANKINGS, GRADES, st.integers(1, 12))
def test_measures_lie_between_0_and_1(ranking, grades, depth):
    """Every measure is a share."""
    for measure in (recall, reciprocal_rank, ndcg):
        assert 0 <= measure(ranking, grades, depth) <= 1 + 1e-12


@given(GRADES, st.integers(1, 12))
def test_the_ideal_ranking_gets_1(grades, depth):
    """All relevant passages first, best grade first, cannot be beaten."""
    ranking = sorted(grades, key=lambda passage: -grades[passage])
    for measure in (recall, reciprocal_rank, ndcg):
        assert measure(ranking, grades, depth) == pytest.approx(1)


def test_a_query_that_found_nothing_counts():
    """The mean is over all judged queries, not over those with a ranking."""
    found = quality({"q1": ["a"]}, {"q1": {"a": 1}, "q2": {"b": 1}})
    assert (found.queries, found.recall_at_1, found.ndcg_at_10) == (2, 0.5, 0.5)


def test_a_query_without_a_relevant_passage_is_refused():
    """There is nothing to measure, and no silent 0 or 1 for it."""
    with pytest.raises(ValueError, match="relevant"):
        recall(["a"], {"a": 0}, 1)
