"""Here is a text in any language: where are its words?

Scripts with spaces have words between borders; an apostrophe between letters and a point between digits are
no borders. Scripts without spaces have runs of one script: a word of katakana is one, ideographs are one or
several words, hiragana between them are endings and particles. That is enough to show what was meant, and
needs no dictionary.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from core.domain import Int32Array, Span
from core.folding.fold import FoldedPoints, Points, fold_points, points_of, text_of
from core.folding.units import Kind, Units, find_units


class Script(IntEnum):
    """What a word tells by itself: the whole word, every ideograph, every few letters."""

    SPACED = 0
    IDEOGRAPHS = 1
    KATAKANA = 2
    HIRAGANA = 3
    UNSPACED = 4


_SCRIPT_OF = np.full(max(Kind) + 1, Script.SPACED, dtype=np.uint8)
_SCRIPT_OF[[Kind.IDEOGRAPH, Kind.HIRAGANA, Kind.KATAKANA]] = (
    Script.IDEOGRAPHS,
    Script.HIRAGANA,
    Script.KATAKANA,
)
_SCRIPT_OF[[Kind.UNSPACED, Kind.MARK]] = Script.UNSPACED

_IN_WORDS = frozenset(map(ord, "'’ʼ"))
_IN_NUMBERS = frozenset(map(ord, ".,٫٬"))
"""One of these between two words, or two numbers, is part of them (UAX 29: MidLetter, MidNum)."""

_PARTICLES = "はがをにのともへでやか"
_OKURIGANA = re.compile(
    rf"(?![{_PARTICLES}]|から|まで|より|だけ|など|なら|なの|です|ます|だっ|って|という|しか|ほど|こそ|さえ|ごと)[ぁ-ゖ]"
    rf"(?:(?!から|まで|より|だけ|など)[ぁ-ゖ])*?(?=[{_PARTICLES}]|[^ぁ-ゖ]|$)"
)
"""Hiragana after an ideograph that are written with its word: up to the first that may be a particle."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Words:
    """The words and runs of a text, in order, apart: `starts`, `ends` in its characters, all `(words,)`.

    `folded` is the folded text, `from_`, `to` are the positions of the words in it; `scripts` uint8.
    """

    starts: Int32Array
    ends: Int32Array
    scripts: NDArray[np.uint8]
    folded: FoldedPoints
    from_: Int32Array
    to: Int32Array

    def at(self, position: int) -> int:
        """The number of the word that holds a character, -1 if none does."""
        number = int(np.searchsorted(self.starts, position, side="right")) - 1
        return number if number >= 0 and position < self.ends[number] else -1

    def written(self, number: int) -> str:
        """A word, folded."""
        return text_of(self.folded.points[self.from_[number] : self.to[number]])

    def __iter__(self) -> Iterator[tuple[Span, Script]]:
        for start, end, script in zip(
            self.starts.tolist(), self.ends.tolist(), self.scripts.tolist(), strict=True
        ):
            yield Span(start=start, end=end), Script(script)


@lru_cache(maxsize=64)
def find_words(text: str) -> Words:
    """The words of a text: 0.2 ms for 300 characters. The last are kept: a question meets many passages."""
    folded = fold_points(points_of(text))
    units = find_units(folded.points)
    scripts = _SCRIPT_OF[units.kinds]
    begins = np.ones(len(scripts), dtype=bool)
    begins[1:] = ~(_together(units, folded.points) & (scripts[1:] == scripts[:-1]))
    # One character may be several words (¼ is 1 and 4, ㋀ is 1 and 月): as it is written, it is one.
    begins[1:] &= folded.starts[units.starts[1:]] >= folded.ends[units.ends[:-1] - 1]
    first = np.flatnonzero(begins)
    last = np.append(first[1:], len(scripts))[: len(first)] - 1
    return Words(
        starts=folded.starts[units.starts[first]],
        ends=folded.ends[units.ends[last] - 1],
        scripts=scripts[first],
        folded=folded,
        from_=units.starts[first],
        to=units.ends[last],
    )


def _together(units: Units, points: Points) -> NDArray[np.bool_]:
    """`(units - 1,)`: whether no border stands between a unit and the next one."""
    gaps = units.starts[1:] - units.ends[:-1]
    between = points[np.minimum(units.ends[:-1], len(points) - 1)] if len(points) else points
    same = units.kinds[1:] == units.kinds[:-1]
    words = (units.kinds[1:] == Kind.WORD) & np.isin(between, list(_IN_WORDS))
    numbers = (units.kinds[1:] == Kind.NUMBER) & np.isin(between, list(_IN_NUMBERS))
    return np.asarray((gaps == 0) | ((gaps == 1) & same & (words | numbers)))


def with_ending(text: str, span: Span) -> Span:
    """A stretch that ends with ideographs, and the hiragana written with its last word: 水漏 → 水漏れ."""
    ending = _OKURIGANA.match(text, span.end)
    return Span(start=span.start, end=ending.end()) if ending else span
