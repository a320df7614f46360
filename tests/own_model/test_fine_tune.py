from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace

import pytest
import torch
from own_model.fine_tune import Job, PersonsPair, default_recipe, examples_of, fine_tune, read_pairs
from own_model.merge import read_tensors
from own_model.recipe import Group

from tests.own_model.conftest import ROOT
from tests.own_model.miniature import ANIMALS, HOUSES

PAIRS = tuple(
    PersonsPair(question=f"Where does the {animal} {what}?", passage=f"The {animal} {what} in the {house} .")
    for animal in ANIMALS
    for what, house in zip(("sleeps", "lives", "hunts"), HOUSES, strict=False)
)


def recipe_for(pairs):
    return replace(
        default_recipe(len(pairs), 32),
        steps=60,
        learning_rate=3e-3,
        groups=(Group(match="*"),),
        evaluate_every=20,
    )


@pytest.mark.parametrize("kind", ["words", "jacolbert-pylate"])
def test_fine_tuning_finds_more_of_what_it_never_saw(kind, checkpoint, tmp_path) -> None:
    """Of the passages kept back; and any BERT-like checkpoint, in the layout that it has."""
    job = Job(model=checkpoint(kind), output=tmp_path / "new", work=tmp_path / "work")
    found = fine_tune(job, PAIRS, recipe_for(PAIRS), say=lambda _: None)
    assert found.kept_back > 0
    assert sum(found.after.values()) >= sum(found.before.values())
    assert (tmp_path / "new" / "modules.json").exists() == (kind == "jacolbert-pylate")
    if kind == "words":
        assert found.after["R@1"] > found.before["R@1"]


def test_a_model_that_nothing_improves_stays_as_it_was(checkpoint, tmp_path) -> None:
    """Steps that do nothing are no better."""
    job = Job(model=checkpoint("words"), output=tmp_path / "new", work=tmp_path / "work")
    still = replace(recipe_for(PAIRS), steps=4, learning_rate=0.0)
    found = fine_tune(job, PAIRS, still, say=lambda _: None)
    assert found.share == 0.0
    old, new = read_tensors(job.model), read_tensors(job.output)
    assert all(torch.equal(old[name], new[name]) for name in old)


def test_negatives_are_a_persons_own_or_found() -> None:
    """Where there are none, a search for words finds some, and never the answer."""
    own = replace(PAIRS[0], negatives=("The swan sings .",))
    made = examples_of([own, *PAIRS[1:]])
    first, *rest = made.examples
    assert [made.texts[number] for number in first.negatives] == ["The swan sings ."]
    assert all(each.negatives for each in rest)
    assert all(each.passage not in each.negatives for each in made.examples)


@pytest.mark.parametrize("suffix", [".jsonl", ".tsv"])
def test_pairs_are_read(suffix, tmp_path) -> None:
    """Both forms say the same."""
    path = tmp_path / f"pairs{suffix}"
    pairs = (replace(PAIRS[0], negatives=("x y", "z")), *PAIRS[1:])
    if suffix == ".tsv":
        lines = ["\t".join((each.question, each.passage, *each.negatives)) for each in pairs]
    else:
        lines = [
            json.dumps({"question": e.question, "passage": e.passage, "negatives": e.negatives})
            for e in pairs
        ]
    path.write_text("\n".join(lines) + "\n")
    assert read_pairs(path) == pairs


@pytest.mark.parametrize(
    "line",
    ["{", '{"question": "a"}', '{"question": 1, "passage": "b"}', '{"question": "a", "passage": " "}', "[]"],
)
def test_a_line_that_is_no_pair_is_named(line, tmp_path) -> None:
    """With its number."""
    path = tmp_path / "pairs.jsonl"
    good = json.dumps({"question": "a", "passage": "b"})
    path.write_text(f"{good}\n{line}\n")
    with pytest.raises(ValueError, match="line 2"):
        read_pairs(path)


def test_too_few_pairs_are_refused(tmp_path) -> None:
    """There would be nothing to learn from, and nothing to judge by."""
    path = tmp_path / "pairs.tsv"
    path.write_text("a\tb\n")
    with pytest.raises(ValueError, match="least"):
        read_pairs(path)


def test_the_command_says_what_is_wrong(tmp_path) -> None:
    """In one line, without a traceback."""
    words = [
        "fine-tune",
        "--model",
        tmp_path,
        "--pairs",
        tmp_path / "none.jsonl",
        "--output",
        tmp_path / "new",
    ]
    done = subprocess.run(
        [sys.executable, "-m", "own_model", *map(str, words)],
        cwd=tmp_path, env={"PYTHONPATH": f"{ROOT}:{ROOT / 'packaging'}", "PATH": ""},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.startswith("own-model: ")
    assert "Traceback" not in done.stderr
