"""Build resources/rarity.bin: which units and pairs of units are frequent in many languages.

    python packaging/rarity/build_table.py --data DIR [--output FILE]

DIR holds folders with `passages.jsonl.gz` ({"text", "title"} a line) and `parallel.jsonl.gz` ({"text":
{language: text}} a line); sources.tsv beside this script says which of them are used, and for what language.
Short rows of one language are joined to documents of a passage's length, and units and pairs counted by the
documents that have them. A word that several languages share is as rare as where it is most frequent. Pairs
whose rarity the default predicts well are left out. Only numbers derived from counts are kept, no text.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import itertools
import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from core.encode.lexical.analysis import analyse  # noqa: E402 - the checkout must be importable first
from core.encode.lexical.rarity import (  # noqa: E402
    PAIR_CAP,
    UNIT_CAP,
    RarityTable,
    default_pair_rarity,
    key_of,
    table_bytes,
)

UNSPACED = {"ja", "zh", "th", "ko"}
UNSPACED_CHARACTERS, SPACED_CHARACTERS = 350, 800
MOST_DOCUMENTS = 1500
"""Documents taken from one file of parallel text, so that its subject does not outweigh the others."""

LEAST_UNIT_DOCUMENTS, LEAST_PAIR_DOCUMENTS = 3, 6
SMALL_LANGUAGE = 1000
"""In a language of N documents, SMALL_LANGUAGE / N more are asked for: of the many rare words of a small
sample, those that occur three times did so by chance, and would look frequent."""

SURPRISE = 0.7
"""A pair is stored only if its rarity lies this far from what its units let expect."""

BATCH = 400


Numbers = NDArray[np.float64]
Table = tuple[NDArray[np.uint64], Numbers]
"""Hashes and their rarities."""


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--data", type=Path, required=True)
    arguments.add_argument("--output", type=Path, default=ROOT / "resources" / "rarity.bin")
    chosen = arguments.parse_args()
    languages = read_languages(chosen.data)
    units = least_rare([count_units(documents) for documents in languages.values()])
    pairs = [surprising_pairs(documents, units) for documents in languages.values()]
    for language, documents in languages.items():
        print(f"{language}: {len(documents)} documents")
    kept = least_rare(pairs)
    content = table_bytes(key_of(np.concatenate([units[0], kept[0]])), np.concatenate([units[1], kept[1]]))
    chosen.output.write_bytes(content)
    print(f"{chosen.output}: {len(units[0])} units, {len(kept[0])} pairs, {len(content)} bytes")


def read_languages(data: Path) -> dict[str, list[str]]:
    """Documents of each language, as sources.tsv says."""
    languages: dict[str, list[str]] = defaultdict(list)
    with (Path(__file__).parent / "sources.tsv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            folder, language = data / row["folder"], row["language"]
            if row["key"]:
                rows = (line["text"].get(row["key"]) for line in read_lines(folder / "parallel.jsonl.gz"))
                found = join_rows((text for text in rows if text), language)
                languages[language] += list(itertools.islice(found, MOST_DOCUMENTS))
            else:
                lines = read_lines(folder / "passages.jsonl.gz")
                languages[language] += join_rows((f"{x['title']}\n{x['text']}" for x in lines), language)
    return languages


def read_lines(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def join_rows(rows: Iterable[str], language: str) -> Iterator[str]:
    """Join short rows to documents of at least a passage's length."""
    least = UNSPACED_CHARACTERS if language in UNSPACED else SPACED_CHARACTERS
    document = ""
    for row in rows:
        document += "\n" + row
        if len(document) >= least:
            yield document
            document = ""


def count_units(documents: list[str]) -> Table:
    """The units in at least LEAST_UNIT_DOCUMENTS documents, and their rarities."""
    found: list[NDArray[np.uint64]] = []
    for start in range(0, len(documents), BATCH):
        analysis = analyse(documents[start : start + BATCH])
        found.append(once_per_text(analysis.hashes, analysis.texts)[0])
    hashes, counts = np.unique(np.concatenate(found), return_counts=True)
    frequent = counts >= LEAST_UNIT_DOCUMENTS + SMALL_LANGUAGE / len(documents)
    return hashes[frequent], rarity_of(counts[frequent], len(documents), UNIT_CAP)


def surprising_pairs(documents: list[str], units: Table) -> Table:
    """The pairs in at least LEAST_PAIR_DOCUMENTS documents whose rarity the default does not predict."""
    content = table_bytes(key_of(units[0]), units[1])
    table = RarityTable.from_bytes(content, Path("units"))
    found: list[tuple[NDArray[np.uint64], NDArray[np.float32]]] = []
    for start in range(0, len(documents), BATCH):
        analysis = analyse(documents[start : start + BATCH])
        lengths = analysis.units.ends - analysis.units.starts
        rarity = table.of_units(analysis.hashes, analysis.units.kinds, lengths)
        expected = default_pair_rarity(rarity[:-1], rarity[1:])
        together = analysis.together
        hashes, first = once_per_text(analysis.pairs[together], analysis.texts[1:][together])
        found.append((hashes, expected[together][first]))
    every, predicted = (np.concatenate(each) for each in zip(*found, strict=True))
    hashes, first, counts = np.unique(every, return_index=True, return_counts=True)
    rarity = rarity_of(counts, len(documents), PAIR_CAP)
    frequent = counts >= LEAST_PAIR_DOCUMENTS + SMALL_LANGUAGE / len(documents)
    kept = frequent & (np.abs(rarity - predicted[first]) >= SURPRISE)
    return hashes[kept], rarity[kept]


def once_per_text(
    hashes: NDArray[np.uint64], texts: NDArray[np.intp]
) -> tuple[NDArray[np.uint64], NDArray[np.intp]]:
    """Every different hash of each text once, and where it stands."""
    order = np.lexsort((texts, hashes))
    sorted_hashes, sorted_texts = hashes[order], texts[order]
    new = np.ones(len(order), dtype=bool)
    new[1:] = (sorted_hashes[1:] != sorted_hashes[:-1]) | (sorted_texts[1:] != sorted_texts[:-1])
    return sorted_hashes[new], order[new]


def rarity_of(counts: NDArray[np.int64], documents: int, cap: float) -> Numbers:
    """Inverse document frequency, ln((N + 1) / (df + 1/2)), between 0 and `cap`."""
    return np.clip(np.log((documents + 1) / (counts + 0.5)), 0.0, cap)


def least_rare(tables: list[Table]) -> Table:
    """One table: what several languages have is as rare as where it is most frequent."""
    hashes, values = (np.concatenate(each) for each in zip(*tables, strict=True))
    order = np.lexsort((values, hashes))
    hashes, values = hashes[order], values[order]
    first = np.ones(len(hashes), dtype=bool)
    first[1:] = hashes[1:] != hashes[:-1]
    return hashes[first], values[first]


if __name__ == "__main__":
    main()
