"""A person's own questions and passages in, a checkpoint that finds them better out.

A part of the passages is kept back; the result is the start, the trained network or their mean, whichever
finds most of those (the start, if nothing is better).
"""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from own_model.checkpoint import Checkpoint
from own_model.development import Prepared, asked_of, ranks_of, summary
from own_model.examples import Examples
from own_model.merge import mean, mean_of, read_tensors
from own_model.negatives import Pool, hard_negatives
from own_model.network import Tensors
from own_model.pairs import Pair
from own_model.recipe import PAIR, Group, Kind, Recipe
from own_model.sources import Passage, RetrievalSet
from own_model.train import Trainer

LEAST_PAIRS = 8
KEPT_BACK = 0.15
EPOCHS, LEAST_STEPS, MOST_STEPS = 3, 40, 4000
_NAME = "pairs"
_SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)
"""Of the trained network in the mean with the start, that are tried."""

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonsPair:
    """A question, the passage that answers it, and passages that do not (there may be none)."""

    question: str
    passage: str
    negatives: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Which checkpoint to fine-tune, where to write the new one, and where to keep what a run needs."""

    model: Path
    output: Path
    work: Path
    device: str = "cpu"


@dataclass(frozen=True, slots=True, kw_only=True)
class FineTuned:
    """`before` and `after`: R@1, R@5, R@10 over the questions that were kept back. `share`: of the trained
    network in what was written.
    """

    kept_back: int
    before: dict[str, float]
    after: dict[str, float]
    share: float


def read_pairs(path: Path) -> tuple[PersonsPair, ...]:
    """`.jsonl`: {"question", "passage", and perhaps "negatives": a list} a line. `.tsv`: question, passage
    and any number of negatives, separated by tabs. UTF-8.

    Raises OSError, ValueError (with the line that is wrong).
    """
    read = _from_tsv if path.suffix == ".tsv" else _from_jsonl
    found = tuple(read(path))
    if len(found) < LEAST_PAIRS:
        raise ValueError(f"{path} has {len(found)} pairs; {LEAST_PAIRS} are the least to learn from")
    return found


def default_recipe(pairs: int, hidden: int) -> Recipe:
    """Careful: token embeddings stay as they are, and a large network moves by a tenth of a small one's
    steps (JaColBERT was trained with 5e-6 to 3e-5).
    """
    batch = min(16, max(2, pairs // 4))
    steps = min(MOST_STEPS, max(LEAST_STEPS, EPOCHS * pairs // batch))
    return Recipe(
        steps=steps,
        learning_rate=1e-5 if hidden >= 512 else 2e-4,
        warm_up=0.1,
        floor=0.0,
        groups=(Group(match="embeddings.*", rate=0.0), Group(match="*")),
        kinds={PAIR: Kind(batch=batch, negatives=3)},
        snapshot_every=max(1, steps // 20),
        evaluate_every=max(1, steps // 8),
        questions=400,
    )


def fine_tune(
    job: Job, pairs: Sequence[PersonsPair], recipe: Recipe | None = None, say: Say = print
) -> FineTuned:
    """Train (what was stopped is gone on with, if it is of the same pairs and recipe) and write the result.

    Raises what the loader raises; ValueError for a recipe that does not fit.
    """
    checkpoint = Checkpoint.open(job.model)
    training, judging = _cut(pairs)
    recipe = recipe or default_recipe(len(training), checkpoint.shape.hidden)
    examples = examples_of(training)
    asked = asked_of(_as_set(judging, pairs), recipe.questions, recipe.passages)
    development = Prepared(checkpoint, [asked])
    say(
        f"{len(training)} pairs to learn from, {len(asked.queries)} questions kept back, {recipe.steps} steps"
    )
    run = job.work / _digest(job.model, pairs, recipe)
    trained = Trainer(checkpoint, recipe, examples, development, run, job.device).run()
    new = mean_of(trained.snapshots or (trained.last,))
    tried = [(share, _mixed(checkpoint.tensors, new, share)) for share in _SHARES]
    tried.append((1.0, read_tensors(trained.best)))
    measured = [summary(ranks_of(development, checkpoint, tensors, job.device)) for _, tensors in tried]
    best = max(range(len(tried)), key=lambda number: (sum(measured[number].values()), -number))
    share, tensors = tried[best]
    checkpoint.save(tensors, job.output)
    return FineTuned(kept_back=len(asked.queries), before=measured[0], after=measured[best], share=share)


def examples_of(pairs: Sequence[PersonsPair]) -> Examples:
    """With wrong answers by BM25 where a person brought none."""
    made = [
        Pair(
            kind=PAIR,
            group=PAIR,
            query=each.question,
            passage=each.passage,
            origin=each.passage,
            within=_NAME,
        )
        for each in pairs
    ]
    pool = {_NAME: Pool.of(_as_set(pairs, pairs))}
    # A passage is its own origin here, whatever the pool calls it.
    searched = {_NAME: replace(pool[_NAME], origins=pool[_NAME].texts)}
    found = hard_negatives(made, searched)
    chosen = [each.negatives or others for each, others in zip(pairs, found, strict=True)]
    texts = [text for each in chosen for text in each] + [each.passage for each in pairs]
    return Examples.of(zip(made, chosen, strict=True), {text: text for text in texts})


def _as_set(asked: Sequence[PersonsPair], known: Sequence[PersonsPair]) -> RetrievalSet:
    """The questions of `asked`, and all passages that are known."""
    texts = dict.fromkeys(text for each in known for text in (each.passage, *each.negatives))
    names = {text: str(number) for number, text in enumerate(texts)}
    judgements: dict[str, dict[str, int]] = {}
    for each in asked:
        judgements.setdefault(each.question, {})[names[each.passage]] = 1
    return RetrievalSet(
        name=_NAME,
        language="",
        family="",
        style="",
        queries={question: question for question in judgements},
        passages={name: Passage(title="", text=text) for text, name in names.items()},
        judgements=judgements,
    )


def _cut(pairs: Sequence[PersonsPair]) -> tuple[list[PersonsPair], list[PersonsPair]]:
    """By the passage, so that no passage that is asked for was learnt."""
    texts = sorted({each.passage for each in pairs}, key=lambda text: hashlib.sha256(text.encode()).digest())
    back = set(texts[: max(1, round(KEPT_BACK * len(texts)))]) if len(texts) > 1 else set()
    training = [each for each in pairs if each.passage not in back]
    return training, [each for each in pairs if each.passage in back] or training


def _mixed(start: Tensors, new: Tensors, share: float) -> Tensors:
    return mean([start, new], [1 - share, share])


def _digest(model: Path, pairs: Sequence[PersonsPair], recipe: Recipe) -> str:
    weights = [path for path in sorted(model.rglob("*")) if path.suffix in (".safetensors", ".bin")]
    found = hashlib.sha256(repr((recipe, pairs)).encode())
    for path in weights:
        with path.open("rb") as file:
            found.update(hashlib.file_digest(file, "sha256").digest())
    return found.hexdigest()[:16]


def _from_jsonl(path: Path) -> Iterator[PersonsPair]:
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            row: Any = json.loads(line)
            question, passage, negatives = row["question"], row["passage"], row.get("negatives") or []
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ValueError(
                f"{path}, line {number}: an object with question and passage: {error}"
            ) from error
        yield _checked(path, number, [question, passage, *negatives])


def _from_tsv(path: Path) -> Iterator[PersonsPair]:
    with path.open(encoding="utf-8", newline="") as file:
        for number, row in enumerate(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE), start=1):
            if row:
                yield _checked(path, number, row)


def _checked(path: Path, number: int, texts: Sequence[Any]) -> PersonsPair:
    if len(texts) < 2 or not all(isinstance(text, str) and text.strip() for text in texts):
        raise ValueError(
            f"{path}, line {number}: a question and a passage are needed, and texts with letters"
        )
    return PersonsPair(question=texts[0], passage=texts[1], negatives=tuple(texts[2:]))
