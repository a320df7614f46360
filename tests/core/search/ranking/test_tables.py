"""What a question has to do with every centroid, and how far down a scan is followed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.index.codebook import Codebook
from core.index.kernels.arrays import LANES, QueryLanes, ScanTable
from core.index.kernels.native import NativeKernels, native_ways
from core.index.kernels.plain import PlainKernels
from core.search.ranking.tables import scan_tables, threshold
from tests.core.index.made import clustered, make_codebook

SUMS = st.lists(st.lists(st.integers(0, 8160), max_size=30), min_size=1, max_size=4)


@given(sums=SUMS.filter(any), wanted=st.integers(1, 130))
def test_the_threshold(sums, wanted):
    """As many as are wanted reach it, with all that tie with the last of them; 0 if there are not enough."""
    found = threshold([np.array(each, np.int32) for each in sums], wanted)
    descending = sorted((value for each in sums for value in each), reverse=True)
    assert found == (descending[wanted - 1] if wanted <= len(descending) else 0)


def at_once(work, count):
    work(slice(0, count))


def in_pieces(work, count):
    for first in range(0, count, 7):
        work(slice(first, min(first + 7, count)))


@pytest.fixture(scope="module")
def book(tmp_path_factory) -> Codebook:
    return make_codebook(tmp_path_factory.mktemp("index"), dim=96, centroids=50)


def lanes_of(query: np.ndarray) -> list[QueryLanes]:
    return [QueryLanes.of(query[first : first + LANES]) for first in range(0, len(query), LANES)]


def tables(book: Codebook, query: np.ndarray, kernels=None, spread=in_pieces) -> tuple[ScanTable, ...]:
    return scan_tables(lanes_of(query), book, kernels or PlainKernels(), spread)


@settings(deadline=None, max_examples=30)
@given(seed=st.integers(0, 99), tokens=st.integers(1, 100), weight=st.floats(0.001, 100))
def test_entries_are_similarities(book, seed, tokens, weight):
    """Every entry is the product of query token and centroid, but for the rounding of the query to int8;
    its byte is the same in whole steps, 0 for what is negative and 255 for the largest of all blocks.
    """
    query = clustered(seed, tokens, 96) * np.float32(weight)
    found = tables(book, query)
    near = np.concatenate([each.near for each in found], axis=1)[:, :tokens]
    most = np.abs(book.centroids).sum(axis=1)[:, None] * np.abs(query).max(axis=1) / 254
    assert (np.abs(near - book.centroids @ query.T) <= 1.01 * most).all()
    (steps,) = {each.steps for each in found}
    rounded = np.concatenate([each.rounded for each in found], axis=1)[:, :tokens]
    assert (rounded == np.floor(np.maximum(near * steps, 0))).all()
    assert rounded.max() in (254, 255)
    for each in found:
        assert each.near.flags.c_contiguous
        assert each.rounded.ctypes.data % 32 == 0, "kernels load whole rows"


def test_lanes_without_a_query_token_are_zero(book):
    """They add nothing to any sum."""
    *_, last = tables(book, clustered(1, LANES + 3, 96))
    assert not last.near[:, 3:].any()
    assert not last.rounded[:, 3:].any()
    assert last.rounded[:, :3].any()


def test_how_the_work_is_divided_does_not_matter(book):
    """Pieces, threads and kernels change no bit of a table."""
    query = clustered(2, 70, 96)
    expected = tables(book, query, spread=at_once)
    for kernels in (PlainKernels(), *(NativeKernels(way) for way in native_ways())):
        for one, other in zip(tables(book, query, kernels), expected, strict=True):
            assert one.near.tobytes() == other.near.tobytes()
            assert one.rounded.tobytes() == other.rounded.tobytes()
            assert one.steps == other.steps


def test_a_question_that_is_near_no_centroid(book):
    """Where everything is unlike the question all bytes are 0: no passage is nearer than another."""
    opposite = np.linalg.lstsq(book.centroids, -np.ones(len(book.centroids)), rcond=None)[0]
    query = opposite.astype(np.float32)[None] / np.abs(opposite).max()
    (found,) = tables(book, query)
    assert (found.near[:, 0] < 0).all()
    assert not found.rounded.any()
    (nothing,) = tables(book, np.zeros((1, 96), np.float32))
    assert not nothing.rounded.any()
    assert np.isfinite(nothing.steps)
