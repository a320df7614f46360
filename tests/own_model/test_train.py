from __future__ import annotations

import json
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
import torch
from own_model.batches import Collator, Texts, plan, windows_of
from own_model.checkpoint import Checkpoint
from own_model.development import scores_of
from own_model.examples import Example, Examples
from own_model.merge import mean, merge, read_tensors
from own_model.recipe import Group, Kind
from own_model.train import STATE, Trainer

from tests.own_model.learning import RECIPE, examples, trainer
from tests.own_model.miniature import questions


class Killed(BaseException):
    """As a kill looks to what is killed."""


@pytest.fixture
def learnt(tmp_path) -> Examples:
    return examples(tmp_path / "examples")


def assert_equal(one, other) -> None:
    a, b = read_tensors(one), read_tensors(other)
    assert a.keys() == b.keys()
    assert all(torch.equal(a[name], b[name]) for name in a)


def test_examples_are_read_as_they_were_written(learnt, tmp_path) -> None:
    """Texts once, and the same bytes for the same examples."""
    assert len(set(learnt.texts)) == len(learnt.texts)
    taught = Examples(
        texts=learnt.texts,
        origins=learnt.origins,
        examples=[replace(each, scores=(1.5, 0.25)) for each in learnt.examples],
    )
    taught.write(tmp_path / "again")
    again = Examples.read(tmp_path / "again")
    assert (again.texts, again.origins, again.examples) == (taught.texts, taught.origins, taught.examples)


def test_every_example_comes_before_one_comes_again(learnt) -> None:
    """A batch is of one group; groups are gone through in turn."""
    seen: dict[str, list[int]] = {}
    for step in islice(plan(RECIPE, learnt.examples), 40):
        groups = {learnt.examples[number].group for number in step.examples}
        assert len(groups) == 1
        assert len(set(step.examples)) == len(step.examples)
        seen.setdefault(groups.pop(), []).extend(step.examples)
    for group, numbers in seen.items():
        members = {number for number, each in enumerate(learnt.examples) if each.group == group}
        for first in range(0, len(numbers) - len(members), len(members)):
            assert set(numbers[first : first + len(members)]) == members


def test_what_answers_is_never_taken_for_a_wrong_answer(learnt, checkpoint) -> None:
    """In no batch: neither the passage of a question's own nor another that answers it."""
    collator = Collator(RECIPE, learnt, Texts(Checkpoint.open(checkpoint("words")), learnt.texts))
    answers = learnt.answers()
    for step in islice(plan(RECIPE, learnt.examples), 30):
        batch = collator.batch(step)
        columns = _columns(collator, step)
        for row, number in enumerate(step.examples):
            example = learnt.examples[number]
            assert columns[batch.right[row]] == example.passage
            assert not batch.ignored[row, batch.right[row]]
            for column, passage in enumerate(columns):
                if learnt.origins[passage] in answers[example.query] and passage != example.passage:
                    assert batch.ignored[row, column]


def _columns(collator: Collator, step) -> list[int]:
    found: dict = {}
    for number in step.examples:
        windows, _ = collator._list(step, collator._examples.examples[number])
        for window in windows:
            found.setdefault(window)
    return [passage for passage, _ in found]


def test_a_long_passage_becomes_the_window_that_answers(checkpoint) -> None:
    """Nothing is lost between windows, each fits, and the one with the question's words is taken."""
    opened = Checkpoint.open(checkpoint("words"))
    text = " ".join(
        ["the old house sleeps near the pond"] * 12 + ["the lynx hunts by night"] + ["a crow"] * 30
    )
    (tokens,) = opened.tokenize([text])
    windows = windows_of(text, tokens, opened.room)
    assert len(windows) > 2
    assert all(len(found.ids) <= opened.room for found in opened.tokenize(windows))
    assert " ".join(windows[0].split()[:3]) == "the old house"
    assert windows[-1].endswith("crow")
    texts = Texts(opened, [text, "where does the lynx hunt"])
    assert "lynx hunts" in windows[texts.window(0, 1)]
    assert all(word in " ".join(windows) for word in text.split())


@pytest.mark.parametrize("until", [3, 5])
def test_training_that_was_stopped_ends_as_if_it_had_not_been(until, learnt, checkpoint, tmp_path) -> None:
    """The same weights, snapshots and best weights, to the last bit."""
    whole = trainer(checkpoint("words"), tmp_path / "whole", learnt).run()
    trainer(checkpoint("words"), tmp_path / "parts", learnt).run(until)
    parts = trainer(checkpoint("words"), tmp_path / "parts", learnt).run()
    assert_equal(whole.last, parts.last)
    assert_equal(whole.best, parts.best)
    assert (whole.best_step, whole.best_summary) == (parts.best_step, parts.best_summary)
    assert [path.name for path in whole.snapshots] == [path.name for path in parts.snapshots]
    for one, other in zip(whole.snapshots, parts.snapshots, strict=True):
        assert_equal(one, other)


def test_a_kill_between_two_states_loses_nothing(learnt, checkpoint, tmp_path, monkeypatch) -> None:
    """What was done since the last state is done again, in the same way."""
    recipe = replace(RECIPE, save_minutes=0.0)
    whole = trainer(checkpoint("words"), tmp_path / "whole", learnt, recipe).run()
    run = tmp_path / "killed"
    began = trainer(checkpoint("words"), run, learnt, recipe)
    loss, saved = Trainer._loss, Trainer._save
    steps = iter(range(100))

    def killed(self, batch):
        if next(steps) == 6:
            raise Killed
        return loss(self, batch)

    monkeypatch.setattr(Trainer, "_loss", killed)
    monkeypatch.setattr(Trainer, "_save", lambda self: saved(self) if self._step < 4 else None)
    with pytest.raises(Killed):
        began.run()
    monkeypatch.undo()
    assert torch.load(run / STATE, weights_only=True)["step"] == 3
    assert_equal(trainer(checkpoint("words"), run, learnt, recipe).run().last, whole.last)


