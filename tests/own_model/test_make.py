from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from own_model import make as making
from own_model.card import notice_text
from own_model.command import main
from own_model.make import Job, make
from own_model.pairs import KINDS
from own_model.recipe import Kind
from own_model.sources import judged_sets, read_table, write_sources
from own_model.start import make_start
from own_model.steps import Steps
from own_model.teacher import ModelTeacher, WordTeacher

from core.encode.colbert.encoder import ColbertEncoder, Options
from core.models.own import read_own_record
from tests.own_model.learning import RECIPE
from tests.own_model.miniature import questions, world


def write_world(folder: Path, *, judged: bool = False) -> None:
    """The little world under the names of real sources; as evaluation sets only the animals."""
    full = world()
    table = {row.folder: row for row in read_table()}
    names = {"animals": "jaquad-train", "docs/en": "webdocs/react-en", "docs/ja": "webdocs/react-ja"}
    sets = tuple(replace(each, name=names[each.name]) for each in full.sets)
    rows = tuple(replace(row, source="tanaka-enja") for row in full.parallel)
    wanted = ["jaquad-train"] if judged else [*names.values(), "tanaka-enja", "jsts-train"]
    write_sources(replace(full, sets=sets, parallel=rows), folder, [table[name] for name in wanted])


@pytest.fixture
def job(checkpoint, tmp_path) -> Job:
    write_world(tmp_path / "data")
    kinds = {kind: Kind(batch=4) for kind in KINDS}
    return Job(
        data=tmp_path / "data",
        work=tmp_path / "work",
        output=tmp_path / "model",
        recipe=replace(RECIPE, kinds=kinds, development=("jaquad-train",)),
        start=checkpoint("words"),
        quick=True,
    )


def test_a_model_is_made_from_the_data_and_not_made_again(job, monkeypatch) -> None:
    """Everything that ships is there, the program opens it, and a second call does nothing."""
    said: list[str] = []
    make(job, said.append)
    assert {path.name for path in job.output.iterdir()} >= {
        "config.json",
        "model.safetensors",
        "model.onnx",
        "tokenizer.json",
        "artifact.metadata",
        "vectors.codebook",
        "record.json",
        "README.md",
    }
    encoder = ColbertEncoder.open(job.output, Options(windows=True))
    assert np.isfinite(encoder.encode_query("where does the fox live").vectors).all()
    card = (job.output / "README.md").read_text(encoding="utf-8")
    assert "was not checked" in card
    assert "| jaquad-train |" in card
    assert json.loads((job.work / "choice.json").read_text())["verdicts"]
    said.clear()
    monkeypatch.setattr(making, "prepare", None)
    make(job, said.append)
    assert len([line for line in said if "done before" in line]) == 5


def test_a_start_is_constructed_in_steps(job) -> None:
    """Tokenizer, words, weights: what is there is not made again, and the program opens the outcome."""
    said: list[str] = []
    job.work.mkdir()
    steps = Steps(work=job.work, say=said.append)
    start, digest = make_start(steps, job.data, "these data")
    assert ColbertEncoder.open(start).encode_query("fox").vectors.shape[1] == 128
    said.clear()
    assert make_start(steps, job.data, "these data") == (start, digest)
    assert [line for line in said if "done before" not in line] == []


