"""TACHIOM (token-aware clustering, HNSW over centroids, PQ), in its own environment: see measuring.py.

Written from its documentation (0.4.0) and not tried: it has no wheels, and building it takes Rust's nightly
compiler and two git repositories.
"""
# ruff: noqa: PLC0415 - an engine is imported when the number of its threads is settled

from __future__ import annotations

from pathlib import Path

import numpy as np

from tests.bench.peers.measuring import DEPTH, THREADS, Float32Array, Search, main


class TachiomPeer:
    """`build_from_arrays`, `save`, `load` and `batch_search` of one query with their defaults."""

    distribution = "tachiom"
    settings = (
        "build: defaults; every token has the same token id, as the embeddings come without any, so that its "
        "clustering is plain k-means"
    )

    def prepare(self, passages: list[Float32Array]) -> None:
        self._vectors = np.concatenate(passages).astype(np.float16).view(np.uint16)
        self._counts = np.array([len(passage) for passage in passages], dtype=np.int32)

    def build(self, place: Path) -> None:
        import tachiom

        token_ids = np.zeros(len(self._vectors), dtype=np.uint32)
        built = tachiom.Tachiom.build_from_arrays(self._vectors, token_ids, self._counts)
        built.save(str(place / "index.bin"))
        self._index = tachiom.Tachiom.load(str(place / "index.bin"))

    def searches(self) -> dict[str, Search]:
        return {f"defaults, num_threads={THREADS}": self._search}

    def add(self, passage: Float32Array) -> None:
        raise NotImplementedError

    def delete(self, number: int) -> None:
        raise NotImplementedError

    def _search(self, query: Float32Array) -> list[int]:
        _, numbers = self._index.batch_search(np.ascontiguousarray(query)[None], k=DEPTH, num_threads=THREADS)
        unfilled = np.iinfo(np.uint32).max
        return [number for number in numbers[0].tolist() if number != unfilled]


if __name__ == "__main__":
    main(TachiomPeer)
