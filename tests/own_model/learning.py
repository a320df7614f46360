"""What the tests of training share: the little world as examples, and a recipe of seconds."""

from __future__ import annotations

from pathlib import Path

from own_model.checkpoint import Checkpoint
from own_model.development import Prepared, asked_of
from own_model.examples import Examples
from own_model.prepare import prepare
from own_model.recipe import Group, Kind, Recipe
from own_model.train import Trainer

from tests.own_model.miniature import questions, world

RECIPE = Recipe(
    steps=8,
    learning_rate=3e-3,
    groups=(Group(match="embeddings.*", rate=0.0), Group(match="*")),
    kinds={"question": Kind(batch=6, negatives=2), "translation": Kind(batch=4, symmetric=True)},
    temperature_rate=1e-3,
    snapshots_from=0.5,
    snapshot_every=2,
    evaluate_every=4,
)


def examples(folder: Path) -> Examples:
    prepare(world(), folder, seed=1, say=lambda _: None)
    return Examples.read(folder)


def trainer(checkpoint: Path, run: Path, learnt: Examples, recipe: Recipe = RECIPE) -> Trainer:
    opened = Checkpoint.open(checkpoint)
    development = Prepared(opened, [asked_of(questions(), 100, 100)])
    return Trainer(opened, recipe, learnt, development, run)
