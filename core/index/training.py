"""Here are embeddings of a library: which centroids describe them best? k-means by faiss, in two levels.

First the sample is divided into groups, then each group into its share of the centroids. One level with as
many centroids would take 64 times as long for a residual that is a few per cent smaller.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.domain import Float32Array, Int64Array
from core.index.codebook import MOST_CENTROIDS, Codebooks, Trained, random_rotation, write_codebook
from core.index.segment import Segment

TOKENS_PER_CENTROID = 32
"""As many tokens of the library as there may be for one centroid, up to MOST_CENTROIDS. A library of lexical
vectors lost fewer answers in the scan with many centroids: of the exact top ten, 99 % were among the best
4,096 with 36 tokens a centroid, 89 % with 144 (2026-11)."""

SAMPLE_PER_CENTROID = 16
SAMPLE_PER_GROUP = 256

_ITERATIONS = 8
_ROWS_AT_ONCE = 16_384
_PASSAGES_AT_ONCE = 256
_SEED = 1


def centroid_count(tokens: int) -> int:
    """How many centroids a library of so many tokens should have: a power of two."""
    wanted = max(1, tokens // TOKENS_PER_CENTROID)
    return int(min(MOST_CENTROIDS, 1 << (wanted.bit_length() - 1)))


def sample_size(tokens: int, centroids: int | None = None) -> int:
    """How many tokens to train so many centroids on (None: as many as they should have): a million (512 MB at
    128 dimensions) at most.
    """
    return min(tokens, (centroids or centroid_count(tokens)) * SAMPLE_PER_CENTROID)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingJob:
    """What a training process is told: the `segments` of one model with `tokens` alive tokens together, the
    folder for the codebook, and the `bits` of residuals. `centroids`: None, as many as so many tokens should
    have. `name`: of the file, None: any that is new.
    """

    folder: Path
    segments: tuple[Path, ...]
    tokens: int
    bits: int
    threads: int
    centroids: int | None = None
    name: str | None = None


def train_codebook(job: TrainingJob) -> tuple[Path, int]:
    """Train on a sample of what the segments hold; the file that was written and its number of centroids.

    Dead passages are sampled as well: they were the person's words a moment ago. Raises FileNotFoundError
    (a segment was merged away meanwhile), LibraryDamagedError, OSError.
    """
    opened = [Segment.open(path, Codebooks(job.folder)) for path in job.segments]
    rotation = random_rotation(opened[0].form.dim)
    wanted = job.centroids or centroid_count(job.tokens)
    size = sample_size(job.tokens, wanted)
    sample = rotated(_drawn(opened, size), size, rotation)
    centroids, starts = train(sample, wanted, job.threads)
    trained = Trained(
        centroids=centroids,
        starts=starts,
        rotation=rotation,
        model=opened[0].header.model,
        bits=job.bits,
        tokens=job.tokens,
    )
    return write_codebook(job.folder, trained, job.name), len(centroids)


def rotated(parts: Iterable[Float32Array], at_most: int, rotation: Float32Array) -> Float32Array:
    """Embeddings that come in parts, `(any, dim)` float32, turned, in one array of `at_most` rows or fewer.

    Only one copy of them is ever in memory: half a gigabyte, for a large library.
    """
    sample = np.empty((at_most, len(rotation)), dtype=np.float32)
    filled = 0
    for part in parts:
        some = part[: at_most - filled]
        np.matmul(some, rotation, out=sample[filled : filled + len(some)])
        filled += len(some)
    return sample[:filled]


def _drawn(segments: Sequence[Segment], wanted: int) -> Iterator[Float32Array]:
    """Embeddings of passages drawn at random, about `wanted` tokens, as `(tokens, dim)` float32."""
    drawn = np.random.default_rng(_SEED)
    share = min(1.0, wanted / max(1, sum(segment.header.tokens for segment in segments)))
    for segment in segments:
        ordinals = np.flatnonzero(drawn.random(segment.header.passages) < share)
        for some in np.array_split(ordinals, max(1, len(ordinals) // _PASSAGES_AT_ONCE)):
            yield segment.codec.decompress(segment.part(some).tokens)


def train(sample: Float32Array, centroids: int, threads: int) -> tuple[Float32Array, Int64Array]:
    """Centroids `(K, dim)` float32 sorted by group, and the first of each group, `(groups + 1,)` int64.

    `sample`: `(tokens, dim)` float32, at least one row; K is `centroids`, or less where the sample has fewer
    rows. Deterministic. For a process in which nothing else uses OpenMP.
    """
    count = min(centroids, len(sample))
    wanted = max(1, round(count**0.5))
    drawn = np.random.default_rng(_SEED).permutation(len(sample))[: wanted * SAMPLE_PER_GROUP]
    centres = _means(np.ascontiguousarray(sample[np.sort(drawn)]), wanted)
    nearest = _nearest(sample, centres)
    sizes = np.bincount(nearest, minlength=len(centres))
    members = np.split(np.argsort(nearest, kind="stable"), np.cumsum(sizes)[:-1])
    shares = np.maximum(1, np.round(sizes / len(sample) * count)).astype(int)

    def means_of(group: int) -> Float32Array:
        return _means(np.ascontiguousarray(sample[members[group]]), int(shares[group]))

    with ThreadPoolExecutor(threads) as pool:
        found = list(pool.map(means_of, np.flatnonzero(sizes)))
    found = _at_most(found, centroids)
    starts = np.concatenate([[0], np.cumsum([len(each) for each in found])]).astype(np.int64)
    return np.concatenate(found), starts


def _means(sample: Float32Array, count: int) -> Float32Array:
    """k-means in the calling thread only.

    OpenMP's threads wait for each other actively: on a machine with other work two of them took ten times as
    long as one (2026-11).
    """
    import faiss  # noqa: PLC0415 - 0.2 s, and only the training process needs it

    if count >= len(sample):
        return sample.copy()
    faiss.omp_set_num_threads(1)
    means = faiss.Kmeans(
        sample.shape[1],
        count,
        niter=_ITERATIONS,
        seed=_SEED,
        min_points_per_centroid=1,
        max_points_per_centroid=len(sample),
    )
    means.train(sample)
    return np.asarray(means.centroids, dtype=np.float32).copy()


def _nearest(sample: Float32Array, centres: Float32Array) -> Int64Array:
    half_squares = np.einsum("ij,ij->i", centres, centres) / 2
    found = [
        (sample[first : first + _ROWS_AT_ONCE] @ centres.T - half_squares).argmax(axis=1)
        for first in range(0, len(sample), _ROWS_AT_ONCE)
    ]
    return np.concatenate(found).astype(np.int64)


def _at_most(groups: list[Float32Array], count: int) -> list[Float32Array]:
    """Rounding the shares may have given some too many: the largest groups give up one each."""
    while (over := sum(len(each) for each in groups) - count) > 0:
        largest = sorted(range(len(groups)), key=lambda i: -len(groups[i]))[:over]
        for number in largest:
            groups[number] = groups[number][:-1]
    return groups
