"""The kernels on a graphics card, by torch's plain operations, in pieces of bounded size.

What the kernels compute is in plain.py; this gives the same numbers. Sums are of integers that float32 holds
exactly (and their factors have at most 8 bits, so TensorFloat-32 does, too), and everything else is an
operation of its own that is rounded once, in the order of plain.py. With torch on a CPU all results are
equal bit for bit. **None of this has ever run on a CUDA device**: there the sums of a scan must be equal, and
choose.TOLERANCE is by how much similarities may differ; a device that does not keep to it is not chosen.

Importing this module imports torch, which takes seconds: only choose.py does, where there may be a device.
"""

from __future__ import annotations

import logging
import threading
import weakref
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, Generic, Self, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray

from core.domain import Float32Array, Int32Array, Int64Array
from core.index.kernels.arrays import (
    LANES,
    LOOSE_SCALE,
    ExactTokens,
    Kernels,
    QueryLanes,
    ResidualTokens,
    ScanTable,
)

PIECE_BYTES = 256 << 20
"""What one piece of work may take on the device beside the segments kept there."""

_SCANNED_BYTES = 4 * LANES
"""A token in a scan: its number, its code, and its row of the table, with a copy of that."""

_log = logging.getLogger(__name__)

Value = TypeVar("Value")
_Score = Callable[[torch.Tensor, int], torch.Tensor]
"""The tokens of some passages, equally many of each, one passage after the other, and how many passages these
are -> a row for each passage."""


