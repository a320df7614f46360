"""The folder that a peer is given: `vectors.npy`, `counts.npy`, `queries.npy`. Needs numpy only.

`vectors`: `(tokens, dim)` float32, the passages one after another; `counts`: `(passages,)` int64, none is 0;
`queries`: `(queries, 32, dim)` float32, padded with rows of zeros.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.lib.format import write_array_header_1_0
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PeerFolder:
    """`vectors` is mapped, not loaded: what of it a peer holds in memory is the peer's own."""

    counts: NDArray[np.int64]
    vectors: NDArray[np.float32]
    queries: NDArray[np.float32]

    @property
    def starts(self) -> NDArray[np.int64]:
        """`(passages + 1,)`: passage p is `vectors[starts[p] : starts[p + 1]]`."""
        return np.concatenate([[0], np.cumsum(self.counts)])

    def passages(self) -> list[NDArray[np.float32]]:
        """Views, one for each passage."""
        starts = self.starts.tolist()
        return [self.vectors[start:end] for start, end in pairwise(starts)]

    def query(self, number: int) -> NDArray[np.float32]:
        """Without its padding, which no peer should have to score."""
        rows = self.queries[number]
        return rows[np.any(rows != 0, axis=1)]


def write_folder(
    folder: Path,
    batches: Iterable[tuple[NDArray[np.int64], NDArray[np.float32]]],
    queries: NDArray[np.float32],
) -> None:
    """From batches of (counts, vectors), one in memory at a time. Overwrites what is there."""
    folder.mkdir(parents=True, exist_ok=True)
    every: list[NDArray[np.int64]] = []
    with (folder / "vectors.npy").open("wb") as file:
        # numpy leaves room for the first number of a shape to grow, so the header can be written twice.
        _write_header(file, 0, queries.shape[2])
        begin = file.tell()
        for counts, vectors in batches:
            every.append(counts)
            np.ascontiguousarray(vectors, dtype="<f4").tofile(file)
        file.seek(0)
        _write_header(file, int(sum(counts.sum() for counts in every)), queries.shape[2])
        if file.tell() != begin:
            raise RuntimeError("this numpy writes headers that do not keep their length")
    np.save(folder / "counts.npy", np.concatenate(every).astype(np.int64))
    np.save(folder / "queries.npy", queries.astype(np.float32))


def read_folder(folder: Path) -> PeerFolder:
    """Raises OSError, or ValueError when the files contradict each other."""
    found = PeerFolder(
        counts=np.load(folder / "counts.npy"),
        vectors=np.load(folder / "vectors.npy", mmap_mode="r"),
        queries=np.load(folder / "queries.npy"),
    )
    if found.counts.sum() != len(found.vectors) or found.counts.min() < 1:
        raise ValueError(f"{folder}: counts.npy does not fit vectors.npy")
    return found


def _write_header(file: object, tokens: int, dim: int) -> None:
    write_array_header_1_0(file, {"descr": "<f4", "fortran_order": False, "shape": (tokens, dim)})
