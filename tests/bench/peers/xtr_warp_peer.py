"""xtr-warp-rs (WARP in Rust on libtorch), in its own environment: see measuring.py."""
# ruff: noqa: PLC0415 - an engine is imported when the number of its threads is settled

from __future__ import annotations

from pathlib import Path

from tests.bench.peers.measuring import DEPTH, THREADS, Float32Array, Search, main


class XtrWarpPeer:
    """`create`, `load` and `search` with their defaults; `search` tunes itself to the size of the index."""

    distribution = "xtr-warp-rs"
    settings = "create: defaults (nbits=4, kmeans_niters=4); load: defaults (float32, mapped)"

    def prepare(self, passages: list[Float32Array]) -> None:
        import torch

        torch.set_num_threads(THREADS)
        self._passages = [torch.from_numpy(passage.copy()) for passage in passages]

    def build(self, place: Path) -> None:
        from xtr_warp import XTRWarp

        self._index = XTRWarp(index=str(place), device="cpu")
        self._index.create(self._passages, device="cpu", show_progress=False)
        self._index.load(device="cpu")

    def searches(self) -> dict[str, Search]:
        return {f"defaults (tuned by itself), num_threads={THREADS}": self._search}

    def add(self, passage: Float32Array) -> None:
        import torch

        self._index.add([torch.from_numpy(passage)], show_progress=False)

    def delete(self, number: int) -> None:
        self._index.delete([number])

    def _search(self, query: Float32Array) -> list[int]:
        import torch

        queries = torch.from_numpy(query)[None]
        found = self._index.search(queries, top_k=DEPTH, num_threads=THREADS, show_progress=False)
        return [number for number, _ in found[0]]


if __name__ == "__main__":
    main(XtrWarpPeer)
