from __future__ import annotations

import math

import pytest
import torch
from own_model.losses import both_ways, contrast, distillation, min_max
from own_model.maxsim import maxsim
from own_model.network import Embedded

NOTHING = torch.zeros(2, 3, dtype=torch.bool)


def test_contrast_is_the_logarithm_of_the_right_share() -> None:
    """By hand: scores log 1, log 2, log 5 with the last one right is 5/8."""
    scores = torch.tensor([[1.0, 2.0, 5.0], [1.0, 1.0, 2.0]]).log()
    found = contrast(scores, torch.tensor([2, 0]), NOTHING)
    assert found.item() == pytest.approx((math.log(8 / 5) + math.log(4)) / 2)


def test_what_is_ignored_is_no_wrong_answer() -> None:
    """As if the column were not there."""
    scores = torch.tensor([[1.0, 2.0, 5.0], [1.0, 1.0, 2.0]]).log()
    ignored = torch.tensor([[True, False, False], [False, False, True]])
    found = contrast(scores, torch.tensor([2, 0]), ignored)
    assert found.item() == pytest.approx((math.log(7 / 5) + math.log(2)) / 2)


def test_both_ways_asks_the_passages_too() -> None:
    """Two questions with a passage each, and scores of their own for the way back."""
    scores = torch.tensor([[3.0, 1.0], [1.0, 1.0]]).log()
    back = torch.tensor([[4.0, 1.0], [7.0, 1.0]]).log()
    found = both_ways(scores, back, torch.tensor([0, 1]), torch.zeros(2, 2, dtype=torch.bool))
    forth = (math.log(4 / 3) + math.log(2)) / 2
    returned = (math.log(5 / 4) + math.log(8)) / 2
    assert found.item() == pytest.approx((forth + returned) / 2)


def test_questions_of_one_passage_are_no_wrong_answers_to_it() -> None:
    """Both questions of the same passage are right, each by itself."""
    scores = torch.tensor([[3.0, 1.0], [3.0, 1.0], [1.0, 2.0]]).log()
    back = torch.tensor([[3.0, 2.0, 1.0], [1.0, 1.0, 2.0]]).log()
    found = both_ways(scores, back, torch.tensor([0, 0, 1]), torch.zeros(3, 2, dtype=torch.bool))
    forth = (math.log(4 / 3) * 2 + math.log(3 / 2)) / 3
    returned = (math.log(4 / 3) + math.log(3 / 2) + math.log(4 / 2)) / 3
    assert found.item() == pytest.approx((forth + returned) / 2)


def test_a_long_question_has_no_advantage_on_the_way_back() -> None:
    """It scores more with every passage, which says nothing about any of them."""
    torch.manual_seed(3)
    words = torch.nn.functional.normalize(torch.randn(40, 64), dim=-1)
    queries = Embedded(vectors=words, counts=torch.tensor([4, 36]))
    passages = Embedded(vectors=words.clone(), counts=torch.tensor([4, 36]))
    scores, back = maxsim(queries, passages), maxsim(passages, queries)
    assert scores[1, 0] > scores[0, 0]
    ignored = torch.zeros(2, 2, dtype=torch.bool)
    assert both_ways(scores, back, torch.tensor([0, 1]), ignored) < 0.1


def test_distillation_is_the_divergence_of_scores_brought_to_one_scale() -> None:
    """By hand: the student has the teacher's order with another spacing."""
    student, teacher = torch.tensor([[10.0, 0.0, 5.0]]), torch.tensor([[2.0, 1.0, 1.0]])
    p = torch.tensor([math.e, 1.0, 1.0]) / (math.e + 2)
    q = torch.tensor([math.e, 1.0, math.exp(0.5)]) / (math.e + 1 + math.exp(0.5))
    expected = (p * (p / q).log()).sum().item()
    assert distillation(student, teacher).item() == pytest.approx(expected, rel=1e-5)


def test_distillation_does_not_see_scale_or_height() -> None:
    """A teacher that scores in thousands teaches the same as one in tenths."""
    teacher = torch.tensor([[3.0, 1.0, 2.0], [0.0, 1.0, 5.0]])
    assert distillation(teacher * 1000 - 7, teacher).item() == pytest.approx(0.0, abs=1e-6)


def test_equal_scores_teach_nothing_and_break_nothing() -> None:
    """No division by zero."""
    assert min_max(torch.ones(1, 3)).tolist() == [[0.0, 0.0, 0.0]]
