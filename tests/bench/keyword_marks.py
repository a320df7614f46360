"""What a keyword highlighter marks: words of the question that stand in the passage, whatever they mean.

In scripts with spaces it marks whole words, folded, and the rarest is its strongest; in those without, the
longest stretches of two or more characters that both have in common, and the longest is its strongest.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace

from core.domain import Highlight, Span
from core.folding.fold import Folded, fold
from core.search.showing.words import Script, find_words

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
    words, stretches = list(_words(question, text, rarity)), list(_stretches(question, text))
    both = [*_scaled(words), *_scaled(stretches)]
    return tuple(sorted(both, key=lambda each: each.span.start))


def _scaled(marks: list[Highlight]) -> Iterator[Highlight]:
    largest = max((each.strength for each in marks), default=1.0)
    for each in marks:
        yield replace(each, strength=each.strength / largest)


def _words(question: str, text: str, rarity: Rarity) -> Iterator[Highlight]:
    asked, words = find_words(question), find_words(text)
    wanted = {asked.written(n): span for n, (span, script) in enumerate(asked) if script is Script.SPACED}
    for number, (span, script) in enumerate(words):
        word = words.written(number)
        if script is Script.SPACED and word in wanted:
            yield Highlight(span=span, strength=rarity.of(word), query=word, asked=wanted[word])


def _stretches(question: str, text: str) -> Iterator[Highlight]:
    """Longest common stretches, from left to right."""
    asked, folded = fold(question), fold(text)
    for start, end in _runs(text):
        first = start
        while first < end:
            length = 0
            while first + length < end and folded.text[first : first + length + 1] in asked.text:
                length += 1
            if length >= _SHORTEST:
                found = folded.text[first : first + length]
                place = asked.text.index(found)
                yield Highlight(
                    span=_span(folded, first, length),
                    strength=float(length),
                    query=found,
                    asked=_span(asked, place, length),
                )
            first += max(1, length)


def _span(folded: Folded, first: int, length: int) -> Span:
    return Span(start=int(folded.starts[first]), end=int(folded.ends[first + length - 1]))


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
