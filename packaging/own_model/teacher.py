"""What would another model say? Scores of each example's passage and its wrong answers, to be distilled.

A teacher is a checkpoint (any of the families that the program opens), the start itself, or a search for
words. Of several, each example's scores are brought to mean 0 and deviation 1 before they are added.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from core.encode.colbert.encoder import ColbertEncoder, Options
from own_model.bm25 import Index
from own_model.examples import Example, Examples
from own_model.recipe import Recipe

BM25, START = "bm25", "start"

Scores = NDArray[np.float64]
Say = Callable[[str], None]


class Teacher(Protocol):
    """Scores lists of passages (numbers into `texts`) for questions."""

    def scores(
        self, texts: Sequence[str], asked: Sequence[tuple[str, Sequence[int]]]
    ) -> Iterator[Scores]: ...


class WordTeacher:
    """BM25, with the texts that are given as its collection."""

    def scores(self, texts: Sequence[str], asked: Sequence[tuple[str, Sequence[int]]]) -> Iterator[Scores]:
        index = Index.of(texts)
        for query, numbers in asked:
            yield index.scores(query)[list(numbers)]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ModelTeacher:
    """MaxSim of a checkpoint; long passages in windows."""

    encoder: ColbertEncoder

    @classmethod
    def open(cls, folder: Path) -> ModelTeacher:
        """Raises what the loader raises."""
        return cls(encoder=ColbertEncoder.open(folder, Options(windows=True)))

    def scores(self, texts: Sequence[str], asked: Sequence[tuple[str, Sequence[int]]]) -> Iterator[Scores]:
        embedded = self.encoder.encode_passages(texts)
        passages = [each.vectors.astype(np.float16) for each in embedded]
        del embedded
        for query, numbers in asked:
            vectors = self.encoder.encode_query(query).vectors
            some = [passages[number] for number in numbers]
            starts = np.cumsum([0, *(len(each) for each in some[:-1])])
            products = vectors @ np.concatenate(some).astype(np.float32).T
            yield np.maximum.reduceat(products, starts, axis=1).sum(axis=0).astype(np.float64)


def open_teachers(recipe: Recipe, start: Path) -> list[Teacher]:
    """Those that the recipe names. Raises what the loader raises."""
    made: list[Teacher] = []
    for name in filter(None, recipe.teacher.split("+")):
        folder = start if name == START else Path(name)
        made.append(WordTeacher() if name == BM25 else ModelTeacher.open(folder))
    return made


def taught(examples: Examples, recipe: Recipe, teachers: Sequence[Teacher], say: Say) -> Examples:
    """The examples with scores, where the recipe distils their kind and they have wrong answers."""
    groups: dict[str, list[int]] = defaultdict(list)
    for number, each in enumerate(examples.examples):
        kind = recipe.kinds.get(each.kind)
        if kind and kind.distil and kind.weight and each.negatives:
            groups[each.group].append(number)
    made = list(examples.examples)
    for group, members in sorted(groups.items()):
        some = [examples.examples[number] for number in members]
        for number, scores in zip(members, _scored(examples, some, teachers), strict=True):
            made[number] = replace(made[number], scores=tuple(np.round(scores, 4).tolist()))
        say(f"    {group}: a teacher's scores for {len(members)} examples")
    return Examples(texts=examples.texts, origins=examples.origins, examples=made)


def _scored(examples: Examples, some: Sequence[Example], teachers: Sequence[Teacher]) -> Iterator[Scores]:
    lists = [(each.passage, *each.negatives) for each in some]
    needed = sorted({number for numbers in lists for number in numbers})
    places = {number: place for place, number in enumerate(needed)}
    texts = [examples.texts[number] for number in needed]
    asked = [
        (examples.texts[each.query], [places[number] for number in numbers])
        for each, numbers in zip(some, lists, strict=True)
    ]
    for found in zip(*(teacher.scores(texts, asked) for teacher in teachers), strict=True):
        yield found[0] if len(found) == 1 else np.sum([_standard(each) for each in found], axis=0)


def _standard(scores: Scores) -> Scores:
    return (scores - scores.mean()) / max(float(scores.std()), 1e-9)
