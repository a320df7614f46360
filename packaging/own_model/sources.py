"""What is there to learn from? The training data as records, read from the folders that sources.tsv names.

A retrieval set is a folder with `queries.jsonl.gz` ({"id", "text"} a line), `passages.jsonl.gz` ({"id",
"text", "title"} a line) and `qrels.tsv` (query id, passage id, grade; tabs, no header). Parallel text is
`parallel.jsonl.gz` ({"id", "text": {language: text}} a line, "doc" where rows belong to one document),
paraphrases `pairs.jsonl.gz` ({"a", "b", "score" of 0 to 5}). All UTF-8.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

TABLE = Path(__file__).parent / "sources.tsv"

QUESTIONS, SECTIONS, COMMANDS = "questions", "sections", "commands"
"""Styles of a set: questions about passages; headings of sections; descriptions of commands."""

PARAPHRASES_IN = "ja"
"""The language of all pairs that there are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A row of sources.tsv. `kind`: set, parallel or paraphrases. Sets of one `family` have equal ids in
    several languages.
    """

    folder: str
    language: str
    kind: str
    family: str
    style: str
    source: str
    licence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """`title` is that of the article or page; it may be empty."""

    title: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrievalSet:
    """`queries`: text by id; `passages` by id; `judgements`: of each query that has any, the grades (above 0)
    by passage id.
    """

    name: str
    language: str
    family: str
    style: str
    queries: dict[str, str]
    passages: dict[str, Passage]
    judgements: dict[str, dict[str, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ParallelRow:
    """One sentence or paragraph in several languages. `document` says which rows belong together."""

    source: str
    document: str
    texts: dict[str, str]


class Paraphrase(NamedTuple):
    """Two sentences and how alike they are, 0 to 5."""

    a: str
    b: str
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """`missing`: the folders of sources.tsv that were not there."""

    sets: tuple[RetrievalSet, ...]
    parallel: tuple[ParallelRow, ...]
    paraphrases: tuple[Paraphrase, ...]
    missing: tuple[str, ...] = ()

    def texts(self) -> Iterator[tuple[str, str]]:
        """Every text with its language: of each passage title and text together, then queries, sentences."""
        for each in self.sets:
            for passage in each.passages.values():
                yield each.language, f"{passage.title}\n{passage.text}".strip()
            for query in each.queries.values():
                yield each.language, query
        for row in self.parallel:
            yield from row.texts.items()
        for pair in self.paraphrases:
            yield PARAPHRASES_IN, pair.a
            yield PARAPHRASES_IN, pair.b


def read_table(path: Path = TABLE) -> tuple[Source, ...]:
    """The rows of sources.tsv."""
    with path.open(encoding="utf-8", newline="") as file:
        return tuple(Source(**row) for row in csv.DictReader(file, delimiter="\t"))


def read_sources(data: Path, table: Iterable[Source] | None = None) -> Sources:
    """Read what is there. Raises FileNotFoundError when nothing is, ValueError for what makes no sense."""
    rows = tuple(table) if table is not None else read_table()
    there = [row for row in rows if (data / row.folder).is_dir()]
    if not there:
        raise FileNotFoundError(f"{data} holds none of the folders that {TABLE.name} names")
    parallel = (row for each in there if each.kind == "parallel" for row in _read_parallel(data, each))
    pairs = (pair for each in there if each.kind == "paraphrases" for pair in _read_paraphrases(data, each))
    return Sources(
        sets=tuple(read_set(data / each.folder, each) for each in there if each.kind == "set"),
        parallel=tuple(parallel),
        paraphrases=tuple(pairs),
        missing=tuple(row.folder for row in rows if row not in there),
    )


def write_sources(sources: Sources, data: Path, table: Iterable[Source] | None = None) -> None:
    """Write sources as folders that read_sources reads to the same records."""
    sets = {each.name: each for each in sources.sets}
    for row in table if table is not None else read_table():
        folder = data / row.folder
        if row.folder in sources.missing:
            continue
        folder.mkdir(parents=True, exist_ok=True)
        if row.kind == "set":
            _write_set(sets[row.folder], folder)
        elif row.kind == "parallel":
            rows = (each for each in sources.parallel if each.source == row.folder)
            _write_lines(
                folder / "parallel.jsonl.gz", ({"doc": each.document, "text": each.texts} for each in rows)
            )
        else:
            _write_lines(folder / "pairs.jsonl.gz", (each._asdict() for each in sources.paraphrases))


def digest_of_data(data: Path) -> str:
    """SHA-256 over the names and contents of all files that read_sources reads, hexadecimal."""
    found = hashlib.sha256(TABLE.read_bytes())
    for row in read_table():
        for path in sorted((data / row.folder).glob("*")):
            if path.name.endswith((".jsonl.gz", ".tsv")):
                found.update(f"{row.folder}/{path.name}\0".encode())
                found.update(hashlib.sha256(path.read_bytes()).digest())
    return found.hexdigest()


def read_lines(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of a .jsonl.gz. Raises OSError, ValueError."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def read_set(folder: Path, source: Source) -> RetrievalSet:
    """Raises OSError, or ValueError when qrels.tsv names what is not there."""
    queries = {row["id"]: row["text"] for row in read_lines(folder / "queries.jsonl.gz")}
    passages = {
        row["id"]: Passage(title=row.get("title") or "", text=row["text"])
        for row in read_lines(folder / "passages.jsonl.gz")
    }
    judgements: dict[str, dict[str, int]] = defaultdict(dict)
    for line in (folder / "qrels.tsv").read_text(encoding="utf-8").splitlines():
        query, passage, grade = line.split("\t")
        if query not in queries or passage not in passages:
            raise ValueError(f"{folder}: qrels.tsv names a query or a passage that is not there: {line}")
        if int(grade) > 0:
            judgements[query][passage] = int(grade)
    return RetrievalSet(
        name=source.folder,
        language=source.language,
        family=source.family,
        style=source.style,
        queries=queries,
        passages=passages,
        judgements=dict(judgements),
    )


def judged_sets(folder: Path) -> Iterator[RetrievalSet]:
    """The retrieval sets below a folder, by their paths in it; one after the other, as some are large.

    Raises OSError, ValueError.
    """
    for found in sorted(folder.rglob("passages.jsonl.gz")):
        if (found.parent / "qrels.tsv").exists():
            name = found.parent.relative_to(folder).as_posix()
            yield read_set(
                found.parent,
                Source(folder=name, language="", kind="set", family="", style="", source="", licence=""),
            )


def language_of(tag: str) -> str:
    """The language alone: `pt` of `pt-br`, `zh` of `zh-cn`."""
    return tag.replace("_", "-").split("-")[0]


def _read_parallel(data: Path, source: Source) -> Iterator[ParallelRow]:
    for row in read_lines(data / source.folder / "parallel.jsonl.gz"):
        texts = {language_of(tag): text for tag, text in row["text"].items() if text.strip()}
        yield ParallelRow(source=source.folder, document=row.get("doc") or row["id"], texts=texts)


def _read_paraphrases(data: Path, source: Source) -> Iterator[Paraphrase]:
    for row in read_lines(data / source.folder / "pairs.jsonl.gz"):
        yield Paraphrase(row["a"], row["b"], float(row["score"]))


def _write_set(each: RetrievalSet, folder: Path) -> None:
    _write_lines(
        folder / "queries.jsonl.gz", ({"id": name, "text": text} for name, text in each.queries.items())
    )
    passages = each.passages.items()
    _write_lines(
        folder / "passages.jsonl.gz",
        ({"id": name, "text": passage.text, "title": passage.title} for name, passage in passages),
    )
    rows = [
        f"{query}\t{passage}\t{grade}\n"
        for query, grades in each.judgements.items()
        for passage, grade in grades.items()
    ]
    (folder / "qrels.tsv").write_text("".join(rows), encoding="utf-8")


def _write_lines(path: Path, rows: Iterable[Any]) -> None:
    """The same bytes for the same rows: gzip's header has no time."""
    with path.open("wb") as raw, gzip.GzipFile("", "wb", 6, raw, mtime=0) as file:
        for row in rows:
            file.write(json.dumps(row, ensure_ascii=False).encode() + b"\n")
