from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from own_model.maxsim import _AT_ONCE, best_tokens, maxsim
from own_model.network import Embedded


def embedded(counts: list[int], dim: int = 8) -> Embedded:
    vectors = torch.nn.functional.normalize(torch.randn(sum(counts), dim), dim=-1)
    return Embedded(vectors=vectors.requires_grad_(), counts=torch.tensor(counts))


def plainly(queries: Embedded, passages: Embedded) -> torch.Tensor:
    """Every product, with everything remembered."""
    rows = []
    for query in queries.vectors.split(queries.counts.tolist()):
        scores = [
            (query @ passage.T).max(-1).values.sum() if len(passage) else query.sum() * 0
            for passage in passages.vectors.split(passages.counts.tolist())
        ]
        rows.append(torch.stack(scores))
    return torch.stack(rows)


@settings(deadline=None)
@given(
    st.lists(st.integers(1, 5), min_size=1, max_size=4),
    st.lists(st.integers(0, 9), min_size=1, max_size=5),
    st.integers(0, 1000),
)
def test_scores_and_gradients_are_those_of_autograd(
    queries: list[int], passages: list[int], seed: int
) -> None:
    """Whatever the lengths; a passage without a token scores 0 and pulls at nothing."""
    torch.manual_seed(seed)
    asked, answering = embedded(queries), embedded(passages)
    if not sum(passages):
        return
    weights = torch.randn(len(queries), len(passages))
    ours, theirs = maxsim(asked, answering), plainly(asked, answering)
    torch.testing.assert_close(ours, theirs)
    inputs = [asked.vectors, answering.vectors]
    for found, wanted in zip(
        torch.autograd.grad((ours * weights).sum(), inputs),
        torch.autograd.grad((theirs * weights).sum(), inputs),
        strict=True,
    ):
        torch.testing.assert_close(found, wanted)


def test_only_what_needs_a_gradient_gets_one() -> None:
    """Passages that are fixed stay so."""
    asked, answering = embedded([3, 2]), embedded([4, 5])
    fixed = Embedded(vectors=answering.vectors.detach(), counts=answering.counts)
    maxsim(asked, fixed).sum().backward()
    assert asked.vectors.grad is not None


def test_the_best_token_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its number among all tokens, however few are looked at together."""
    monkeypatch.setitem(_AT_ONCE, "cpu", 10)
    queries, passages = torch.eye(4), torch.eye(4)[[3, 2, 1, 0]]
    best, which = best_tokens(queries, passages, torch.tensor([2, 2]))
    assert best.tolist() == [[0, 1], [0, 1], [1, 0], [1, 0]]
    assert which[0, 1].item() == 3
    assert which[3, 0].item() == 0
