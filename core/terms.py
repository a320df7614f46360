"""Text -> the terms of the keyword lane: what the full-text index of the catalogue holds and is asked for.

All of it is folded (core/folding). A word or number of a script with spaces is one term. A run of characters
of scripts without spaces, or of Hangul, is a term at every character: that character with the next one, and
alone at the end of the run. So a word of two or more characters is found wherever it stands, whatever comes
before and after it, and a single one by the terms that begin with it. There is one term for each position,
so that a phrase of terms stands where its text stands. Punctuation only separates.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from core.domain import Int32Array, Span
from core.folding.fold import FoldedPoints, Points, fold_points, points_of, text_of
from core.folding.together import batches, fold_together
from core.folding.units import Kind, Units, find_units, kind_of

TERMS_VERSION = 1
"""Raise it with every change that gives any text other terms or grams: each library then makes its index
again.
"""

PREFIX = "*"
"""At the end of a term: all terms that begin with it. No term has such a character of its own."""

BATCH_CHARACTERS = 100_000
"""Characters made into terms in one pass (one longer text apart): some 10 MB of arrays at most."""

_SPACE = np.uint32(ord(" "))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Terms:
    """The terms of folded text, in order: `starts`, `ends`: `(n,)` int32 positions in its points.

    `runs`: `(n,)` which of them are of a run of characters without spaces; `joined`: `(n,)` which of these
    hold the next character, too.
    """

    starts: Int32Array
    ends: Int32Array
    runs: NDArray[np.bool_]
    joined: NDArray[np.bool_]


def find_terms(points: Points) -> Terms:
    """The terms of folded code points."""
    return _terms(find_units(points))


def terms_of(text: str) -> str:
    """The terms of a text for the index, separated by spaces, one for each position."""
    return terms_of_many([text])[0]


def terms_of_many(texts: Sequence[str]) -> list[str]:
    """`terms_of` each of the texts. 0.03 to 0.05 ms for a passage; one by one it takes 0.2 ms (2026-11)."""
    return [terms for some in batches(texts, BATCH_CHARACTERS) for terms in _terms_of_batch(some)]


def asked_terms(text: str) -> tuple[str, ...]:
    """The distinct terms of a question, in order.

    Without the last character of a run, which its neighbour brings along; a run of one character asks for all
    terms that begin with it: `検*`.
    """
    found = _found(text)
    return tuple(dict.fromkeys(_asked(found.folded, found.terms)))


def phrase_of(text: str) -> str:
    """The FTS5 expression for passages in which `text` stands as it is, but for case, width, punctuation
    and the like; "" if it has no terms. Its words are whole words; a run of characters may be part of a
    longer one.
    """
    found = _found(text)
    terms, strings = found.terms, found.strings()
    if not strings:
        return ""
    if not _is_lone(terms, len(strings) - 1):
        return f'"{" ".join(strings)}"'
    if len(strings) > 1 and terms.joined[-2]:
        return f'"{" ".join(strings[:-1])}"'
    return f'"{" ".join(strings)}" *'


def literal_spans(question: str, text: str, *, typing: bool = False) -> tuple[tuple[Span, Span], ...]:
    """Where words of a question stand in a text: pairs of a span in the text and one in the question, in the
    order of the text, apart from each other.

    Whole words of scripts with spaces; with `typing`, what begins with the last word of the question as well.
    Of scripts without spaces the longest pieces of two or more characters that both have, and a character
    that stands alone in the question. 0.4 ms for a passage (2026-11).
    """
    asked, found = _found(question), _found(text)
    if not len(asked.terms.starts) or not len(found.terms.starts):
        return ()
    pairs: list[tuple[Span, Span]] = []
    for a, b, c, d in _Matches(asked, typing=typing).of(found):
        span = found.span(a, b)
        # One character may hold several terms (a digit with a Thai mark on it): it counts once.
        if not pairs or span.start >= pairs[-1][0].end:
            pairs.append((span, asked.span(c, d)))
    return tuple(pairs)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FoundTerms:
    """A text with its terms. `folded` knows the way back to its characters."""

    folded: FoldedPoints
    terms: Terms

    def strings(self) -> list[str]:
        text = text_of(self.folded.points)
        bounds = zip(self.terms.starts.tolist(), self.terms.ends.tolist(), strict=True)
        return [text[start:end] for start, end in bounds]

    def span(self, start: int, end: int) -> Span:
        """The characters of the text that a range of its folded points came from."""
        return Span(start=int(self.folded.starts[start]), end=int(self.folded.ends[end - 1]))


class _Matches:
    """What of a question stands in a text, as ranges of the folded points of both."""

    def __init__(self, asked: FoundTerms, *, typing: bool) -> None:
        self._text = text_of(asked.folded.points)
        self._words: dict[str, int] = {}
        self._pieces: dict[str, list[int]] = {}
        self._unfinished = ""
        terms = asked.terms
        strings = asked.strings()
        for number, (string, start) in enumerate(zip(strings, terms.starts.tolist(), strict=True)):
            if not terms.runs[number]:
                self._words.setdefault(string, start)
            elif terms.joined[number] or number == 0 or not terms.joined[number - 1]:
                self._pieces.setdefault(string, []).append(start)
        if typing and not terms.runs[-1] and terms.ends[-1] == len(self._text):
            self._unfinished = strings[-1]

    def of(self, found: FoundTerms) -> Iterator[tuple[int, int, int, int]]:
        """Start and end in the text, start and end in the question."""
        text, terms = text_of(found.folded.points), found.terms
        done = 0
        for run, start, end in zip(
            terms.runs.tolist(), terms.starts.tolist(), terms.ends.tolist(), strict=True
        ):
            if start < done:
                continue
            match = self._piece(text, start, end) if run else self._word(text[start:end])
            if match is not None:
                at, length = match
                done = start + length
                yield start, done, at, at + length

    def _word(self, word: str) -> tuple[int, int] | None:
        """Where the word is in the question, and how long what it shares with it is."""
        at = self._words.get(word)
        if at is not None:
            return at, len(word)
        if self._unfinished and word.startswith(self._unfinished):
            return self._words[self._unfinished], len(self._unfinished)
        return None

    def _piece(self, text: str, start: int, end: int) -> tuple[int, int] | None:
        places = self._pieces.get(text[start:end])
        if places:
            return max(((at, self._common(text, start, at)) for at in places), key=lambda match: match[1])
        alone = self._pieces.get(text[start])
        return (alone[0], 1) if alone else None

    def _common(self, text: str, start: int, at: int) -> int:
        """How many characters from here and there on are the same, inside runs."""
        length = 0
        while (
            start + length < len(text)
            and at + length < len(self._text)
            and text[start + length] == self._text[at + length]
            and kind_of(ord(text[start + length])) >= Kind.HANGUL
        ):
            length += 1
        return length


def _found(text: str) -> FoundTerms:
    folded = fold_points(points_of(text))
    return FoundTerms(folded=folded, terms=find_terms(folded.points))


def _asked(folded: FoldedPoints, terms: Terms) -> Iterator[str]:
    text = text_of(folded.points)
    for number, (start, end) in enumerate(zip(terms.starts.tolist(), terms.ends.tolist(), strict=True)):
        if not _is_lone(terms, number):
            yield text[start:end]
        elif number == 0 or not terms.joined[number - 1]:
            yield text[start:end] + PREFIX


def _is_lone(terms: Terms, number: int) -> bool:
    """Whether a term is the last character of a run."""
    return bool(terms.runs[number] and not terms.joined[number])


def _terms(units: Units) -> Terms:
    # A character of Thai and the like comes with its vowels and tones. With pairs of bare code points .89 of
    # Thai questions found their answer first by keywords, with these .92 (xquad/th, 2026-11).
    hangul = units.kinds == Kind.HANGUL
    counts = np.where(hangul, units.ends - units.starts, 1)
    within = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    runs = np.repeat(units.kinds >= Kind.HANGUL, counts)
    starts = np.repeat(units.starts, counts) + within
    ends = np.where(np.repeat(hangul, counts), starts + 1, np.repeat(units.ends, counts))
    joined = np.zeros(len(starts), dtype=bool)
    joined[:-1] = runs[:-1] & runs[1:] & (starts[1:] == ends[:-1])
    ends[:-1] = np.where(joined[:-1], ends[1:], ends[:-1])
    return Terms(starts=starts.astype(np.int32), ends=ends.astype(np.int32), runs=runs, joined=joined)


def _terms_of_batch(texts: Sequence[str]) -> Iterator[str]:
    together = fold_together(texts)
    folded, bases = together.folded, together.bases
    terms = find_terms(folded.points)
    written, places = _written(folded.points, terms)
    # Where the first term of each text is written.
    firsts = places[np.searchsorted(folded.starts[terms.starts], bases)].tolist()
    return (written[start : end - 1] if end > start else "" for start, end in pairwise(firsts))


def _written(points: Points, terms: Terms) -> tuple[str, NDArray[np.int64]]:
    """All terms with a space after each, and the place of each term in it, and of the end."""
    lengths = (terms.ends - terms.starts).astype(np.int64) + 1
    places = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(lengths)])
    sources = np.arange(places[-1]) + np.repeat(terms.starts - places[:-1], lengths)
    characters = points[np.minimum(sources, len(points) - 1)]
    characters[places[1:] - 1] = _SPACE
    return text_of(characters), places
