"""Mikke's own engine as a benchmark drives it: an index built from a stream of embeddings, then searched."""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from core.domain import Float32Array
from core.index.blas import one_blas_thread
from core.index.codebook import Codebook, Codebooks, Trained, random_rotation, write_codebook
from core.index.codec import Codec, ExactCodec, ResidualCodec
from core.index.kernels.arrays import LOOSE_SCALE, Kernels
from core.index.segment import EncodedPassages, Segment, header_of, write_segment
from core.index.snapshot import Snapshot
from core.index.training import centroid_count, rotated, sample_size, train
from core.search.ranking.candidates import Candidates
from core.search.ranking.maxsim import Question, Scorer
from tests.bench.embeddings import TokenBatch, of_passages
from tests.bench.memory import peak_bytes

SEGMENT_TOKENS = 2_000_000
"""The program's merges make segments about this large."""

_PIECE_TOKENS = 50_000
_MODEL = bytes(16)


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """An index in a folder, and what it took: `train_s` of `build_s` seconds went into the codebook;
    `peak_bytes`: the most memory of the process that built it.
    """

    folder: Path
    tokens: int
    build_s: float
    train_s: float
    peak_bytes: int

    @property
    def bytes(self) -> int:
        return sum(path.stat().st_size for path in self.folder.iterdir())

    def open(self) -> Snapshot:
        paths = sorted(self.folder.glob("*.segment"), key=lambda path: path.stat().st_mtime_ns)
        return Snapshot.open(dict.fromkeys(paths), Codebooks(self.folder))


Batches = Callable[[], Iterator[TokenBatch]]
"""The same batches at every call."""


def build(folder: Path, batches: Batches, tokens: int, bits: int | None) -> Built:
    """Index about `tokens` tokens with residuals of `bits`, or exactly (None); passages are numbered from 0.

    In a process of its own, so that the peak of its memory is that of building. The batches are read twice,
    and the time that they take to come counts.
    """
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(_build, folder, batches, tokens, bits).result()


def _build(folder: Path, batches: Batches, tokens: int, bits: int | None) -> Built:
    folder.mkdir(parents=True)
    started = time.perf_counter()
    codec: Codec = ExactCodec(dim=next(batches()).vectors.shape[1])
    if bits is not None:
        codec = ResidualCodec(codebook=_train(folder, batches(), tokens, bits))
    trained = time.perf_counter()
    for group in _groups(_encoded(of_passages(batches(), _PIECE_TOKENS), codec)):
        write_segment(folder, header_of(group, _MODEL), iter(group))
    return Built(
        folder=folder,
        tokens=tokens,
        build_s=time.perf_counter() - started,
        train_s=trained - started,
        peak_bytes=peak_bytes(),
    )


class Engine:
    """Searches an index as the program does, without encoder and catalogue."""

    def __init__(self, snapshot: Snapshot, kernels: Kernels) -> None:
        self._snapshot = snapshot
        self._masks = [view.alive for view in snapshot.views]
        self._kernels = kernels

    def search(self, query: Float32Array, count: int = 10) -> list[int]:
        """The numbers of the best passages. `query`: `(query tokens, dim)`; rows of zeros are left out."""
        asked = query[np.any(query != 0, axis=1)]
        # Every passage answers: which tokens count as an answer is the encoder's business.
        question = Question(vectors=asked, least=np.full(len(asked), -np.inf, dtype=np.float32))
        with one_blas_thread(), Scorer(question, self._kernels) as scorer:
            found = Candidates(question, scorer, self._snapshot, self._masks).best(count)
        return [int(candidate.passage_id) for candidate in found]

    def timed(self, queries: Float32Array, rounds: int = 3) -> tuple[list[list[int]], list[float]]:
        """What is found for each query, and the best of some rounds for each, in ms, after a warm-up."""
        for query in queries[:3]:
            self.search(query)
        found: list[list[int]] = []
        best = [float("inf")] * len(queries)
        for _ in range(rounds):
            found = []
            for number, query in enumerate(queries):
                started = time.perf_counter()
                found.append(self.search(query))
                best[number] = min(best[number], (time.perf_counter() - started) * 1000)
        return found, best

    def scan_ns_per_token(self, query: Float32Array, at_least: int = 16_000_000, rounds: int = 5) -> float:
        """Wall time of the scan of centroids alone, with all threads, best of some rounds.

        A small segment is repeated until it holds `at_least` tokens, so that memory is measured, not a cache.
        Loose tokens are counted as others: how many there are is the encoder's affair.
        """
        segment = _repeated(self._snapshot.views[0].segment, at_least)
        ordinals = np.arange(segment.header.passages, dtype=np.int64)
        question = Question(vectors=query, least=np.full(len(query), -np.inf, dtype=np.float32))
        best = float("inf")
        with one_blas_thread(), Scorer(question, self._kernels) as scorer:
            tables = scorer.tables(segment)
            for _ in range(rounds):
                started = time.perf_counter()
                scorer.scan(segment, ordinals, tables)
                best = min(best, time.perf_counter() - started)
        return best * 1e9 / segment.header.tokens


def _train(folder: Path, batches: Iterator[TokenBatch], tokens: int, bits: int) -> Codebook:
    rotation = random_rotation(next(batches).vectors.shape[1])
    wanted = sample_size(tokens)
    sample = rotated(_drawn(batches, min(1.0, wanted / tokens)), wanted, rotation)
    centroids, starts = train(sample, centroid_count(tokens), os.cpu_count() or 1)
    trained = Trained(
        centroids=centroids, starts=starts, rotation=rotation, model=_MODEL, bits=bits, tokens=tokens
    )
    return Codebooks(folder).get(bytes.fromhex(write_codebook(folder, trained).stem))


def _drawn(batches: Iterator[TokenBatch], share: float) -> Iterator[Float32Array]:
    """The embeddings of passages drawn at random."""
    drawn = np.random.default_rng(0)
    for counts, vectors in batches:
        yield vectors[np.repeat(drawn.random(len(counts)) < share, counts)]


def _encoded(batches: Iterator[TokenBatch], codec: Codec) -> Iterator[EncodedPassages]:
    number = 0
    for counts, vectors in batches:
        ids = np.arange(number, number + len(counts), dtype=np.int64)
        number += len(counts)
        yield EncodedPassages(ids=ids, counts=counts, form=codec.form, tokens=codec.compress(vectors))


def _groups(parts: Iterator[EncodedPassages]) -> Iterator[list[EncodedPassages]]:
    """What goes into one segment."""
    group: list[EncodedPassages] = []
    tokens = 0
    for part in parts:
        group.append(part)
        tokens += part.token_count
        if tokens >= SEGMENT_TOKENS:
            yield group
            group, tokens = [], 0
    if group:
        yield group


def _repeated(segment: Segment, at_least: int) -> Segment:
    """What a scan reads of a segment, several times over in memory."""
    times = -(-at_least // segment.header.tokens)
    counts = np.tile(np.diff(segment.offsets), times)
    codes, scales, packed = segment.arrays
    return replace(
        segment,
        header=replace(segment.header, passages=len(counts), tokens=int(counts.sum())),
        offsets=np.concatenate([[0], np.cumsum(counts)]),
        arrays=(np.tile(codes, times), np.tile(np.minimum(scales, LOOSE_SCALE - 1), times), packed),
    )
