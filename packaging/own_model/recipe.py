"""Everything that decides how a model is trained, read from a TOML file."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from own_model.pairs import KINDS

DEFAULT = Path(__file__).parent / "recipe.toml"

PAIR = "pair"
"""The kind of the pairs that a person brings to fine-tune a model."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Parameters whose names match `match` (as file names do; the first group that matches counts).

    `rate`: times the recipe's learning rate; 0 freezes them. `anchor`: each step takes them back towards
    where they started by this share of the step's learning rate, as AdamW's decay takes them towards 0.
    """

    match: str
    rate: float = 1.0
    anchor: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """How examples of a kind are drawn and judged.

    `weight`: how often, against the other kinds. `batch`: questions at a time. `negatives`: hard ones for
    each. `symmetric`: passages are asked for their questions, too. `temperature`: times the recipe's.
    `contrast`, `distil`: how much the two losses count; distillation only where a teacher gave scores.
    """

    weight: float = 1.0
    batch: int = 32
    negatives: int = 0
    symmetric: bool = False
    temperature: float = 1.0
    contrast: float = 1.0
    distil: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """`learning_rate` rises over the first `warm_up` of the steps and falls in a line to `floor` of it.

    `temperature` divides the summed MaxSim of the in-batch softmax; learnt if `temperature_rate` (its own
    learning rate) is not 0. `balance`: groups of a kind are drawn in proportion to their size to this power.
    `teacher`: where the scores to distil come from: a folder with a checkpoint, `start`, `bm25`, or several
    with + between them; empty: none. `distil_scale`: times both sides' scores, which lie in 0 to 1, before
    their softmax (1 in JaColBERTv2.5). `clip`: the largest norm of the gradient; 0: any. `layers_in`:
    float32 or bfloat16. `threads`: 0 leaves torch's own choice.

    A snapshot every `snapshot_every` steps after the first `snapshots_from` of them; the last ones are
    averaged. `evaluate_every` steps (0: at the end) the development sets that match one of `development` are
    asked: at most `questions` of each, of at most `passages`. A pattern with " (ciphered)" at its end asks a
    set whose letters are exchanged (ciphered.py).
    """

    seed: int = 6
    steps: int = 2000
    learning_rate: float = 3e-4
    warm_up: float = 0.05
    floor: float = 0.03
    betas: tuple[float, float] = (0.9, 0.98)
    weight_decay: float = 0.0
    clip: float = 0.0
    temperature: float = 1.0
    temperature_rate: float = 0.0
    balance: float = 0.5
    teacher: str = ""
    distil_scale: float = 1.0
    layers_in: str = "float32"
    threads: int = 0
    groups: tuple[Group, ...] = (Group(match="*"),)
    kinds: Mapping[str, Kind] = field(default_factory=dict)
    snapshots_from: float = 0.75
    snapshot_every: int = 50
    save_minutes: float = 5.0
    evaluate_every: int = 250
    development: tuple[str, ...] = ("*",)
    questions: int = 300
    passages: int = 1500

    def group_of(self, name: str) -> Group:
        """Parameters that no group matches are trained like the rest."""
        found = (group for group in self.groups if fnmatchcase(name, group.match))
        return next(found, Group(match="*"))

    def rate_at(self, step: int) -> float:
        """The learning rate of a step (from 0 on)."""
        rising = max(1, round(self.warm_up * self.steps))
        if step < rising:
            return self.learning_rate * (step + 1) / rising
        left = (self.steps - step) / max(1, self.steps - rising)
        return self.learning_rate * (self.floor + (1 - self.floor) * left)


def read_recipe(path: Path = DEFAULT, changes: Mapping[str, Any] | None = None) -> Recipe:
    """`changes` go before what the file says. Raises OSError, ValueError (a name or a value that none is)."""
    with path.open("rb") as file:
        found = tomllib.load(file)
    return recipe_of(found | dict(changes or {}))


def recipe_of(found: Mapping[str, Any]) -> Recipe:
    """Raises ValueError for a name or a value that none is."""
    values = dict(found)
    groups = tuple(_made(Group, each) for each in values.pop("groups", ()))
    kinds = {name: _made(Kind, each) for name, each in values.pop("kinds", {}).items()}
    if unknown := [name for name in kinds if name not in (*KINDS, PAIR)]:
        raise ValueError(f"no kind of example: {', '.join(unknown)}; there are {', '.join((*KINDS, PAIR))}")
    for name in ("betas", "development"):
        if name in values:
            values[name] = tuple(values[name])
    recipe = replace(_made(Recipe, values), kinds=kinds)
    recipe = replace(recipe, groups=groups) if groups else recipe
    _check(recipe)
    return recipe


def _made(record: type, values: Mapping[str, Any]) -> Any:
    known = {field.name: field for field in fields(record)}
    if unknown := [name for name in values if name not in known]:
        raise ValueError(f"a {record.__name__.lower()} has no {', '.join(unknown)}, but {', '.join(known)}")
    whole = {
        name: float(value) if type(value) is int and "float" in str(known[name].type) else value
        for name, value in values.items()
    }
    for name, value in whole.items():
        wanted = str(known[name].type).partition("[")[0]
        if wanted in ("int", "float", "str", "bool") and type(value).__name__ != wanted:
            raise ValueError(f"{name} is {value!r}, not of type {wanted}")
    return record(**whole)


def _check(recipe: Recipe) -> None:
    if recipe.layers_in not in ("float32", "bfloat16"):
        raise ValueError(f"layers_in is {recipe.layers_in!r}, not float32 or bfloat16")
    if recipe.steps < 1 or recipe.learning_rate < 0 or recipe.temperature <= 0:
        raise ValueError("steps must be 1 or more, learning_rate 0 or more, temperature above 0")
    if any(kind.batch < 2 and kind.negatives < 1 for kind in recipe.kinds.values()):
        raise ValueError("a batch of one question without negatives has nothing to tell apart")
