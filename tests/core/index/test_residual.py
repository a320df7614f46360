"""Residuals in 4 and 2 bits: what is kept of an embedding, and what cannot go wrong with it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from core.index import residual
from tests.core.index.made import clustered, unit

BITS = st.sampled_from([2, 4])
DIMS = st.sampled_from([64, 96, 128])


def near_centroids(seed: int, tokens: int, dim: int, distance: float = 0.6) -> tuple[np.ndarray, np.ndarray]:
    """Unit vectors, and centroids at `distance`, as k-means leaves them: as long as they are alike, so that
    residuals stand about upright on them.
    """
    rng = np.random.default_rng(seed)
    directions = unit(rng.standard_normal((tokens, dim)))
    across = unit(rng.standard_normal((tokens, dim)))
    centroids = np.float32(np.sqrt(1 - distance**2)) * directions
    return unit(centroids + np.float32(distance) * across), centroids


def stored(vectors: np.ndarray, centroids: np.ndarray, bits: int) -> np.ndarray:
    return centroids + residual.decompress(*residual.compress(vectors, centroids, bits), bits)


@given(data=st.data(), bits=BITS, eighths=st.integers(1, 20), tokens=st.integers(0, 5))
def test_packing_loses_nothing(data, bits, eighths, tokens):
    """Buckets come back as they were, for any dimension that is a multiple of 8, in bits / 8 bytes each."""
    dim = 8 * eighths
    buckets = data.draw(
        arrays(np.uint8, (tokens, dim), elements=st.integers(0, (1 << bits) - 1), fill=st.nothing())
    )
    packed = residual.pack(buckets, bits)
    assert packed.shape == (tokens, dim * bits // 8)
    assert (residual.unpack(packed, bits) == buckets).all()


@given(data=st.data(), bits=BITS, nbytes=st.integers(1, 40))
def test_every_byte_means_something(data, bits, nbytes):
    """Any bytes unpack to buckets that pack to the same bytes: no two say the same."""
    packed = data.draw(arrays(np.uint8, (3, nbytes)))
    assert (residual.pack(residual.unpack(packed, bits), bits) == packed).all()


def test_the_order_of_buckets_in_a_byte():
    """Byte j holds components j, j + n, j + 2n, …, the first in the lowest bits: FORMAT.md promises it."""
    twos = np.array([[0, 1, 2, 3, 3, 2, 1, 0]], np.uint8)
    assert residual.pack(twos, 2).tolist() == [[0 | 2 << 2 | 3 << 4 | 1 << 6, 1 | 3 << 2 | 2 << 4 | 0 << 6]]
    fours = np.array([[1, 2, 14, 15]], np.uint8)
    assert residual.pack(fours, 4).tolist() == [[1 | 14 << 4, 2 | 15 << 4]]


@pytest.mark.parametrize("bits", [2, 4])
def test_buckets_are_equal_steps_around_zero(bits):
    """Bucket b of L stands for 2b - (L - 1) half steps: symmetric, and never 0."""
    levels = 1 << bits
    steps = residual.odd(np.arange(levels, dtype=np.uint8)[None], bits)[0]
    assert steps.tolist() == [2 * b - (levels - 1) for b in range(levels)]
    assert steps.dtype == np.float32


@settings(deadline=None)
@given(seed=st.integers(0, 999), dim=DIMS, bits=BITS, distance=st.floats(0.05, 0.97))
def test_a_length_is_kept(seed, dim, bits, distance):
    """No scale makes a stored embedding more nearly as long as the original, but for the half step by which
    scales are rounded; or else, where that would change the residual's length by more than a quarter, its
    residual is as long as the original's.
    """
    vectors, centroids = near_centroids(seed, 10, dim, distance)
    scales, packed = residual.compress(vectors, centroids, bits)
    rounded = residual.odd(residual.unpack(packed, bits), bits) * residual.unit(dim, bits)
    for row in range(10):
        every = centroids[row] + np.arange(256)[:, None] * rounded[row]
        errors = np.abs(np.linalg.norm(every, axis=1) - 1)
        length = np.linalg.norm(vectors[row] - centroids[row])
        keeps_residual = length / np.linalg.norm(rounded[row])
        near = np.abs(np.arange(256) - keeps_residual) <= 0.25 * keeps_residual
        whole = errors[scales[row]] <= errors[near].min() + 0.004
        assert whole or abs(scales[row] - keeps_residual) < 1
        assert abs(scales[row] - keeps_residual) <= 0.25 * keeps_residual + 1


@pytest.mark.parametrize("bits", [2, 4])
@pytest.mark.parametrize("dim", [64, 96, 128])
def test_it_is_the_length_of_the_embedding(dim, bits):
    """At the distances that tokens have from their centroids, 99 % keep the length of the whole."""
    vectors, centroids = near_centroids(7, 5000, dim, 0.6)
    lengths = np.linalg.norm(stored(vectors, centroids, bits), axis=1)
    assert (np.abs(lengths - 1) < 0.004).mean() > 0.99


@pytest.mark.parametrize(("bits", "most"), [(4, 0.01154), (2, 0.1188)])
@pytest.mark.parametrize("dim", [64, 96, 128])
def test_the_error_is_that_of_the_best_equal_steps(bits, most, dim):
    """The energy of what is lost, as a share of the residual's: Max (1960) gives 0.01154 and 0.1188 for 16
    and 4 equal steps of a normal distribution, to which the components of a residual are near.
    """
    vectors, centroids = near_centroids(1, 4000, dim)
    lost = stored(vectors, centroids, bits) - vectors
    share = (lost**2).sum() / ((vectors - centroids) ** 2).sum()
    assert 0.9 * most < share < 1.1 * most


@settings(deadline=None)
@given(seed=st.integers(0, 99), dim=DIMS, bits=BITS)
def test_each_token_is_compressed_by_itself(seed, dim, bits):
    """The bytes of a token depend on nothing but the token: batches may be cut anywhere, and repeated."""
    vectors, centroids = near_centroids(seed, 7, dim)
    scales, packed = residual.compress(vectors, centroids, bits)
    for row in range(7):
        alone = residual.compress(vectors[row : row + 1], centroids[row : row + 1], bits)
        assert alone[0][0] == scales[row]
        assert (alone[1][0] == packed[row]).all()


@settings(deadline=None)
@given(seed=st.integers(0, 99), dim=DIMS, bits=BITS, exponent=st.integers(-18, 15))
def test_any_length_gives_numbers(seed, dim, bits, exponent):
    """Embeddings that are far too long or too short are stored as well as a byte can: nothing is NaN, and
    the direction of what goes beyond the centroid is kept.
    """
    vectors, centroids = near_centroids(seed, 5, dim)
    vectors *= np.float32(10.0**exponent)
    scales, packed = residual.compress(vectors, centroids, bits)
    found = residual.decompress(scales, packed, bits)
    assert np.isfinite(found).all()
    assert ((found * (vectors - centroids)).sum(axis=1) >= 0).all()


@pytest.mark.parametrize("bits", [2, 4])
@pytest.mark.parametrize("dim", [8, 64, 96, 128])
def test_a_token_that_is_its_centroid(bits, dim):
    """What has no residual is stored as its centroid, and a zero vector as a vector of (nearly) no length."""
    centroids = clustered(3, 4, dim)
    assert np.abs(stored(centroids, centroids, bits) - centroids).max() < 1e-6
    assert not stored(np.zeros((2, dim), np.float32), np.zeros((2, dim), np.float32), bits).any()
    near_zero = stored(np.zeros_like(centroids), centroids, bits)
    assert (np.linalg.norm(near_zero, axis=1) < 0.5).all()
    assert residual.compress(centroids[:0], centroids[:0], bits)[1].shape == (0, dim * bits // 8)
