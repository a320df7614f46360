"""How well does a network find? MaxSim over retrieval sets held in memory, and which of two finds better.

The passages are encoded as the program does it (long ones in windows), and scored exactly.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.encode.colbert.inputs import Inputs, passage_windows
from own_model.checkpoint import Checkpoint
from own_model.ciphered import CIPHERED, ciphered
from own_model.maxsim import best_tokens
from own_model.network import Embedded, Network
from own_model.recipe import Recipe
from own_model.sources import RetrievalSet

DEPTHS = (1, 5, 10)

_QUERIES_AT_ONCE = 64
_PASSAGES_AT_ONCE = 256

Ranks = NDArray[np.int64]
"""Of each question of a set: how many passages are before the first that answers it."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Asked:
    """A set with the questions that are asked, and the passages that are looked at. `right`: for each
    question the numbers of the passages that answer it.
    """

    name: str
    queries: tuple[str, ...]
    passages: tuple[str, ...]
    right: tuple[frozenset[int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """Questions that the one model answers within `depth` and the other does not."""

    depth: int
    won: int
    lost: int


def asked_of(full: RetrievalSet, questions: int, passages: int) -> Asked:
    """At most so many questions, evenly spread, and at most so many passages, those that answer first."""
    judged = list(full.judgements)
    stride = max(1.0, len(judged) / questions)
    chosen = [judged[int(number * stride)] for number in range(min(questions, len(judged)))]
    needed = {name for query in chosen for name in full.judgements[query]}
    others = [name for name in full.passages if name not in needed]
    room = max(0, passages - len(needed))
    stride = max(1.0, len(others) / room) if room else 1.0
    filled = {others[int(number * stride)] for number in range(min(room, len(others)))}
    names = [name for name in full.passages if name in needed or name in filled]
    numbers = {name: number for number, name in enumerate(names)}
    return Asked(
        name=full.name,
        queries=tuple(full.queries[query] for query in chosen),
        passages=tuple(full.passages[name].text for name in names),
        right=tuple(frozenset(numbers[name] for name in full.judgements[query]) for query in chosen),
    )


def chosen_sets(sets: Iterable[RetrievalSet], recipe: Recipe) -> tuple[Asked, ...]:
    """What the recipe asks while it trains; ciphered sets, too, if a pattern ends so."""
    return tuple(
        asked_of(ciphered(each) if in_cipher else each, recipe.questions, recipe.passages)
        for each in sets
        for in_cipher in (False, True)
        if any(_matches(each.name, wanted, in_cipher=in_cipher) for wanted in recipe.development)
    )


def _matches(name: str, wanted: str, *, in_cipher: bool) -> bool:
    return wanted.endswith(CIPHERED) == in_cipher and fnmatchcase(name, wanted.removesuffix(CIPHERED))


class Prepared:
    """Sets tokenised once, for being asked many times."""

    def __init__(self, checkpoint: Checkpoint, sets: Sequence[Asked]) -> None:
        self.sets = sets
        self._queries = [
            [checkpoint.query_inputs(tokens) for tokens in checkpoint.tokenize(each.queries)] for each in sets
        ]
        self._passages = [
            [
                [*passage_windows(tokens, checkpoint.profile, checkpoint.vocabulary)]
                for tokens in checkpoint.tokenize(each.passages)
            ]
            for each in sets
        ]

    def ranks(self, network: Network) -> dict[str, Ranks]:
        """Of each set."""
        return {
            each.name: _ranks(scores_of(network, queries, passages), each.right)
            for each, queries, passages in zip(self.sets, self._queries, self._passages, strict=True)
        }


def ranks_of(
    development: Prepared, checkpoint: Checkpoint, tensors: Mapping[str, Tensor], device: str
) -> dict[str, Ranks]:
    """Of the checkpoint with other weights."""
    there = {name: tensor.to(device) for name, tensor in tensors.items()}
    return development.ranks(Network(shape=checkpoint.shape, tensors=there))


@torch.no_grad()
def scores_of(network: Network, queries: Sequence[Inputs], passages: Sequence[Sequence[Inputs]]) -> Tensor:
    """`(queries, passages)` float32, of passages given as their windows."""
    asked = network.embed(queries)
    parts = []
    for first in range(0, len(passages), _PASSAGES_AT_ONCE):
        some = passages[first : first + _PASSAGES_AT_ONCE]
        windows = network.embed([window for windows in some for window in windows])
        of = torch.repeat_interleave(torch.arange(len(some)), torch.tensor([len(each) for each in some]))
        counts = torch.zeros(len(some), dtype=torch.long).index_add_(0, of, windows.counts)
        parts.append(_scored(asked, Embedded(vectors=windows.vectors, counts=counts)))
    return torch.cat(parts, dim=1)


def _scored(asked: Embedded, passages: Embedded) -> Tensor:
    device = asked.vectors.device
    rows = []
    counts = asked.counts.split(_QUERIES_AT_ONCE)
    for vectors, some in zip(asked.vectors.split([int(each.sum()) for each in counts]), counts, strict=True):
        best, _ = best_tokens(vectors, passages.vectors, passages.counts.to(device))
        of = torch.repeat_interleave(torch.arange(len(some)), some).to(device)
        rows.append(torch.zeros(len(some), best.shape[1], device=device).index_add_(0, of, best))
    return torch.cat(rows).cpu()


def _ranks(scores: Tensor, right: Sequence[frozenset[int]]) -> Ranks:
    """Passages with the same score as the one that answers count as before it: luck is no merit."""
    table = scores.numpy()
    found = []
    for row, answers in zip(table, right, strict=True):
        best = max(row[answer] for answer in answers)
        found.append(sum(1 for number in np.flatnonzero(row >= best) if number not in answers))
    return np.array(found, dtype=np.int64)


def recall(ranks: Ranks, depth: int) -> float:
    """The share of questions that are answered within `depth`."""
    return float((ranks < depth).mean())


def recalls(ranks: Ranks) -> dict[str, float]:
    """`recall_at_1`, `recall_at_5` and `recall_at_10`: the share of questions with an answer that high."""
    return {f"recall_at_{depth}": recall(ranks, depth) for depth in DEPTHS}


def summary(ranks: Mapping[str, Ranks]) -> dict[str, float]:
    """`R@1`, `R@5`, `R@10`: means over sets, each counting the same."""
    return {
        f"R@{depth}": float(np.mean([recall(each, depth) for each in ranks.values()])) for depth in DEPTHS
    }


def compare(new: Mapping[str, Ranks], old: Mapping[str, Ranks]) -> dict[str, tuple[Compared, ...]]:
    """Of each set, at each depth: what the new one answers and the old one does not, and the other way."""
    return {
        name: tuple(
            Compared(
                depth=depth,
                won=int(((new[name] < depth) & (old[name] >= depth)).sum()),
                lost=int(((new[name] >= depth) & (old[name] < depth)).sum()),
            )
            for depth in DEPTHS
        )
        for name in new
        if name in old
    }
