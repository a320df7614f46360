"""Codebooks and compressed segments, made without training: any centroids make a codebook."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from core.domain import Float32Array, PassageId, TokenEmbeddings
from core.index.codebook import Codebook, Trained, random_rotation, write_codebook
from core.index.codec import Codec
from core.index.segment import EncodedPassages, header_of, write_segment

MODEL = bytes(range(16))


def unit(vectors: np.ndarray) -> Float32Array:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return (vectors / np.maximum(lengths, 1e-9)).astype(np.float32)


def clustered(seed: int, tokens: int, dim: int, *, clusters: int = 40, spread: float = 0.5) -> Float32Array:
    """Unit vectors around `clusters` directions, which are the same for every seed."""
    centres = unit(np.random.default_rng([dim, clusters]).standard_normal((clusters, dim)))
    rng = np.random.default_rng(seed)
    around = centres[rng.integers(clusters, size=tokens)]
    return unit(around + spread * unit(rng.standard_normal((tokens, dim))))


def trained(sample: Float32Array, *, centroids: int, bits: int = 4) -> Trained:
    """The first rows of the sample are the centroids, each in the group of the nearest of the very first."""
    dim = sample.shape[1]
    rotation = random_rotation(dim)
    chosen = (sample @ rotation)[:centroids]
    groups = (chosen @ chosen[: max(1, round(len(chosen) ** 0.5))].T).argmax(axis=1)
    order = np.argsort(groups, kind="stable")
    sizes = np.unique(groups, return_counts=True)[1]
    starts = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    return Trained(
        centroids=chosen[order], starts=starts, rotation=rotation, model=MODEL, bits=bits, tokens=len(sample)
    )


def make_codebook(
    folder: Path, *, dim: int = 64, bits: int = 4, centroids: int = 24, seed: int = 0
) -> Codebook:
    sample = clustered(seed, centroids, dim)
    return Codebook.open(write_codebook(folder, trained(sample, centroids=centroids, bits=bits)))


def make_segment(folder: Path, codec: Codec, passages: Sequence[Float32Array], *, first_id: int = 1) -> Path:
    """The passages have the ids `first_id`, `first_id` + 1, …"""
    made = [TokenEmbeddings(vectors=each, spans=np.zeros((len(each), 2), np.int32)) for each in passages]
    ids = [PassageId(first_id + number) for number in range(len(made))]
    parts = [EncodedPassages.compress(ids, made, codec)]
    return write_segment(folder, header_of(parts, MODEL), parts)


def make_passages(seed: int, counts: Sequence[int], dim: int) -> list[Float32Array]:
    """Clustered tokens, `counts` of them in each passage."""
    return np.split(clustered(seed, int(sum(counts)), dim), np.cumsum(counts)[:-1])
