"""The words of a question, and what became of each of them in one hit.

Where the words are is not decided here: the hits say which stretches of the question they answered and which
they did not. What lies between is plain text.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from app.models.marks import overlap
from core.domain import Hit, Result, Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A piece of the question, `span` in characters of `Query.text`; `word` False: what is between words."""

    span: Span
    text: str
    word: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """What a hit has for a word: the strongest answer (0: nothing is marked for it), or nothing at all."""

    strength: float = 0.0
    missing: bool = False


UNKNOWN = Fate()


def pieces_of(question: str, results: Iterable[Result]) -> tuple[Piece, ...]:
    """All of `question` in order, cut where the hits of `results` begin and end to answer."""
    asked = {span for result in results for hit in result.hits for span in _spans(hit)}
    inside = [span for span in asked if 0 <= span.start < span.end <= len(question)]
    cuts = sorted({0, len(question), *(at for span in inside for at in (span.start, span.end))})
    pieces = []
    for start, end in pairwise(cuts):
        span = Span(start=start, end=end)
        word = any(overlap(span, each) for each in inside) and not question[start:end].isspace()
        pieces.append(Piece(span=span, text=question[start:end], word=word))
    return tuple(pieces)


def fate_of(word: Span, hit: Hit | None) -> Fate:
    """What became of the stretch `word` of the question in `hit`."""
    if hit is None:
        return UNKNOWN
    strength = max((each.strength for each in hit.highlights if overlap(each.asked, word)), default=0.0)
    missing = strength == 0.0 and any(overlap(each, word) for each in hit.unanswered)
    return Fate(strength=strength, missing=missing)


def missing_words(question: str, unanswered: Sequence[Span]) -> tuple[str, ...]:
    """The words at `unanswered`, each once, in the order of the question."""
    spans = sorted(unanswered, key=lambda span: (span.start, span.end))
    words = (question[span.start : span.end].strip() for span in spans)
    return tuple(dict.fromkeys(word for word in words if word))


def _spans(hit: Hit) -> set[Span]:
    return {*(each.asked for each in hit.highlights), *hit.unanswered}
