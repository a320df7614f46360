"""Two lanes, one ranking."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.search.ranking.fusion import POOL, fuse, padded, standardised

SCORES = st.lists(st.floats(0, 50, width=32), min_size=2, max_size=60).map(np.array)


@given(best=SCORES, factor=st.floats(0.1, 100), shift=st.floats(-100, 100))
def test_the_scale_of_a_lane_does_not_matter(best, factor, shift):
    """A lane may count in any unit and from any zero: only how far apart passages are is compared."""
    if best.std() < 1e-3:
        return
    moved = best * factor + shift
    assert standardised(moved, moved) == pytest.approx(standardised(best, best), abs=1e-4)


def test_a_lane_that_does_not_tell_passages_apart_has_no_say():
    scores = np.array([3.0, 3.0, 3.0])
    assert standardised(scores, scores).tolist() == [0, 0, 0]
    assert standardised(scores, np.empty(0)).tolist() == [0, 0, 0]


@given(maxsim=st.lists(st.floats(0, 30), min_size=POOL, max_size=POOL), place=st.integers(0, POOL - 1))
def test_what_one_passage_alone_has_decides(maxsim, place):
    """A part number that occurs once puts its passage first, if the model finds it no worse than most."""
    scores = np.array(maxsim)
    scores[place] = max(scores[place], scores.mean())
    keyword = np.zeros(POOL)
    keyword[place] = 9.0
    best = padded(np.array([9.0]), 1000)
    fused = fuse(scores, keyword, scores, best)
    assert fused[place] > np.delete(fused, place).max()
    assert standardised(keyword, best)[place] == pytest.approx(np.sqrt(POOL - 1))  # and none goes beyond it


def test_passages_that_a_lane_did_not_find_count_as_zero():
    assert padded(np.array([2.0, 1.0]), 4).tolist() == [2, 1, 0, 0]
    assert len(padded(np.ones(3 * POOL), 10_000)) == POOL
    assert padded(np.array([2.0, 1.0]), 2).tolist() == [2, 1]
