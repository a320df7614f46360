"""From the data to the model that ships, step by step; a step that is done is not done again.

data (without what models are judged by) -> start (tokenizer and constructed weights) -> examples -> training
-> averages, of which the best is chosen -> graph, codebook, card, record.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from itertools import islice
from pathlib import Path

from core.domain import Language
from core.encode.colbert.encoder import ColbertEncoder, Options
from core.layout import OWN_CODEBOOK
from core.models.codebook import CENTROIDS, make_codebook
from core.models.own import FP32, Described, write_own_record
from own_model.card import ALONE, LICENCE, Figures, read_figures, write_card
from own_model.checkpoint import Checkpoint, write_tensors
from own_model.choose import Verdict, choose
from own_model.development import Prepared, Ranks, chosen_sets, ranks_of, recalls, summary
from own_model.examples import Examples
from own_model.graph import write_graph
from own_model.merge import mean, mean_of, read_tensors
from own_model.overlaps import Judged, without_overlaps, write_overlaps
from own_model.prepare import prepare
from own_model.recipe import Recipe
from own_model.sources import RetrievalSet, Sources, digest_of_data, judged_sets, read_sources, write_sources
from own_model.split import split
from own_model.start import START, make_start
from own_model.steps import Steps, code_digest, folder_digest
from own_model.teacher import open_teachers, taught
from own_model.train import Trainer

SHARES = (0.25, 0.5, 0.75, 1.0)
"""Of the trained network in the mean with the start, that are tried."""

_MOST_JUDGED = 500
"""Questions of each development set, by which it is decided what ships."""

QUICK_STEPS, QUICK_PASSAGES, QUICK_ROWS, QUICK_CENTROIDS = 12, 80, 400, 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """`judged`: the folder with evaluation sets (None: overlaps are not looked for). `figures`: what
    `bench quality --json` printed for the model, for its card (None: it has those of the development split
    only). `start`: a checkpoint to train in the place of the constructed one. `untrained`: the start is
    the model. `quick`: a thinned run of minutes, to see that everything works; its model is of no use.
    `precision` and `keyword_weight` are noted in the record for the program: in which precision it computes
    (int8 has a graph of its own), and how much keywords count beside this model (None: as usual).
    """

    data: Path
    work: Path
    output: Path
    recipe: Recipe
    judged: Path | None = None
    figures: Path | None = None
    start: Path | None = None
    untrained: bool = False
    quick: bool = False
    device: str = "cpu"
    precision: str = FP32
    keyword_weight: float | None = None


def make(job: Job, say: Callable[[str], None] = print) -> None:
    """All of it. Raises what a step raises; the next call goes on with that step."""
    if job.quick:
        job = replace(job, recipe=_quick(job.recipe))
    job.work.mkdir(parents=True, exist_ok=True)
    steps = Steps(work=job.work, say=say)
    data = job.work / "data"
    inputs = [digest_of_data(job.data), str(job.judged and folder_digest(job.judged)), str(job.quick)]
    done = steps.do("data", inputs, data, lambda: _clean(job, data))
    start, begun = _start(job, steps, data, done)
    if job.untrained:
        chosen, decided = start, begun
    else:
        chosen, decided = _trained(job, steps, data, done, start, begun)
    steps.do(
        "output",
        [
            decided,
            done,
            job.precision,
            str(job.keyword_weight),
            job.figures.read_text(encoding="utf-8") if job.figures else "",
            code_digest("make.py", "card.py", "graph.py"),
        ],
        job.output,
        lambda: _finish(job, data, chosen),
    )
    say(f"The model is in {job.output}")


def _clean(job: Job, data: Path) -> None:
    """The sources as they are learnt from, and the table of overlaps beside them."""
    sources = read_sources(job.data)
    if job.quick:
        sources = _thinned(sources)
    if job.judged:
        judged = Judged.of(
            (each.name, each.queries.values(), (passage.text for passage in each.passages.values()))
            for each in judged_sets(job.judged)
        )
        sources, found = without_overlaps(sources, judged)
        write_overlaps(found, job.work / "overlaps.tsv")
    else:
        (job.work / "overlaps.tsv").unlink(missing_ok=True)
    shutil.rmtree(data, ignore_errors=True)
    write_sources(sources, data)


def _start(job: Job, steps: Steps, data: Path, done: str) -> tuple[Path, str]:
    if job.start:
        return job.start, folder_digest(job.start)
    return make_start(steps, data, done)


def _trained(job: Job, steps: Steps, data: Path, done: str, start: Path, begun: str) -> tuple[Path, str]:
    """The folder of the network that is taken, and a digest that stands for it."""
    examples, run, chosen = job.work / "examples", job.work / "run", job.work / "chosen"
    learnt = steps.do(
        "examples",
        [done, begun, repr(job.recipe)],
        examples,
        lambda: _write_examples(job, data, start, examples),
    )
    if not (run / "examples").exists() or (run / "examples").read_text() != learnt:
        # Of other examples or another recipe: nothing of it can be gone on with.
        shutil.rmtree(run, ignore_errors=True)
        run.mkdir()
        (run / "examples").write_text(learnt)
    trained = steps.do(
        "training", [learnt], run / "last.safetensors", lambda: _train(job, data, start, examples, run)
    )
    return chosen, steps.do("choice", [trained], chosen, lambda: _choose(job, data, start, run, chosen))


def _write_examples(job: Job, data: Path, start: Path, folder: Path) -> None:
    prepare(split(read_sources(data)).train, folder, seed=job.recipe.seed, say=print)
    teachers = open_teachers(job.recipe, start)
    if teachers:
        taught(Examples.read(folder), job.recipe, teachers, print).write(folder)


def _train(job: Job, data: Path, start: Path, examples: Path, run: Path) -> None:
    checkpoint = Checkpoint.open(start)
    development = Prepared(checkpoint, chosen_sets(split(read_sources(data)).development, job.recipe))
    Trainer(checkpoint, job.recipe, Examples.read(examples), development, run, job.device).run()


def _choose(job: Job, data: Path, start: Path, run: Path, chosen: Path) -> None:
    """Means of the snapshots with the start, and the best of the way, against the start."""
    checkpoint = Checkpoint.open(start)
    full = job.recipe if job.quick else replace(job.recipe, questions=_MOST_JUDGED)
    development = Prepared(checkpoint, chosen_sets(split(read_sources(data)).development, full))
    snapshots = sorted((run / "snapshots").glob("*.safetensors")) or [run / "last.safetensors"]
    new = mean_of(snapshots)
    candidates = {START: checkpoint.tensors, "best": read_tensors(run / "best.safetensors")}
    for share in SHARES:
        candidates[f"{share:g}"] = mean([checkpoint.tensors, new], [1 - share, share])
    ranks: dict[str, dict[str, Ranks]] = {}
    for name, tensors in candidates.items():
        ranks[name] = ranks_of(development, checkpoint, tensors, job.device)
        print(f"    {name}: {summary(ranks[name])}")
    best, verdicts = choose(ranks, START)
    _note_choice(job.work / "choice.json", best, verdicts, ranks)
    write_tensors(new, run / "mean.safetensors")
    checkpoint.save(candidates[best], chosen)


def _note_choice(
    path: Path, best: str, verdicts: Mapping[str, Verdict], ranks: Mapping[str, Mapping[str, Ranks]]
) -> None:
    noted = {
        "chosen": best,
        "verdicts": {name: asdict(verdict) for name, verdict in verdicts.items()},
        "found": {name: summary(found) for name, found in ranks.items()},
    }
    path.write_text(json.dumps(noted, indent=1) + "\n", encoding="utf-8")


def _finish(job: Job, data: Path, chosen: Path) -> None:
    """The checkpoint with everything that ships beside it."""
    checkpoint = Checkpoint.open(chosen)
    checkpoint.save(checkpoint.tensors, job.output)
    write_graph(job.output)
    if job.precision != FP32:
        write_graph(job.output, in_8_bits=True)
    sources = read_sources(data)
    encoder = ColbertEncoder.open(job.output, Options(windows=True))
    texts = [passage.text for each in sources.sets for passage in each.passages.values()]
    centroids = QUICK_CENTROIDS if job.quick else CENTROIDS
    make_codebook(encoder, texts, job.output / OWN_CODEBOOK, centroids)
    development = _development_figures(job, sources, Checkpoint.open(job.output))
    judged = read_figures(job.figures) if job.figures else ()
    write_card(job.output, (development, judged), job.work, job.recipe if not job.untrained else None)
    languages = frozenset(Language(language) for language, _ in sources.texts())
    described = Described(
        languages=languages, licence=LICENCE, keyword_weight=job.keyword_weight, precision=job.precision
    )
    write_own_record(job.output, described)


def _development_figures(job: Job, sources: Sources, checkpoint: Checkpoint) -> tuple[Figures, ...]:
    questions = job.recipe.questions if job.quick else _MOST_JUDGED
    asked = chosen_sets(split(sources).development, replace(job.recipe, questions=questions))
    found = Prepared(checkpoint, asked).ranks(checkpoint.network(job.device))
    return tuple(
        Figures(name=name, mode=ALONE, queries=len(ranks), **recalls(ranks)) for name, ranks in found.items()
    )


def _quick(recipe: Recipe) -> Recipe:
    return replace(
        recipe,
        steps=QUICK_STEPS,
        snapshot_every=1,
        evaluate_every=QUICK_STEPS // 2,
        questions=20,
        passages=40,
        kinds={name: replace(kind, batch=min(8, kind.batch)) for name, kind in recipe.kinds.items()},
    )


def _thinned(sources: Sources) -> Sources:
    """Some passages of each set with their questions, some rows."""
    return replace(
        sources,
        sets=tuple(_first(each) for each in sources.sets),
        parallel=sources.parallel[:: max(1, len(sources.parallel) // QUICK_ROWS)],
        paraphrases=sources.paraphrases[: 4 * QUICK_ROWS],
    )


def _first(full: RetrievalSet) -> RetrievalSet:
    """Its first passages: of sets with equal ids the same ones."""
    passages = dict(islice(full.passages.items(), QUICK_PASSAGES))
    judgements = {
        query: grades for query, grades in full.judgements.items() if all(name in passages for name in grades)
    }
    queries = {query: full.queries[query] for query in judgements}
    return replace(full, passages=passages, judgements=judgements, queries=queries)
