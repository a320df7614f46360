"""How long from a keystroke to the first and to the final answers, in a large library?

`python3 packaging/tasks.py bench latency --data DIR [--passages 200000] [--library DIR] [--json]`: DIR holds
retrieval sets (retrieval_set.py). Their sentences, drawn at random, make documents of ten passages in a
library that is thrown away, or stays in `--library` and is used again. Questions of the sets are typed: their
beginnings and the whole, each asked for first answers (names and keywords) and for final ones. The window
waits for a rest of its own in typing before it asks for the final ones; that time is not in the figures.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.catalogue import documents, models, sources
from core.catalogue.catalogue import Catalogue
from core.catalogue.models import Choice
from core.collection import Collection
from core.domain import BUILT_IN_MODEL, ExtractedText, FileStamp, Query
from core.encode.encoder import Encoder
from core.index.codec import ExactCodec
from core.indexing.batch import Batch, ReadDocument, encode_document
from core.indexing.staleness import PipelineFingerprint
from core.layout import LibraryLayout
from core.progress import CancelToken
from core.settings import Settings
from tests.bench import encoders
from tests.bench.memory import peak_bytes
from tests.bench.retrieval_set import find_sets, read_set

QUESTIONS = 100
LIMIT = 20
"""Results that the window asks for."""

_ROOT = Path("/typed")
_PASSAGES_EACH = 10
_CHARACTERS = 3_000
"""Of a document: ten passages, in Japanese."""

_BATCH = 200
_SENTENCE = re.compile(r"(?<=[。！？!?])\s*|(?<=\.)\s+|\n+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """Sentences to make documents of, and questions to type."""

    sentences: Sequence[str]
    questions: Sequence[str]

    @classmethod
    def of(cls, data: Path) -> Material:
        sentences: list[str] = []
        questions: list[str] = []
        for name, folder in find_sets(data).items():
            each = read_set(folder, name)
            for passage in each.passages:
                sentences += [part for part in _SENTENCE.split(passage.text) if 5 <= len(part) <= 400]
            questions += list(each.queries.values())[:200]
        return cls(sentences=sentences, questions=random.Random(1).sample(questions, QUESTIONS))

    def text(self, number: int) -> str:
        """The text of a document: sentences that stood near each other, so that its words belong together."""
        drawn = random.Random(number)
        parts: list[str] = []
        size = 0
        while size < _CHARACTERS:
            first = drawn.randrange(len(self.sentences))
            some = self.sentences[first : first + 6]
            parts.append(" ".join(some))
            # a letter of a script without spaces says as much as three others
            size += sum(1 if ord(c) >= 0x2E80 else 1 / 3 for c in parts[-1]).__ceil__()
        return "\n\n".join(parts)


def build(layout: LibraryLayout, encoder: Encoder, material: Material, passages: int) -> None:
    """A library of about so many passages, as a sync would have left it."""
    layout.index.mkdir(parents=True, exist_ok=True)
    stamp = FileStamp(size=1, mtime_ns=1)
    with Catalogue.open(layout.catalogue) as catalogue:
        with catalogue.write() as db:
            source_id = sources.add(db, _ROOT)
            models.set_answering(db, Choice(name=BUILT_IN_MODEL, digest=encoder.digest))
        made, number = 0, 0
        while made < passages:
            batch = Batch(catalogue, layout.index, encoder, str(PipelineFingerprint.of(encoder)))
            with catalogue.write() as db:
                ids = [
                    documents.insert(db, source_id, _ROOT / f"notes {number + i}.txt", stamp, "txt")
                    for i in range(_BATCH)
                ]
            for document_id in ids:
                text = ExtractedText(text=material.text(number), title="", format="txt")
                encoded = encode_document(text, encoder, ExactCodec(dim=encoder.dim), CancelToken())
                batch.add(
                    ReadDocument(
                        document_id=document_id, text=text, stamp=stamp, content_hash=b"", encoded=encoded
                    )
                )
                made += len(encoded.passages)
                number += 1
            batch.commit()


def keystrokes(questions: Sequence[str]) -> Iterator[str]:
    """What stands in the box: each question when a third, two thirds and all of it is typed."""
    for question in questions:
        for share in (1 / 3, 2 / 3, 1):
            yield question[: max(1, round(len(question) * share))]


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="bench latency", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="the folder with the sets")
    parser.add_argument("--passages", type=int, default=200_000, metavar="N")
    parser.add_argument("--library", type=Path, metavar="DIR", help="keep the library here, or use it again")
    encoders.add_words(parser)
    parser.add_argument("--json", action="store_true", help="one JSON object")
    arguments = parser.parse_args(words)
    with tempfile.TemporaryDirectory() as folder:
        print(_measured(arguments, LibraryLayout(arguments.library or Path(folder))))
    return 0


def _measured(arguments: argparse.Namespace, layout: LibraryLayout) -> str:
    encoder, material = encoders.opened(arguments), Material.of(arguments.data)
    if not layout.catalogue.exists():
        build(layout, encoder, material, arguments.passages)
    with Collection.open(layout, Settings(), encoders.only(encoder)) as collection:
        list(collection.maintain(CancelToken()))
        collection.prepare()
        status = collection.status()
        first: list[float] = []
        final: list[float] = []
        for typed in keystrokes(material.questions):
            query = Query(text=typed, limit=LIMIT)
            for times, ask in ((first, collection.glance), (final, collection.search)):
                started = time.perf_counter()
                ask(query)
                times.append((time.perf_counter() - started) * 1000)
    found = {
        "passages": status.passages,
        "tokens": status.tokens,
        "first": _percentiles(first),
        "final": _percentiles(final),
        "peak_memory_mb": round(peak_bytes() / 1e6),
    }
    return json.dumps(found, indent=None if arguments.json else 2)


def _percentiles(times: Sequence[float]) -> dict[str, float]:
    cuts = statistics.quantiles(times, n=20)
    return {"p50_ms": round(cuts[9], 1), "p95_ms": round(cuts[18], 1), "worst_ms": round(max(times), 1)}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
