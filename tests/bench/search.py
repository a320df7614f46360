"""How fast and how exact is the engine, beside its peers, in one run?

`python3 packaging/tasks.py bench search [--quick] [--data DIR] [--tokens N] [--json] [--no-peers]`: builds
indexes of synthetic token embeddings (and, with `--data`, of real ones of retrieval sets) at 4 and 2 bits,
searches them, and lets the peers do the same with the same vectors and questions. Recall is that of the exact
top ten, by a float32 oracle.

`--quick`: a small index, no peers, within a minute. `--tokens 20000000 --no-peers`: a large one; nothing is
ever in memory as a whole.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from core.domain import Float32Array
from core.encode.lexical.encoder import LexicalEncoder
from core.index.kernels.arrays import Kernels
from core.index.kernels.choose import all_kernels, load_kernels
from core.layout import RARITY_TABLE
from tests.bench.embeddings import TokenBatch, of_passages, real_embeddings, synthetic_embeddings
from tests.bench.engine import Batches, Engine, build
from tests.bench.exact import ExactTop, exact_top, read_ns_per_byte, recall_at_10
from tests.bench.peers.folder import PeerFolder, read_folder, write_folder
from tests.bench.peers.run import PeerResult, peers_python, run_peers

QUICK_TOKENS = 400_000
FULL_TOKENS = 2_000_000
QUERIES = 50

KEPT_AS_FILE = 4_000_000
"""Up to so many tokens the embeddings are made once and kept as a file (2 GB), so that making them is no part
of any engine's time; beyond that they are made as they are needed."""

_BATCH_TOKENS = 100_000
_SCANNED_BYTES = 3
"""Of each token: the number of its centroid and its scale."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One engine with one choice of settings; times in ms and s, `error` in the place of figures."""

    engine: str
    settings: str
    recall_at_10: float = 0.0
    p50_ms: float = 0.0
    p95_ms: float = 0.0
    build_s: float = 0.0
    bytes_per_token: float = 0.0
    peak_mb: float = 0.0
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Embeddings:
    """What every engine is given."""

    name: str
    tokens: int
    batches: Batches
    queries: Float32Array
    folder: Path | None


def main(words: list[str]) -> int:
    arguments = _parser().parse_args(words)
    tokens = arguments.tokens or (QUICK_TOKENS if arguments.quick else FULL_TOKENS)
    peers = not (arguments.quick or arguments.no_peers)
    report: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(dir=arguments.scratch) as folder:
        place = Path(folder)
        kernels = kernels_named(arguments.kernels) if arguments.kernels else load_kernels(place / "kernels")
        for embeddings in _given(arguments.data, tokens, place):
            rows, figures = measure(embeddings, kernels, place / f"indexes-{embeddings.name}")
            if peers and embeddings.folder:
                rows += _peer_rows(embeddings, figures.pop("exact"))
            figures.pop("exact", None)
            report[embeddings.name] = {**figures, "rows": [asdict(row) for row in rows]}
            if not arguments.json:
                _print(embeddings, figures, rows)
    if arguments.json:
        first = next(iter(report.values()))
        print(json.dumps({**{key: value for key, value in first.items() if key != "rows"}, "sets": report}))
    return 0


def kernels_named(name: str) -> Kernels:
    """Raises ValueError."""
    known = all_kernels()
    if name not in known:
        raise ValueError(f"this machine's kernels are {', '.join(known)}")
    return known[name]()


def measure(embeddings: Embeddings, kernels: Kernels, place: Path) -> tuple[list[Row], dict[str, Any]]:
    """Our own engine at 4 and 2 bits. `exact` among the figures is the oracle's answer."""
    exact = exact_top(of_passages(embeddings.batches(), _BATCH_TOKENS), embeddings.queries)
    threads = os.cpu_count() or 1
    floor = read_ns_per_byte(threads) * _SCANNED_BYTES
    figures: dict[str, Any] = {
        "kernels": kernels.name,
        "threads": threads,
        "tokens": embeddings.tokens,
        "bandwidth_floor_ns_per_token": floor,
        "exact": exact,
    }
    rows = []
    for bits in (4, 2):
        built = build(place / str(bits), embeddings.batches, embeddings.tokens, bits)
        engine = Engine(built.open(), kernels)
        found, times = engine.timed(embeddings.queries)
        row = Row(
            engine="mikke",
            settings=f"{bits} bits, {kernels.name}",
            recall_at_10=recall_at_10(exact, found),
            p50_ms=statistics.median(times),
            p95_ms=float(np.quantile(times, 0.95)),
            build_s=built.build_s,
            bytes_per_token=built.bytes / built.tokens,
            peak_mb=built.peak_bytes / 2**20,
        )
        rows.append(row)
        figures |= {
            f"recall_at_10_{bits}bit": row.recall_at_10,
            f"search_p50_ms_{bits}bit": row.p50_ms,
            f"bytes_per_token_{bits}bit": row.bytes_per_token,
            f"build_s_{bits}bit": row.build_s,
            f"train_s_{bits}bit": built.train_s,
        }
    scan = engine.scan_ns_per_token(embeddings.queries[0])
    figures |= {"scan_ns_per_token": scan, "scan_over_bandwidth_floor": scan / floor}
    return rows, figures


