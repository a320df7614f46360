"""What a text must look like for a tokenizer, and spans as a reader would draw them."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

import numpy as np
from numpy.typing import NDArray

from core.domain import Int32Array

_SURROGATE = re.compile("[\ud800-\udfff]")

_LIMIT = 0x30000
_SELECTORS = (0xE0100, 0xE01EF)
"""Variation selectors, the only marks behind _LIMIT; there is no white space (a test asks this Python)."""

_JOINING = ((0x1161, 0x1175), (0x11A8, 0x11C2), (0x314F, 0x3163), (0xFF9E, 0xFF9F), (0xFFC2, 0xFFDC))
"""Letters that NFKC joins to the one before them, as it does marks: vowels and final consonants of Hangul,
the sound marks of half-width kana. The `tokenizers` library then counts the first character only.
"""

_SPACE, _MARK = 1, 2

_Flags = NDArray[np.bool_]


def readable(text: str) -> str:
    """`text` with U+FFFD for lone surrogates, which no tokenizer takes; as many characters as before."""
    return text if text.isascii() else _SURROGATE.sub("\ufffd", text)


def tidied(spans: Int32Array, text: str) -> Int32Array:
    """`spans` without white space at either end, and with the marks that follow and are of no token.

    A tokenizer may drop an accent or a vowel sign, or join it to its letter and forget about it; it belongs
    with that letter. A span of white space alone becomes empty, at its end. `text` has no lone surrogates.
    """
    kinds = _kinds_in(text)
    if len(spans) == 0 or not kinds.any():
        return spans
    starts, ends = _trimmed(spans[:, 0], spans[:, 1], kinds == _SPACE)
    loose = (kinds == _MARK) & ~_covered(starts, ends, len(text))
    if loose.any():
        ends = np.where(starts < ends, _next(~loose)[ends], ends)
    return np.stack([starts, ends], axis=1).astype(np.int32)


def _trimmed(starts: Int32Array, ends: Int32Array, is_space: _Flags) -> tuple[Int32Array, Int32Array]:
    if not is_space.any():
        return starts, ends
    last_ink_end = np.zeros(len(is_space) + 1, dtype=np.int32)
    np.maximum.accumulate(np.where(is_space, 0, np.arange(1, len(is_space) + 1)), out=last_ink_end[1:])
    trimmed = np.minimum(_next(~is_space)[starts], ends)
    return trimmed, np.maximum(last_ink_end[ends], trimmed)


def _next(wanted: _Flags) -> Int32Array:
    """`(len(wanted) + 1,)`: for every place, the first one from there on that is wanted (or the end)."""
    end = len(wanted)
    found = np.full(end + 1, end, dtype=np.int32)
    places = np.where(wanted, np.arange(end), end)
    found[:end] = np.minimum.accumulate(places[::-1])[::-1]
    return found


def _covered(starts: Int32Array, ends: Int32Array, length: int) -> _Flags:
    opened = np.bincount(starts, minlength=length + 1) - np.bincount(ends, minlength=length + 1)
    return np.asarray(np.cumsum(opened)[:length] > 0)


def _kinds_in(text: str) -> NDArray[np.uint8]:
    """`(len(text),)`: _SPACE, _MARK, or 0."""
    points = np.frombuffer(text.encode("utf-32-le"), dtype="<u4")
    kinds: NDArray[np.uint8] = _kinds()[np.minimum(points, _LIMIT)]
    beyond = points >= _LIMIT
    if beyond.any():
        first, last = _SELECTORS
        kinds[beyond & (points >= first) & (points <= last)] = _MARK
    return kinds


@cache
def _kinds() -> NDArray[np.uint8]:
    kinds = np.zeros(_LIMIT + 1, dtype=np.uint8)
    for point in range(_LIMIT):
        character = chr(point)
        if character.isspace():
            kinds[point] = _SPACE
        elif unicodedata.category(character).startswith("M"):
            kinds[point] = _MARK
    for first, last in _JOINING:
        kinds[first : last + 1] = _MARK
    return kinds
