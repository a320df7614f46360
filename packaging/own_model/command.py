"""The words of the command, and what each of its parts does with them."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from core.errors import CoreError
from own_model.recipe import DEFAULT, Recipe, read_recipe

ROOT = Path(__file__).resolve().parents[2]

Words = Callable[[argparse.ArgumentParser], None]
Part = Callable[[argparse.Namespace], None]


def main(words: list[str]) -> int:
    # Without the name of a part, all of the model is made.
    if words and words[0] not in (*PARTS, "-h", "--help"):
        words = ["make", *words]
    arguments = parser().parse_args(words)
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    try:
        arguments.part(arguments)
    except (CoreError, OSError, ValueError) as error:
        print(f"own-model: {error}", file=sys.stderr)
        return 1
    return 0


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(
        prog="own-model",
        description="Makes Mikke's own model, and fine-tunes others. (make may be left out.)",
    )
    parts = top.add_subparsers(required=True, metavar="PART")
    for name, (about, add_words, part) in PARTS.items():
        made = parts.add_parser(name, help=about, description=about)
        made.set_defaults(part=part)
        add_words(made)
        made.add_argument("--device", default="cpu", help="cpu or cuda (default: cpu)")
    return top


PRECISIONS = ("fp32", "int8")


def _make_words(made: argparse.ArgumentParser) -> None:
    _data_words(made)
    made.add_argument("--output", type=Path, metavar="DIR", help="the model (default: WORK/model)")
    made.add_argument(
        "--eval",
        type=Path,
        metavar="DIR",
        help="sets that are judged by: their texts are kept out of the data",
    )
    made.add_argument(
        "--figures", type=Path, metavar="FILE", help="lines of `bench quality --json`, for the model card"
    )
    made.add_argument(
        "--precision", choices=PRECISIONS, default=PRECISIONS[0], help="in which the program computes"
    )
    made.add_argument(
        "--keyword-weight", type=float, metavar="W", help="of keywords beside this model (default: as usual)"
    )
    made.add_argument("--start", type=Path, metavar="FOLDER", help="train this checkpoint, construct none")
    made.add_argument("--untrained", action="store_true", help="stop at the constructed weights")
    made.add_argument(
        "--quick", action="store_true", help="minutes, to see that it works; the model is useless"
    )
    _recipe_words(made)


def _data_words(made: argparse.ArgumentParser) -> None:
    made.add_argument("--data", type=Path, required=True, metavar="DIR", help="the training data")
    work = ROOT / "build" / "own_model"
    made.add_argument(
        "--work", type=Path, default=work, metavar="DIR", help="what steps leave (default: build/)"
    )


def _recipe_words(made: argparse.ArgumentParser) -> None:
    made.add_argument("--recipe", type=Path, default=DEFAULT, metavar="FILE")
    made.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="change a value of it")


def _train_words(made: argparse.ArgumentParser) -> None:
    _data_words(made)
    _recipe_words(made)
    made.add_argument(
        "--start", type=Path, required=True, metavar="FOLDER", help="the checkpoint to begin with"
    )
    made.add_argument("--run", type=Path, required=True, metavar="FOLDER", help="state, log and snapshots")
    made.add_argument(
        "--output", type=Path, metavar="FOLDER", help="the mean of the snapshots as a checkpoint"
    )
    made.add_argument("--until", type=int, metavar="STEP", help="stop there; the same words go on")


def _evaluate_words(made: argparse.ArgumentParser) -> None:
    made.add_argument("model", type=Path, metavar="FOLDER")
    made.add_argument("--data", type=Path, metavar="DIR", help="training data: ask the split kept back")
    made.add_argument("--eval", type=Path, metavar="DIR", help="evaluation sets: ask them")
    made.add_argument(
        "--against", type=Path, metavar="FOLDER", help="count questions won and lost against this"
    )
    made.add_argument("--only", action="append", metavar="PATTERN", help="sets (may be repeated)")
    made.add_argument("--questions", type=int, default=1_000_000, metavar="N")
    made.add_argument("--passages", type=int, default=1_000_000, metavar="N")


def _merge_words(made: argparse.ArgumentParser) -> None:
    made.add_argument(
        "paths", nargs="+", type=Path, metavar="PATH", help="checkpoints' folders, or snapshots"
    )
    made.add_argument(
        "--weight", action="append", type=float, metavar="W", help="one for each PATH, in order"
    )
    made.add_argument(
        "--like", type=Path, required=True, metavar="FOLDER", help="take all but the weights of it"
    )
    made.add_argument("--output", type=Path, required=True, metavar="FOLDER")


def _fine_tune_words(made: argparse.ArgumentParser) -> None:
    made.add_argument(
        "--model", type=Path, required=True, metavar="FOLDER", help="a BERT-like ColBERT checkpoint"
    )
    made.add_argument("--pairs", type=Path, required=True, metavar="FILE", help="questions and passages")
    made.add_argument("--output", type=Path, required=True, metavar="FOLDER", help="the new checkpoint")
    made.add_argument("--work", type=Path, metavar="DIR", help="state (default: beside the output)")
    made.add_argument("--recipe", type=Path, metavar="FILE", help="in the place of careful defaults")
    made.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", help="change a value of RECIPE"
    )


def make_part(arguments: argparse.Namespace) -> None:
    from own_model.make import Job, make  # noqa: PLC0415 - torch takes seconds

    make(
        Job(
            data=arguments.data,
            work=arguments.work,
            output=arguments.output or arguments.work / "model",
            recipe=_recipe(arguments),
            judged=arguments.eval,
            start=arguments.start,
            untrained=arguments.untrained,
            quick=arguments.quick,
            device=arguments.device,
            figures=arguments.figures,
            precision=arguments.precision,
            keyword_weight=arguments.keyword_weight,
        )
    )


def prepare_part(arguments: argparse.Namespace) -> None:
    _examples(arguments)


def _examples(arguments: argparse.Namespace) -> Path:
    """Made unless they are there, from the same data."""
    from own_model.prepare import prepare  # noqa: PLC0415
    from own_model.sources import digest_of_data, read_sources  # noqa: PLC0415
    from own_model.split import split  # noqa: PLC0415

    folder: Path = arguments.work / "examples"
    stamp, digest = folder / "digest", digest_of_data(arguments.data)
    if not stamp.exists() or stamp.read_text() != digest:
        prepare(split(read_sources(arguments.data)).train, folder, seed=Recipe().seed, say=print)
        stamp.write_text(digest)
    return folder


def train_part(arguments: argparse.Namespace) -> None:
    from own_model.checkpoint import Checkpoint  # noqa: PLC0415
    from own_model.development import Prepared, chosen_sets  # noqa: PLC0415
    from own_model.merge import mean_of  # noqa: PLC0415
    from own_model.sources import read_sources  # noqa: PLC0415
    from own_model.split import split  # noqa: PLC0415
    from own_model.train import Trainer  # noqa: PLC0415

    recipe = _recipe(arguments)
    examples = _taught(arguments, recipe)
    checkpoint = Checkpoint.open(arguments.start)
    sets = chosen_sets(split(read_sources(arguments.data)).development, recipe)
    development = Prepared(checkpoint, sets)
    trainer = Trainer(checkpoint, recipe, examples, development, arguments.run, arguments.device)
    trained = trainer.run(arguments.until)
    print(json.dumps({"best_step": trained.best_step, "best": trained.best_summary}))
    if arguments.output and not arguments.until:
        checkpoint.save(mean_of(trained.snapshots or (trained.last,)), arguments.output)


def _taught(arguments: argparse.Namespace, recipe: Recipe) -> Any:
    """The examples, with the scores of the recipe's teacher, which are kept beside them."""
    from own_model.examples import Examples  # noqa: PLC0415
    from own_model.steps import Steps, folder_digest  # noqa: PLC0415
    from own_model.teacher import open_teachers, taught  # noqa: PLC0415

    folder = _examples(arguments)
    if not recipe.teacher:
        return Examples.read(folder)
    kinds = sorted(name for name, kind in recipe.kinds.items() if kind.distil)
    start = folder_digest(arguments.start)
    scored = arguments.work / f"taught-{start[:8]}-{recipe.teacher.replace('/', '_')}-{'-'.join(kinds)}"

    def score() -> None:
        taught(Examples.read(folder), recipe, open_teachers(recipe, arguments.start), print).write(scored)

    inputs = [(folder / "digest").read_text(), start, recipe.teacher, *kinds]
    Steps(work=arguments.work).do(scored.name, inputs, scored / "examples.jsonl.gz", score)
    return Examples.read(scored)