def _given(data: Path | None, tokens: int, place: Path) -> Iterator[Embeddings]:
    synthetic = synthetic_embeddings(tokens)
    yield _kept("synthetic", synthetic.batches, synthetic.queries(QUERIES), tokens, place)
    if data:
        real = real_embeddings(data, LexicalEncoder.open(RARITY_TABLE), tokens)
        yield _kept("real", real.batches, real.queries(QUERIES), tokens, place)


def _kept(name: str, batches: Batches, queries: Float32Array, tokens: int, place: Path) -> Embeddings:
    if tokens > KEPT_AS_FILE:
        return Embeddings(name=name, tokens=tokens, batches=batches, queries=queries, folder=None)
    folder = place / name
    write_folder(folder, of_passages(batches(), _BATCH_TOKENS), queries)
    kept = read_folder(folder)
    return Embeddings(
        name=name,
        tokens=int(kept.counts.sum()),
        batches=partial(_from_file, kept),
        queries=queries,
        folder=folder,
    )


def _from_file(kept: PeerFolder) -> Iterator[TokenBatch]:
    starts = kept.starts
    for first in range(0, len(kept.counts), 1000):
        last = min(first + 1000, len(kept.counts))
        yield TokenBatch(kept.counts[first:last], np.asarray(kept.vectors[starts[first] : starts[last]]))


def _peer_rows(embeddings: Embeddings, exact: ExactTop) -> list[Row]:
    assert embeddings.folder is not None
    return [_peer_row(result, embeddings, exact) for result in run_peers(embeddings.folder, peers_python())]


def _peer_row(result: PeerResult, embeddings: Embeddings, exact: ExactTop) -> Row:
    name = f"{result.peer} {result.version}".strip()
    if result.error:
        return Row(engine=name, settings=result.settings, error=result.error)
    return Row(
        engine=name,
        settings=result.settings,
        recall_at_10=recall_at_10(exact, result.rankings),
        p50_ms=statistics.median(result.search_ms),
        p95_ms=float(np.quantile(result.search_ms, 0.95)),
        build_s=result.build_s,
        bytes_per_token=result.bytes_on_disk / embeddings.tokens,
        peak_mb=result.peak_rss_bytes / 2**20,
    )


def _print(embeddings: Embeddings, figures: dict[str, Any], rows: list[Row]) -> None:
    print(f"\n{embeddings.name}: {embeddings.tokens:,} tokens, {len(embeddings.queries)} queries")
    for key, value in figures.items():
        print(f"  {key:<30} {value:.4g}" if isinstance(value, float) else f"  {key:<30} {value}")
    print(f"  {'engine':<20} recall@10  p50 ms  p95 ms  build s  B/token  peak MB  settings")
    for row in rows:
        if row.error:
            print(f"  {row.engine:<20} {row.error}")
            continue
        print(
            f"  {row.engine:<20} {row.recall_at_10:9.3f} {row.p50_ms:7.1f} {row.p95_ms:7.1f}"
            f" {row.build_s:8.1f} {row.bytes_per_token:8.1f} {row.peak_mb:8.0f}  {row.settings}",
            flush=True,
        )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bench search", description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a small index, no peers, within a minute")
    parser.add_argument("--no-peers", action="store_true", help="our own engine only")
    parser.add_argument("--data", type=Path, metavar="DIR", help="also real embeddings of the sets below DIR")
    parser.add_argument("--tokens", type=int, metavar="N", help=f"how many (default: {FULL_TOKENS:,})")
    parser.add_argument("--kernels", metavar="NAME", help="not the fastest: native-avx2, numpy, ...")
    parser.add_argument("--scratch", type=Path, metavar="DIR", help="where indexes may lie meanwhile")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