class TorchKernels:
    """Implements `Kernels` on a torch device. Thread-safe: one call at a time is on the device.

    Segments are uploaded once and stay while they are open and used, up to `kept_bytes` in all; of one that
    does not fit what is needed is sent piece by piece. When the device has too little memory the pieces are
    halved; when not even one passage fits, or the device fails, the kernels that `instead` makes do the work.
    """

    def __init__(
        self,
        device: str,
        *,
        kept_bytes: int,
        instead: Callable[[], Kernels],
        piece_bytes: int = PIECE_BYTES,
    ) -> None:
        self._device = torch.device(device)
        self._kept = _Kept[Any](kept_bytes)
        self._piece_bytes = piece_bytes
        self._instead = cache(instead)
        self._working = threading.Lock()
        self._failed = False

    @classmethod
    def open(cls, instead: Callable[[], Kernels]) -> Self:
        """On the first CUDA device, keeping up to half of its free memory. Raises RuntimeError if none."""
        if not torch.cuda.is_available():
            raise RuntimeError("torch finds no CUDA device")
        free, _ = torch.cuda.mem_get_info()
        return cls("cuda", kept_bytes=free // 2, piece_bytes=min(PIECE_BYTES, free // 8), instead=instead)

    @property
    def name(self) -> str:
        return f"torch-{self._device.type}"

    def scan(self, table: ScanTable, tokens: ResidualTokens, ordinals: Int64Array, sums: Int32Array) -> None:
        found = np.zeros(len(ordinals), dtype=np.int32)

        def work() -> None:
            here, asked = self._residuals(tokens), self._asked(table, tokens)
            at_once = max(1, self._piece_bytes // _scored_bytes(table.lanes))

            def score(rows: torch.Tensor, passages: int) -> torch.Tensor:
                entries = asked.entries(here, rows, at_once)
                return _largest(entries, passages).sum(dim=1, dtype=torch.int32)

            self._in_pieces(tokens.offsets, ordinals, score, _SCANNED_BYTES, found)

        if self._done(work):
            sums += found  # not before all is there, or the kernels that do it instead would add some twice
        else:
            self._instead().scan(table, tokens, ordinals, sums)

    def residual(
        self, table: ScanTable, tokens: ResidualTokens, ordinals: Int64Array, best: Float32Array
    ) -> None:
        best[:] = -np.inf

        def work() -> None:
            here, asked = self._residuals(tokens), self._asked(table, tokens)

            def score(rows: torch.Tensor, passages: int) -> torch.Tensor:
                return _largest(asked.similarities(here, rows), passages)

            self._in_pieces(tokens.offsets, ordinals, score, _scored_bytes(table.lanes), best)

        if not self._done(work):
            self._instead().residual(table, tokens, ordinals, best)

    def exact(self, query: QueryLanes, tokens: ExactTokens, ordinals: Int64Array, best: Float32Array) -> None:
        best[:] = -np.inf

        def work() -> None:
            here = self._tokens((tokens.codes, tokens.scales))
            components, step = (self._sent(x.astype(np.float32)) for x in (query.components, query.step))

            def score(rows: torch.Tensor, passages: int) -> torch.Tensor:
                found = here.take(0, rows).to(torch.float32) @ components
                return _largest(found.mul_(step).mul_(here.take(1, rows)[:, None]), passages)

            self._in_pieces(tokens.offsets, ordinals, score, _scored_bytes(query), best)

        if not self._done(work):
            self._instead().exact(query, tokens, ordinals, best)

    def _done(self, work: Callable[[], None]) -> bool:
        """Do the work on the device, or say that it could not."""
        with self._working:
            if self._failed:
                return False
            try:
                work()
            except torch.OutOfMemoryError as error:
                _log.warning("the CPU does what the graphics card has no memory for: %s", error)
                return False
            except RuntimeError as error:  # torch has no narrower type for a device that is gone
                _log.warning("the graphics card failed, the CPU searches from now on: %s", error)
                self._failed = True
                self._kept.clear()
                return False
            return True

    def _in_pieces(
        self, offsets: Int64Array, ordinals: Int64Array, score: _Score, token_bytes: int, found: NDArray[Any]
    ) -> None:
        """Write what `score` says of the passages with tokens, some at a time, to their rows of `found`.

        Passages are taken by length, so that those of a piece, all filled up to the longest, are alike.
        """
        first = offsets[ordinals]
        counts = offsets[ordinals + 1] - first
        order = np.argsort(counts, kind="stable")
        order = order[int(np.searchsorted(counts[order], 1)) :]
        at, piece_bytes = 0, self._piece_bytes
        while at < len(order):
            some = order[at : _piece_end(counts[order], at, piece_bytes // token_bytes)]
            try:
                rows = self._rows(first[some], counts[some])
                found[some] = score(rows, len(some)).cpu().numpy()
            except torch.OutOfMemoryError:
                if len(some) == 1:
                    raise
                piece_bytes = min(piece_bytes, len(some) * int(counts[some[-1]]) * token_bytes) // 2
                torch.cuda.empty_cache()
                continue
            at += len(some)

    def _rows(self, first: Int64Array, counts: Int64Array) -> torch.Tensor:
        """The numbers of the passages' tokens, as many for each as the longest has; a shorter one repeats its
        last token, which does not change what is largest.
        """
        more = torch.arange(int(counts[-1]), device=self._device)
        more = torch.minimum(more[None, :], self._sent(counts - 1)[:, None])
        return (self._sent(first)[:, None] + more).flatten()

    def _residuals(self, tokens: ResidualTokens) -> _Tokens:
        # torch computes little with uint16
        return self._tokens((tokens.codes.view(np.int16), tokens.scales, tokens.packed), owner=tokens.codes)

    def _tokens(self, arrays: tuple[NDArray[Any], ...], owner: NDArray[Any] | None = None) -> _Tokens:
        owner = arrays[0] if owner is None else owner
        nbytes = sum(array.nbytes for array in arrays)

        def load() -> _Resident:
            return _Resident(tuple(self._uploaded(array) for array in arrays))

        try:
            kept = self._kept.get(owner, nbytes, load)
        except torch.OutOfMemoryError:
            self._kept.shrink()
            torch.cuda.empty_cache()
            kept = None
        return _Streamed(arrays, self._sent) if kept is None else kept

    def _asked(self, table: ScanTable, tokens: ResidualTokens) -> _Asked:
        def load() -> tuple[torch.Tensor, ...]:
            components = table.lanes.components.astype(np.float32)
            return tuple(self._sent(array) for array in (components, table.near, table.rounded))

        nbytes = table.lanes.components.nbytes * 2 + table.near.nbytes + table.rounded.nbytes
        components, near, rounded = self._kept.get(table.near, nbytes, load) or load()
        middle = table.lanes.sums * np.int32((1 << tokens.bits) - 1)
        return _Asked(
            components=components,
            near=near,
            rounded=rounded,
            middle=self._sent(middle.astype(np.float32)),
            factor=self._sent(table.lanes.step * tokens.unit),
            steps=self._sent(np.array(table.steps)),
            bits=tokens.bits,
        )

    def _uploaded(self, array: NDArray[Any]) -> torch.Tensor:
        """The whole array, through pieces of bounded size: it may be a mapped file of any size."""
        kind = torch.from_numpy(np.empty(0, dtype=array.dtype)).dtype
        there = torch.empty(array.shape, dtype=kind, device=self._device)
        at_once = max(1, self._piece_bytes * len(array) // max(1, array.nbytes))
        for start in range(0, len(array), at_once):
            there[start : start + at_once] = self._sent(array[start : start + at_once])
        return there

    def _sent(self, array: NDArray[Any]) -> torch.Tensor:
        host = torch.from_numpy(np.require(array, requirements=["C", "W"]))
        if self._device.type == "cuda":  # from pinned memory the card fetches it by itself
            host = host.pin_memory()
        # A copy on the CPU, too: nothing on the device may keep a closed segment's file alive.
        return host.to(self._device, non_blocking=True, copy=True)


class _Resident:
    """The arrays of a segment, on the device."""

    def __init__(self, arrays: tuple[torch.Tensor, ...]) -> None:
        self._arrays = arrays

    def take(self, number: int, rows: torch.Tensor) -> torch.Tensor:
        """Some rows of one of the arrays."""
        return self._arrays[number].index_select(0, rows)


class _Streamed:
    """The same of a segment that is too large to be kept there: only what is asked for is sent."""

    def __init__(
        self, arrays: tuple[NDArray[Any], ...], send: Callable[[NDArray[Any]], torch.Tensor]
    ) -> None:
        self._arrays = arrays
        self._send = send

    def take(self, number: int, rows: torch.Tensor) -> torch.Tensor:
        return self._send(self._arrays[number][rows.cpu().numpy()])


_Tokens = _Resident | _Streamed


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Asked:
    """A ScanTable on the device, with what residuals of `bits` need beside it; see plain.py."""

    components: torch.Tensor
    near: torch.Tensor
    rounded: torch.Tensor
    middle: torch.Tensor
    factor: torch.Tensor
    steps: torch.Tensor
    bits: int

    def entries(self, tokens: _Tokens, rows: torch.Tensor, at_once: int) -> torch.Tensor:
        """What each token counts in a scan, `(rows, LANES)` uint8."""
        found = self.rounded.index_select(0, _centroids(tokens, rows))
        loose = (tokens.take(1, rows) >= LOOSE_SCALE).nonzero().flatten()
        for some in torch.split(loose, at_once) if len(loose) else ():
            own = self.similarities(tokens, rows[some]).mul_(self.steps).clamp_(0, 255).to(torch.uint8)
            found.index_copy_(0, some, torch.maximum(found.index_select(0, some), own))
        return found

    def similarities(self, tokens: _Tokens, rows: torch.Tensor) -> torch.Tensor:
        """`near[code] + (2 * dot - middle) * factor * scale`, `(rows, LANES)` float32."""
        packed = tokens.take(2, rows)
        mask = (1 << self.bits) - 1
        parts = [(packed >> shift) & mask for shift in range(0, 8, self.bits)]
        found = torch.cat(parts, dim=1).to(torch.float32) @ self.components
        found.mul_(2).sub_(self.middle).mul_(self.factor)
        found.mul_(tokens.take(1, rows).to(torch.float32)[:, None])
        return found.add_(self.near.index_select(0, _centroids(tokens, rows)))


class _Kept(Generic[Value]):
    """What is on the device, by the array that it was made of, which must live; what was not used for longest
    gives way. Not thread-safe.
    """

    def __init__(self, budget: int) -> None:
        self._budget = budget
        self._entries: OrderedDict[int, tuple[weakref.ref[Any], int, Value]] = OrderedDict()

    def get(self, owner: NDArray[Any], nbytes: int, load: Callable[[], Value]) -> Value | None:
        """What was loaded for `owner`, now or earlier; None if it is too large. Raises what `load` raises."""
        for key in [key for key, (ref, _, _) in self._entries.items() if ref() is None]:
            del self._entries[key]
        if id(owner) in self._entries:
            self._entries.move_to_end(id(owner))
            return self._entries[id(owner)][2]
        if nbytes > self._budget:
            return None
        while sum(size for _, size, _ in self._entries.values()) + nbytes > self._budget:
            self._entries.popitem(last=False)
        value = load()
        self._entries[id(owner)] = (weakref.ref(owner), nbytes, value)
        return value

    def clear(self) -> None:
        self._entries.clear()

    def shrink(self) -> None:
        """Others need the memory, too: keep half as much from now on."""
        self._budget //= 2
        self.clear()


def _centroids(tokens: _Tokens, rows: torch.Tensor) -> torch.Tensor:
    return tokens.take(0, rows).to(torch.int32) & 0xFFFF


def _largest(values: torch.Tensor, passages: int) -> torch.Tensor:
    return values.view(passages, -1, LANES).amax(dim=1)


def _scored_bytes(lanes: QueryLanes) -> int:
    """What measuring a token takes: its components in bytes, twice, and in float32; three rows of lanes."""
    return 8 * len(lanes.components) + 16 * LANES


def _piece_end(counts: Int64Array, start: int, tokens: int) -> int:
    """Where the piece ends that begins at `start`: one passage, or as many as take at most `tokens` when all
    are filled up to the last one's length. `counts` ascend.
    """
    ends = range(start + 1, len(counts) + 1)
    fitting = bisect_right(ends, tokens, key=lambda end: (end - start) * int(counts[end - 1]))
    return start + max(1, fitting)
