"""How fast is the program on a folder of real files?

`python3 packaging/tasks.py bench folder --data DIR [--json]`: indexes DIR into a library that is thrown away,
then asks for the titles of some of its documents, once as it is then and once after maintenance, which
compresses a library of more than a million tokens. Prints files and passages a second, bytes a token, and the
median and 95th percentile of a search.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from core.collection import Collection
from core.domain import DocumentState, Query
from core.encode.encoder import Encoder
from core.layout import LibraryLayout
from core.progress import CancelToken, IndexEvent
from core.settings import Settings
from tests.bench import encoders

QUESTIONS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One run. `sync_s`: looking at the folder again when nothing has changed; `uncompressed_…`: before the
    maintenance, which takes `maintain_s`.
    """

    files: int
    passages: int
    tokens: int
    index_s: float
    sync_s: float
    files_per_s: float
    passages_per_s: float
    uncompressed_bytes_per_token: float
    uncompressed_search_p50_ms: float
    uncompressed_search_p95_ms: float
    maintain_s: float
    index_bytes_per_token: float
    library_bytes: int
    search_p50_ms: float
    search_p95_ms: float


def measure(folder: Path, encoder: Encoder) -> Measured:
    with tempfile.TemporaryDirectory() as place:
        layout = LibraryLayout(Path(place))
        with Collection.open(layout, Settings(), encoders.only(encoder)) as collection:
            collection.add_source(folder)
            index_s = _seconds(collection.sync(CancelToken()))
            sync_s = _seconds(collection.sync(CancelToken()))
            uncompressed, before = sorted(_searches(collection)), collection.status()
            maintain_s = _seconds(collection.maintain(CancelToken()))
            searches, status = sorted(_searches(collection)), collection.status()
        library_bytes = sum(path.stat().st_size for path in layout.root.rglob("*") if path.is_file())
    files = sum(status.documents.values())
    return Measured(
        files=files,
        passages=status.passages,
        tokens=status.tokens,
        index_s=index_s,
        sync_s=sync_s,
        files_per_s=files / index_s,
        passages_per_s=status.passages / index_s,
        uncompressed_bytes_per_token=before.index_bytes / max(1, before.tokens),
        uncompressed_search_p50_ms=statistics.median(uncompressed),
        uncompressed_search_p95_ms=_p95(uncompressed),
        maintain_s=maintain_s,
        index_bytes_per_token=status.index_bytes / max(1, status.tokens),
        library_bytes=library_bytes,
        search_p50_ms=statistics.median(searches),
        search_p95_ms=_p95(searches),
    )


def _seconds(job: Iterable[IndexEvent]) -> float:
    started = time.perf_counter()
    for _ in job:
        pass
    return time.perf_counter() - started


def _p95(ascending: list[float]) -> float:
    return ascending[int(len(ascending) * 0.95)]


def _searches(collection: Collection) -> list[float]:
    """Milliseconds of each search, for titles spread evenly over the library."""
    found = collection.documents(frozenset({DocumentState.INDEXED, DocumentState.TRUNCATED}))
    titles = [document.title for document in found if document.title]
    step = max(1, len(titles) // QUESTIONS)
    collection.search(Query(text=titles[0]))
    return [collection.search(Query(text=title)).elapsed_ms for title in titles[::step][:QUESTIONS]]


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="bench folder", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="a folder of documents")
    encoders.add_words(parser)
    parser.add_argument("--json", action="store_true", help="one JSON object")
    arguments = parser.parse_args(words)
    measured = asdict(measure(arguments.data, encoders.opened(arguments)))
    if arguments.json:
        print(json.dumps(measured))
    else:
        for name, value in measured.items():
            print(f"{name:<30} {value:>14,.1f}" if isinstance(value, float) else f"{name:<30} {value:>14,}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
