"""What an engine is measured against: exact float32 answers, and how fast this machine reads its memory."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from core.domain import Float32Array, Int64Array
from tests.bench.embeddings import TokenBatch, of_passages

DEPTH = 10

TIE = 1e-4
"""Scores closer than this are the same: float32 sums of 32 products differ by less with their order."""

BLOCK_TOKENS = 4_096
"""Scored in one piece by one thread: with 50 queries of 32 tokens 26 MB of similarities."""


# --- Exact answers -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ExactTop:
    """For each query the best passages, best first, of equal ones the lower number first.

    `numbers`: `(queries, kept)` int64; `scores`: `(queries, kept)` float32, the true MaxSim. More than ten
    are kept so that a passage that ties with the tenth can be told from a wrong one.
    """

    numbers: Int64Array
    scores: Float32Array


def exact_top(
    batches: Iterable[TokenBatch], queries: Float32Array, kept: int = 100, threads: int = 2
) -> ExactTop:
    """MaxSim of every passage with every query `(queries, rows, dim)`, rows of zeros scoring 0.

    Memory: one batch, the scores of its passages and a block of similarities for each thread.
    """
    rows = queries.reshape(-1, queries.shape[2])
    best = ExactTop(
        numbers=np.empty((len(queries), 0), dtype=np.int64),
        scores=np.empty((len(queries), 0), dtype=np.float32),
    )
    first = 0
    with threadpool_limits(limits=1), ThreadPoolExecutor(threads) as pool:
        for batch in batches:
            parts = pool.map(
                lambda block: _scores(block, rows, len(queries)), of_passages([batch], BLOCK_TOKENS)
            )
            scores = np.concatenate(list(parts), axis=1)
            numbers = np.broadcast_to(np.arange(first, first + scores.shape[1]), scores.shape)
            best = _merged(best, ExactTop(numbers=numbers, scores=scores), kept)
            first += scores.shape[1]
    return best


def recall_at_10(exact: ExactTop, found: Sequence[Sequence[int]]) -> float:
    """The mean share of the exact ten among the first ten found, over the queries of `found`.

    A passage found counts as right when its exact score reaches the tenth's within 1e-4, so a tie at the end
    costs nobody anything. Fewer than ten found count as wrong for the rest; one found twice counts once.
    """
    shares = []
    for numbers, scores, ranking in zip(exact.numbers, exact.scores, found, strict=False):
        depth = min(DEPTH, len(numbers))
        right = set(numbers[scores >= scores[depth - 1] - TIE].tolist())
        shares.append(min(len(right & set(ranking[:depth])), depth) / depth)
    return float(np.mean(shares))


def _scores(block: TokenBatch, rows: Float32Array, queries: int) -> Float32Array:
    """`(queries, passages of the block)`."""
    similarities = rows @ block.vectors.T
    starts = np.cumsum(block.counts) - block.counts
    best = np.maximum.reduceat(similarities, starts, axis=1)
    return best.reshape(queries, -1, best.shape[1]).sum(axis=1)


def _merged(one: ExactTop, other: ExactTop, kept: int) -> ExactTop:
    """The best of both; a stable sort, and `one` has the lower numbers."""
    numbers = np.concatenate([one.numbers, other.numbers], axis=1)
    scores = np.concatenate([one.scores, other.scores], axis=1)
    order = np.argsort(-scores, axis=1, kind="stable")[:, :kept]
    return ExactTop(
        numbers=np.take_along_axis(numbers, order, axis=1), scores=np.take_along_axis(scores, order, axis=1)
    )


# --- The floor -----------------------------------------------------------------------------------


def read_ns_per_byte(threads: int = 1, megabytes: int = 512, rounds: int = 7) -> float:
    """How long this machine takes for a byte that is read from memory in order, nothing else done with it.

    The best of several reductions over an array that is far larger than any cache (16 times a level-3 cache
    of 32 MB), by `threads` threads at once, each its own part: nothing that reads so much can be faster.
    """
    values = np.ones(megabytes * 2**20, dtype=np.uint8)
    parts = np.array_split(values, threads)
    with ThreadPoolExecutor(threads) as pool:
        seconds = [_read(pool, parts) for _ in range(rounds)]
    return min(seconds) * 1e9 / values.nbytes


def _read(pool: ThreadPoolExecutor, parts: Sequence[NDArray[np.uint8]]) -> float:
    started = time.perf_counter()
    list(pool.map(np.maximum.reduce, parts))
    return time.perf_counter() - started
