"""Here are query tokens and passages: how well does each passage answer?

MaxSim (Khattab and Zaharia, ColBERT, SIGIR 2020): for every query token the largest dot product with any
token of the passage, summed over the query tokens.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from core.domain import Float32Array, Int32Array, Int64Array
from core.index.kernels.arrays import LANES, Kernels, QueryLanes, ScanTable
from core.index.segment import Segment
from core.search.ranking.tables import scan_tables

Block = TypeVar("Block")

_PIECES_EACH = 2
"""Pieces of work for each thread: few, since handing one over takes 70 µs, but threads do not run equally
fast."""

_FEWEST = 16
"""Passages that are not worth handing over."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Question:
    """What is asked: the query's vectors, and when a passage token answers one of them.

    `vectors`: `(query tokens, dim)` float32; `least`: `(query tokens,)` float32, the smallest dot product
    that is an answer.
    """

    vectors: Float32Array
    least: Float32Array


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scores:
    """`values`: `(passages,)` float32 MaxSim, -inf for a passage without tokens; `answers`: `(passages,)`
    bool, whether any token of the question is answered.
    """

    values: Float32Array
    answers: NDArray[np.bool_]

    @classmethod
    def of(cls, best: Float32Array, question: Question) -> Scores:
        """From the best similarity of each passage with each lane, `(passages, blocks * LANES)`."""
        used = best[:, : len(question.least)]
        answers: NDArray[np.bool_] = np.any(used >= question.least, axis=1)
        return cls(values=used.sum(axis=1, dtype=np.float32), answers=answers)


class Scorer:
    """Scores passages for one question, in several threads. Use as a context manager.

    Call inside `one_blas_thread`.
    """

    def __init__(self, question: Question, kernels: Kernels) -> None:
        self._question = question
        self._kernels = kernels
        self._lanes = _lanes(question.vectors)
        self._threads = os.cpu_count() or 1
        self._pool = ThreadPoolExecutor(self._threads, "mikke-search")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown()

    def spread(self, work: Callable[[slice], None], count: int) -> None:
        """Do `work` for the slices of `range(count)`, several at a time. Raises what the work raises."""
        size = max(_FEWEST, -(-count // (_PIECES_EACH * self._threads)))
        if count <= size:
            work(slice(0, count))
            return
        for _ in self._pool.map(work, pieces(count, size)):
            pass

    def exact(self, segment: Segment, ordinals: Int64Array) -> Scores:
        """The scores of passages of an exact segment."""
        tokens = segment.exact_tokens()

        def score(some: slice, lanes: QueryLanes, best: Float32Array) -> None:
            self._kernels.exact(lanes, tokens, ordinals[some], best)

        return self._scored(len(ordinals), self._lanes, score)

    def scan(self, segment: Segment, ordinals: Int64Array, tables: Sequence[ScanTable]) -> Int32Array:
        """How near the centroids of passages of a compressed segment are to the question, `(ordinals,)`
        int32: comparable among segments with the same codebook only.
        """
        tokens, sums = segment.residual_tokens(), np.zeros(len(ordinals), dtype=np.int32)

        def scan(some: slice) -> None:
            for table in tables:
                self._kernels.scan(table, tokens, ordinals[some], sums[some])

        self.spread(scan, len(ordinals))
        return sums

    def residual(self, segment: Segment, ordinals: Int64Array, tables: Sequence[ScanTable]) -> Scores:
        """The scores of passages of a compressed segment, in the compressed domain."""
        tokens = segment.residual_tokens()

        def score(some: slice, table: ScanTable, best: Float32Array) -> None:
            self._kernels.residual(table, tokens, ordinals[some], best)

        return self._scored(len(ordinals), tables, score)

    def tables(self, segment: Segment) -> tuple[ScanTable, ...]:
        """The similarities of the question with the centroids of a compressed segment's codebook."""
        lanes = _lanes(segment.codec.turn(self._question.vectors))
        return scan_tables(lanes, segment.codebook, self._kernels, self.spread)

    def _scored(
        self,
        count: int,
        blocks: Sequence[Block],
        score: Callable[[slice, Block, Float32Array], None],
    ) -> Scores:
        best = [np.empty((count, LANES), dtype=np.float32) for _ in blocks]

        def work(some: slice) -> None:
            for block, found in zip(blocks, best, strict=True):
                score(some, block, found[some])

        self.spread(work, count)
        return Scores.of(np.concatenate(best, axis=1), self._question)


def pieces(count: int, size: int) -> Iterator[slice]:
    """`range(count)` in slices of at most `size`."""
    for first in range(0, count, size):
        yield slice(first, min(first + size, count))


def similarity(query: Float32Array, passage: Float32Array) -> Float32Array:
    """Cosine of every query token with every (unit) passage token, `(query tokens, passage tokens)`."""
    norms = np.linalg.norm(query, axis=1, keepdims=True)
    return np.asarray((query / np.maximum(norms, 1e-12)) @ passage.T, dtype=np.float32)


def _lanes(vectors: Float32Array) -> tuple[QueryLanes, ...]:
    return tuple(QueryLanes.of(vectors[some]) for some in pieces(len(vectors), LANES))
