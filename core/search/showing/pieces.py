"""Here are the tokens that answered: which stretches would a reader have marked?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby

from core.domain import Span
from core.search.showing.answers import MIN_STRENGTH
from core.search.showing.clusters import whole
from core.search.showing.words import Script, Words, find_words


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A stretch of the passage (`span`) that answered one of the question (`asked`)."""

    span: Span
    strength: float
    asked: Span

    @property
    def length(self) -> int:
        return self.span.end - self.span.start

    def joined(self, after: Piece) -> Piece:
        """Both, where `after` follows in passage and question; as strong as its characters on average."""
        weight = self.strength * self.length + after.strength * after.length
        return Piece(
            span=Span(start=self.span.start, end=after.span.end),
            strength=weight / (self.length + after.length),
            asked=Span(start=self.asked.start, end=after.asked.end),
        )


def in_words(question: str, text: str, pieces: Iterable[Piece]) -> Iterator[Piece]:
    """Pieces of words of scripts with spaces become whole words, others cut no reader's character.

    A word is as strong as its letters on average, those that answered nothing count 0; below MIN_STRENGTH
    it is none: `search` marks `searching`, and its `ing` alone marks no `going`.
    """
    asked_words, words = find_words(question), find_words(text)
    for number, some in groupby(pieces, key=lambda piece: _spaced(words, piece.span)):
        if number >= 0:
            word = Span(start=int(words.starts[number]), end=int(words.ends[number]))
            yield from _word(word, list(some), asked_words)
        else:
            yield from _apart(text, some)


def _spaced(words: Words, span: Span) -> int:
    """The number of the word with spaces around it that holds `span`; -1 where it reaches out of one."""
    number = words.at(span.start)
    if number < 0 or words.scripts[number] != Script.SPACED or span.end > words.ends[number]:
        return -1
    return number


def _word(word: Span, pieces: list[Piece], asked_words: Words) -> Iterator[Piece]:
    strength = sum(each.strength * each.length for each in pieces) / (word.end - word.start)
    if strength >= MIN_STRENGTH:
        best = max(pieces, key=lambda each: each.strength * each.length)
        number = _spaced(asked_words, best.asked)
        asked = best.asked
        if number >= 0:
            asked = Span(start=int(asked_words.starts[number]), end=int(asked_words.ends[number]))
        yield Piece(span=word, strength=min(1.0, strength), asked=asked)


def _apart(text: str, pieces: Iterable[Piece]) -> Iterator[Piece]:
    """Each as wide as the characters that it cuts, none over the one before."""
    previous = 0
    for piece in pieces:
        span = whole(text, piece.span)
        if span.start >= previous:
            yield replace(piece, span=span)
            previous = span.end