def test_what_is_judged_by_is_not_learnt_from(job, tmp_path) -> None:
    """Found by code, left out, and listed in the card with the figures."""
    write_world(tmp_path / "judged", judged=True)
    changed = replace(job, judged=tmp_path / "judged", untrained=True, precision="int8", keyword_weight=0.5)
    make(changed, lambda _: None)
    with (job.work / "overlaps.tsv").open(newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    assert {(row["train"], row["kind"]) for row in rows} == {("jaquad-train", "passages")}
    card = (job.output / "README.md").read_text(encoding="utf-8")
    assert "| jaquad-train | jaquad-train | passages | 12 |" in card
    assert "No weight was changed by training" in card
    described = read_own_record(job.output).described
    assert (described.precision, described.keyword_weight) == ("int8", 0.5)
    assert described.languages >= {"ja", "en"}


def test_a_step_is_done_when_its_inputs_change(tmp_path) -> None:
    """Or when what it made is gone, or when it was stopped in the middle."""
    done: list[str] = []
    output = tmp_path / "made"

    def step(inputs: list[str]) -> str:
        return Steps(work=tmp_path, say=lambda _: None).do(
            "step", inputs, output, lambda: (done.append("x"), output.write_text("x"))[0]
        )

    first = step(["a"])
    assert step(["a"]) == first
    assert len(done) == 1
    assert step(["b"]) != first
    output.unlink()
    step(["b"])
    assert len(done) == 3
    with pytest.raises(ZeroDivisionError):
        Steps(work=tmp_path, say=lambda _: None).do("step", ["c"], output, lambda: [1 // 0][0])
    step(["b"])
    assert len(done) == 4


def test_evaluation_sets_are_found(tmp_path) -> None:
    """By their paths."""
    write_world(tmp_path / "judged", judged=True)
    (only,) = judged_sets(tmp_path / "judged")
    assert only.name == "jaquad-train"
    assert only.judgements


def test_what_the_bench_measured_is_in_the_card(job, tmp_path) -> None:
    """A row for each set, alone and with keywords beside each other."""
    figures = tmp_path / "figures.jsonl"
    with figures.open("w", encoding="utf-8") as file:
        for mode, first in (("maxsim", 0.5), ("hybrid", 0.75)):
            quality = {"queries": 4, "recall_at_1": first, "recall_at_5": 0.8, "recall_at_10": 1.0}
            file.write(json.dumps({"name": "set/xx", "mode": mode, "quality": quality}) + "\n")
    make(replace(job, untrained=True, figures=figures), lambda _: None)
    card = (job.output / "README.md").read_text(encoding="utf-8")
    assert "| set/xx | 4 | 0.500 / 0.800 / 1.000 | 0.750 / 0.800 / 1.000 |" in card


def test_teachers_score_what_they_are_asked(checkpoint) -> None:
    """Words by BM25; a model by the MaxSim that the program would show."""
    texts = [passage.text for passage in questions().passages.values()]
    asked = [("where does the fox live", [0, 3, 5]), ("owl", [1, 0])]
    first, second = WordTeacher().scores(texts, asked)
    assert first.argmax() == 0
    assert second[0] > second[1] == 0
    folder = checkpoint("words")
    first, second = ModelTeacher.open(folder).scores(texts, asked)
    encoder = ColbertEncoder.open(folder, Options(windows=True))
    query = encoder.encode_query("owl").vectors
    passages = [found.vectors for found in encoder.encode_passages([texts[1], texts[0]])]
    wanted = [float((query @ passage.T).max(axis=1).sum()) for passage in passages]
    np.testing.assert_allclose(second, wanted, rtol=2e-3)
    assert len(first) == 3


def test_notice_names_every_source() -> None:
    """With its licence."""
    assert all(row.source in notice_text() and row.licence in notice_text() for row in read_table())


def test_parts_can_be_called_one_by_one(checkpoint, tmp_path, capsys, monkeypatch) -> None:
    """Train with a teacher, average, merge, and count what was won and lost."""
    monkeypatch.setenv("TOKENIZERS_PARALLELISM", "false")
    write_world(tmp_path / "data")
    recipe = tmp_path / "recipe.toml"
    recipe.write_text(
        'teacher = "bm25"\nsteps = 2\nsnapshot_every = 1\ndevelopment = ["jaquad-train"]\n'
        "[kinds.question]\nbatch = 4\nnegatives = 1\ndistil = 1.0\n"
    )
    start, new = str(checkpoint("words")), str(tmp_path / "new")
    data = ["--data", str(tmp_path / "data")]
    words = [*data, "--work", str(tmp_path / "work"), "--start", start, "--run", str(tmp_path / "run")]
    assert main(["train", *words, "--recipe", str(recipe), "--output", new]) == 0
    merged = str(tmp_path / "merged")
    weights = ["--weight", "0.7", "--weight", "0.3"]
    assert main(["merge", start, new, *weights, "--like", start, "--output", merged]) == 0
    capsys.readouterr()
    assert main(["evaluate", merged, *data, "--against", start, "--only", "jaquad*"]) == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert json.loads(line).keys() == {"set", "questions", "R@1", "R@5", "R@10", "won-lost"}
