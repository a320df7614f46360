"""NFKC with the way back: which characters of the source does a normalised character come from?

NFKC of a string is not NFKC of its characters: marks are put in order and join letters, the parts of a Hangul
syllable join, a half-width kana takes the voicing mark behind it. But it is NFKC of its clusters, where a new
cluster begins at every character that can neither join nor be moved around what precedes it (UAX 15, 9.1).
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from core.domain import Int32Array

LIMIT = 0x30000
"""No character from here on is changed by NFKC (a test asks this Python's Unicode), so tables end here."""

_HANGUL_VOWELS_AND_FINALS = (*range(0x1161, 0x1176), *range(0x11A8, 0x11C3))
"""They join by arithmetic (The Unicode Standard, 3.12), not by decompositions that a table would tell."""

_ODD = 0xFFFFFFFF

_Points = NDArray[np.uint32]
_Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Normalised:
    """`text[i]` came from `source[starts[i]:ends[i]]`; both are `(len(text),)` int32 and never fall."""

    text: str
    starts: Int32Array
    ends: Int32Array


def normalise(source: str) -> Normalised:
    """NFKC of `source`, as `unicodedata.normalize` gives it, with the source of every character.

    What a cluster becomes comes from all of it; where it stays as it is, each character comes from itself.
    `source` has no lone surrogates.
    """
    if unicodedata.is_normalized("NFKC", source):
        starts = np.arange(len(source), dtype=np.int32)
        return Normalised(text=source, starts=starts, ends=starts + np.int32(1))
    points = _points_of(source)
    alone, joining = _tables()
    known = np.minimum(points, np.uint32(LIMIT))
    begins = ~joining[known]
    begins[0] = True
    _part_what_stays(source, begins)
    starts = np.flatnonzero(begins).astype(np.int32)
    ends = np.append(starts[1:], np.int32(len(points)))
    output = np.where(known < LIMIT, alone[known], points)[starts]
    odd = np.flatnonzero((ends - starts > 1) | (output == _ODD))
    if not len(odd):
        return Normalised(text=_text_of(output), starts=starts, ends=ends)
    bounds = zip(starts[odd].tolist(), ends[odd].tolist(), strict=True)
    clusters = [unicodedata.normalize("NFKC", source[start:end]) for start, end in bounds]
    counts = np.ones(len(output), dtype=np.intp)
    counts[odd] = [len(each) for each in clusters]
    is_odd = np.zeros(len(output), dtype=bool)
    is_odd[odd] = True
    every = np.repeat(output, counts)
    every[np.repeat(is_odd, counts)] = _points_of("".join(clusters))
    return Normalised(text=_text_of(every), starts=np.repeat(starts, counts), ends=np.repeat(ends, counts))


def _part_what_stays(source: str, begins: _Flags) -> None:
    """Let every character of a cluster that NFKC leaves alone begin a cluster of its own (in place)."""
    followers = np.flatnonzero(~begins)
    if not len(followers):
        return
    starts = np.flatnonzero(begins)
    first = np.unique(np.searchsorted(starts, followers, side="right") - 1)
    ends = np.append(starts[1:], len(begins))
    for start, end in zip(starts[first].tolist(), ends[first].tolist(), strict=True):
        if unicodedata.is_normalized("NFKC", source[start:end]):
            begins[start:end] = True


def _points_of(text: str) -> _Points:
    return np.frombuffer(text.encode("utf-32-le"), dtype="<u4").astype(np.uint32, copy=False)


def _text_of(points: _Points) -> str:
    return points.astype("<u4", copy=False).tobytes().decode("utf-32-le")


@cache
def _tables() -> tuple[_Points, _Flags]:
    """By code point up to LIMIT: what it is alone (_ODD: not one character), and whether it may join."""
    composing = _composing()
    alone = np.arange(LIMIT + 1, dtype=np.uint32)
    joining = np.zeros(LIMIT + 1, dtype=bool)
    for point in range(LIMIT):
        character = chr(point)
        if unicodedata.combining(character) or unicodedata.decomposition(character):
            first = unicodedata.normalize("NFKD", character)[0]
            joining[point] = unicodedata.combining(first) != 0 or first in composing
            composed = unicodedata.normalize("NFKC", character)
            alone[point] = ord(composed) if len(composed) == 1 else _ODD
        elif character in composing:
            joining[point] = True
    return alone, joining


def _composing() -> frozenset[str]:
    """Characters that NFC may join to the one before them: marks, and some letters."""
    seconds = set(map(chr, _HANGUL_VOWELS_AND_FINALS))
    for point in range(LIMIT):
        parts = unicodedata.decomposition(chr(point)).split()
        if len(parts) == 2 and not parts[0].startswith("<"):
            seconds.add(chr(int(parts[1], 16)))
    return frozenset(seconds)
