"""The kernels: what is done for every token of a search. plain.py says the same in numpy.

Each works on a list of passages. Arguments are the addresses of arrays; native.py checks their types and
layout.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from llvmlite import ir

from core.index.kernels.arrays import LANES
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
    intrinsic,
    item,
    load,
    scratch,
    splat,
    store,
    vector,
)

_LOWEST = constant(vector(F32, LANES), -math.inf)


def scan(module: ir.Module) -> None:
    """Takes (table u8 (K, LANES), codes u16, offsets i64, ordinals i64, count, sums i32).

    Reading the codes in order is nearly all the work: 0.65 ns a token with 16,384 centroids (their table fits
    the second cache), 1.2 with 65,536 (one core, 2026-11; 29 for a plain loop).
    """
    b, (table, codes, offsets, ordinals, count, sums) = function(
        module, "scan", [POINTER] * 4 + [I64] + [POINTER]
    )
    row, wide = vector(I8, LANES), vector(I16, LANES)

    def passage(position: Value) -> None:
        start, end = _tokens(b, offsets, item(b, ordinals, I64, position))
        best = fold(b, start, end, constant(row, 0), token)
        found = intrinsic(b, f"llvm.vector.reduce.add.v{LANES}i16", I16, b.zext(best, wide))
        place = address(b, sums, I32, position)
        b.store(b.add(b.load(place, typ=I32), b.zext(found, I32)), place)

    def token(number: Value, best: Value) -> Value:
        code = b.zext(item(b, codes, I16, number), I64)
        found = load(b, table, row, at=b.mul(code, constant(I64, LANES)), align=LANES)
        return intrinsic(b, f"llvm.umax.v{LANES}i8", row, best, found)

    each(b, constant(I64, 0), count, passage)
    b.ret_void()


def residual(module: ir.Module, *, way: str, dim: int, bits: int) -> None:
    """Takes (fours, components, bias i32, factor f32, near f32 (K, LANES), codes u16,
    scales u8, packed u8, offsets i64, ordinals i64, count, best f32 (count, LANES)).

    In each lane the largest of `near[code] + (2 * dot - bias) * factor * scale` over a passage's tokens. 28
    ns a token of 128 dimensions and core with 512-bit VNNI, 32 with 256-bit, 40 to 47 with AVX2 (2026-11);
    two or four tokens at a time, to load the query less often, were no faster.
    """
    kinds = [POINTER] * 10 + [I64] + [POINTER]
    b, arguments = function(module, f"residual_{dim}_{bits}", kinds)
    fours, components, bias, factor, near, codes, scales, packed, offsets, ordinals, count, best = arguments
    query = QueryAddresses(fours=fours, components=components)
    nbytes = dim * bits // 8
    unpacked = scratch(b, dim)
    lanes = _Lanes(b, bias=bias, factor=factor)

    def token(number: Value) -> Value:
        _unpack(b, address(b, packed, I8, b.mul(number, constant(I64, nbytes))), unpacked, dim, bits)
        found = dots(b, way, Token(address=unpacked, dim=dim, largest=(1 << bits) - 1), query)
        doubled = b.shl(found, constant(found.type, 1))
        scale = b.uitofp(item(b, scales, I8, number), F32)
        code = b.zext(item(b, codes, I16, number), I64)
        row = load(b, near, vector(F32, LANES), at=b.mul(code, constant(I64, 4 * LANES)), align=4)
        return b.fadd(lanes.scaled(doubled, scale), row)

    _best_of_passages(b, offsets, ordinals, count, best, token)
    b.ret_void()


def exact(module: ir.Module, *, way: str, dim: int) -> None:
    """Takes (fours, components, bias i32, factor f32, codes i8, scales f32, offsets i64, ordinals i64,
    count, best f32 (count, LANES)).

    In each lane the largest of `(dot - bias) * factor * scale` over a passage's tokens; the dot is that of
    the codes plus 128, as unsigned bytes.
    """
    kinds = [POINTER] * 8 + [I64] + [POINTER]
    b, arguments = function(module, f"exact_{dim}", kinds)
    fours, components, bias, factor, codes, scales, offsets, ordinals, count, best = arguments
    query = QueryAddresses(fours=fours, components=components)
    unsigned = scratch(b, dim)
    lanes, row = _Lanes(b, bias=bias, factor=factor), vector(I8, dim)

    def token(number: Value) -> Value:
        signed = load(b, codes, row, at=b.mul(number, constant(I64, dim)))
        store(b, b.xor(signed, constant(row, -128)), unsigned, at=0, align=32)
        found = dots(b, way, Token(address=unsigned, dim=dim, largest=255), query)
        return lanes.scaled(found, item(b, scales, F32, number))

    _best_of_passages(b, offsets, ordinals, count, best, token)
    b.ret_void()


class _Lanes:
    """What turns the integers of each lane into a similarity, read once."""

    def __init__(self, b: Builder, *, bias: Value, factor: Value) -> None:
        start = constant(I64, 0)
        self._b = b
        self._bias = load(b, bias, vector(I32, LANES), at=start, align=4)
        self._factor = load(b, factor, vector(F32, LANES), at=start, align=4)

    def scaled(self, dot: Value, scale: Value) -> Value:
        """`(dot - bias) * factor * scale`, rounded after each step, as numpy does."""
        b = self._b
        whole = b.sitofp(b.sub(dot, self._bias), vector(F32, LANES))
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
        store(b, part, unpacked, at=position * nbytes, align=16)
