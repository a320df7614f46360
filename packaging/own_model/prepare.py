"""From the data to examples on disk: the split, pairs of every kind, and hard negatives."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from own_model.examples import Examples
from own_model.negatives import Pool, hard_negatives
from own_model.pairs import Pair, all_pairs, origin_of
from own_model.sources import RetrievalSet, Sources

Say = Callable[[str], None]


def prepare(train: Sources, folder: Path, *, seed: int, say: Say) -> None:
    """Write the examples of the training side into `folder`. Minutes: words are looked up for every query."""
    pairs = list(all_pairs(train, seed=seed))
    say(f"{len(pairs)} pairs of texts")
    found: list[tuple[Pair, Sequence[str]]] = []
    for within, some in _by_set(pairs):
        searched = next((each for each in train.sets if each.name == within), None)
        if searched is None:
            found += [(pair, ()) for pair in some]
            continue
        found += zip(some, hard_negatives(some, {within: Pool.of(searched)}), strict=True)
        say(f"    {within}: negatives for {len(some)} pairs")
    Examples.of(found, _origins(train.sets)).write(folder)


def _by_set(pairs: list[Pair]) -> Iterator[tuple[str, list[Pair]]]:
    sets: dict[str, list[Pair]] = {}
    for pair in pairs:
        sets.setdefault(pair.within, []).append(pair)
    yield from sets.items()


def _origins(sets: Sequence[RetrievalSet]) -> dict[str, str]:
    """Of every passage; of equal ones the first."""
    found: dict[str, str] = {}
    for each in sets:
        for name, passage in each.passages.items():
            found.setdefault(passage.text, origin_of(each, name))
    return found
