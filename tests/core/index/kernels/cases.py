"""What kernels are tried on: ordinary numbers, and those at the ends of their ranges."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st

from core.index import residual
from core.index.kernels.arrays import (
    LANES,
    LOOSE_SCALE,
    ExactTokens,
    QueryLanes,
    ResidualTokens,
    ScanTable,
    aligned,
)

LONG = 300
"""More tokens than a kernel sets aside at a time (programs._Loose.MOST is 128, a test holds it to that)."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Case:
    """`kind` is what components and scales are like; see `_bytes` and `_scales`."""

    seed: int
    counts: tuple[int, ...]
    ordinals: tuple[int, ...]
    lanes: int
    kind: str

    @property
    def offsets(self) -> np.ndarray:
        return np.concatenate([[0], np.cumsum(self.counts)]).astype(np.int64)

    @property
    def wanted(self) -> np.ndarray:
        return np.array(self.ordinals, dtype=np.int64)

    def query(self, dim: int) -> QueryLanes:
        rng = np.random.default_rng([self.seed, 1])
        if self.kind == "extreme":
            query = rng.choice(np.float32([-1, 1]), size=(self.lanes, dim))
            query[0], query[self.lanes // 2] = (
                1,
                -1,
            )  # with all bits of a token set, the largest sums there are
            return QueryLanes.of(query)
        return QueryLanes.of(rng.standard_normal((self.lanes, dim)).astype(np.float32))

    def table(self, dim: int, centroids: int) -> ScanTable:
        rng = np.random.default_rng([self.seed, 2])
        near, rounded = aligned((centroids, LANES), np.float32), aligned((centroids, LANES), np.uint8)
        near[:, : self.lanes] = rng.normal(0.2, 0.4, (centroids, self.lanes))
        steps = np.float32(255 / max(near.max(), 0.1))
        rounded[:] = np.maximum(near * steps, 0)
        return ScanTable(lanes=self.query(dim), near=near, rounded=rounded, steps=steps)

    def residual_tokens(self, dim: int, bits: int, centroids: int) -> ResidualTokens:
        rng = np.random.default_rng([self.seed, 3])
        tokens = sum(self.counts)
        codes = rng.integers(0, centroids, tokens).astype(np.uint16)
        codes[: tokens // 4] = centroids - 1
        return ResidualTokens(
            offsets=self.offsets,
            codes=codes,
            scales=self._scales(rng, tokens),
            packed=self._bytes(rng, (tokens, dim * bits // 8)),
            bits=bits,
            unit=residual.unit(dim, bits),
        )

    def exact_tokens(self, dim: int) -> ExactTokens:
        rng = np.random.default_rng([self.seed, 4])
        tokens = sum(self.counts)
        codes = rng.integers(-128, 128, (tokens, dim))
        if self.kind == "extreme":
            codes = rng.choice([-128, -127, 127], size=(tokens, dim))
        scales = rng.uniform(1e-6, 0.02, tokens).astype(np.float32)
        return ExactTokens(offsets=self.offsets, codes=codes.astype(np.int8), scales=scales)

    def _scales(self, rng: np.random.Generator, tokens: int) -> np.ndarray:
        if self.kind == "extreme":
            found = rng.choice([0, 1, LOOSE_SCALE - 1, LOOSE_SCALE, 255], size=tokens)
        elif self.kind == "loose":
            found = rng.integers(LOOSE_SCALE, 256, tokens)
        else:
            found = rng.integers(60, 200, tokens)
        return found.astype(np.uint8)

    def _bytes(self, rng: np.random.Generator, shape: tuple[int, int]) -> np.ndarray:
        if self.kind == "extreme":
            return rng.choice(np.array([0x00, 0xFF, 0x0F, 0xCC], np.uint8), size=(shape[0], 1)).repeat(
                shape[1], axis=1
            )
        return rng.integers(0, 256, shape).astype(np.uint8)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """A few passages, some empty, some long; ordinals in any order, again and again, or none."""
    counts = draw(st.lists(st.one_of(st.integers(0, 12), st.sampled_from([0, 128, LONG])), max_size=7))
    ordinals = draw(st.lists(st.integers(0, len(counts) - 1), max_size=12)) if counts else []
    return Case(
        seed=draw(st.integers(0, 999)),
        counts=tuple(counts),
        ordinals=tuple(ordinals),
        lanes=draw(st.sampled_from([1, 7, LANES])),
        kind=draw(st.sampled_from(["ordinary", "loose", "extreme"])),
    )
