"""What every peer's script does alike: build, search one query at a time, add one, delete one, report.

A script runs in the peers' own environment, so nothing here imports core or app: the standard library and
numpy only. `python -m tests.bench.peers.<script> FOLDER [--queries N]` prints one JSON object.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from tests.bench.memory import peak_bytes
from tests.bench.peers.folder import PeerFolder, read_folder

DEPTH = 10
WARM_UP = 3
THREADS = 2

Float32Array = NDArray[np.float32]
Search = Callable[[Float32Array], list[int]]


class Peer(Protocol):
    """One engine under test, with the options that its own documentation recommends.

    `add` and `delete` return once the next search sees the change, and may raise NotImplementedError.
    """

    distribution: str
    settings: str

    def prepare(self, passages: list[Float32Array]) -> None:
        """Bring the passages into the form that the engine takes; not part of the time to build."""

    def build(self, place: Path) -> None:
        """Make the index in this empty folder, ready to be searched."""

    def searches(self) -> dict[str, Search]:
        """By its settings in words: `(tokens, dim)` -> the numbers of the best passages, best first."""

    def add(self, passage: Float32Array) -> None: ...

    def delete(self, number: int) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Searched:
    """All queries under one choice of settings; `rankings` hold numbers of passages, 0 the first."""

    settings: str
    search_ms: list[float]
    rankings: list[list[int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a script prints. `peak_rss_bytes`: of the process, so with the embeddings that it was given.

    `bytes_on_disk` is what lies in the index's folder after the searches, before the changes.
    `add_one_s` and `delete_one_s` are None where the engine can't.
    """

    peer: str
    version: str
    settings: str
    build_s: float
    bytes_on_disk: int
    peak_rss_bytes: int
    searches: list[Searched]
    add_one_s: float | None
    delete_one_s: float | None


def main(peer: type[Peer]) -> None:
    """Run a script's command line: everything but the report goes to the standard error."""
    parser = argparse.ArgumentParser(description=sys.modules[peer.__module__].__doc__)
    parser.add_argument("folder", type=Path, help="vectors.npy, counts.npy and queries.npy (folder.py)")
    parser.add_argument("--queries", type=int, default=None, metavar="N", help="only the first N")
    arguments = parser.parse_args()
    limit_threads()
    # Engines print progress, some from native code.
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    report = measure(peer(), read_folder(arguments.folder), arguments.queries)
    print(json.dumps(asdict(report)), file=out, flush=True)


def measure(peer: Peer, folder: PeerFolder, queries: int | None = None) -> Report:
    """Raises what the engine raises while it builds or searches; a change that fails is only told."""
    peer.prepare(folder.passages())
    with tempfile.TemporaryDirectory(prefix="peer-") as place:
        started = time.perf_counter()
        peer.build(Path(place))
        build_s = time.perf_counter() - started
        _tell(f"built in {build_s:.1f} s")
        count = len(folder.queries) if queries is None else min(queries, len(folder.queries))
        wanted = [folder.query(number) for number in range(count)]
        searches = [_searched(words, search, wanted) for words, search in peer.searches().items()]
        bytes_on_disk = sum(path.stat().st_size for path in Path(place).rglob("*") if path.is_file())
        # Before the changes: some engines rebuild everything for one.
        peak = peak_bytes()
        extra = np.array(folder.passages()[0][::-1])
        add_one_s = _seconds("add", lambda: peer.add(extra))
        delete_one_s = _seconds("delete", lambda: peer.delete(len(folder.counts) // 2))
    return Report(
        peer=peer.distribution,
        version=version(peer.distribution),
        settings=peer.settings,
        build_s=build_s,
        bytes_on_disk=bytes_on_disk,
        peak_rss_bytes=peak,
        searches=searches,
        add_one_s=add_one_s,
        delete_one_s=delete_one_s,
    )


def limit_threads() -> None:
    """Before an engine is imported: some read these once, when their library is loaded."""
    for name in (
        "OMP_NUM_THREADS",
        "MKL_NUM_THREADS",
        "OPENBLAS_NUM_THREADS",
        "RAYON_NUM_THREADS",
        "TOKIO_WORKER_THREADS",
        "LANCE_CPU_THREADS",
    ):
        os.environ[name] = str(THREADS)


def _searched(settings: str, search: Search, queries: list[Float32Array]) -> Searched:
    for query in queries[:WARM_UP]:
        search(query)
    times, rankings = [], []
    for query in queries:
        started = time.perf_counter()
        ranking = search(query)
        times.append((time.perf_counter() - started) * 1000)
        rankings.append([int(number) for number in ranking])
    _tell(f"{settings}: median {float(np.median(times)):.1f} ms")
    return Searched(settings=settings, search_ms=times, rankings=rankings)


def _seconds(what: str, change: Callable[[], None]) -> float | None:
    started = time.perf_counter()
    try:
        change()
    except NotImplementedError:
        return None
    except Exception as error:  # noqa: BLE001  an engine's own errors are of no common kind; its searches still count
        _tell(f"{what} failed: {error!r}")
        return None
    return time.perf_counter() - started


def _tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
