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
from core.folding.fold import Points, distinct


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


MAX_WORD = 40
"""Characters of a longer run without a border (base64, DNA) are cut into words of this length."""

_SCRIPTS = (
    (0x0E00, 0x0EFF, Kind.UNSPACED),  # Thai, Lao
    (0x1000, 0x109F, Kind.UNSPACED),  # Myanmar, and three more blocks of it
    (0xA9E0, 0xA9FF, Kind.UNSPACED),
    (0xAA60, 0xAA7F, Kind.UNSPACED),
    (0x1780, 0x17FF, Kind.UNSPACED),  # Khmer
    (0x1950, 0x19DF, Kind.UNSPACED),  # Tai Le, New Tai Lue
    (0x1A20, 0x1AAF, Kind.UNSPACED),  # Tai Tham
    (0x1B00, 0x1B7F, Kind.UNSPACED),  # Balinese
    (0xA980, 0xA9DF, Kind.UNSPACED),  # Javanese
    (0x3041, 0x309F, Kind.HIRAGANA),
    (0x30A0, 0x30FF, Kind.KATAKANA),
    (0x31F0, 0x31FF, Kind.KATAKANA),
    (0x1100, 0x11FF, Kind.HANGUL),  # jamo that do not form a syllable
    (0x3131, 0x318E, Kind.HANGUL),
    (0xA960, 0xA97F, Kind.HANGUL),
    (0xAC00, 0xD7FF, Kind.HANGUL),
    (0x2E80, 0x312F, Kind.IDEOGRAPH),  # radicals, 々, Bopomofo
    (0x3190, 0xA4CF, Kind.IDEOGRAPH),  # unified ideographs, Yi
    (0xF900, 0xFAFF, Kind.IDEOGRAPH),
    (0x16FE0, 0x1B2FF, Kind.IDEOGRAPH),  # Tangut, Khitan, Nushu, old kana
    (0x20000, 0x323AF, Kind.IDEOGRAPH),
)
"""Scripts whose words are not separated by spaces, and Hangul; letters of all others form words."""

_PICTURES = 0x1F000
"""From here on, symbols are pictures (emoji) that a person may look for; below, they are ornaments."""


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
    begins[1:] = ~(runs[1:] & (kinds[1:] == kinds[:-1]))
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
    if category == "Nd":
        return Kind.NUMBER
    if category[0] not in "LMN":
        return Kind.IDEOGRAPH if category == "So" and point >= _PICTURES else Kind.BORDER
    script = next((kind for first, last, kind in _SCRIPTS if first <= point <= last), None)
    if script is Kind.UNSPACED and category in {"Mn", "Mc"}:
        return Kind.MARK
    if script is None:
        return Kind.NUMBER if category[0] == "N" else Kind.WORD
    return script
