"""What is compared: the words of spaced scripts, the single characters of scripts without spaces.

Punctuation and symbols are borders and no units. Digits are units apart from letters, so that `v1.2.3` and
`CVE-2024-1234` become short units whose order the neighbour features keep.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from core.domain import Int32Array
from core.encode.directions import Hashes, mix
from core.encode.normalise import Points, distinct


class Kind(IntEnum):
    """The kind of a character, and of the unit that it belongs to. `MARK` continues a unit without spaces."""

    BORDER = 0
    WORD = 1
    NUMBER = 2
    HANGUL = 3
    IDEOGRAPH = 4
    HIRAGANA = 5
    KATAKANA = 6
    UNSPACED = 7
    MARK = 8


KATAKANA_RUNS = False
CLUSTER_MARKS = True
MAX_WORD = 40
"""Characters of a longer run without a border (base64, DNA) are cut into words of this length."""

_UNSPACED_RANGES = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x1000, 0x109F), (0xAA60, 0xAA7F), (0xA9E0, 0xA9FF),  # Myanmar
    (0x1780, 0x17FF),  # Khmer
    (0x1950, 0x19DF), (0x1A20, 0x1AAF), (0xA980, 0xA9DF), (0x1B00, 0x1B7F),  # Tai Le to Balinese
)  # fmt: skip

_PRIME = 0x9E3779B97F4A7C15 | 1
_PRIME_INVERSE = pow(_PRIME, -1, 1 << 64)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Units:
    """`starts`, `ends`: `(n,)` int32 positions in the folded points; `kinds`: `(n,)` uint8."""

    starts: Int32Array
    ends: Int32Array
    kinds: NDArray[np.uint8]


def find_units(points: Points) -> Units:
    """The units of folded text, in order."""
    kinds = _kinds(points)
    if len(points) == 0:
        empty = np.zeros(0, dtype=np.int32)
        return Units(starts=empty, ends=empty, kinds=kinds)
    begins = _unit_begins(kinds)
    starts = np.flatnonzero(begins)
    ends = np.append(starts[1:], len(points))
    starts, ends = _cut_long(starts, ends)
    kept = kinds[starts] != Kind.BORDER
    unit_kinds = kinds[starts][kept]
    unit_kinds[unit_kinds == Kind.MARK] = Kind.UNSPACED
    return Units(starts=starts[kept].astype(np.int32), ends=ends[kept].astype(np.int32), kinds=unit_kinds)


def _unit_begins(kinds: NDArray[np.uint8]) -> NDArray[np.bool_]:
    begins = np.ones(len(kinds), dtype=bool)
    runs = (kinds == Kind.WORD) | (kinds == Kind.NUMBER) | (kinds == Kind.HANGUL) | (kinds == Kind.BORDER)
    if KATAKANA_RUNS:
        runs |= kinds == Kind.KATAKANA
    begins[1:] = ~(runs[1:] & (kinds[1:] == kinds[:-1]))
    if CLUSTER_MARKS:
        begins[1:] &= ~((kinds[1:] == Kind.MARK) & (kinds[:-1] >= Kind.UNSPACED))
    return begins


def _cut_long(starts: NDArray[np.intp], ends: NDArray[np.intp]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    lengths = ends - starts
    if lengths.max(initial=0) <= MAX_WORD:
        return starts, ends
    pieces = -(-lengths // MAX_WORD)
    within = np.arange(pieces.sum()) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    cut = np.repeat(starts, pieces) + within * MAX_WORD
    return cut, np.minimum(cut + MAX_WORD, np.repeat(ends, pieces))


def _kinds(points: Points) -> NDArray[np.uint8]:
    table = np.empty(0x110000, dtype=np.uint8)
    different = distinct(points)
    table[different] = [kind_of(point) for point in different.tolist()]
    return np.asarray(table[points], dtype=np.uint8)


@lru_cache(maxsize=1 << 16)
def kind_of(point: int) -> Kind:
    """The kind of one folded character."""
    category = unicodedata.category(chr(point))
    if 0x3041 <= point <= 0x309F:
        return Kind.HIRAGANA
    if 0x30A1 <= point <= 0x30FF and point != 0x30FB or 0x31F0 <= point <= 0x31FF:
        return Kind.KATAKANA
    if category[0] == "N":
        return Kind.NUMBER if point != 0x3007 else Kind.IDEOGRAPH
    if category == "So" and point >= 0x1F000:
        return Kind.IDEOGRAPH
    if category[0] not in "LM":
        return Kind.BORDER
    if any(first <= point <= last for first, last in _UNSPACED_RANGES):
        return Kind.MARK if category in {"Mn", "Mc"} else Kind.UNSPACED
    if (
        0x2E80 <= point <= 0x312F
        or 0x3190 <= point <= 0xA4CF
        or 0xF900 <= point <= 0xFAFF
        or 0x16FE0 <= point <= 0x323AF
    ):
        return Kind.IDEOGRAPH
    if 0x1100 <= point <= 0x11FF or 0x3131 <= point <= 0x318E or 0xA960 <= point <= 0xD7FF:
        return Kind.HANGUL
    return Kind.WORD


class RangeHashes:
    """Hashes of any ranges of an array of code points, after one pass over it.

    The hash of `[s, e)` is the polynomial sum of mixed code points times powers of an odd number modulo
    2**64, divided by the power at `s` (odd numbers have inverses), so equal strings have equal hashes.
    """

    def __init__(self, points: Points) -> None:
        powers = np.full(len(points) + 1, _PRIME, dtype=np.uint64)
        powers[0] = 1
        inverses = np.full(len(points) + 1, _PRIME_INVERSE, dtype=np.uint64)
        inverses[0] = 1
        powers, self._inverses = np.multiply.accumulate(powers), np.multiply.accumulate(inverses)
        self._sums = np.zeros(len(points) + 1, dtype=np.uint64)
        np.cumsum(mix(points.astype(np.uint64)) * powers[:-1], out=self._sums[1:])

    def of(self, starts: NDArray[np.integer], ends: NDArray[np.integer]) -> Hashes:
        """`(n,)` uint64, well mixed."""
        return mix((self._sums[ends] - self._sums[starts]) * self._inverses[starts])