def evaluate_part(arguments: argparse.Namespace) -> None:
    from own_model.checkpoint import Checkpoint  # noqa: PLC0415
    from own_model.development import Prepared, chosen_sets, compare, summary  # noqa: PLC0415
    from own_model.sources import judged_sets, read_sources  # noqa: PLC0415
    from own_model.split import split  # noqa: PLC0415

    if not arguments.data and not arguments.eval:
        raise ValueError("nothing to ask: give --data, --eval or both")
    sets = [*split(read_sources(arguments.data)).development] if arguments.data else []
    sets += judged_sets(arguments.eval) if arguments.eval else []
    wanted = Recipe(
        development=tuple(arguments.only or ("*",)),
        questions=arguments.questions,
        passages=arguments.passages,
    )
    models = [Checkpoint.open(folder) for folder in (arguments.model, arguments.against) if folder]
    networks = [model.network(arguments.device) for model in models]
    for asked in chosen_sets(sets, wanted):
        ranks = [
            Prepared(model, [asked]).ranks(network) for model, network in zip(models, networks, strict=True)
        ]
        found = {name: round(value, 4) for name, value in summary(ranks[0]).items()}
        line: dict[str, Any] = {"set": asked.name, "questions": len(asked.queries), **found}
        if arguments.against:
            (compared,) = compare(ranks[0], ranks[1]).values()
            line["won-lost"] = [f"{each.won}-{each.lost}" for each in compared]
        print(json.dumps(line, ensure_ascii=False), flush=True)


