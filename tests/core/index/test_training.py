"""A codebook is trained on whatever a library has, in a process of its own, and always in the same way."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.index import training
from core.index.codebook import MOST_CENTROIDS, Codebook, Trained, random_rotation, write_codebook
from core.index.codec import ExactCodec
from core.index.training import (
    SAMPLE_PER_CENTROID,
    TOKENS_PER_CENTROID,
    TrainingJob,
    centroid_count,
    rotated,
    sample_size,
    train,
    train_codebook,
)
from tests.core.index.made import MODEL, clustered, make_passages, make_segment

Train = Callable[[np.ndarray, int], tuple[np.ndarray, np.ndarray]]


@pytest.fixture(scope="module")
def process() -> Iterator[ProcessPoolExecutor]:
    """As in the program: faiss never loads where torch may be."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        yield pool


@pytest.fixture
def run(process) -> Train:
    return lambda sample, centroids: process.submit(train, sample, centroids, 2).result(60)


def check(centroids: np.ndarray, starts: np.ndarray, at_most: int) -> None:
    assert centroids.dtype == np.float32
    assert np.isfinite(centroids).all()
    assert 1 <= len(centroids) <= at_most
    assert starts[0] == 0
    assert starts[-1] == len(centroids)
    assert (np.diff(starts) > 0).all()


@pytest.mark.parametrize(
    ("tokens", "centroids"), [(1, 1), (1, 64), (2, 1), (3, 64), (50, 64), (64, 64), (200, 64), (5000, 256)]
)
def test_any_number_of_tokens_will_do(run, tokens, centroids):
    """Also one token, or fewer tokens than centroids: never more centroids than asked for or than tokens."""
    check(*run(clustered(1, tokens, 64), centroids), at_most=min(tokens, centroids))


@pytest.mark.parametrize("kind", ["one", "few", "zero"])
def test_copies_are_no_trouble(run, kind):
    """A library of one text a thousand times, of few different tokens, or of zero vectors is trained."""
    sample = {
        "one": np.repeat(clustered(1, 1, 64), 1000, axis=0),
        "few": clustered(1, 5, 64)[np.random.default_rng(0).integers(5, size=1000)],
        "zero": np.zeros((1000, 64), np.float32),
    }[kind]
    centroids, starts = run(sample, 32)
    check(centroids, starts, at_most=32)
    for each in np.unique(sample, axis=0):
        assert np.linalg.norm(centroids - each, axis=1).min() < 0.01


def test_the_same_every_time(run):
    """The same sample gives the same centroids, bit for bit, whatever the threads do."""
    sample = clustered(2, 3000, 64)
    centroids, starts = run(sample, 128)
    for _ in range(2):
        again, starts_again = run(sample, 128)
        assert again.tobytes() == centroids.tobytes()
        assert starts_again.tolist() == starts.tolist()


def test_two_levels_are_nearly_as_good_as_one(run, process):
    """k-means in groups leaves at most 1.3 times as much of the tokens' energy as k-means over all of them
    (1.09 to 1.17 times when this was written; centroids drawn at random leave 2.9 times as much).
    """
    sample = clustered(3, 6000, 64, clusters=400, spread=0.4)
    centroids, _ = run(sample, 400)
    one_level = process.submit(training._means, sample, 400).result(60)
    assert left_by(sample, centroids) < 1.3 * left_by(sample, one_level)


def left_by(sample: np.ndarray, centroids: np.ndarray) -> float:
    squares = (centroids**2).sum(axis=1) - 2 * sample @ centroids.T
    return float((squares.min(axis=1) + (sample**2).sum(axis=1)).mean())


def test_tokens_get_nearly_the_nearest_centroid(run, tmp_path):
    """Looking in the three nearest groups only, 92 % of new tokens get their true nearest centroid, and the
    energy left over grows by less than 5 % (95 % and 3.2 % when this was written).
    """
    sample = clustered(4, 8000, 64, clusters=500, spread=0.6)
    rotation = random_rotation(64)
    centroids, starts = run(sample @ rotation, 512)
    made = Trained(
        centroids=centroids, starts=starts, rotation=rotation, model=MODEL, bits=4, tokens=len(sample)
    )
    found = Codebook.open(write_codebook(tmp_path, made))
    turned = clustered(5, 2000, 64, clusters=500, spread=0.6) @ rotation
    distances = ((turned[:, None] - found.centroids[None]) ** 2).sum(axis=2)
    codes = found.assign(turned)
    assert (codes == distances.argmin(axis=1)).mean() > 0.92
    assert distances[np.arange(2000), codes].mean() < 1.05 * distances.min(axis=1).mean()


@given(tokens=st.integers(0, 10**10))
def test_how_many_centroids(tokens):
    """A power of two that a code of two bytes can name, with at least TOKENS_PER_CENTROID tokens for each;
    the sample stays within a million tokens however large the library is.
    """
    count = centroid_count(tokens)
    assert count.bit_count() == 1
    assert 1 <= count <= MOST_CENTROIDS
    assert count == 1 or count * TOKENS_PER_CENTROID <= tokens
    assert count == MOST_CENTROIDS or 2 * count * TOKENS_PER_CENTROID > tokens
    assert sample_size(tokens) <= min(tokens, MOST_CENTROIDS * SAMPLE_PER_CENTROID)


@given(sizes=st.lists(st.integers(0, 9), max_size=6), at_most=st.integers(0, 30))
def test_parts_of_a_sample_are_turned(sizes, at_most):
    """What comes in parts is turned and joined, and what is beyond the limit left out."""
    parts = [clustered(number, size, 8) for number, size in enumerate(sizes)]
    rotation = random_rotation(8)
    found = rotated(iter(parts), at_most, rotation)
    assert found == pytest.approx(
        np.concatenate([np.empty((0, 8), np.float32), *parts])[:at_most] @ rotation, abs=1e-6
    )


def test_a_library_is_trained(process, tmp_path):
    """The segments of a library become a codebook file that fits their tokens, for their model."""
    counts = [0, 40, 3, 60] * 30
    passages = [make_passages(seed, counts, 64) for seed in (1, 2)]
    paths = tuple(
        make_segment(tmp_path, ExactCodec(dim=64), each, first_id=1 + 200 * number)
        for number, each in enumerate(passages)
    )
    tokens = 2 * sum(counts)
    job = TrainingJob(folder=tmp_path, segments=paths, tokens=tokens, bits=2, threads=2)
    path, centroids = process.submit(train_codebook, job).result(60)
    found = Codebook.open(path)
    assert (found.header.model, found.header.bits, found.header.trained_tokens) == (MODEL, 2, tokens)
    assert centroids == found.header.centroids <= centroid_count(tokens)
    turned = np.concatenate(passages[0]) @ found.rotation
    assert left_by(turned, found.centroids) < 0.5
    again, _ = process.submit(train_codebook, job).result(60)
    assert again.read_bytes() == path.read_bytes()


def test_a_segment_that_was_merged_away(process, tmp_path):
    """Training tells that a segment is gone, and leaves no codebook behind."""
    job = TrainingJob(folder=tmp_path, segments=(Path(tmp_path / "a.segment"),), tokens=9, bits=4, threads=1)
    with pytest.raises(FileNotFoundError):
        process.submit(train_codebook, job).result(60)
    assert list(tmp_path.iterdir()) == []
