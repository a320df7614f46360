"""The kernels as machine code for this processor, compiled in memory by LLVM."""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Callable
from functools import partial
from typing import Any

import llvmlite.binding as llvm
import numpy as np
from llvmlite import ir
from numpy.typing import NDArray

from core.domain import Float32Array, Int32Array, Int64Array
from core.index.kernels import dots, programs
from core.index.kernels.arrays import ExactTokens, QueryLanes, ResidualTokens, ScanTable

_Program = Callable[[ir.Module], None]
_OPTIMISATION = 3
_CTYPES = {"ptr": ctypes.c_void_p, "i64": ctypes.c_int64, "float": ctypes.c_float}


def native_ways() -> tuple[str, ...]:
    """The ways to multiply that this processor has, the most promising first."""
    return dots.ways(llvm.get_host_cpu_features())


class NativeKernels:
    """The kernels by one of the `native_ways`. Thread-safe; other threads run during a call.

    A kernel is compiled when it is first called, in 20 to 100 ms. Raises RuntimeError where LLVM cannot.
    """

    def __init__(self, way: str) -> None:
        self._way = way
        self._compiled: dict[str, Callable[..., None]] = {}
        self._engines: list[Any] = []
        self._compiling = threading.Lock()

    @property
    def name(self) -> str:
        return f"native-{self._way}"

    def scan(self, table: ScanTable, tokens: ResidualTokens, ordinals: Int64Array, sums: Int32Array) -> None:
        run = self._residual_kernel("scan", programs.scan, table, tokens)
        run(
            *_of_table(table),
            *_of_tokens(tokens),
            tokens.unit,
            _address(table.rounded, np.uint8),
            table.steps,
            _address(ordinals, np.int64),
            len(ordinals),
            _address(sums, np.int32),
        )

    def residual(
        self, table: ScanTable, tokens: ResidualTokens, ordinals: Int64Array, best: Float32Array
    ) -> None:
        run = self._residual_kernel("residual", programs.residual, table, tokens)
        run(
            *_of_table(table),
            *_of_tokens(tokens),
            tokens.unit,
            _address(ordinals, np.int64),
            len(ordinals),
            _address(best, np.float32),
        )

    def exact(self, query: QueryLanes, tokens: ExactTokens, ordinals: Int64Array, best: Float32Array) -> None:
        dim = len(query.components)
        run = self._kernel(f"exact_{dim}", lambda module: programs.exact(module, way=self._way, dim=dim))
        middle = query.sums * np.int32(128)
        run(
            _address(query.fours, np.int8),
            _address(query.components, np.int16),
            _address(middle, np.int32),
            _address(query.step, np.float32),
            _address(tokens.codes, np.int8),
            _address(tokens.scales, np.float32),
            _address(tokens.offsets, np.int64),
            _address(ordinals, np.int64),
            len(ordinals),
            _address(best, np.float32),
        )

    def _residual_kernel(
        self, name: str, program: Callable[..., None], table: ScanTable, tokens: ResidualTokens
    ) -> Callable[..., None]:
        dim, bits = len(table.lanes.components), tokens.bits
        made = partial(program, way=self._way, dim=dim, bits=bits)
        return self._kernel(f"{name}_{dim}_{bits}", made)

    def _kernel(self, name: str, program: _Program) -> Callable[..., None]:
        """The compiled kernel. ctypes lets other threads run while it is called."""
        with self._compiling:
            if name not in self._compiled:
                module = ir.Module(name)
                program(module)
                engine = _compile(module, self._way)
                self._engines.append(engine)  # owns the machine code
                arguments = [_CTYPES[str(each.type)] for each in module.get_global(name).args]
                prototype = ctypes.CFUNCTYPE(None, *arguments)
                self._compiled[name] = prototype(engine.get_function_address(name))
            return self._compiled[name]


def _of_table(table: ScanTable) -> tuple[int, ...]:
    """programs.py has the order."""
    lanes = table.lanes
    return (
        _address(lanes.fours, np.int8),
        _address(lanes.components, np.int16),
        _address(lanes.sums, np.int32),
        _address(lanes.step, np.float32),
        _address(table.near, np.float32),
    )


def _of_tokens(tokens: ResidualTokens) -> tuple[int, ...]:
    return (
        _address(tokens.codes, np.uint16),
        _address(tokens.scales, np.uint8),
        _address(tokens.packed, np.uint8),
        _address(tokens.offsets, np.int64),
    )


def _compile(module: ir.Module, way: str) -> Any:
    """Optimise and compile for this processor. Raises RuntimeError."""
    features = llvm.get_host_cpu_features()
    if way == "avx2":  # what a processor without AVX-512 would run, on one that has it, too
        features.update({name: False for name in features if name.startswith("avx512")})
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    machine = llvm.Target.from_default_triple().create_target_machine(
        cpu=llvm.get_host_cpu_name(),
        features=features.flatten(),
        opt=_OPTIMISATION,
        jit=True,
    )
    parsed = llvm.parse_assembly(str(module))
    parsed.verify()
    passes = llvm.create_pass_builder(machine, llvm.create_pipeline_tuning_options(_OPTIMISATION))
    passes.getModulePassManager().run(parsed, passes)
    engine = llvm.create_mcjit_compiler(parsed, machine)
    engine.finalize_object()
    return engine


def _address(array: NDArray[Any], kind: Any) -> int:
    """Where the array lies. A kernel reads memory as it is told to: what it is told is checked here."""
    if array.dtype != kind or not array.flags.c_contiguous:
        raise TypeError(f"a kernel takes a contiguous array of {np.dtype(kind)}, not of {array.dtype}")
    return array.ctypes.data
