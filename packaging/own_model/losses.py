"""How wrong are the scores? The losses of training, on tensors of summed MaxSim."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

_NEVER = -1e9


def contrast(scores: Tensor, right: Tensor, ignored: Tensor) -> Tensor:
    """Cross entropy of the softmax over each row of `scores` `(questions, passages)`, already divided by the
    temperature. `right`: the column of each; columns that are True in `ignored` are no wrong answers.
    """
    return functional.cross_entropy(scores.masked_fill(ignored, _NEVER), right)


def both_ways(scores: Tensor, back: Tensor, right: Tensor, ignored: Tensor) -> Tensor:
    """The mean of that and of the same for the passages, which look for their questions by `back`
    `(passages, questions)`: MaxSim summed over the tokens of the passages. (`scores` turned round will not
    do: each row is a sum over the tokens of a question, so a longer question scores more everywhere.)

    Where several questions have one passage, each of them counts, without the others as wrong answers.
    """
    same = right[None, :] == right[:, None]
    others = ignored[:, right].T | same.fill_diagonal_(fill_value=False)
    wanted = torch.arange(len(right), device=scores.device)
    return (contrast(scores, right, ignored) + contrast(back[right], wanted, others)) / 2


def distillation(scores: Tensor, taught: Tensor, scale: float = 1.0) -> Tensor:
    """KL divergence from the teacher's to the student's distribution over the same passages, both
    `(questions, passages)`: each row is brought to 0 to 1 by its least and its most, so that only the
    teacher's order and spacing count (JaColBERTv2.5, arXiv 2407.20750, 3.3), times `scale`, and softmaxed.
    """
    student = functional.log_softmax(min_max(scores) * scale, dim=-1)
    teacher = functional.log_softmax(min_max(taught) * scale, dim=-1)
    return functional.kl_div(student, teacher, reduction="batchmean", log_target=True)


def min_max(scores: Tensor) -> Tensor:
    """Each row from 0 (its least) to 1 (its most); all 0 where they are equal."""
    least, most = scores.amin(-1, keepdim=True), scores.amax(-1, keepdim=True)
    return (scores - least) / (most - least).clamp_min(1e-6)
