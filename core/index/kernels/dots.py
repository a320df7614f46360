"""Here is a token of small integers in memory: what are its dot products with 32 query tokens?

The token's components are read four at a time as one 32-bit number and held against the same four components
of every query token, so that the 32 sums stay in vector registers and nothing is ever added across one.
Every way gives the same integers; `ways` lists those that a processor has.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from llvmlite import ir

from core.index.kernels.arrays import LANES
from core.index.kernels.emit import (
    I8,
    I16,
    I32,
    I64,
    Builder,
    Value,
    constant,
    intrinsic,
    item,
    joined,
    lanes_of,
    load,
    splat,
    total,
    vector,
)

_SUMS_HELD = 8
"""Registers of running sums: each addition takes four cycles, so as many chains as that must be
independent."""

_I16_MAX = 32767
_QUERY_MAX = 127


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """Where a token lies: `dim` unsigned bytes (a multiple of 32) at `address`, each at most `largest`."""

    address: Value
    dim: int
    largest: int


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryAddresses:
    """Where the two layouts of arrays.QueryLanes lie."""

    fours: Value
    components: Value


def ways(features: Mapping[str, bool]) -> tuple[str, ...]:
    """The ways that a processor with these features (by LLVM's names) has, the fastest first."""
    found = []
    short = features.get("avx512vnni") and features.get("avx512vl")
    if short:
        found.append("vnni512")
    if short or features.get("avxvnni"):
        found.append("vnni256")
    if features.get("avx2"):
        found.append("avx2")
    return (*found, "portable")


def dots(b: Builder, way: str, token: Token, query: QueryAddresses) -> Value:
    """The dot products, a vector of LANES int32."""
    if way == "vnni512":
        return _vnni(b, token, query, width=16)
    if way == "vnni256":
        return _vnni(b, token, query, width=8)
    if way == "avx2":
        fits = 2 * token.largest * _QUERY_MAX <= _I16_MAX
        return _avx2_small(b, token, query) if fits else _avx2(b, token, query)
    return _portable(b, token, query)


def _vnni(b: Builder, token: Token, query: QueryAddresses, *, width: int) -> Value:
    """VPDPBUSD adds four products of an unsigned and a signed byte to each 32-bit lane, unsaturated."""
    kind, sums, parts = vector(I8, 4 * width), vector(I32, width), LANES // width
    chains = max(1, _SUMS_HELD // parts)
    found = [[constant(sums, 0)] * chains for _ in range(parts)]
    for group in range(token.dim // 4):
        four = b.bitcast(splat(b, _four(b, token, group), width), kind)
        for part in range(parts):
            asked = _asked(b, query, kind, group, part * width)
            chain = found[part]
            chain[group % chains] = intrinsic(
                b, f"llvm.x86.avx512.vpdpbusd.{32 * width}", sums, chain[group % chains], four, asked
            )
    return joined(b, [total(b, chain) for chain in found])


def _avx2_small(b: Builder, token: Token, query: QueryAddresses) -> Value:
    """VPMADDUBSW adds two products in 16 bits, which saturates, but not for components as small as residual
    codes; a few groups are summed in 16 bits before VPMADDWD with ones widens them.
    """
    kind, narrow, sums = vector(I8, 32), vector(I16, 16), vector(I32, 8)
    together = _I16_MAX // (2 * token.largest * _QUERY_MAX)
    found: list[list[Value]] = [[], [], [], []]
    for first in range(0, token.dim // 4, together):
        products: list[list[Value]] = [[], [], [], []]
        for group in range(first, min(first + together, token.dim // 4)):
            four = b.bitcast(splat(b, _four(b, token, group), 8), kind)
            for part in range(4):
                asked = _asked(b, query, kind, group, part * 8)
                products[part].append(intrinsic(b, "llvm.x86.avx2.pmadd.ub.sw", narrow, four, asked))
        for part in range(4):
            few = total(b, products[part])
            found[part].append(intrinsic(b, "llvm.x86.avx2.pmadd.wd", sums, few, constant(narrow, 1)))
    return joined(b, [total(b, each) for each in found])


def _avx2(b: Builder, token: Token, query: QueryAddresses) -> Value:
    """VPMADDWD adds two products of 16-bit numbers in 32 bits: two halves for each of four query tokens."""
    narrow, sums = vector(I16, 16), vector(I32, 8)
    found: list[Value] = [constant(sums, 0)] * 8
    for group in range(token.dim // 4):
        four = b.zext(b.bitcast(_four(b, token, group), vector(I8, 4)), vector(I16, 4))
        wide = b.bitcast(splat(b, b.bitcast(four, I64), 4), narrow)
        for part in range(8):
            asked = b.sext(_asked(b, query, vector(I8, 16), group, part * 4), narrow)
            found[part] = b.add(found[part], intrinsic(b, "llvm.x86.avx2.pmadd.wd", sums, wide, asked))
    halves = joined(b, found)
    even, odd = range(0, 2 * LANES, 2), range(1, 2 * LANES, 2)
    return b.add(lanes_of(b, halves, even), lanes_of(b, halves, odd))


def _portable(b: Builder, token: Token, query: QueryAddresses) -> Value:
    """One component at a time, for processors whose special instructions we do not use."""
    narrow, sums = vector(I16, LANES), vector(I32, LANES)
    together = max(1, _I16_MAX // (token.largest * _QUERY_MAX))
    found = []
    for first in range(0, token.dim, together):
        products = []
        for component in range(first, min(first + together, token.dim)):
            value = item(b, token.address, I8, constant(I64, component))
            asked = load(
                b, query.components, narrow, at=constant(I64, component * LANES * 2), align=LANES * 2
            )
            products.append(b.mul(splat(b, b.zext(value, I16), LANES), asked))
        found.append(b.sext(total(b, products), sums))
    return total(b, found)


def _four(b: Builder, token: Token, group: int) -> Value:
    return load(b, token.address, I32, at=constant(I64, 4 * group), align=4)


def _asked(b: Builder, query: QueryAddresses, kind: ir.VectorType, group: int, lane: int) -> Value:
    """Four components of each of the query tokens from `lane` on."""
    at = constant(I64, (group * LANES + lane) * 4)
    return load(b, query.fours, kind, at=at, align=kind.count)
