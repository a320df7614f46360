"""How good are the answers? Retrieval sets through the program's own splitting, encoding, index and search.

`python3 packaging/tasks.py bench quality --data DIR [--set NAME …] [--bits 4|2] [--json]`: DIR holds sets in
the format of retrieval_set.py. Every passage of a set becomes a document (which the program may split), every
query is asked for ten results. Prints recall at 1, 5 and 10, MRR@10 and nDCG@10. With `--bits` the index is
compressed, however small it is.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from core.catalogue import codebooks, documents, segments, sources
from core.catalogue.catalogue import Catalogue
from core.domain import ExtractedText, FileStamp, Query
from core.encode.encoder import Encoder
from core.encode.lexical.encoder import LexicalEncoder
from core.index.codebook import Codebook, Codebooks, codebook_file
from core.index.codec import Codec, ExactCodec, ResidualCodec
from core.index.training import TrainingJob, train_codebook
from core.indexing.batch import Batch, ReadDocument, encode_document
from core.indexing.staleness import PipelineFingerprint
from core.layout import RARITY_TABLE, LibraryLayout
from core.progress import CancelToken
from core.search.searcher import Searcher
from tests.bench.metrics import Quality, quality
from tests.bench.retrieval_set import RetrievalSet, find_sets, read_set
from tests.core.encoders import FixedEncoders

DEPTH = 10
_ROOT = Path("/set")
_STAMP = FileStamp(size=0, mtime_ns=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One set: its quality, and how long a document took to index and a query to answer."""

    name: str
    documents: int
    quality: Quality
    index_ms_per_document: float
    search_ms_per_query: float


def measure(retrieval_set: RetrievalSet, encoder: Encoder, bits: int | None = None) -> Measured:
    """Index the passages in a library that is thrown away, ask all queries, judge.

    With `bits` for residuals, the codebook is trained on the same passages before the clock starts.
    """
    with tempfile.TemporaryDirectory() as folder:
        layout = LibraryLayout(Path(folder))
        layout.index.mkdir()
        codec: Codec = ExactCodec(dim=encoder.dim)
        with Catalogue.open(layout.catalogue) as catalogue:
            if bits is not None:
                codebook, content = _trained(retrieval_set, encoder, layout.index, bits)
                codec = ResidualCodec(codebook=codebook)
                with catalogue.write() as db:
                    codebooks.insert(db, codebook_file(codebook.id), content)
            started = time.perf_counter()
            _index(retrieval_set, catalogue, layout, encoder, codec)
            indexed = time.perf_counter()
            searcher = Searcher(catalogue, layout, FixedEncoders.only(encoder), Codebooks(layout.index))
            rankings = {
                query_id: _ranking(searcher, retrieval_set.queries[query_id])
                for query_id in retrieval_set.judgements
            }
            ended = time.perf_counter()
    return Measured(
        name=retrieval_set.name,
        documents=len(retrieval_set.passages),
        quality=quality(rankings, retrieval_set.judgements),
        index_ms_per_document=(indexed - started) * 1000 / len(retrieval_set.passages),
        search_ms_per_query=(ended - indexed) * 1000 / len(rankings),
    )


def _trained(
    retrieval_set: RetrievalSet, encoder: Encoder, index: Path, bits: int
) -> tuple[Codebook, codebooks.Content]:
    """A codebook in `index`, of the same passages in a library that is thrown away."""
    with tempfile.TemporaryDirectory() as folder:
        exact = LibraryLayout(Path(folder))
        exact.index.mkdir()
        with Catalogue.open(exact.catalogue) as catalogue:
            _index(retrieval_set, catalogue, exact, encoder, ExactCodec(dim=encoder.dim))
            with catalogue.read() as db:
                live = segments.live(db)
        tokens = sum(each.alive_tokens for each in live)
        job = TrainingJob(
            folder=index,
            segments=tuple(exact.index / each.file for each in live),
            tokens=tokens,
            bits=bits,
            threads=os.cpu_count() or 1,
        )
        path, count = train_codebook(job)
    content = codebooks.Content(model=encoder.digest, centroids=count, trained_tokens=tokens)
    return Codebooks(index).get(bytes.fromhex(path.stem)), content


def _index(
    retrieval_set: RetrievalSet, catalogue: Catalogue, layout: LibraryLayout, encoder: Encoder, codec: Codec
) -> None:
    with catalogue.write() as db:
        source_id = sources.add(db, _ROOT)
        ids = [
            documents.insert(db, source_id, _ROOT / each.id, _STAMP, "txt") for each in retrieval_set.passages
        ]
    batch = Batch(catalogue, layout.index, encoder, str(PipelineFingerprint.of(encoder)))
    for document_id, each in zip(ids, retrieval_set.passages, strict=True):
        text = ExtractedText(text=each.text, title=each.title, format="txt")
        encoded = encode_document(text, encoder, codec, CancelToken())
        batch.add(
            ReadDocument(document_id=document_id, text=text, stamp=_STAMP, content_hash=b"", encoded=encoded)
        )
    batch.commit()


def _ranking(searcher: Searcher, question: str) -> list[str]:
    reply = searcher.search(Query(text=question, limit=DEPTH))
    return [str(result.document.path.relative_to(_ROOT)) for result in reply.results]


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="bench quality", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="the folder with the sets")
    parser.add_argument("--set", action="append", metavar="NAME", help="only this set (may be repeated)")
    parser.add_argument("--bits", type=int, choices=(2, 4), help="of the residuals in a compressed index")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    arguments = parser.parse_args(words)
    found = find_sets(arguments.data)
    wanted = arguments.set or list(found)
    if unknown := [name for name in wanted if name not in found]:
        parser.error(f"no such set in {arguments.data}: {', '.join(unknown)}; there are: {', '.join(found)}")
    encoder = LexicalEncoder.open(RARITY_TABLE)
    if not arguments.json:
        print(f"{'set':<18} queries   docs    R@1    R@5   R@10    MRR   nDCG   ms/doc  ms/query")
    for name in wanted:
        _print(measure(read_set(found[name], name), encoder, arguments.bits), as_json=arguments.json)
    return 0


def _print(measured: Measured, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(asdict(measured)), flush=True)
        return
    q = measured.quality
    figures = (q.recall_at_1, q.recall_at_5, q.recall_at_10, q.mrr_at_10, q.ndcg_at_10)
    columns = "  ".join(f"{figure:.3f}" for figure in figures)
    times = f"{measured.index_ms_per_document:7.2f}  {measured.search_ms_per_query:8.1f}"
    print(f"{measured.name:<18} {q.queries:>7} {measured.documents:>6}  {columns}  {times}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
