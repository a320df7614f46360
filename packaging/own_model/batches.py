"""Which examples go together in which step? And what goes into the network for them?

The order is a function of the recipe's seed and of the examples alone, so training that was stopped goes on
with the very batches that it would have had.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from core.domain import Int32Array
from core.encode.colbert.inputs import Inputs
from core.encode.tokenizers.tokenizer import Tokens
from own_model.bm25 import best_of
from own_model.checkpoint import Checkpoint
from own_model.examples import Example, Examples
from own_model.recipe import Recipe

_MARGIN = 8
"""A window may have some more tokens than it had as a part of the whole."""

_OVERLAP = 64
"""Tokens that two windows share."""


Window = tuple[int, int]
"""The number of a text, and which window of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """The examples of one step: all of one kind and one group."""

    number: int
    kind: str
    examples: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Batch:
    """`right`: `(questions,)`, the column of each question's passage. `ignored`: `(questions, passages)`,
    True where a passage answers a question without being its own. `listed` and `taught`: `(questions,
    1 + negatives)`, the columns that a teacher scored and the scores, of the questions `taught_rows`.
    """

    kind: str
    queries: list[Inputs]
    passages: list[Inputs]
    right: Tensor
    ignored: Tensor
    taught_rows: Tensor
    listed: Tensor
    taught: Tensor


def plan(recipe: Recipe, examples: Sequence[Example]) -> Iterator[Step]:
    """The steps, one after the other, without an end. Each group is gone through in an order drawn anew each
    time, so that every example comes before one comes again.

    Raises ValueError when there are no examples of the recipe's kinds.
    """
    groups = _groups(recipe, examples)
    kinds = [kind for kind in groups if recipe.kinds[kind].weight > 0]
    if not kinds:
        raise ValueError("there are no examples of the kinds that the recipe names")
    weights = np.array([recipe.kinds[kind].weight for kind in kinds])
    drawn = np.random.default_rng([recipe.seed, 1])
    waiting = {
        kind: [_Shuffled(members, [recipe.seed, 2, number]) for number, members in enumerate(some)]
        for kind, some in groups.items()
    }
    shares = {
        kind: np.array([len(members) ** recipe.balance for members in some], dtype=float)
        for kind, some in groups.items()
    }
    step = 0
    while True:
        kind = kinds[drawn.choice(len(kinds), p=weights / weights.sum())]
        group = drawn.choice(len(waiting[kind]), p=shares[kind] / shares[kind].sum())
        chosen = waiting[kind][group].next(recipe.kinds[kind].batch)
        yield Step(number=step, kind=kind, examples=chosen)
        step += 1


def _groups(recipe: Recipe, examples: Sequence[Example]) -> dict[str, list[list[int]]]:
    found: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for number, each in enumerate(examples):
        if each.kind in recipe.kinds:
            found[each.kind][each.group].append(number)
    return {kind: [found[kind][name] for name in sorted(found[kind])] for kind in sorted(found)}


class _Shuffled:
    """Numbers in an order drawn anew whenever all were taken."""

    def __init__(self, members: Sequence[int], seed: list[int]) -> None:
        self._members = np.array(members)
        self._drawn = np.random.default_rng(seed)
        self._left: list[int] = []

    def next(self, count: int) -> tuple[int, ...]:
        """Fewer than `count` only where there are no more."""
        taken: list[int] = []
        while len(taken) < min(count, len(self._members)):
            if not self._left:
                self._left = self._drawn.permutation(self._members).tolist()
            number = self._left.pop()
            if number not in taken:
                taken.append(number)
        return tuple(taken)


