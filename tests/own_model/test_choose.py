from __future__ import annotations

import numpy as np
from own_model.choose import choose, judge


def ranks(*found: int) -> dict[str, np.ndarray]:
    return {"set": np.array(found * 20)}


def test_what_is_clearly_better_is_taken() -> None:
    """Of several the one that gains most."""
    candidates = {"start": ranks(3, 3, 0), "some": ranks(0, 3, 0), "more": ranks(0, 0, 0)}
    best, verdicts = choose(candidates, "start")
    assert best == "more"
    assert (verdicts["some"].won, verdicts["some"].lost) == (20, 0)


def test_what_may_be_chance_is_not() -> None:
    """Two won against one lost says nothing."""
    start = {"set": np.array([0, 3, 3, 0, 0])}
    assert choose({"start": start, "new": {"set": np.array([3, 0, 0, 0, 0])}}, "start")[0] == "start"


def test_a_verdict_counts_questions() -> None:
    """Won at a depth: within it now and not before."""
    verdict = judge({"a": np.array([0, 7, 0])}, {"a": np.array([1, 0, 0])})
    assert (verdict.won, verdict.lost) == (1, 1)
    assert verdict.deviations == 0.0
    assert verdict.gain == (0 + (0 - 1) / 3 + 0) / 3
