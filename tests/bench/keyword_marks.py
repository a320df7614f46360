"""What a keyword highlighter marks: words of the question that stand in the passage, whatever they mean.

In scripts with spaces it marks whole words, folded, and the rarest is its strongest; in those without, the
longest stretches of two or more characters that both have in common, and the longest is its strongest.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator

from core.domain import Highlight, Span
from core.folding.fold import fold
from core.search.words import Script, find_words

_SHORTEST = 2


class Rarity:
    """Inverse document frequencies of the folded words of some passages."""

    def __init__(self, passages: Iterable[str]) -> None:
        self._counts: Counter[str] = Counter()
        self._total = 0
        for text in passages:
            words = find_words(text)
            self._counts.update({words.written(number) for number in range(len(words.starts))})
            self._total += 1

    def of(self, word: str) -> float:
        return math.log((self._total + 1) / (self._counts[word] + 0.5))


def mark_keywords(question: str, text: str, rarity: Rarity) -> tuple[Highlight, ...]:
    """Highlights in order; the strength is a rarity or a length, each as a share of the largest."""
    marks = sorted((*_words(question, text, rarity), *_stretches(question, text)))
    largest = {
        spaced: max((s for _, _, s, kind in marks if kind == spaced), default=1.0) for spaced in (0, 1)
    }
    return tuple(
        Highlight(
            span=Span(start=start, end=end),
            strength=strength / largest[kind],
            query=text[start:end],
            asked=_place(question, text[start:end]),
        )
        for start, end, strength, kind in marks
    )


def _place(question: str, written: str) -> Span:
    """Where it stands in the question for the first time, folded."""
    folded, wanted = fold(question), fold(written).text
    first = folded.text.index(wanted)
    return Span(start=int(folded.starts[first]), end=int(folded.ends[first + len(wanted) - 1]))


def _words(question: str, text: str, rarity: Rarity) -> Iterator[tuple[int, int, float, int]]:
    asked, words = find_words(question), find_words(text)
    wanted = {asked.written(n) for n, (_, script) in enumerate(asked) if script is Script.SPACED}
    for number, (span, script) in enumerate(words):
        if script is Script.SPACED and (word := words.written(number)) in wanted:
            yield span.start, span.end, rarity.of(word), 1


def _stretches(question: str, text: str) -> Iterator[tuple[int, int, float, int]]:
    """Longest common stretches, from left to right."""
    asked, folded = fold(question).text, fold(text)
    for start, end in _runs(text):
        first = start
        while first < end:
            length = 0
            while first + length < end and folded.text[first : first + length + 1] in asked:
                length += 1
            if length >= _SHORTEST:
                yield int(folded.starts[first]), int(folded.ends[first + length - 1]), float(length), 0
            first += max(1, length)


def _runs(text: str) -> Iterator[tuple[int, int]]:
    """Runs of scripts without spaces, in positions of the folded text."""
    words = find_words(text)
    begin = end = -1
    for (_, script), first, last in zip(words, words.from_.tolist(), words.to.tolist(), strict=True):
        if script is Script.SPACED:
            continue
        if first != end:
            yield from [(begin, end)] if begin >= 0 else []
            begin = first
        end = last
    if begin >= 0:
        yield begin, end
