"""Which kernels are fastest on this machine? Measured once and remembered."""

from __future__ import annotations

import contextlib
import ctypes
import hashlib
import importlib.metadata
import json
import os
import platform
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from core.index.kernels.arrays import LANES, ExactTokens, Kernels, QueryLanes, aligned
from core.index.kernels.plain import PlainKernels

_PASSAGES, _TOKENS_EACH, _DIM, _TIMES = 64, 64, 128, 3

TOLERANCE = 1e-5
"""By how much the similarities of a graphics card may differ, absolute or relative, whichever is larger: some
roundings to float32, should it ever add or multiply in another order."""

_PASSAGES_ON_GPU = 2048
"""As many as a search scores of a compressed library (search/candidates.py): with few, a card only waits."""

_ON_GPU = "torch-cuda"


def load_kernels(remembered: Path) -> Kernels:
    """The kernels that `remembered` names for this processor; else the fastest, and they are written there.

    Never fails: where LLVM does not work, numpy gives the same answers.
    """
    known = _read(remembered)
    this = _machine()
    by_name = all_kernels()
    if known.get("machine") == this and known.get("kernels") in list(by_name):
        with contextlib.suppress(ImportError, OSError, RuntimeError):  # a graphics card that is gone
            return by_name[known["kernels"]]()
    best = choose_kernels()
    _write(remembered, {"machine": this, "kernels": best.name})
    return best


def choose_kernels() -> Kernels:
    """The fastest kernels, measured now: in 0.3 s, or some seconds where torch may have a graphics card."""
    by_name = all_kernels()
    on_gpu = by_name.pop(_ON_GPU, None)
    best = fastest([make() for make in by_name.values()])
    return best if on_gpu is None else _faster(best, on_gpu)


def fastest(kernels: list[Kernels]) -> Kernels:
    """The kernels that score a small made-up segment fastest; those that fail or differ are left out."""
    query, tokens, ordinals = _sample(_PASSAGES)
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
    """By name; made when called, since LLVM takes a moment to load, and torch seconds.

    Making the kernels of a graphics card raises ImportError, OSError or RuntimeError where it does not work.
    """
    found: dict[str, Callable[[], Kernels]] = {PlainKernels.name: PlainKernels}
    try:
        from core.index.kernels.native import NativeKernels, native_ways  # noqa: PLC0415 - loads LLVM, 50 ms
    except (ImportError, OSError):
        pass
    else:
        found |= {NativeKernels(way).name: partial(NativeKernels, way) for way in native_ways()}
    if _torch_for_gpu():
        found[_ON_GPU] = _torch_kernels
    return found


def _torch_for_gpu() -> str:
    """The version of torch, if importing it is worth the time: if it and the driver of an NVIDIA card are
    installed. Else empty.
    """
    try:
        version = importlib.metadata.version("torch")
        ctypes.CDLL("nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1")
    except (ImportError, OSError):
        return ""
    return version


def _torch_kernels() -> Kernels:
    from core.index.kernels.torch_kernels import TorchKernels  # noqa: PLC0415 - loads torch, seconds

    return TorchKernels.open(instead=_fastest_on_cpu)


def _fastest_on_cpu() -> Kernels:
    return fastest([make() for name, make in all_kernels().items() if name != _ON_GPU])


def _faster(on_cpu: Kernels, make_on_gpu: Callable[[], Kernels]) -> Kernels:
    """The faster of the two at the work of a search, which all processors share."""
    query, tokens, ordinals = _sample(_PASSAGES_ON_GPU)
    expected = np.empty((_PASSAGES_ON_GPU, LANES), dtype=np.float32)
    found = np.empty_like(expected)
    try:
        on_gpu = make_on_gpu()
        on_gpu.exact(query, tokens, ordinals, found)
    except (ImportError, OSError, RuntimeError):
        return on_cpu
    cpu_s = _seconds(partial(on_cpu.exact, query, tokens, ordinals, expected)) / (os.cpu_count() or 1)
    gpu_s = _seconds(partial(on_gpu.exact, query, tokens, ordinals, found))
    right = np.allclose(found, expected, rtol=TOLERANCE, atol=TOLERANCE)
    return on_gpu if right and gpu_s < cpu_s else on_cpu


def _sample(passages: int) -> tuple[QueryLanes, ExactTokens, Any]:
    drawn = np.random.default_rng(0)
    query = QueryLanes.of(drawn.standard_normal((LANES, _DIM)).astype(np.float32))
    count = passages * _TOKENS_EACH
    codes = aligned((count, _DIM), np.int8)
    codes[:] = drawn.integers(-127, 128, codes.shape)
    tokens = ExactTokens(
        offsets=np.arange(passages + 1, dtype=np.int64) * _TOKENS_EACH,
        codes=codes,
        scales=np.full(count, 0.01, dtype=np.float32),
    )
    return query, tokens, np.arange(passages, dtype=np.int64)


def _seconds(work: Callable[[], None]) -> float:
    best = float("inf")
    for _ in range(_TIMES):
        started = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - started)
    return best


def _machine() -> str:
    """Changes when the processor, LLVM, numpy or torch does, or a graphics card comes or goes."""
    try:
        import llvmlite  # noqa: PLC0415
        import llvmlite.binding as llvm  # noqa: PLC0415

        processor = (
            f"{llvmlite.__version__} {llvm.get_host_cpu_name()} {llvm.get_host_cpu_features().flatten()}"
        )
    except (ImportError, OSError):
        processor = platform.processor()
    whole = f"{platform.machine()} {np.__version__} {processor} {_torch_for_gpu()}"
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
