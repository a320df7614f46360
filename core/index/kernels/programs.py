"""The kernels: what is done for every token of a search. plain.py says the same in numpy.

Each works on a list of passages. Arguments are the addresses of arrays; native.py checks their types and
layout.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from llvmlite import ir

from core.index.kernels.arrays import LANES, LOOSE_SCALE
from core.index.kernels.dots import QueryAddresses, Token, dots
from core.index.kernels.emit import (
    F32,
    I8,
    I16,
    I32,
    I64,
    POINTER,
    Builder,
    Value,
    address,
    constant,
    each,
    fold,
    function,
    in_steps,
    intrinsic,
    item,
    load,
    prefetch,
    scratch,
    splat,
    store,
    vector,
)

_LOWEST = constant(vector(F32, LANES), -math.inf)


_RESIDUAL_ARGUMENTS = [POINTER] * 9 + [F32]
"""Of `scan` and `residual` first: fours, components, sums i32, step f32, near f32 (K, LANES), codes u16,
scales u8, packed u8, offsets i64, unit."""


def scan(module: ir.Module, *, way: str, dim: int, bits: int) -> None:
    """Takes (_RESIDUAL_ARGUMENTS, rounded u8 (K, LANES), steps f32, ordinals i64, count, sums i32).

    Reading codes in order is nearly all the work: 0.6 ns a token with 16,384 centroids (their table fits the
    second cache), 1.2 with 65,536 (one core, 2026-11; 29 for a plain loop). The loose tokens of a passage
    are fetched together: 66 ns each, where one after the other takes 158, for the memory is slow to answer.
    """
    more = [POINTER, F32, POINTER, I64, POINTER]
    b, arguments = function(module, f"scan_{dim}_{bits}", [*_RESIDUAL_ARGUMENTS, *more])
    *shared, rounded, steps, ordinals, count, sums = arguments
    residuals = _Residuals(b, shared, way=way, dim=dim, bits=bits)
    loose = _Loose(b)
    entries, lanes = vector(I8, LANES), vector(F32, LANES)
    steps = splat(b, steps, LANES)

    def passage(position: Value) -> None:
        start, end = _tokens(b, residuals.offsets, item(b, ordinals, I64, position))
        best = in_steps(b, start, end, _Loose.MOST, constant(entries, 0), some_tokens)
        found = intrinsic(b, f"llvm.vector.reduce.add.v{LANES}i16", I16, b.zext(best, vector(I16, LANES)))
        place = address(b, sums, I32, position)
        b.store(b.add(b.load(place, typ=I32), b.zext(found, I32)), place)

    def some_tokens(first: Value, last: Value, best: Value) -> Value:
        loose.clear()
        best = fold(b, first, last, best, looked_up)
        loose.each(residuals.prefetch)
        return loose.fold(best, measured)

    def looked_up(number: Value, best: Value) -> Value:
        far = b.icmp_unsigned(">=", residuals.scale(number), constant(I8, LOOSE_SCALE))
        loose.add_if(far, number)
        found = load(b, rounded, entries, at=b.mul(residuals.code(number), constant(I64, LANES)), align=LANES)
        return intrinsic(b, f"llvm.umax.v{LANES}i8", entries, best, found)

    def measured(number: Value, best: Value) -> Value:
        found = b.fmul(residuals.similarities(number), steps)
        found = intrinsic(b, f"llvm.maxnum.v{LANES}f32", lanes, found, constant(lanes, 0.0))
        found = intrinsic(b, f"llvm.minnum.v{LANES}f32", lanes, found, constant(lanes, 255.0))
        return intrinsic(b, f"llvm.umax.v{LANES}i8", entries, best, b.fptoui(found, entries))

    each(b, constant(I64, 0), count, passage)
    b.ret_void()


def residual(module: ir.Module, *, way: str, dim: int, bits: int) -> None:
    """Takes (_RESIDUAL_ARGUMENTS, ordinals i64, count, best f32 (count, LANES)).

    28 ns a token of 128 dimensions and core with 512-bit VNNI, 32 with 256-bit, 40 to 47 with AVX2 (2026-11);
    two or four tokens at a time, to load the query less often, were no faster.
    """
    kinds = [*_RESIDUAL_ARGUMENTS, POINTER, I64, POINTER]
    b, arguments = function(module, f"residual_{dim}_{bits}", kinds)
    *shared, ordinals, count, best = arguments
    residuals = _Residuals(b, shared, way=way, dim=dim, bits=bits)
    _best_of_passages(b, residuals.offsets, ordinals, count, best, residuals.similarities)
    b.ret_void()


def exact(module: ir.Module, *, way: str, dim: int) -> None:
    """Takes (fours, components, middle i32, factor f32, codes i8, scales f32, offsets i64, ordinals i64,
    count, best f32 (count, LANES)).

    In each lane the largest of `(dot - middle) * factor * scale` over a passage's tokens; the dot is that of
    the codes plus 128, as unsigned bytes.
    """
    kinds = [POINTER] * 8 + [I64] + [POINTER]
    b, arguments = function(module, f"exact_{dim}", kinds)
    fours, components, middle, factor, codes, scales, offsets, ordinals, count, best = arguments
    query = QueryAddresses(fours=fours, components=components)
    unsigned = scratch(b, dim)
    row = vector(I8, dim)
    lanes = _Lanes(b, middle=_lanes_at(b, middle, I32), factor=_lanes_at(b, factor, F32))

    def token(number: Value) -> Value:
        signed = load(b, codes, row, at=b.mul(number, constant(I64, dim)))
        store(b, b.xor(signed, constant(row, -128)), unsigned, at=0, align=32)
        found = dots(b, way, Token(address=unsigned, dim=dim, largest=255), query)
        return lanes.scaled(found, item(b, scales, F32, number))

    _best_of_passages(b, offsets, ordinals, count, best, token)
    b.ret_void()


class _Loose:
    """Numbers of tokens set aside for later, at most MOST."""

    MOST = 128

    def __init__(self, b: Builder) -> None:
        self._b = b
        self._numbers = scratch(b, 8 * (self.MOST + 1))
        self._count = b.alloca(I64)

    def clear(self) -> None:
        self._b.store(constant(I64, 0), self._count)

    def add_if(self, condition: Value, number: Value) -> None:
        """Without a jump: the number is always written, and overwritten by the next if it does not count."""
        b = self._b
        count = b.load(self._count)
        store(b, number, address(b, self._numbers, I64, count), at=0, align=8)
        b.store(b.add(count, b.zext(condition, I64)), self._count)

    def each(self, body: Callable[[Value], None]) -> None:
        each(self._b, constant(I64, 0), self._b.load(self._count), lambda i: body(self._at(i)))

    def fold(self, initial: Value, body: Callable[[Value, Value], Value]) -> Value:
        count = self._b.load(self._count)
        return fold(self._b, constant(I64, 0), count, initial, lambda i, kept: body(self._at(i), kept))

    def _at(self, index: Value) -> Value:
        return item(self._b, self._numbers, I64, index)


class _Residuals:
    """The tokens of a compressed segment, and what they have to do with the query."""

    def __init__(self, b: Builder, shared: Sequence[Value], *, way: str, dim: int, bits: int) -> None:
        fours, components, sums, step, near, codes, scales, packed, offsets, unit = shared
        middle = b.mul(_lanes_at(b, sums, I32), constant(vector(I32, LANES), (1 << bits) - 1))
        factor = b.fmul(_lanes_at(b, step, F32), splat(b, unit, LANES))
        self.offsets = offsets
        self._b, self._way, self._dim, self._bits = b, way, dim, bits
        self._query = QueryAddresses(fours=fours, components=components)
        self._lanes = _Lanes(b, middle=middle, factor=factor)
        self._near, self._codes, self._scales, self._packed = near, codes, scales, packed
        self._unpacked = scratch(b, dim)
        self._nbytes = dim * bits // 8

    def code(self, number: Value) -> Value:
        return self._b.zext(item(self._b, self._codes, I16, number), I64)

    def scale(self, number: Value) -> Value:
        return item(self._b, self._scales, I8, number)

    def prefetch(self, number: Value) -> None:
        """Have what `similarities` reads fetched."""
        prefetch(self._b, self._packed_at(number), self._nbytes)
        prefetch(self._b, self._near_at(number), 4 * LANES)

    def similarities(self, number: Value) -> Value:
        """`near[code] + (2 * dot - sums * (levels - 1)) * step * unit * scale`, as plain.py has it."""
        b, dim, bits = self._b, self._dim, self._bits
        _unpack(b, self._packed_at(number), self._unpacked, dim, bits)
        found = dots(
            b, self._way, Token(address=self._unpacked, dim=dim, largest=(1 << bits) - 1), self._query
        )
        doubled = b.shl(found, constant(found.type, 1))
        near = _lanes_at(b, self._near_at(number), F32)
        return b.fadd(self._lanes.scaled(doubled, b.uitofp(self.scale(number), F32)), near)

    def _packed_at(self, number: Value) -> Value:
        return address(self._b, self._packed, I8, self._b.mul(number, constant(I64, self._nbytes)))

    def _near_at(self, number: Value) -> Value:
        return address(self._b, self._near, F32, self._b.mul(self.code(number), constant(I64, LANES)))


class _Lanes:
    """What turns the integers of each lane into a similarity."""

    def __init__(self, b: Builder, *, middle: Value, factor: Value) -> None:
        self._b, self._middle, self._factor = b, middle, factor

    def scaled(self, dot: Value, scale: Value) -> Value:
        """`(dot - middle) * factor * scale`, rounded after each step, as numpy does."""
        b = self._b
        whole = b.sitofp(b.sub(dot, self._middle), vector(F32, LANES))
        return b.fmul(b.fmul(whole, self._factor), splat(b, scale, LANES))


def _best_of_passages(
    b: Builder, offsets: Value, ordinals: Value, count: Value, best: Value, token: Callable[[Value], Value]
) -> None:
    lanes = vector(F32, LANES)

    def passage(position: Value) -> None:
        start, end = _tokens(b, offsets, item(b, ordinals, I64, position))

        def larger(number: Value, most: Value) -> Value:
            return intrinsic(b, f"llvm.maxnum.v{LANES}f32", lanes, most, token(number))

        found = fold(b, start, end, _LOWEST, larger)
        b.store(found, address(b, best, lanes, position), align=4)

    each(b, constant(I64, 0), count, passage)


def _lanes_at(b: Builder, base: Value, element: Any) -> Value:
    """LANES numbers that lie one after the other."""
    return load(b, base, vector(element, LANES), at=constant(I64, 0), align=4)


def _tokens(b: Builder, offsets: Value, ordinal: Value) -> tuple[Value, Value]:
    start = item(b, offsets, I64, ordinal)
    return start, item(b, offsets, I64, b.add(ordinal, constant(I64, 1)))


def _unpack(b: Builder, packed: Value, unpacked: Value, dim: int, bits: int) -> None:
    """Byte j holds components j, j + n, j + 2n, … of the n bytes of a token, the first in the lowest bits."""
    nbytes, per_byte = dim * bits // 8, 8 // bits
    kind = vector(I8, nbytes)
    raw = load(b, packed, kind, at=constant(I64, 0))
    for position in range(per_byte):
        shifted = b.lshr(raw, constant(kind, bits * position))
        part = b.and_(shifted, constant(kind, (1 << bits) - 1))
        store(b, part, unpacked, at=position * nbytes, align=math.gcd(nbytes, 16))
