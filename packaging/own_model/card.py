"""The model card: what the model was made from and how, what it finds, and where it ends."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from own_model.recipe import Recipe
from own_model.sources import Source, read_table

LICENCE = "AGPL-3.0-or-later"

_USE = """\
An ordinary ColBERT checkpoint (Stanford's layout). In Mikke it is there without a download. With PyLate:

```python
from pylate import models, rank

model = models.ColBERT("resources/own_model", do_query_expansion=False)
questions = model.encode(["Where is the stopcock?"], is_query=True)
passages = model.encode([["It is under the sink.", "The garden is behind the house."]], is_query=False)
print(rank.rerank([[0, 1]], questions, passages))
```

`do_query_expansion=False` matters: questions are not filled up with [MASK], and PyLate does not read that
from `artifact.metadata`. Passages of more than 512 tokens should be encoded in parts."""

_LIMITS = """\
- It knows what its training text taught it: encyclopaedias, documentation of software, short sentences. Of
  the vocabulary of medicine or law, say, it knows the words, not which of them mean the same.
- Meaning across languages is best between Japanese and English, of which there was most parallel text;
  languages without any are found by equal words and names.
- It is small (two layers): it weighs words, their neighbours and their translations, and does not reason.
- The development figures were used to choose settings; the evaluation figures were not."""

_BUILT = """\
The tokenizer was learnt from the texts, and the weights were constructed: a random direction for each piece,
its rarity as a share of one common direction, heads that read the token before and the one behind, and links
to words that translations align (packaging/own_model/construct.py). Words were counted and aligned in all of
the data, the development split included."""

_TRAINED = """\
Then it was trained: softmax over summed MaxSim with the other passages of a batch and hard negatives by BM25,
and towards a teacher's scores where the recipe names one (the recipe of JaColBERTv2.5, arXiv 2407.20750,
where it applies). Snapshots were averaged, and their means with the start (`0.25`: a quarter trained), as
well as the weights that had found most on the way (`best`), judged question by question on a development
split, for which whole articles were kept back."""


ALONE, TOGETHER = "maxsim", "hybrid"
"""Modes, as the program calls them: by the model, by the model and keywords."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Of one set. `mode`: ALONE, or as the program answers, with keywords."""

    name: str
    mode: str
    queries: int
    recall_at_1: float
    recall_at_5: float
    recall_at_10: float


def read_figures(path: Path) -> tuple[Figures, ...]:
    """From lines of `bench quality --json`. Raises OSError, ValueError, KeyError."""
    rows = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    names = ("queries", "recall_at_1", "recall_at_5", "recall_at_10")
    return tuple(
        Figures(name=row["name"], mode=row["mode"], **{name: row["quality"][name] for name in names})
        for row in rows
    )


def write_card(
    folder: Path, figures: tuple[Sequence[Figures], Sequence[Figures]], work: Path, recipe: Recipe | None
) -> Path:
    """README.md in the folder of the finished checkpoint. `figures`: of the development split, and of
    evaluation sets. `work` holds what the steps noted; `recipe` is None for weights that were constructed and
    not trained.
    """
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    settings = json.loads((folder / "artifact.metadata").read_text(encoding="utf-8"))
    parts = [
        ("", _about(config, settings)),
        ("Use", _USE),
        ("Data", data_text(read_table())),
        ("Nothing of the evaluation", _overlaps(work / "overlaps.tsv")),
        ("How it was made", _made(recipe, _noted(work / "choice.json") if recipe else {})),
        ("Figures", _figures(*figures)),
        ("Limits", _LIMITS),
    ]
    text = "# Mikke's own model\n\n" + "\n\n".join(
        f"## {title}\n\n{content}" if title else content for title, content in parts
    )
    path = folder / "README.md"
    path.write_text(text + "\n", encoding="utf-8")
    return path


