"""Retrieval sets on disk: queries, passages and which passage answers which query.

A set is a folder with `queries.jsonl.gz` ({"id", "text"} a line), `passages.jsonl.gz` ({"id", "text",
"title"} a line) and `qrels.tsv` (query id, passage id and grade, separated by tabs, no header), all UTF-8.
"""

from __future__ import annotations

import gzip
import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class SetPassage:
    """A passage of a set; `title` may be empty."""

    id: str
    title: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrievalSet:
    """`queries`: text by id; `judgements`: for each answerable query, the grades by passage id."""

    name: str
    queries: dict[str, str]
    passages: tuple[SetPassage, ...]
    judgements: dict[str, dict[str, int]]


def read_set(folder: Path, name: str = "") -> RetrievalSet:
    """Read a set; `name` is the folder's name if not given.

    Raises OSError, or ValueError when the files are not in the format or contradict each other.
    """
    queries = {row["id"]: row["text"] for row in _rows(folder / "queries.jsonl.gz", {"id", "text"})}
    passages = tuple(
        SetPassage(id=row["id"], title=row.get("title") or "", text=row["text"])
        for row in _rows(folder / "passages.jsonl.gz", {"id", "text"})
    )
    judgements = _read_judgements(folder / "qrels.tsv")
    known = {passage.id for passage in passages}
    if len(known) != len(passages):
        raise ValueError(f"{folder}: a passage id occurs twice")
    judged = {passage for grades in judgements.values() for passage in grades}
    if not (judgements.keys() <= queries.keys() and judged <= known):
        raise ValueError(f"{folder}: qrels.tsv names a query or a passage that is not there")
    return RetrievalSet(name=name or folder.name, queries=queries, passages=passages, judgements=judgements)


def find_sets(data: Path) -> dict[str, Path]:
    """Every set below `data`, by its path relative to it (`jsquad-valid`, `xquad/de`), in order of name."""
    folders = [
        found.parent for found in data.rglob("passages.jsonl.gz") if (found.parent / "qrels.tsv").exists()
    ]
    return {folder.relative_to(data).as_posix(): folder for folder in sorted(folders)}


def across(asked: RetrievalSet, answering: RetrievalSet) -> RetrievalSet:
    """The queries of one set for the passages of another, which have the same ids in another language.

    Raises ValueError when no judged passage is there.
    """
    known = {passage.id for passage in answering.passages}
    judgements = {
        query: kept
        for query, grades in asked.judgements.items()
        if (kept := {passage: grade for passage, grade in grades.items() if passage in known})
    }
    if not judgements:
        raise ValueError(f"{asked.name} and {answering.name} have no passage ids in common")
    return RetrievalSet(
        name=f"{asked.name} > {answering.name}",
        queries=asked.queries,
        passages=answering.passages,
        judgements=judgements,
    )


def thinned(full: RetrievalSet, most: int) -> RetrievalSet:
    """At most so many of the judged queries, evenly spread."""
    judged = list(full.judgements)
    step = max(1.0, len(judged) / most)
    kept = [judged[int(number * step)] for number in range(min(most, len(judged)))]
    return replace(full, judgements={query: full.judgements[query] for query in kept})


def _rows(path: Path, needed: set[str]) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for number, line in enumerate(file, start=1):
            row = json.loads(line)
            if not isinstance(row, dict) or not needed <= row.keys():
                raise ValueError(
                    f"{path}, line {number}: expected an object with {', '.join(sorted(needed))}"
                )
            yield row


def _read_judgements(path: Path) -> dict[str, dict[str, int]]:
    judgements: dict[str, dict[str, int]] = defaultdict(dict)
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        fields = line.split("\t")
        if len(fields) != 3:
            raise ValueError(f"{path}, line {number}: expected three fields")
        judgements[fields[0]][fields[1]] = int(fields[2])
    return {query: grades for query, grades in judgements.items() if max(grades.values()) > 0}