def test_the_state_of_another_recipe_is_not_gone_on_with(learnt, checkpoint, tmp_path) -> None:
    """Half of one and half of another is neither."""
    trainer(checkpoint("words"), tmp_path / "run", learnt).run(2)
    with pytest.raises(ValueError, match="another recipe"):
        trainer(checkpoint("words"), tmp_path / "run", learnt, replace(RECIPE, steps=9)).run()


def test_what_is_frozen_stays_and_the_rest_moves(learnt, checkpoint, tmp_path) -> None:
    """By the first pattern that matches."""
    groups = (Group(match="encoder.layer.1.*", rate=0.5), Group(match="*", rate=0.0))
    trained = trainer(checkpoint("words"), tmp_path / "run", learnt, replace(RECIPE, groups=groups)).run()
    before, after = Checkpoint.open(checkpoint("words")).tensors, read_tensors(trained.last)
    moved = {name for name in before if not torch.equal(before[name], after[name])}
    assert moved
    assert all(name.startswith("encoder.layer.1.") for name in moved)


def test_an_anchor_holds_the_weights_near_their_start(learnt, checkpoint, tmp_path) -> None:
    """The stronger, the nearer."""

    def distance(anchor: float) -> float:
        recipe = replace(RECIPE, groups=(Group(match="*", anchor=anchor),))
        run = trainer(checkpoint("words"), tmp_path / f"run-{anchor}", learnt, recipe).run()
        before, after = Checkpoint.open(checkpoint("words")).tensors, read_tensors(run.last)
        return sum(float((before[name] - after[name]).square().sum()) for name in before) ** 0.5

    free, held, tied = distance(0.0), distance(100.0), distance(1e9)
    assert tied == 0.0 < held < free


def test_training_improves_what_it_is_trained_on(learnt, checkpoint, tmp_path) -> None:
    """A random network learns which animal lives where."""
    recipe = replace(
        RECIPE,
        steps=60,
        learning_rate=1e-3,
        groups=(Group(match="*"),),
        kinds={"question": Kind(batch=8, negatives=2)},
    )
    trained = trainer(checkpoint("words"), tmp_path / "run", learnt, recipe).run()
    lines = [json.loads(line) for line in (tmp_path / "run" / "log.jsonl").read_text().splitlines()]
    found = [line["development"]["R@1"] for line in lines if "development" in line]
    assert found[-1] > found[0]
    assert trained.best_summary["R@1"] == max(found)
    assert any("tokens_per_second" in line for line in lines)


def test_a_teacher_is_followed(checkpoint, tmp_path) -> None:
    """Distillation alone brings the order of a teacher who ranks against all sense."""
    animals = questions()
    texts = [*animals.queries.values(), *(passage.text for passage in animals.passages.values())]
    count = len(animals.queries)
    taught = [
        Example(
            kind="question", group="g", query=row, passage=count + row,
            negatives=(count + (row + 1) % count, count + (row + 2) % count), scores=(0.0, 1.0, 2.0),
        )
        for row in range(count)
    ]  # fmt: skip
    learnt = Examples(texts=texts, origins=texts, examples=taught)
    recipe = replace(
        RECIPE,
        steps=120,
        learning_rate=3e-3,
        distil_scale=5.0,
        groups=(Group(match="*"),),
        kinds={"question": Kind(batch=12, negatives=2, contrast=0.0, distil=1.0)},
    )
    opened = Checkpoint.open(checkpoint("words"))
    trained = Trainer(opened, recipe, learnt, None, tmp_path / "run").run()
    opened.save(read_tensors(trained.last), tmp_path / "taught")

    def followed(folder: Path) -> int:
        """Questions whose passages are in the teacher's order."""
        made = Checkpoint.open(folder)
        asked = [made.query_inputs(each) for each in made.tokenize(texts[:count])]
        passages = [[made.passage_inputs(each)] for each in made.tokenize(texts[count:])]
        scores = scores_of(made.network(), asked, passages)
        rows = [scores[row, [row, (row + 1) % count, (row + 2) % count]] for row in range(count)]
        return sum(row.tolist() == sorted(row.tolist()) for row in rows)

    assert followed(opened.folder) < 6
    assert followed(tmp_path / "taught") > 9


def test_a_mean_is_the_mean(checkpoint, tmp_path) -> None:
    """Tensor by tensor, in float32, weighted or not."""
    opened = Checkpoint.open(checkpoint("words"))
    other = {name: tensor + 1 for name, tensor in opened.tensors.items()}
    halfway = mean([opened.tensors, other])
    quarter = mean([opened.tensors, other], [3, 1])
    for name, tensor in opened.tensors.items():
        np.testing.assert_allclose(halfway[name], tensor + 0.5, rtol=1e-6, atol=1e-6)
        np.testing.assert_allclose(quarter[name], tensor + 0.25, rtol=1e-6, atol=1e-6)
    opened.save(other, tmp_path / "other")
    merge([opened.folder, tmp_path / "other"], None, opened.folder, tmp_path / "merged")
    for name, tensor in read_tensors(tmp_path / "merged").items():
        np.testing.assert_allclose(tensor, halfway[name], rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize(
    ("tables", "weights"),
    [([], None), ([{"a": torch.ones(2)}], [0.0]), ([{"a": torch.ones(2)}, {"a": torch.ones(3)}], None)],
)
def test_what_has_no_mean_is_refused(tables, weights) -> None:
    """None at all, no weight, other shapes."""
    with pytest.raises(ValueError, match="network"):
        mean(tables, weights)
