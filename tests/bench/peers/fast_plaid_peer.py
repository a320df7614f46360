"""fast-plaid (PLAID in Rust on libtorch), in its own environment: see measuring.py."""
# ruff: noqa: PLC0415 - an engine is imported when the number of its threads is settled

from __future__ import annotations

from pathlib import Path

from tests.bench.peers.measuring import DEPTH, THREADS, Float32Array, Search, main


class FastPlaidPeer:
    """`create` with its defaults; `search` with its defaults and with a faster choice."""

    distribution = "fast-plaid"
    settings = "create: defaults (nbits=4, kmeans_niters=4)"

    def prepare(self, passages: list[Float32Array]) -> None:
        import torch

        torch.set_num_threads(THREADS)
        self._passages = [torch.from_numpy(passage.copy()) for passage in passages]

    def build(self, place: Path) -> None:
        from fast_plaid.search import FastPlaid

        self._index = FastPlaid(index=str(place), device="cpu")
        self._index.create(documents_embeddings=self._passages)

    def searches(self) -> dict[str, Search]:
        return {
            "defaults (n_full_scores=4096, n_ivf_probe=8)": self._search(n_full_scores=4096, n_ivf_probe=8),
            "n_full_scores=1024, n_ivf_probe=4": self._search(n_full_scores=1024, n_ivf_probe=4),
        }

    def add(self, passage: Float32Array) -> None:
        import torch

        self._index.update(documents_embeddings=[torch.from_numpy(passage)])

    def delete(self, number: int) -> None:
        self._index.delete(subset=[number])

    def _search(self, **options: int) -> Search:
        import torch

        def search(query: Float32Array) -> list[int]:
            queries = torch.from_numpy(query)[None]
            found = self._index.search(queries, top_k=DEPTH, show_progress=False, **options)
            return [number for number, _ in found[0]]

        return search


if __name__ == "__main__":
    main(FastPlaidPeer)
