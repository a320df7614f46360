"""The words of the command, and what each of its parts does with them."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from own_model.prepare import prepare
from own_model.recipe import DEFAULT, read_recipe
from own_model.sources import digest_of_data, read_sources
from own_model.split import split


def main(words: list[str]) -> int:
    arguments = parser().parse_args(words)
    return int(arguments.part(arguments) or 0)


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="own-model", description=__doc__)
    parts = top.add_subparsers(required=True, metavar="PART")
    for name, part, about in (
        ("prepare", task_prepare, "write the training examples into WORK/examples"),
        ("train", task_train, "train a checkpoint on prepared examples"),
        ("evaluate", task_evaluate, "ask a checkpoint, and count what it wins and loses against another"),
        ("merge", task_merge, "the mean of snapshots and checkpoints"),
    ):
        made = parts.add_parser(name, help=about)
        made.set_defaults(part=part)
        PARTS[name](made)
    return top


def _prepare_words(made: argparse.ArgumentParser) -> None:
    made.add_argument("--data", type=Path, required=True, metavar="DIR")
    made.add_argument("--work", type=Path, required=True, metavar="DIR")


def _train_words(made: argparse.ArgumentParser) -> None:
    _prepare_words(made)
    made.add_argument(
        "--start", type=Path, required=True, metavar="FOLDER", help="the checkpoint to begin with"
    )
    made.add_argument("--run", type=Path, required=True, metavar="FOLDER", help="state, log and snapshots")
    made.add_argument(
        "--output", type=Path, metavar="FOLDER", help="the mean of the snapshots as a checkpoint"
    )
    made.add_argument("--recipe", type=Path, default=DEFAULT, metavar="FILE")
    made.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", help="change a value (JSON)"
    )
    made.add_argument("--device", default="cpu")
    made.add_argument("--until", type=int, metavar="STEP", help="stop there; the same words go on")


def _evaluate_words(made: argparse.ArgumentParser) -> None:
    made.add_argument("model", type=Path, metavar="FOLDER")
    made.add_argument("--data", type=Path, metavar="DIR", help="the development split of these sources")
    made.add_argument("--against", type=Path, metavar="FOLDER")
    made.add_argument("--only", action="append", metavar="PATTERN")
    made.add_argument("--questions", type=int, default=1_000_000)
    made.add_argument("--passages", type=int, default=1500)
    made.add_argument("--device", default="cpu")


def _merge_words(made: argparse.ArgumentParser) -> None:
    made.add_argument("paths", nargs="+", type=Path, metavar="PATH")
    made.add_argument("--weight", action="append", type=float, help="one for each PATH, in order")
    made.add_argument("--like", type=Path, required=True, metavar="FOLDER")
    made.add_argument("--output", type=Path, required=True, metavar="FOLDER")


def task_prepare(arguments: argparse.Namespace) -> None:
    _examples(arguments)


def _examples(arguments: argparse.Namespace) -> Path:
    """Made unless they are there, from the same data."""
    folder: Path = arguments.work / "examples"
    stamp, digest = folder / "digest", digest_of_data(arguments.data)
    if not stamp.exists() or stamp.read_text() != digest:
        prepare(split(read_sources(arguments.data)).train, folder, seed=read_recipe().seed, say=print)
        stamp.write_text(digest)
    return folder


def task_train(arguments: argparse.Namespace) -> None:
    from own_model.checkpoint import Checkpoint  # noqa: PLC0415 - torch takes seconds
    from own_model.development import Prepared, chosen_sets  # noqa: PLC0415
    from own_model.examples import Examples  # noqa: PLC0415
    from own_model.merge import mean, read_tensors  # noqa: PLC0415
    from own_model.train import Trainer  # noqa: PLC0415

    recipe = read_recipe(arguments.recipe, _changes(arguments.set))
    examples = Examples.read(_examples(arguments))
    checkpoint = Checkpoint.open(arguments.start)
    sets = chosen_sets(split(read_sources(arguments.data)).development, recipe)
    trainer = Trainer(
        checkpoint, recipe, examples, Prepared(checkpoint, sets), arguments.run, arguments.device
    )
    trained = trainer.run(arguments.until)
    print(json.dumps({"best_step": trained.best_step, "best": trained.best_summary}))
    if arguments.output and not arguments.until:
        paths = trained.snapshots or (trained.last,)
        checkpoint.save(mean([read_tensors(path) for path in paths]), arguments.output)


def task_evaluate(arguments: argparse.Namespace) -> None:
    from own_model.checkpoint import Checkpoint  # noqa: PLC0415
    from own_model.development import Prepared, chosen_sets, compare, summary  # noqa: PLC0415
    from own_model.recipe import Recipe  # noqa: PLC0415

    recipe = Recipe(
        development=tuple(arguments.only or ("*",)),
        questions=arguments.questions,
        passages=arguments.passages,
    )
    sets = chosen_sets(split(read_sources(arguments.data)).development, recipe)
    found = []
    for folder in (arguments.model, *([arguments.against] if arguments.against else [])):
        checkpoint = Checkpoint.open(folder)
        found.append(Prepared(checkpoint, sets).ranks(checkpoint.network(arguments.device)))
    compared = compare(found[0], found[-1])
    for name, ranks in found[0].items():
        line: dict[str, Any] = {"set": name, **{k: round(v, 4) for k, v in summary({name: ranks}).items()}}
        if arguments.against:
            line["won-lost"] = [f"{each.won}-{each.lost}" for each in compared[name]]
        print(json.dumps(line, ensure_ascii=False), flush=True)
    print(json.dumps({"mean": summary(found[0])}))


def task_merge(arguments: argparse.Namespace) -> None:
    from own_model.merge import merge  # noqa: PLC0415

    merge(arguments.paths, arguments.weight, arguments.like, arguments.output)


def _changes(words: list[str]) -> dict[str, Any]:
    """`steps=500`: values as TOML and JSON write them; other words are strings."""
    changes: dict[str, Any] = {}
    for word in words:
        name, _, value = word.partition("=")
        try:
            changes[name] = json.loads(value)
        except ValueError:
            changes[name] = value
    return changes


PARTS = {
    "prepare": _prepare_words,
    "train": _train_words,
    "evaluate": _evaluate_words,
    "merge": _merge_words,
}
