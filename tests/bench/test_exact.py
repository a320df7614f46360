"""The oracle itself, against sums and maxima written out."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.bench.embeddings import TokenBatch
from tests.bench.exact import ExactTop, exact_top, read_ns_per_byte, recall_at_10


def unit_rows(rng, *shape):
    rows = rng.standard_normal(shape).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=-1, keepdims=True)


def plain_scores(batches, queries):
    """MaxSim as its definition says it, in float64: `(queries, passages)`."""
    passages = [
        part
        for counts, vectors in batches
        for part in np.split(vectors.astype(np.float64), np.cumsum(counts)[:-1])
    ]
    return np.array([[(query @ p.T).max(axis=1).sum() for p in passages] for query in queries])


@settings(deadline=None)
@given(seed=st.integers(0, 2**32 - 1), batches=st.integers(1, 4), kept=st.integers(1, 40))
def test_the_oracle_is_maxsim_by_its_definition(seed, batches, kept):
    """Whatever the batches, the best passages and their scores are those of the formula, in that order."""
    rng = np.random.default_rng(seed)
    stream = []
    for _ in range(batches):
        counts = rng.integers(1, 9, size=rng.integers(1, 12))
        stream.append(TokenBatch(counts, unit_rows(rng, counts.sum(), 8)))
    queries = unit_rows(rng, 3, 32, 8)
    queries[1, 5:] = 0
    expected = plain_scores(stream, queries)
    found = exact_top(iter(stream), queries, kept=kept)
    assert found.numbers.shape == (3, min(kept, expected.shape[1]))
    np.testing.assert_allclose(np.take_along_axis(expected, found.numbers, axis=1), found.scores, atol=1e-4)
    np.testing.assert_allclose(-np.sort(-expected, axis=1)[:, :kept], found.scores, atol=1e-4)


def test_blocks_and_threads_change_nothing():
    """Many more tokens than a block has, cut anywhere, scored by one thread or by two: the same numbers."""
    rng = np.random.default_rng(1)
    counts = rng.integers(1, 60, size=400)
    vectors, queries = unit_rows(rng, counts.sum(), 16), unit_rows(rng, 2, 32, 16)
    whole = exact_top([TokenBatch(counts, vectors)], queries, threads=1)
    half = counts[:150].sum()
    parts = [TokenBatch(counts[:150], vectors[:half]), TokenBatch(counts[150:], vectors[half:])]
    cut = exact_top(parts, queries, threads=2)
    assert counts.sum() > 2 * 4096
    assert np.array_equal(whole.numbers, cut.numbers)
    np.testing.assert_allclose(whole.scores, cut.scores, atol=1e-5)


def test_equal_passages_come_in_order_of_their_numbers():
    """The same passage said three times, in two batches, is listed from the lowest number on."""
    vectors = unit_rows(np.random.default_rng(2), 3, 4)
    batches = [TokenBatch(np.array([3, 3]), np.tile(vectors, (2, 1))), TokenBatch(np.array([3]), vectors)]
    assert exact_top(batches, vectors[None]).numbers.tolist() == [[0, 1, 2]]


def top(*scores):
    return ExactTop(numbers=np.arange(len(scores))[None], scores=np.array([scores], dtype=np.float32))


TEN = list(range(10))


@pytest.mark.parametrize(
    ("found", "recall"),
    [
        (TEN, 1.0),
        (TEN[::-1], 1.0),
        ([*TEN[:9], 10], 1.0),  # ties with the tenth
        ([*TEN[:9], 11], 0.9),  # does not
        ([*TEN[:8], 10, 10], 0.9),  # the same one twice
        (TEN[:4], 0.4),
        ([], 0.0),
        ([90, *TEN], 0.9),  # only the first ten count
    ],
)
def test_recall_counts_ties_as_right_and_all_else_as_wrong(found, recall):
    """A passage that scores what the tenth scores is as good; missing ones and doubles are not."""
    exact = top(*range(30, 21, -1), 21.0, 21.0 - 5e-5, 20.9)
    assert recall_at_10(exact, [found]) == pytest.approx(recall)


def test_recall_of_fewer_than_ten_passages():
    """Of a collection of three passages all three are asked for, and no more."""
    assert recall_at_10(top(3, 2, 1), [[2, 1, 0]]) == 1.0


def test_reading_memory_takes_time():
    """The floor is a time between a hundredth of a nanosecond and ten for a byte, on any machine."""
    assert 0.001 < read_ns_per_byte(threads=2, megabytes=8, rounds=2) < 10
