"""Here are query tokens and segments: how well does each passage answer?

MaxSim (Khattab and Zaharia, ColBERT, SIGIR 2020): for every query token the largest dot product with any
token of the passage, summed over the query tokens.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cache

import numpy as np
from threadpoolctl import ThreadpoolController

from core.domain import Float32Array
from core.index.segment import Segment
from core.index.snapshot import BoolArray, SegmentView

BLOCK_TOKENS = 4096
"""Tokens scored at a time: a block of 128 float32 dimensions (2 MB) and its scores stay in the cache."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Consecutive ordinals of one segment, `[first, last)`: a piece of work for one thread."""

    view: int
    first: int
    last: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Question:
    """What is asked: the query's vectors, and when a passage token answers one of them.

    `vectors`: `(query tokens, dim)` float32; `least`: `(query tokens,)` float32, the smallest dot product.
    """

    vectors: Float32Array
    least: Float32Array


def score_all(
    views: Sequence[SegmentView], allowed: Sequence[BoolArray], question: Question
) -> list[Float32Array]:
    """Exact MaxSim, from the codes, of every allowed passage of every segment.

    `allowed[i]` is `(passages,)` bool for `views[i]`. Returns one `(passages,)` float32 per view; -inf where
    a passage is not allowed or answers no query token.

    About 90 ns per token and core for 10 query tokens, 150 for 32 (2026-11), with one thread per core; call
    it inside `one_blas_thread`.
    """
    scores = [np.full(len(mask), -np.inf, dtype=np.float32) for mask in allowed]
    blocks = [
        block
        for number, view in enumerate(views)
        for block in _blocks(number, view.segment)
        if allowed[number][block.first : block.last].any()
    ]
    threads = min(len(blocks), os.cpu_count() or 1)
    with ThreadPoolExecutor(max(1, threads), "mikke-scan") as pool:
        shares = [
            pool.submit(_score_blocks, blocks[share::threads], views, allowed, question, scores)
            for share in range(threads)
        ]
        for share in shares:
            share.result()
    return scores


def _score_blocks(
    blocks: Sequence[Block],
    views: Sequence[SegmentView],
    allowed: Sequence[BoolArray],
    question: Question,
    scores: Sequence[Float32Array],
) -> None:
    """Score some blocks in one thread, into `scores`, where nobody else writes: blocks are disjoint."""
    columns = np.ascontiguousarray(question.vectors.T)
    largest = max(_tokens(views[block.view].segment, block) for block in blocks)
    vectors = np.empty((largest, columns.shape[0]), dtype=np.float32)
    similarities = np.empty((largest, columns.shape[1]), dtype=np.float32)
    for block in blocks:
        segment, inside = views[block.view].segment, slice(block.first, block.last)
        start, end = int(segment.offsets[block.first]), int(segment.offsets[block.last])
        decoded, found = vectors[: end - start], similarities[: end - start]
        np.copyto(decoded, segment.codes[start:end])
        np.dot(decoded, columns, out=found)
        found *= segment.scales[start:end, None]
        offsets = segment.offsets[block.first : block.last + 1] - start
        filled = np.flatnonzero(np.diff(offsets))
        best = np.full(block.last - block.first, -np.inf, dtype=np.float32)
        if len(filled):
            each = np.maximum.reduceat(found, offsets[filled], axis=0)
            answered = (each >= question.least).any(axis=1)
            best[filled] = np.where(answered, each.sum(axis=1), -np.inf)
        scores[block.view][inside] = np.where(allowed[block.view][inside], best, -np.inf)


def one_blas_thread() -> AbstractContextManager[object]:
    """Inside, matrix products use the calling thread only.

    BLAS's own threads wait for each other actively: on a busy machine they made the same scan up to ten times
    slower, and a product of 20 x 200 took 5 ms in the place of 0.1 (2026-11).
    """
    limited: AbstractContextManager[object] = _blas().limit(limits=1, user_api="blas")
    return limited


def similarity(query: Float32Array, passage: Float32Array) -> Float32Array:
    """Cosine of every query token with every (unit) passage token, `(query tokens, passage tokens)`."""
    norms = np.linalg.norm(query, axis=1, keepdims=True)
    return np.asarray((query / np.maximum(norms, 1e-12)) @ passage.T, dtype=np.float32)


def _blocks(view: int, segment: Segment) -> Iterator[Block]:
    """The whole segment in blocks of at most BLOCK_TOKENS tokens, or of one longer passage."""
    first, passages = 0, segment.header.passages
    while first < passages:
        limit = segment.offsets[first] + BLOCK_TOKENS
        last = max(first + 1, int(np.searchsorted(segment.offsets, limit, side="right")) - 1)
        yield Block(view=view, first=first, last=min(last, passages))
        first = last


def _tokens(segment: Segment, block: Block) -> int:
    return int(segment.offsets[block.last] - segment.offsets[block.first])


@cache
def _blas() -> ThreadpoolController:
    """Looks through the loaded libraries once, which takes some milliseconds."""
    return ThreadpoolController()
