"""On embeddings that cluster as those of a model do, a compressed search finds what an exact one finds."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace

import numpy as np
import pytest

from core.domain import Float32Array
from core.index.blas import one_blas_thread
from core.index.codebook import Codebook, Codebooks, Trained, random_rotation, write_codebook
from core.index.codec import ResidualCodec
from core.index.kernels.native import NativeKernels, native_ways
from core.index.snapshot import Snapshot
from core.index.training import centroid_count, train
from core.search.ranking import candidates as candidates_module
from core.search.ranking.candidates import Candidates
from core.search.ranking.maxsim import Question, Scorer
from tests.bench.embeddings import WORDS_PER_TOPIC, SyntheticEmbeddings, synthetic_embeddings
from tests.core.index.made import MODEL, make_segment

TOKENS, DIM, QUERIES, TOPICS = 60_000, 128, 30, 16
SCANNED = 60
"""A tenth of the passages, as 2,048 are of 20,000."""


@pytest.fixture(scope="module")
def embeddings() -> SyntheticEmbeddings:
    """With a small part of the vocabulary, so that there is about a centroid for each word of it, and tens
    of passages on each topic, as in a large library.
    """
    whole = synthetic_embeddings(TOKENS, DIM)
    return replace(
        whole, identities=whole.identities[: TOPICS * WORDS_PER_TOPIC], subjects=whole.subjects[:TOPICS]
    )


@pytest.fixture(scope="module")
def passages(embeddings) -> list[Float32Array]:
    return [
        each
        for batch in embeddings.batches()
        for each in np.split(batch.vectors, np.cumsum(batch.counts)[:-1])
    ]


@pytest.fixture(scope="module")
def exact_top(embeddings, passages) -> list[set[int]]:
    """The ten best of each query in float32."""
    ends = np.cumsum([len(each) for each in passages])
    vectors, starts = np.concatenate(passages), np.concatenate([[0], ends[:-1]])
    found = []
    for query in embeddings.queries(QUERIES):
        scores = np.maximum.reduceat(vectors @ query.T, starts, axis=0).sum(axis=1)
        found.append(set(np.argsort(-scores, kind="stable")[:10].tolist()))
    return found


@pytest.fixture(scope="module")
def open_library(passages, tmp_path_factory) -> Callable[[int], Snapshot]:
    """Compressed with a codebook trained on it, with residuals of so many bits."""
    rotation = random_rotation(DIM)
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        turned = np.concatenate(passages) @ rotation
        centroids, starts = pool.submit(train, turned, centroid_count(TOKENS), 2).result(60)

    def opened(bits: int) -> Snapshot:
        folder = tmp_path_factory.mktemp("index")
        trained = Trained(
            centroids=centroids, starts=starts, rotation=rotation, model=MODEL, bits=bits, tokens=TOKENS
        )
        codec = ResidualCodec(codebook=Codebook.open(write_codebook(folder, trained)))
        path = make_segment(folder, codec, passages, first_id=0)
        return Snapshot.open({path: None}, Codebooks(folder))

    return opened


def best_ten(snapshot: Snapshot, queries: Float32Array) -> list[set[int]]:
    kernels, found = NativeKernels(native_ways()[0]), []
    for query in queries:
        question = Question(vectors=query, least=np.full(len(query), -np.inf, np.float32))
        with one_blas_thread(), Scorer(question, kernels) as scorer:
            best = Candidates(question, scorer, snapshot, [snapshot.views[0].alive]).best(10)
        found.append({int(each.passage_id) for each in best})
    return found


def shared(found: list[set[int]], expected: list[set[int]]) -> float:
    pairs = zip(found, expected, strict=True)
    return sum(len(one & other) for one, other in pairs) / sum(map(len, expected))


@pytest.mark.parametrize(("bits", "least"), [(4, 0.95), (2, 0.9)])
def test_the_ten_best_are_found(embeddings, exact_top, open_library, monkeypatch, bits, least):
    """Of the ten best in float32 this share is among the ten found, though the tenth and the eleventh lie
    only 0.04 of 32 apart and a tenth of the passages is scored (97.3 % and 93.7 % when this was written);
    hardly one is lost by not scoring the rest.
    """
    snapshot, queries = open_library(bits), embeddings.queries(QUERIES)
    everything = best_ten(snapshot, queries)
    monkeypatch.setattr(candidates_module, "SCANNED_CANDIDATES", SCANNED)
    found = best_ten(snapshot, queries)
    assert shared(found, exact_top) >= least
    assert shared(found, everything) >= 0.99
