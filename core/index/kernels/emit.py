"""A small vocabulary over llvmlite's IR builder: vectors, loads, loops with carried values.

The kernels are written in LLVM's intermediate language and compiled in memory when the program starts (some
30 ms), so they use whatever vector instructions this processor has, and no compiler is needed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from llvmlite import ir

POINTER = ir.PointerType()
I8, I16, I32, I64, F32 = ir.IntType(8), ir.IntType(16), ir.IntType(32), ir.IntType(64), ir.FloatType()

_NATURAL = {"i8": 1, "i16": 2, "i32": 4, "i64": 8, "float": 4}
"""Bytes of an element, at a multiple of which numpy puts it."""

_CACHE_LINE = 64

Value = Any
"""llvmlite is untyped: a value of the program that is being built."""
Builder = ir.IRBuilder


def vector(element: Any, count: int) -> Any:
    return ir.VectorType(element, count)


def constant(kind: Any, value: Any) -> Value:
    """A constant; of a vector, every lane has the value."""
    return ir.Constant(kind, [value] * kind.count if isinstance(kind, ir.VectorType) else value)


def address(b: Builder, base: Value, element: Any, index: Value | int) -> Value:
    """`&base[index]` in an array of `element`."""
    index = constant(I64, index) if isinstance(index, int) else index
    return b.gep(base, [index], source_etype=element)


def load(b: Builder, base: Value, kind: Any, *, at: Value, align: int = 1) -> Value:
    """What lies `at` bytes after `base`."""
    return b.load(address(b, base, I8, at), align=align, typ=kind)


def item(b: Builder, base: Value, element: Any, index: Value) -> Value:
    """`base[index]` in an array of `element`."""
    return b.load(address(b, base, element, index), typ=element, align=_NATURAL[str(element)])


def scratch(b: Builder, count: int) -> Value:
    """The address of `count` bytes that live as long as the call, at a multiple of 64."""
    place = b.alloca(ir.ArrayType(I8, count))
    place.align = 64
    return place


def store(b: Builder, value: Value, base: Value, *, at: int, align: int = 1) -> None:
    """Put a value `at` bytes after `base`."""
    # llvmlite gives an alloca a pointer type with an element; LLVM itself has untyped pointers only.
    place = b.bitcast(address(b, base, I8, at), ir.PointerType(value.type))
    b.store(value, place, align=align)


def splat(b: Builder, value: Value, count: int) -> Value:
    """A vector whose lanes all hold `value`."""
    undefined = ir.Constant(vector(value.type, count), ir.Undefined)
    one = b.insert_element(undefined, value, constant(I32, 0))
    return b.shuffle_vector(one, undefined, constant(vector(I32, count), 0))


def joined(b: Builder, parts: Sequence[Value]) -> Value:
    """Vectors of equal length, an even number or one, as one long vector."""
    while len(parts) > 1:
        count = 2 * parts[0].type.count
        lanes = ir.Constant(vector(I32, count), list(range(count)))
        parts = [b.shuffle_vector(parts[i], parts[i + 1], lanes) for i in range(0, len(parts), 2)]
    return parts[0]


def lanes_of(b: Builder, value: Value, lanes: Sequence[int]) -> Value:
    """Some lanes of a vector, as a shorter one."""
    undefined = ir.Constant(value.type, ir.Undefined)
    return b.shuffle_vector(value, undefined, ir.Constant(vector(I32, len(lanes)), list(lanes)))


def total(b: Builder, values: Sequence[Value]) -> Value:
    result = values[0]
    for value in values[1:]:
        result = b.add(result, value)
    return result


def intrinsic(b: Builder, name: str, result: Any, *arguments: Value) -> Value:
    """Call an intrinsic function of LLVM, declared in the module when first used."""
    known = b.module.globals.get(name)
    kind = ir.FunctionType(result, [each.type for each in arguments])
    return b.call(known or ir.Function(b.module, kind, name), arguments)


def function(module: Any, name: str, kinds: Sequence[Any]) -> tuple[Builder, Sequence[Value]]:
    """A new function without a result: the builder at its beginning, and its arguments."""
    made = ir.Function(module, ir.FunctionType(ir.VoidType(), kinds), name)
    return ir.IRBuilder(made.append_basic_block()), made.args


def each(b: Builder, first: Value, last: Value, body: Callable[[Value], None]) -> None:
    """`for i in range(first, last): body(i)`."""

    def without_result(index: Value, carried: Value) -> Value:
        body(index)
        return carried

    fold(b, first, last, constant(I64, 0), without_result)


def fold(
    b: Builder, first: Value, last: Value, initial: Value, body: Callable[[Value, Value], Value]
) -> Value:
    """`for i in range(first, last): carried = body(i, carried)`; the last `carried`."""
    before, inside, after = b.block, b.append_basic_block(), b.append_basic_block()
    b.cbranch(b.icmp_signed("<", first, last), inside, after)
    b.position_at_end(inside)
    index, carried = b.phi(I64), b.phi(initial.type)
    following = body(index, carried)
    end = b.block
    more = b.add(index, constant(I64, 1))
    index.add_incoming(first, before)
    index.add_incoming(more, end)
    carried.add_incoming(initial, before)
    carried.add_incoming(following, end)
    b.cbranch(b.icmp_signed("<", more, last), inside, after)
    b.position_at_end(after)
    result = b.phi(initial.type)
    result.add_incoming(initial, before)
    result.add_incoming(following, end)
    return result


def in_steps(
    b: Builder,
    first: Value,
    last: Value,
    step: int,
    initial: Value,
    body: Callable[[Value, Value, Value], Value],
) -> Value:
    """`for i in range(first, last, step): carried = body(i, min(i + step, last), carried)`; the last one."""
    count = b.sdiv(b.add(b.sub(last, first), constant(I64, step - 1)), constant(I64, step))

    def one(number: Value, carried: Value) -> Value:
        start = b.add(first, b.mul(number, constant(I64, step)))
        end = intrinsic(b, "llvm.smin.i64", I64, b.add(start, constant(I64, step)), last)
        return body(start, end, carried)

    return fold(b, constant(I64, 0), count, initial, one)


def prefetch(b: Builder, place: Value, nbytes: int) -> None:
    """Have the cache lines of what lies at an address fetched, and go on."""
    read, keep, data = constant(I32, 0), constant(I32, 3), constant(I32, 1)
    for at in (*range(0, nbytes, _CACHE_LINE), nbytes - 1):
        intrinsic(b, "llvm.prefetch.p0", ir.VoidType(), address(b, place, I8, at), read, keep, data)
