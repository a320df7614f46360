"""Which kernels are fastest on this machine? Measured once and remembered."""

from __future__ import annotations

import hashlib
import json
import platform
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from core.index.kernels.arrays import LANES, ExactTokens, Kernels, QueryLanes, aligned
from core.index.kernels.plain import PlainKernels

_PASSAGES, _TOKENS_EACH, _DIM, _TIMES = 64, 64, 128, 3


def load_kernels(remembered: Path) -> Kernels:
    """The kernels that `remembered` names for this processor; else the fastest, and they are written there.

    Measuring takes some 0.3 s. Never fails: where LLVM does not work, numpy gives the same answers.
    """
    known = _read(remembered)
    this = _machine()
    by_name = all_kernels()
    if known.get("machine") == this and known.get("kernels") in list(by_name):
        return by_name[known["kernels"]]()
    best = fastest([make() for make in by_name.values()])
    _write(remembered, {"machine": this, "kernels": best.name})
    return best


def fastest(kernels: list[Kernels]) -> Kernels:
    """The kernels that score a small made-up segment fastest; those that fail or differ are left out."""
    query, tokens, ordinals = _sample()
    expected = np.empty((_PASSAGES, LANES), dtype=np.float32)
    PlainKernels().exact(query, tokens, ordinals, expected)
    timed = []
    for each in kernels:
        found = np.empty_like(expected)
        try:
            each.exact(query, tokens, ordinals, found)
        except (RuntimeError, OSError):  # LLVM cannot compile or run it here
            continue
        if np.array_equal(found, expected):
            timed.append((_seconds(partial(each.exact, query, tokens, ordinals, found)), each))
    return min(timed, key=lambda pair: pair[0])[1] if timed else PlainKernels()


def all_kernels() -> dict[str, Callable[[], Kernels]]:
    """By name; made when called, since LLVM takes a moment to load."""
    found: dict[str, Callable[[], Kernels]] = {PlainKernels.name: PlainKernels}
    try:
        from core.index.kernels.native import NativeKernels, native_ways  # noqa: PLC0415 - loads LLVM, 50 ms
    except (ImportError, OSError):
        return found
    for way in native_ways():
        found[NativeKernels(way).name] = partial(NativeKernels, way)
    return found


def _sample() -> tuple[QueryLanes, ExactTokens, Any]:
    drawn = np.random.default_rng(0)
    query = QueryLanes.of(drawn.standard_normal((LANES, _DIM)).astype(np.float32))
    count = _PASSAGES * _TOKENS_EACH
    codes = aligned((count, _DIM), np.int8)
    codes[:] = drawn.integers(-127, 128, codes.shape)
    tokens = ExactTokens(
        offsets=np.arange(_PASSAGES + 1, dtype=np.int64) * _TOKENS_EACH,
        codes=codes,
        scales=np.full(count, 0.01, dtype=np.float32),
    )
    return query, tokens, np.arange(_PASSAGES, dtype=np.int64)


def _seconds(work: Callable[[], None]) -> float:
    best = float("inf")
    for _ in range(_TIMES):
        started = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - started)
    return best


def _machine() -> str:
    """Changes when the processor, LLVM or numpy does."""
    try:
        import llvmlite  # noqa: PLC0415
        import llvmlite.binding as llvm  # noqa: PLC0415

        processor = (
            f"{llvmlite.__version__} {llvm.get_host_cpu_name()} {llvm.get_host_cpu_features().flatten()}"
        )
    except (ImportError, OSError):
        processor = platform.processor()
    whole = f"{platform.machine()} {np.__version__} {processor}"
    return hashlib.blake2b(whole.encode(), digest_size=8).hexdigest()


def _read(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _write(path: Path, found: dict[str, Any]) -> None:
    """Not being able to remember costs the next start 0.3 s, and nothing else."""
    try:
        path.write_text(json.dumps(found), encoding="utf-8")
    except OSError:
        return
