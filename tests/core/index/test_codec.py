"""Embeddings become bytes by a codebook, and come back as near as the bits allow."""

from __future__ import annotations

import threading
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.index import codec as codec_module
from core.index.codec import ExactCodec, ResidualCodec
from tests.core.index.made import clustered, make_codebook

KINDS = [(dim, bits) for dim in (64, 96, 128) for bits in (2, 4)]


@pytest.fixture(scope="module")
def codecs(tmp_path_factory) -> Callable[[int, int], ResidualCodec]:
    """By dimension and bits."""
    folder = tmp_path_factory.mktemp("index")
    made = {
        (dim, bits): ResidualCodec(codebook=make_codebook(folder, dim=dim, bits=bits)) for dim, bits in KINDS
    }
    return lambda dim, bits: made[dim, bits]


@settings(deadline=None, max_examples=40)
@given(seed=st.integers(0, 999), tokens=st.integers(0, 40), kind=st.sampled_from(KINDS))
def test_embeddings_come_back(codecs, seed, tokens, kind):
    """Every array has a row for each token, and what comes back is near and as long as the original."""
    dim, bits = kind
    codec, vectors = codecs(*kind), clustered(seed, tokens, dim)
    stored = codec.compress(vectors)
    for array, (type_, columns) in zip(stored, codec.form.token_arrays(), strict=True):
        assert array.dtype == np.dtype(type_)
        assert array.shape == ((tokens, columns) if columns else (tokens,))
    found = codec.decompress(stored)
    assert found.shape == vectors.shape
    assert found.dtype == np.float32
    cosines = (found * vectors).sum(axis=1) / np.maximum(np.linalg.norm(found, axis=1), 1e-9)
    assert cosines.min(initial=1) > {4: 0.93, 2: 0.75}[bits]


@pytest.mark.parametrize("kind", KINDS)
def test_turning_changes_no_product(codecs, kind):
    """`stored` and `turn` are one space, in which all products are what they were."""
    codec = codecs(*kind)
    vectors, query = clustered(1, 50, kind[0]), clustered(2, 9, kind[0])
    kept = codec.compress(vectors)
    turned = codec.turn(query) @ codec.stored(kept).T
    assert turned == pytest.approx(query @ codec.decompress(kept).T, abs=1e-5)
    assert codec.turn(query) @ codec.turn(vectors).T == pytest.approx(query @ vectors.T, abs=1e-5)


def test_no_tokens_at_all(codecs):
    """Passages of punctuation have no tokens: a batch or a merge of nothing else is compressed, too."""
    for dim, bits in KINDS:
        nothing = codecs(dim, bits).compress(np.empty((0, dim), np.float32))
        assert codecs(dim, bits).decompress(nothing).shape == (0, dim)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_values_that_are_not_finite_are_refused(codecs, value):
    """NaN and infinity are stopped at the door, since they would poison every search."""
    vectors = clustered(3, 4, 64)
    vectors[2, 5] = value
    for codec in (codecs(64, 2), codecs(64, 4), ExactCodec(dim=64)):
        with pytest.raises(ValueError, match="not finite"):
            codec.compress(vectors)


def test_the_same_bytes_every_time(codecs, monkeypatch):
    """However the work is divided among threads, and however busy they are, the bytes are the same."""
    codec, vectors = codecs(128, 4), clustered(4, 1000, 128)
    monkeypatch.setattr(codec_module, "_TOKENS_AT_ONCE", 250)
    expected = [each.tobytes() for each in codec.compress(vectors)]
    found: list[list[bytes]] = []
    threads = [
        threading.Thread(target=lambda: found.append([each.tobytes() for each in codec.compress(vectors)]))
        for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [expected] * 3
    monkeypatch.setattr(codec_module, "_TOKENS_AT_ONCE", 10_000)
    whole, cut = codec.compress(vectors), codec.compress(vectors[250:500])
    assert [each[250:500].tobytes() for each in whole] == [each.tobytes() for each in cut]


def test_damage_that_is_no_unit_vector_is_kept_within_bounds(codecs):
    """Zero vectors and huge ones give finite numbers, and do not change their neighbours."""
    codec, vectors = codecs(64, 4), clustered(5, 6, 64)
    alone = codec.decompress(codec.compress(vectors))
    vectors[1], vectors[4] = 0, vectors[4] * np.float32(1e12)
    found = codec.decompress(codec.compress(vectors))
    assert np.isfinite(found).all()
    assert found[[0, 2, 3, 5]] == pytest.approx(alone[[0, 2, 3, 5]], abs=1e-6)
    assert np.linalg.norm(found[1]) < 0.5
