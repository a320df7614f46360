"""Is anything of what the model is judged by in what it learns from? Found by code, counted, and dropped.

Two texts are equal when their letters and digits are, in small letters and NFKC. Two passages nearly say the
same when four fifths of the shorter one's runs of eight letters are in the other. Only runs whose hash is a
multiple of sixteen are looked up; pairs that share some are then compared in full.
"""

from __future__ import annotations

import csv
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path

from own_model.negatives import nearly_same, shingles, squashed
from own_model.sources import RetrievalSet, Sources

_SAMPLED = 16
_LEAST_SHARED = 2
_LIKELY = 0.4
"""Of the sampled runs, shared, before all are compared: half of the share that is asked for then."""

_MOST_HOLDERS = 40
"""Passages that have a run: one of more is a turn of speech and tells nothing."""

_LEAST_LETTERS = 24
"""A shorter text that lies in a longer one proves nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlap:
    """`count` texts of `train` equal (or nearly equal) texts of `judged`. `kind`: passages, queries or
    sentences.
    """

    train: str
    judged: str
    kind: str
    count: int
    action: str = "dropped"


@dataclass(slots=True, kw_only=True)
class Judged:
    """What models are judged by: the sets that hold each text, and the passages by their sampled runs."""

    texts: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    runs: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    passages: list[tuple[str, str]] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)

    @classmethod
    def of(cls, sets: Iterable[tuple[str, Iterable[str], Iterable[str]]]) -> Judged:
        """From the names, queries and passages of sets."""
        made = cls()
        for name, queries, passages in sets:
            for query in queries:
                made.texts[squashed(query)].add(name)
            for passage in passages:
                made.texts[squashed(passage)].add(name)
                sampled = list(_sampled(shingles(passage)))
                for run in sampled:
                    made.runs[run].append(len(made.passages))
                made.passages.append((name, passage))
                made.sizes.append(len(sampled))
        return made

    def equal(self, text: str) -> AbstractSet[str]:
        """The sets that have this text, as a query or a passage."""
        return self.texts.get(squashed(text), set())

    def near(self, text: str) -> AbstractSet[str]:
        """The sets with a passage that says the same, or nearly."""
        if len(squashed(text)) < _LEAST_LETTERS:
            return self.equal(text)
        found = set(self.equal(text))
        own = shingles(text)
        sampled = list(_sampled(own))
        held = (self.runs.get(run, ()) for run in sampled)
        shared = Counter(number for holders in held if len(holders) <= _MOST_HOLDERS for number in holders)
        for number, count in shared.items():
            name, passage = self.passages[number]
            enough = max(_LEAST_SHARED, _LIKELY * min(len(sampled), self.sizes[number]))
            if count < enough or name in found or len(squashed(passage)) < _LEAST_LETTERS:
                continue
            if nearly_same(own, shingles(passage)):
                found.add(name)
        return found


def without_overlaps(sources: Sources, judged: Judged) -> tuple[Sources, tuple[Overlap, ...]]:
    """The sources without what is in an evaluation set, and the table of what was found."""
    counts: Counter[tuple[str, str, str]] = Counter()
    sets = tuple(_cleaned(each, judged, counts) for each in sources.sets)
    rows = tuple(
        row
        for row in sources.parallel
        if not _counted(counts, row.source, "sentences", _any(judged, row.texts.values()))
    )
    pairs = tuple(
        pair
        for pair in sources.paraphrases
        if not _counted(counts, "paraphrases", "sentences", _any(judged, (pair.a, pair.b)))
    )
    found = tuple(
        Overlap(train=train, judged=name, kind=kind, count=count)
        for (train, name, kind), count in sorted(counts.items())
    )
    return replace(sources, sets=sets, parallel=rows, paraphrases=pairs), found


def write_overlaps(found: Iterable[Overlap], path: Path) -> None:
    """As a table with tabs."""
    with path.open("w", encoding="utf-8", newline="") as file:
        names = [each.name for each in fields(Overlap)]
        writer = csv.DictWriter(file, names, delimiter="\t", lineterminator="\n")
        writer.writeheader()
        writer.writerows(asdict(each) for each in found)


def _cleaned(full: RetrievalSet, judged: Judged, counts: Counter[tuple[str, str, str]]) -> RetrievalSet:
    passages = {
        name: passage
        for name, passage in full.passages.items()
        if not _counted(counts, full.name, "passages", judged.near(passage.text))
    }
    judgements: dict[str, Mapping[str, int]] = {
        query: kept
        for query, grades in full.judgements.items()
        if (kept := {name: grade for name, grade in grades.items() if name in passages})
        and not _counted(counts, full.name, "queries", judged.equal(full.queries[query]))
    }
    return replace(
        full,
        passages=passages,
        judgements={query: dict(grades) for query, grades in judgements.items()},
        queries={query: full.queries[query] for query in judgements},
    )


def _counted(counts: Counter[tuple[str, str, str]], train: str, kind: str, found: AbstractSet[str]) -> bool:
    for name in found:
        counts[train, name, kind] += 1
    return bool(found)


def _any(judged: Judged, texts: Iterable[str]) -> AbstractSet[str]:
    found: set[str] = set()
    for text in texts:
        found |= judged.near(text)
    return found


def _sampled(runs: Iterable[str]) -> Iterator[int]:
    for run in runs:
        drawn = zlib.crc32(run.encode())
        if drawn % _SAMPLED == 0:
            yield drawn
