"""Training examples on disk: pairs with their wrong answers, each text once.

`texts.jsonl.gz` has a text and its origin a line, `examples.jsonl.gz` an example a line; texts are named by
their number.
"""

from __future__ import annotations

import gzip
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Self

from own_model.pairs import Pair


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """`query`, `passage` and `negatives` are numbers of texts. `kind` and `group` as in Pair. `scores`: what
    a teacher gives the passage and then the negatives; empty without one.
    """

    kind: str
    group: str
    query: int
    passage: int
    negatives: tuple[int, ...] = ()
    scores: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Examples:
    """`origins`: of each text; texts of one origin say the same or are parts of one another."""

    texts: Sequence[str]
    origins: Sequence[str]
    examples: Sequence[Example]

    @classmethod
    def of(cls, pairs: Iterable[tuple[Pair, Sequence[str]]], origins: Mapping[str, str]) -> Self:
        """From pairs and their wrong answers. `origins`: of texts that are no pair's passage."""
        table = _Table(known=dict(origins))
        examples = [
            Example(
                kind=pair.kind,
                group=pair.group,
                query=table.number(pair.query),
                passage=table.number(pair.passage, pair.origin),
                negatives=tuple(table.number(text) for text in negatives),
            )
            for pair, negatives in pairs
        ]
        return cls(texts=table.texts, origins=table.origins, examples=examples)

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Raises OSError, ValueError."""
        rows = list(_lines(folder / "texts.jsonl.gz"))
        examples = [
            Example(**row | {key: tuple(row.get(key, ())) for key in ("negatives", "scores")})
            for row in _lines(folder / "examples.jsonl.gz")
        ]
        return cls(texts=[row[0] for row in rows], origins=[row[1] for row in rows], examples=examples)

    def write(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        _write(folder / "texts.jsonl.gz", zip(self.texts, self.origins, strict=True))
        _write(folder / "examples.jsonl.gz", (_without_defaults(each) for each in self.examples))

    def answers(self) -> dict[int, set[str]]:
        """Of each text that asks: the origins that answer it, in whichever example."""
        found: dict[int, set[str]] = defaultdict(set)
        for each in self.examples:
            found[each.query].add(self.origins[each.passage])
        return dict(found)


@dataclass(slots=True, kw_only=True)
class _Table:
    """Numbers texts as they come. A text that several origins have keeps the first."""

    known: dict[str, str]
    texts: list[str] = field(default_factory=list)
    origins: list[str] = field(default_factory=list)
    numbers: dict[str, int] = field(default_factory=dict)

    def number(self, text: str, origin: str = "") -> int:
        found = self.numbers.get(text)
        if found is None:
            found = self.numbers[text] = len(self.texts)
            self.texts.append(text)
            self.origins.append("")
        if not self.origins[found]:
            self.origins[found] = origin or self.known.get(text, "")
        return found


def _without_defaults(example: Example) -> dict[str, Any]:
    return {key: value for key, value in asdict(example).items() if value not in ((), None)}


def _lines(path: Path) -> Iterable[Any]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def _write(path: Path, rows: Iterable[Any]) -> None:
    """The same bytes for the same rows: gzip's header has no time."""
    making = path.with_name(path.name + ".unfinished")
    with making.open("wb") as raw, gzip.GzipFile("", "wb", 1, raw, mtime=0) as file:
        for row in rows:
            file.write(json.dumps(row, ensure_ascii=False).encode() + b"\n")
    making.replace(path)
