"""How good are the answers? Retrieval sets through the program's own splitting, encoding, index and search.

`python3 packaging/tasks.py bench quality --data DIR [--set NAME …] [--mode maxsim|keyword|hybrid …]
[--lexical | --checkpoint FOLDER] [--queries N] [--weight W] [--bits 4|2] [--json]`: DIR holds sets in the
format of retrieval_set.py. Every passage of a set becomes a document (which the program may split), every
query is asked for ten results, by each of the modes (all three, if none is named). Prints recall at 1, 5 and
10, MRR@10 and nDCG@10. Mikke's own model answers, or the lexical encoder, or the model in FOLDER. With
`--bits` the index is compressed, however small it is. `--queries` takes that many at most, evenly spread.

`--weight` is another weight of keywords in the ranking by both, for choosing it on training sets.

Cross-lingual: `--corpus xquad/en --set xquad/zh` asks the queries of the one set of the passages of the
other, which must have the same ids.
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
from unittest.mock import patch

from core.catalogue import codebooks, documents, segments, sources
from core.catalogue.catalogue import Catalogue
from core.domain import ExtractedText, FileStamp, Mode, Query
from core.encode.encoder import Encoder
from core.index.codebook import Codebook, Codebooks, codebook_file
from core.index.codec import Codec, ExactCodec, ResidualCodec
from core.index.training import TrainingJob, train_codebook
from core.indexing.batch import Batch, ReadDocument, encode_document
from core.indexing.staleness import PipelineFingerprint
from core.layout import LibraryLayout
from core.progress import CancelToken
from core.search.ranking import fusion
from core.search.searcher import Searcher
from tests.bench import encoders
from tests.bench.metrics import Quality, quality
from tests.bench.retrieval_set import RetrievalSet, across, find_sets, read_set, thinned

DEPTH = 10
_ROOT = Path("/set")
_STAMP = FileStamp(size=0, mtime_ns=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One set: its quality, and how long a document took to index and a query to answer."""

    name: str
    mode: str
    documents: int
    quality: Quality
    index_ms_per_document: float
    search_ms_per_query: float


@dataclass(frozen=True, slots=True, kw_only=True)
class How:
    """By which model and in which modes to answer, and from what index (`bits` None: an exact one)."""

    encoder: Encoder
    modes: tuple[Mode, ...] = tuple(Mode)
    bits: int | None = None


def measure(retrieval_set: RetrievalSet, how: How) -> list[Measured]:
    """Index the passages in a library that is thrown away, ask all queries in each mode, judge.

    With `bits` for residuals, the codebook is trained on the same passages before the clock starts.
    """
    encoder = how.encoder
    with tempfile.TemporaryDirectory() as folder:
        layout = LibraryLayout(Path(folder))
        layout.index.mkdir()
        codec: Codec = ExactCodec(dim=encoder.dim)
        with Catalogue.open(layout.catalogue) as catalogue:
            if how.bits is not None:
                codebook, content = _trained(retrieval_set, encoder, layout.index, how.bits)
                codec = ResidualCodec(codebook=codebook)
                with catalogue.write() as db:
                    codebooks.insert(db, codebook_file(codebook.id), content)
            started = time.perf_counter()
            _index(retrieval_set, catalogue, layout, encoder, codec)
            index_ms = (time.perf_counter() - started) * 1000 / len(retrieval_set.passages)
            searcher = Searcher(catalogue, layout, encoders.only(encoder), Codebooks(layout.index))
            searcher.prepare()
            return [_asked(retrieval_set, searcher, mode, index_ms) for mode in how.modes]


def _asked(retrieval_set: RetrievalSet, searcher: Searcher, mode: Mode, index_ms: float) -> Measured:
    started = time.perf_counter()
    rankings = {
        query_id: _ranking(searcher, Query(text=retrieval_set.queries[query_id], limit=DEPTH, mode=mode))
        for query_id in retrieval_set.judgements
    }
    return Measured(
        name=retrieval_set.name,
        mode=mode,
        documents=len(retrieval_set.passages),
        quality=quality(rankings, retrieval_set.judgements),
        index_ms_per_document=index_ms,
        search_ms_per_query=(time.perf_counter() - started) * 1000 / len(rankings),
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


def _ranking(searcher: Searcher, query: Query) -> list[str]:
    return [str(result.document.path.relative_to(_ROOT)) for result in searcher.search(query).results]


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="bench quality", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="the folder with the sets")
    parser.add_argument("--set", action="append", metavar="NAME", help="only this set (may be repeated)")
    parser.add_argument("--mode", action="append", type=Mode, choices=tuple(Mode), help="(may be repeated)")
    encoders.add_words(parser)
    parser.add_argument("--corpus", metavar="NAME", help="ask the passages of this set")
    parser.add_argument("--queries", type=int, metavar="N", help="at most so many of each set")
    weight = fusion.KEYWORD_WEIGHT
    parser.add_argument("--weight", type=float, default=weight, metavar="W", help="of keywords")
    parser.add_argument("--bits", type=int, choices=(2, 4), help="of the residuals in a compressed index")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    arguments = parser.parse_args(words)
    found = find_sets(arguments.data)
    wanted = arguments.set or list(found)
    if unknown := [name for name in (*wanted, arguments.corpus) if name and name not in found]:
        parser.error(f"no such set in {arguments.data}: {', '.join(unknown)}; there are: {', '.join(found)}")
    how = How(encoder=encoders.opened(arguments), modes=tuple(arguments.mode or Mode), bits=arguments.bits)
    if not arguments.json:
        print(f"{'set':<26}{'mode':<8} queries   docs    R@1    R@5   R@10    MRR   nDCG   ms/doc  ms/query")
    for name in wanted:
        asked = read_set(found[name], name)
        if arguments.corpus:
            asked = across(asked, read_set(found[arguments.corpus], arguments.corpus))
        if arguments.queries:
            asked = thinned(asked, arguments.queries)
        with patch.object(fusion, "KEYWORD_WEIGHT", arguments.weight):
            for measured in measure(asked, how):
                _print(measured, as_json=arguments.json)
    return 0


def _print(measured: Measured, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(asdict(measured)), flush=True)
        return
    q = measured.quality
    figures = (q.recall_at_1, q.recall_at_5, q.recall_at_10, q.mrr_at_10, q.ndcg_at_10)
    columns = "  ".join(f"{figure:.3f}" for figure in figures)
    times = f"{measured.index_ms_per_document:7.2f}  {measured.search_ms_per_query:8.1f}"
    name = f"{measured.name:<26}{measured.mode:<8}"
    print(f"{name} {q.queries:>7} {measured.documents:>6}  {columns}  {times}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