class Texts:
    """The texts of examples for a network, tokenised when they are first needed."""

    def __init__(self, checkpoint: Checkpoint, texts: Sequence[str]) -> None:
        self._checkpoint = checkpoint
        self._texts = texts
        self._ids: dict[str, Int32Array] = {}
        self._windows: dict[int, tuple[str, ...]] = {}

    def query(self, number: int) -> Inputs:
        return self._checkpoint.query_inputs(self._tokenized(self._texts[number]))

    def window(self, number: int, query: int) -> int:
        """Which window of a passage answers the query best: 0 for one that is short enough to be whole."""
        return best_of(self._texts[query], self._windows_of(number))

    def passage(self, number: int, window: int) -> Inputs:
        return self._checkpoint.passage_inputs(self._tokenized(self._windows_of(number)[window]))

    def _windows_of(self, number: int) -> tuple[str, ...]:
        found = self._windows.get(number)
        if found is None:
            text = self._texts[number]
            found = (text,)
            if len(self._tokenized(text).ids) > self._checkpoint.room:
                (tokens,) = self._checkpoint.tokenize([text])
                found = windows_of(text, tokens, self._checkpoint.room)
            self._windows[number] = found
        return found

    def _tokenized(self, text: str) -> Tokens:
        """Without spans, which training needs for windows only: two thirds of the memory."""
        found = self._ids.get(text)
        if found is None:
            (tokens,) = self._checkpoint.tokenize([text])
            found = self._ids[text] = tokens.ids
        return Tokens(ids=found, spans=np.zeros((len(found), 2), dtype=np.int32))


def windows_of(text: str, tokens: Tokens, room: int) -> tuple[str, ...]:
    """The text, or parts of it that overlap and have at most about `room` tokens each."""
    count = len(tokens.ids)
    if count <= room:
        return (text,)
    size = max(1, room - _MARGIN)
    step = max(1, size - min(_OVERLAP, size // 2))
    starts = range(0, max(1, count - size + step), step)
    edges = [(start, min(start + size, count) - 1) for start in starts]
    return tuple(text[int(tokens.spans[a, 0]) : int(tokens.spans[b, 1])] for a, b in edges)


class Collator:
    """Makes batches of the steps of a plan."""

    def __init__(self, recipe: Recipe, examples: Examples, texts: Texts) -> None:
        self._recipe = recipe
        self._examples = examples
        self._texts = texts
        self._answers = examples.answers()

    def batch(self, step: Step) -> Batch:
        chosen = [self._examples.examples[number] for number in step.examples]
        lists = [self._list(step, example) for example in chosen]
        columns: dict[Window, int] = {}
        for windows, _ in lists:
            for window in windows:
                columns.setdefault(window, len(columns))
        taught = [row for row, (_, scores) in enumerate(lists) if scores]
        return Batch(
            kind=step.kind,
            queries=[self._texts.query(example.query) for example in chosen],
            passages=[self._texts.passage(*window) for window in columns],
            right=torch.tensor([columns[windows[0]] for windows, _ in lists]),
            ignored=self._ignored(chosen, [windows[0] for windows, _ in lists], list(columns)),
            taught_rows=torch.tensor(taught, dtype=torch.long),
            listed=torch.tensor([[columns[window] for window in lists[row][0]] for row in taught]),
            taught=torch.tensor([lists[row][1] for row in taught]),
        )

    def _list(self, step: Step, example: Example) -> tuple[list[Window], list[float]]:
        """The passage and the wrong answers that are drawn this time; a teacher's scores of them."""
        wanted = self._recipe.kinds[step.kind].negatives
        drawn = np.random.default_rng([self._recipe.seed, 3, step.number, example.query])
        places = sorted(drawn.permutation(len(example.negatives))[:wanted].tolist())
        passages = [example.passage, *(example.negatives[place] for place in places)]
        windows = [(passage, self._texts.window(passage, example.query)) for passage in passages]
        whole = len(places) == wanted and len(set(windows)) == len(windows)
        if not example.scores or not whole:
            return windows, []
        return windows, [example.scores[place] for place in (0, *(place + 1 for place in places))]

    def _ignored(self, chosen: list[Example], own: list[Window], columns: list[Window]) -> Tensor:
        """What answers a question, or is the question, beside its own passage."""
        origins = [self._examples.origins[passage] for passage, _ in columns]
        ignored = torch.zeros(len(chosen), len(columns), dtype=torch.bool)
        for row, example in enumerate(chosen):
            right = self._answers[example.query]
            for column, (window, origin) in enumerate(zip(columns, origins, strict=True)):
                ignored[row, column] = window != own[row] and (
                    origin in right or window[0] in (example.query, example.passage)
                )
        return ignored