def merge_part(arguments: argparse.Namespace) -> None:
    from own_model.merge import merge  # noqa: PLC0415

    merge(arguments.paths, arguments.weight, arguments.like, arguments.output)


def fine_tune_part(arguments: argparse.Namespace) -> None:
    from own_model.fine_tune import Job, fine_tune, read_pairs  # noqa: PLC0415

    if arguments.set and not arguments.recipe:
        raise ValueError("--set changes a recipe: give --recipe, too")
    output: Path = arguments.output
    job = Job(
        model=arguments.model,
        output=output,
        work=arguments.work or output.with_name(output.name + ".work"),
        device=arguments.device,
    )
    recipe = _recipe(arguments) if arguments.recipe else None
    found = fine_tune(job, read_pairs(arguments.pairs), recipe)
    print(json.dumps(asdict(found)))


def _recipe(arguments: argparse.Namespace) -> Recipe:
    """`--set steps=500`: values as JSON writes them; other words are strings."""
    changes: dict[str, Any] = {}
    for word in arguments.set:
        name, _, value = word.partition("=")
        try:
            changes[name] = json.loads(value)
        except ValueError:
            changes[name] = value
    return read_recipe(arguments.recipe, changes)


PARTS: dict[str, tuple[str, Words, Part]] = {
    "make": ("Make the model, from the data to the folder that ships.", _make_words, make_part),
    "prepare": ("Write the training examples into WORK/examples.", _data_words, prepare_part),
    "train": ("Train a checkpoint on prepared examples.", _train_words, train_part),
    "evaluate": ("Ask a checkpoint, and count what it wins and loses.", _evaluate_words, evaluate_part),
    "merge": ("Write the mean of checkpoints and snapshots.", _merge_words, merge_part),
    "fine-tune": (
        "Fine-tune a checkpoint on your own questions and passages.",
        _fine_tune_words,
        fine_tune_part,
    ),
}
