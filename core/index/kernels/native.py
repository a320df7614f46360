"""The kernels as machine code for this processor, compiled in memory by LLVM."""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Callable
from typing import Any

import llvmlite.binding as llvm
import numpy as np
from llvmlite import ir
from numpy.typing import NDArray

from core.domain import Float32Array, Int64Array
from core.index.kernels import dots, programs
from core.index.kernels.arrays import ExactTokens, QueryLanes, ResidualTokens

_Program = Callable[[ir.Module], None]
_OPTIMISATION = 3


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

    def scan(
        self, table: NDArray[np.uint8], tokens: ResidualTokens, ordinals: Int64Array, sums: NDArray[np.int32]
    ) -> None:
        run = self._kernel("scan", programs.scan)
        run(
            _address(table, np.uint8),
            _address(tokens.codes, np.uint16),
            _address(tokens.offsets, np.int64),
            _address(ordinals, np.int64),
            len(ordinals),
            _address(sums, np.int32),
        )

    def residual(
        self,
        query: QueryLanes,
        near: Float32Array,
        tokens: ResidualTokens,
        ordinals: Int64Array,
        best: Float32Array,
    ) -> None:
        dim, bits = len(query.components), tokens.bits
        run = self._kernel(
            f"residual_{dim}_{bits}",
            lambda module: programs.residual(module, way=self._way, dim=dim, bits=bits),
        )
        middle, step = query.sums * np.int32((1 << bits) - 1), query.step * tokens.unit
        run(
            _address(query.fours, np.int8),
            _address(query.components, np.int16),
            _address(middle, np.int32),
            _address(step, np.float32),
            _address(near, np.float32),
            _address(tokens.codes, np.uint16),
            _address(tokens.scales, np.uint8),
            _address(tokens.packed, np.uint8),
            _address(tokens.offsets, np.int64),
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

    def _kernel(self, name: str, program: _Program) -> Callable[..., None]:
        """The compiled kernel. ctypes lets other threads run while it is called."""
        with self._compiling:
            if name not in self._compiled:
                module = ir.Module(name)
                program(module)
                engine = _compile(module)
                self._engines.append(engine)  # owns the machine code
                arguments = [
                    ctypes.c_int64 if isinstance(each.type, ir.IntType) else ctypes.c_void_p
                    for each in module.get_global(name).args
                ]
                prototype = ctypes.CFUNCTYPE(None, *arguments)
                self._compiled[name] = prototype(engine.get_function_address(name))
            return self._compiled[name]


def _compile(module: ir.Module) -> Any:
    """Optimise and compile for this processor. Raises RuntimeError."""
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    machine = llvm.Target.from_default_triple().create_target_machine(
        cpu=llvm.get_host_cpu_name(),
        features=llvm.get_host_cpu_features().flatten(),
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
