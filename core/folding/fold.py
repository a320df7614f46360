"""Folding: the form in which text is compared, with the way back to the characters that were written.

Texts are held as arrays of code points, so that the common case (characters that fold on their own, one to
one) is a table look-up; only clusters that join, vanish or expand are folded one by one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.domain import Int32Array
from core.folding.characters import continues_cluster, fold_cluster

Points = NDArray[np.uint32]

MAX_CLUSTER = 32
"""Unicode's stream-safe format (UAX 15) allows 30 marks in a row; nobody writes more."""

_ODD = 0xFFFFFFFF
_LAST_CONTROL = 0x1F
_POINT_LIMIT = 0x110000
_FEW = 4096
"""Up to here sorting finds the distinct characters faster than a table of all code points."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FoldedPoints:
    """`points`: `(n,)` uint32; `starts`, `ends`: `(n,)` int32, where in the source each came from."""

    points: Points
    starts: Int32Array
    ends: Int32Array


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Folded:
    """`text[i]` came from `source[starts[i]:ends[i]]`; both are `(len(text),)` int32 and never fall."""

    text: str
    starts: Int32Array
    ends: Int32Array


def fold(text: str) -> Folded:
    """Fold `text` for matching: width, case, marks and look-alikes (see core.folding.characters)."""
    folded = fold_points(points_of(text))
    return Folded(text=text_of(folded.points), starts=folded.starts, ends=folded.ends)


def fold_text(text: str) -> str:
    """The text of `fold` alone: for a short one, some microseconds instead of 150 (2026-11)."""
    if text.isascii():
        return text.lower()
    if any(continues_cluster(ord(character)) for character in text):
        return fold(text).text
    return "".join(map(fold_cluster, text))


def points_of(text: str) -> Points:
    """The code points of `text`, lone surrogates included."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4").astype(np.uint32, copy=False)


def text_of(points: Points) -> str:
    return points.astype("<u4", copy=False).tobytes().decode("utf-32-le", "surrogatepass")


def fold_points(points: Points) -> FoldedPoints:
    """Fold code points; a control character (a line break, say) is never joined to what follows."""
    folded, continues = _look_up(points)
    begins = ~continues
    if len(points):
        begins[0] = True
        begins[1:] |= points[:-1] <= _LAST_CONTROL
    starts = _bounded(np.flatnonzero(begins), len(points)).astype(np.int32)
    ends = np.append(starts[1:], np.int32(len(points))).astype(np.int32) if len(starts) else starts
    output = folded[starts]
    odd = np.flatnonzero((ends - starts > 1) | (output == _ODD))
    if len(odd) == 0:
        return FoldedPoints(points=output, starts=starts, ends=ends)
    return _fold_odd(points, FoldedPoints(points=output, starts=starts, ends=ends), odd)


def _bounded(starts: NDArray[np.intp], end: int) -> NDArray[np.intp]:
    """Break clusters of more than MAX_CLUSTER characters (a thousand accents on one letter)."""
    lengths = np.diff(np.append(starts, end))
    if lengths.max(initial=0) <= MAX_CLUSTER:
        return starts
    pieces = -(-lengths // MAX_CLUSTER)
    within = np.arange(pieces.sum()) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    return np.asarray(np.repeat(starts, pieces) + within * MAX_CLUSTER)


def _fold_odd(source: Points, clusters: FoldedPoints, odd: NDArray[np.intp]) -> FoldedPoints:
    """Replace the output of the clusters numbered in `odd` by that of `fold_cluster`."""
    text = text_of(source)
    bounds = zip(clusters.starts[odd].tolist(), clusters.ends[odd].tolist(), strict=True)
    replaced = [fold_cluster(text[start:end]) for start, end in bounds]
    counts = np.ones(len(clusters.points), dtype=np.int64)
    counts[odd] = [len(each) for each in replaced]
    is_odd = np.zeros(len(clusters.points), dtype=bool)
    is_odd[odd] = True
    output = np.repeat(clusters.points, counts)
    output[np.repeat(is_odd, counts)] = points_of("".join(replaced))
    return FoldedPoints(
        points=output, starts=np.repeat(clusters.starts, counts), ends=np.repeat(clusters.ends, counts)
    )


def distinct(points: Points) -> Points:
    """The different code points, in order."""
    if len(points) <= _FEW:
        return np.unique(points)
    seen = np.zeros(_POINT_LIMIT, dtype=bool)
    seen[points] = True
    return np.flatnonzero(seen).astype(np.uint32)


def _look_up(points: Points) -> tuple[Points, NDArray[np.bool_]]:
    """For every character: its folded form (or _ODD), and whether it continues a cluster."""
    kinds = distinct(points)
    values = kinds.tolist()
    singles = [_fold_single(value) for value in values]
    table = np.empty(_POINT_LIMIT, dtype=np.uint32)
    table[kinds] = singles
    flags = np.empty(_POINT_LIMIT, dtype=bool)
    flags[kinds] = [continues_cluster(value) for value in values]
    return table[points], flags[points]


def _fold_single(point: int) -> int:
    folded = fold_cluster(chr(point))
    return ord(folded) if len(folded) == 1 else _ODD
