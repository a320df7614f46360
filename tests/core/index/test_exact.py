"""Embeddings survive the codec almost unchanged, and damage never enters an index."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.index.exact import compress, decompress


def unit_vectors(seed: int, tokens: int, dim: int = 128) -> np.ndarray:
    vectors = np.random.default_rng(seed).standard_normal((tokens, dim)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


@given(seed=st.integers(0, 1000), tokens=st.integers(1, 40), dim=st.sampled_from([64, 96, 128]))
def test_components_are_off_by_at_most_half_a_level(seed, tokens, dim):
    """Every component comes back within half a level of its token's scale."""
    vectors = unit_vectors(seed, tokens, dim)
    scales, codes = compress(vectors)
    off = np.abs(decompress(scales, codes) - vectors).max(axis=1)
    assert (off <= 0.501 * scales).all()


def test_similarities_hardly_move():
    """The similarity of unit vectors moves by about 0.001 (standard deviation)."""
    a, b = unit_vectors(1, 2000), unit_vectors(2, 2000)
    scales, codes = compress(a)
    moved = (decompress(scales, codes) * b).sum(axis=1) - (a * b).sum(axis=1)
    assert moved.std() < 0.0012


def test_a_zero_vector_stays_zero():
    """A token without direction does not become noise."""
    scales, codes = compress(np.zeros((1, 128), np.float32))
    assert not decompress(scales, codes).any()


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_values_that_are_not_finite_are_refused(value):
    """NaN and infinity are stopped at the door, since they would poison every search."""
    vectors = unit_vectors(3, 4)
    vectors[2, 5] = value
    with pytest.raises(ValueError, match="not finite"):
        compress(vectors)