def data_text(table: Iterable[Source]) -> str:
    """The table of sources with licences, each source once; for the card, and for NOTICE."""
    rows: dict[tuple[str, str], set[str]] = {}
    for each in table:
        rows.setdefault((each.source, each.licence), set()).add(each.language)
    lines = ["| source | languages | licence |", "|---|---|---|"]
    for (source, licence), languages in rows.items():
        known = sorted(filter(None, languages))
        shown = ", ".join(known) if len(known) < 6 else f"{len(known)} languages"
        lines.append(f"| {source} | {shown or 'several'} | {licence} |")
    return (
        "Learnt from these texts. The weights are numbers derived from them and hold no text; whoever passes "
        "the texts themselves on is bound by their licences, share-alike among them.\n\n" + "\n".join(lines)
    )


def notice_text() -> str:
    """What NOTICE says of the model."""
    names = dict.fromkeys(f"{each.source}: {each.licence}" for each in read_table())
    return (
        "The weights in resources/own_model were made by packaging/own_model from the texts below, and hold "
        "no text.\n\n" + "\n".join(f"  {name}" for name in names) + "\n"
    )


def _about(config: dict[str, Any], settings: dict[str, Any]) -> str:
    return (
        f"A small late-interaction model (ColBERT) for search in many languages: BERT with "
        f"{config['num_hidden_layers']} layers, hidden size {config['hidden_size']}, "
        f"{config['vocab_size']:,} pieces, {settings['dim']} dimensions a token, at most "
        f"{settings['doc_maxlen']} tokens at a time. "
        f"Licence: {LICENCE}, as Mikke."
    )


def _overlaps(path: Path) -> str:
    if not path.exists():
        return "In this run it was not checked whether texts of evaluation sets are among the training data."
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    if not rows:
        return (
            "No text of an evaluation set equals or nearly equals one that was learnt from (checked by code)."
        )
    table = ["| learnt from | evaluation set | kind | texts |", "|---|---|---|---|"]
    table += [f"| {row['train']} | {row['judged']} | {row['kind']} | {row['count']} |" for row in rows]
    return (
        "Texts that equal or nearly equal one of an evaluation set were found by code (the same letters and "
        "digits; or four fifths of the shorter one's runs of eight letters) and left out:\n\n"
        + "\n".join(table)
    )


def _made(recipe: Recipe | None, choice: dict[str, Any]) -> str:
    if recipe is None:
        return _BUILT + " No weight was changed by training."
    chosen = choice["chosen"]
    taken = "the start, as no trained network was clearly better" if chosen == "start" else f"`{chosen}`"
    verdicts = [
        f"- `{name}`: won {each['won']}, lost {each['lost']} questions at rank 1 against the start "
        f"(mean gain {each['gain']:+.4f}, {each['deviations']:+.1f} deviations)"
        for name, each in choice["verdicts"].items()
    ]
    settings = json.dumps(asdict(recipe), indent=1)
    return "\n\n".join(
        [_BUILT, f"{_TRAINED} Taken: {taken}.", "\n".join(verdicts), f"```json\n{settings}\n```"]
    )


def _figures(development: Sequence[Figures], judged: Sequence[Figures]) -> str:
    """Recall at 1, 5 and 10."""
    about = (
        ("Kept back from the training data, every passage against every question, exact:", development),
        ("Evaluation sets, through the whole program (tests/bench/RESULTS.md compares):", judged),
    )
    shown = [f"{text}\n\n{_table(rows)}" for text, rows in about if rows]
    return "\n\n".join(shown) or "None were measured in this run."


def _table(figures: Sequence[Figures]) -> str:
    found: dict[str, dict[str, Figures]] = {}
    for each in figures:
        found.setdefault(each.name, {})[each.mode] = each
    lines = ["| set | questions | model alone | with keywords |", "|---|---:|---|---|"]
    for name, by_mode in found.items():
        alone, together = (_shown(by_mode.get(mode)) for mode in (ALONE, TOGETHER))
        lines.append(f"| {name} | {next(iter(by_mode.values())).queries} | {alone} | {together} |")
    return "\n".join(lines)


def _shown(found: Figures | None) -> str:
    if found is None:
        return ""
    return f"{found.recall_at_1:.3f} / {found.recall_at_5:.3f} / {found.recall_at_10:.3f}"


def _noted(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found
