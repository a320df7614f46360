"""LanceDB (embedded, multivector IVF-PQ scored the XTR way), in its own environment: see measuring.py.

Its only metric for multivectors is the cosine, so it leaves the weights of a query's tokens out.
"""
# ruff: noqa: PLC0415 - an engine is imported when the number of its threads is settled

from __future__ import annotations

from pathlib import Path

from tests.bench.peers.measuring import DEPTH, Float32Array, Search, main

REFINE = 10
"""This many times the answers asked for are scored again with the whole vectors."""


class LanceDbPeer:
    """A table with one row per passage and the index that its documentation shows for multivectors."""

    distribution = "lancedb"
    settings = "IvfPq(distance_type='cosine'), all else by default; build includes writing the table"

    def prepare(self, passages: list[Float32Array]) -> None:
        import numpy as np
        import pyarrow as pa

        dim = passages[0].shape[1]
        values = pa.array(np.concatenate(passages).reshape(-1))
        offsets = np.concatenate([[0], np.cumsum([len(passage) for passage in passages])]).astype(np.int32)
        vectors = pa.FixedSizeListArray.from_arrays(values, dim)
        rows = pa.ListArray.from_arrays(pa.array(offsets), vectors)
        self._rows = pa.table({"number": pa.array(range(len(passages))), "vector": rows})

    def build(self, place: Path) -> None:
        import lancedb
        from lancedb.index import IvfPq

        self._table = lancedb.connect(place).create_table("passages", self._rows)
        self._table.create_index("vector", config=IvfPq(distance_type="cosine"))

    def searches(self) -> dict[str, Search]:
        return {
            "defaults (nprobes chosen by itself)": self._search(None),
            f"refine_factor={REFINE}": self._search(REFINE),
        }

    def add(self, passage: Float32Array) -> None:
        self._table.add([{"number": len(self._rows), "vector": passage.tolist()}])

    def delete(self, number: int) -> None:
        self._table.delete(f"number = {number}")

    def _search(self, refine: int | None) -> Search:
        def search(query: Float32Array) -> list[int]:
            asked = self._table.search(query, vector_column_name="vector").distance_type("cosine")
            asked = asked.refine_factor(refine) if refine else asked
            found = asked.select(["number", "_distance"]).limit(DEPTH).to_arrow()
            return found["number"].to_pylist()

        return search


if __name__ == "__main__":
    main(LanceDbPeer)
