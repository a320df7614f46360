"""What does it cost to keep a large library current?

`python3 packaging/tasks.py bench living [--passages N] [--json]`: makes up a library of N passages of 100
tokens (by default 200,000: 20 million tokens), whose vectors are short and random, since none of this depends
on them, and prints what one more document, one less, a filter and a merge cost. Milliseconds are medians
unless the name says otherwise; the library is thrown away.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from unittest.mock import patch

import numpy as np

from core.catalogue import documents, passages, segments, texts
from core.collection import Collection
from core.domain import (
    DocumentId,
    DocumentState,
    ExtractedText,
    FileStamp,
    Int32Array,
    Passage,
    PassageId,
    Query,
    Span,
    TokenEmbeddings,
)
from core.index.codec import ExactCodec
from core.index.segment import EncodedPassages, header_of, write_segment
from core.indexing import compression
from core.indexing.batch import Batch, ReadDocument, encode_document, segment_content
from core.indexing.staleness import PipelineFingerprint
from core.layout import LibraryLayout
from core.progress import CancelToken
from core.settings import Settings
from tests.core.encoders import FixedEncoders

TOKENS = 100
"""Tokens of a passage."""

PASSAGES_OF_DOCUMENT = 10
PASSAGES_OF_SEGMENT = 40_000
"""So large that the policy does not merge it."""

ROUNDS = 40
STAMP = FileStamp(size=1, mtime_ns=1)
ANYTHING = Query(text="anything")


class ShortEncoder:
    """Eight random dimensions for each word, always the same for a word."""

    name, digest, dim, noise_floor, uses_languages = "short", "ab" * 16, 8, 0.5, False

    def encode_query(self, text: str, _languages: object = ()) -> TokenEmbeddings:
        return self.encode_passages([text])[0]

    def encode_passages(self, strings: Sequence[str], *_: object) -> list[TokenEmbeddings]:
        return [
            TokenEmbeddings(vectors=_vectors(text.split()), spans=self.token_spans(text)) for text in strings
        ]

    def token_spans(self, text: str) -> Int32Array:
        return np.tile(np.array([0, 1], dtype=np.int32), (len(text.split()), 1))


def _vectors(words: list[str]) -> np.ndarray:
    made = [np.random.default_rng(list(word.encode())).standard_normal(8) for word in words]
    return np.array([each / np.linalg.norm(each) for each in made], dtype=np.float32).reshape(-1, 8)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """`*_after_commit_ms` are what the next search waits for; `commit_while_merging` is the worst."""

    passages: int
    tokens: int
    open_ms: float
    add_commit_ms: float
    add_after_commit_ms: float
    delete_commit_ms: float
    delete_after_commit_ms: float
    saved_file_ms: float
    saved_file_worst_ms: float
    deleted_file_ms: float
    nothing_changed_us: float
    first_filter_ms: float
    folder_filter_ms: float
    date_filter_ms: float
    ids_filter_ms: float
    vectors_us: float
    status_ms: float
    merge_s: float
    merged_tokens: int
    commit_while_merging_ms: float
    scope_while_merging_ms: float


class Bench:
    def __init__(self, root: Path, collection: Collection) -> None:
        self.files = root / "files"
        self.files.mkdir()
        self.collection = collection
        self.stages = collection._stages
        self.encoder = ShortEncoder()
        self.live = collection._searcher._model.opened().live
        self.rng = np.random.default_rng(1)
        collection.add_source(self.files)
        self.source = collection.sources()[0].id

    def fill(self, count: int) -> None:
        for first in range(0, count, PASSAGES_OF_SEGMENT):
            self.fill_segment(min(PASSAGES_OF_SEGMENT, count - first))

    def fill_segment(self, count: int) -> None:
        """One committed segment, without reading or encoding anything."""
        with self.stages.catalogue.read() as db:
            first = passages.next_id(db)
        ids = [PassageId(first + i) for i in range(count)]
        vectors = self.rng.standard_normal((count * TOKENS, 8)).astype(np.float32)
        spans = np.zeros((TOKENS, 2), np.int32)
        embeddings = [TokenEmbeddings(vectors=each, spans=spans) for each in np.split(vectors, count)]
        part = EncodedPassages.compress(ids, embeddings, ExactCodec(dim=8))
        model = bytes.fromhex(ShortEncoder.digest)
        path = write_segment(self.stages.index, header_of([part], model), [part])
        text = ExtractedText(text="some text " * 200, title="", format="txt")
        with self.stages.catalogue.write() as db:
            rows = []
            for start in range(0, count, PASSAGES_OF_DOCUMENT):
                name = self.files / f"folder{start % 7}" / f"{ids[start]}.txt"
                document_id = documents.insert(db, self.source, name, STAMP, "txt")
                documents.set_read(db, document_id, self.reading())
                texts.put(db, document_id, text)
                passage = Passage(span=Span(start=0, end=100), page=None, heading="A heading of some length")
                some = ids[start : start + PASSAGES_OF_DOCUMENT]
                rows += [passages.Stored(id=i, document_id=document_id, passage=passage) for i in some]
            segment_id = segments.insert(db, path.name, segment_content(db, path, ShortEncoder.digest))
            passages.insert(db, segment_id, rows, [TOKENS] * count)

    def reading(self) -> documents.Reading:
        return documents.Reading(
            stamp=STAMP,
            content_hash=b"",
            format="txt",
            title="",
            state=DocumentState.INDEXED,
            reason=None,
            page_count=0,
            fingerprint=str(PipelineFingerprint.of(self.encoder)),
        )

    def add_document(self) -> Callable[[], object]:
        """A document, read and encoded; what is returned commits it."""
        number = self.rng.integers(2**60)
        with self.stages.catalogue.write() as db:
            document_id = documents.insert(db, self.source, self.files / f"new{number}", STAMP, "txt")
        text = ExtractedText(text=f"the new number{number} " * 500, title="new", format="txt")
        encoded = encode_document(text, self.encoder, ExactCodec(dim=8), CancelToken())
        fingerprint = str(PipelineFingerprint.of(self.encoder))
        batch = Batch(self.stages.catalogue, self.stages.index, self.encoder, fingerprint)
        document = ReadDocument(
            document_id=document_id, text=text, stamp=STAMP, content_hash=b"", encoded=encoded
        )
        batch.add(document)
        return batch.commit

    def remove_document(self, document_id: DocumentId) -> None:
        with self.stages.catalogue.write() as db:
            documents.remove(db, [document_id])

    def refresh(self, path: Path) -> None:
        for _ in self.collection.refresh([path], CancelToken()):
            pass
        self.live.scope(ANYTHING)

    def measure(self, count: int) -> Measured:
        self.fill(count)
        found: dict[str, float] = {"open_ms": timed(lambda: self.live.scope(ANYTHING))}
        found |= self.changes(count) | self.saved_files() | self.filters(count) | self.merge()
        return Measured(passages=count, tokens=count * TOKENS, **found)  # type: ignore[arg-type]

    def changes(self, count: int) -> dict[str, float]:
        add, after_add, remove, after_remove = [], [], [], []
        for number in range(ROUNDS):
            commit = self.add_document()
            add.append(timed(commit))
            after_add.append(timed(lambda: self.live.scope(ANYTHING)))
            gone = DocumentId(1 + number * (count // PASSAGES_OF_DOCUMENT // ROUNDS))
            remove.append(timed(lambda gone=gone: self.remove_document(gone)))
            after_remove.append(timed(lambda: self.live.scope(ANYTHING)))
        nothing = [timed(lambda: self.live.scope(ANYTHING)) for _ in range(ROUNDS)]
        return {
            "add_commit_ms": statistics.median(add),
            "add_after_commit_ms": statistics.median(after_add),
            "delete_commit_ms": statistics.median(remove),
            "delete_after_commit_ms": statistics.median(after_remove),
            "nothing_changed_us": statistics.median(nothing) * 1000,
        }

    def saved_files(self) -> dict[str, float]:
        """From a hint that a file has changed until it can be found: reading in a process, encoding, all."""
        path, saved, deleted = self.files / "saved.txt", [], []
        for number in range(ROUNDS):
            path.write_text(f"a note of {number} words " * 40)
            saved.append(timed(lambda: self.refresh(path)))
            if number % 2:
                path.unlink()
                deleted.append(timed(lambda: self.refresh(path)))
        return {
            "saved_file_ms": statistics.median(saved[1:]),  # the first one starts the process
            "saved_file_worst_ms": max(saved[1:]),
            "deleted_file_ms": statistics.median(deleted),
        }

    def filters(self, count: int) -> dict[str, float]:
        some = frozenset(PassageId(int(i)) for i in self.rng.integers(1, count, 1000))
        queries = {
            "first_filter_ms": Query(text="x", formats=("txt",)),
            "folder_filter_ms": Query(text="x", folders=(self.files / "folder3",)),
            "date_filter_ms": Query(text="x", modified_from_ns=2),
            "ids_filter_ms": Query(text="x", passage_ids=some),
        }
        found = {name: timed(lambda query=query: self.live.scope(query)) for name, query in queries.items()}
        scope = self.live.scope(ANYTHING)
        started = time.perf_counter()
        for passage_id in some:
            scope.snapshot.vectors(passage_id)
        each_us = (time.perf_counter() - started) * 1e6 / len(some)
        return found | {"vectors_us": each_us, "status_ms": timed(self.collection.status)}

    def merge(self) -> dict[str, float]:
        """The largest merge there is, while documents are committed and searched for."""
        for _ in range(8):
            self.fill_segment(4_500)
        self.live.scope(ANYTHING)
        ended, took = threading.Event(), []

        def work() -> None:
            # A codebook is bench search's affair.
            with patch.object(compression, "is_due", lambda *_: False):
                took.append(timed(lambda: list(self.collection.maintain(CancelToken()))) / 1000)
            ended.set()

        commits, scopes = [], []
        thread = threading.Thread(target=work)
        thread.start()
        while not ended.is_set():
            commits.append(timed(self.add_document()))
            scopes.append(timed(lambda: self.live.scope(ANYTHING)))
        thread.join()
        return {
            "merge_s": took[0],
            "merged_tokens": 8 * 4_500 * TOKENS,
            "commit_while_merging_ms": max(commits),
            "scope_while_merging_ms": max(scopes),
        }


def timed(work: Callable[[], object]) -> float:
    """Milliseconds."""
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1000


def measure(count: int) -> Measured:
    with tempfile.TemporaryDirectory() as place:
        root = Path(place).resolve()
        encoders = FixedEncoders.only(ShortEncoder())
        with Collection.open(LibraryLayout(root / "library"), Settings(), encoders) as collection:
            return Bench(root, collection).measure(count)


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="bench living", description=__doc__)
    parser.add_argument("--passages", type=int, default=200_000, metavar="N")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    arguments = parser.parse_args(words)
    measured = asdict(measure(arguments.passages))
    if arguments.json:
        print(json.dumps(measured))
    else:
        for name, value in measured.items():
            print(f"{name:<26} {value:>14,.2f}" if isinstance(value, float) else f"{name:<26} {value:>14,}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
