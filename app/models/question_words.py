"""The words of a question, and what became of each of them in one hit.

Where the words are is not decided here: the hit says which stretches of the question it answered and which it
did not. What lies between is plain text.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from app.models.marks import overlap
from core.domain import Hit, Query, Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A word of the question, `span` in characters of `Query.text`, and the strongest answer to it.

    `strength` is in (0, 1], 0 if there is none: the word is missing in the passage.
    """

    span: Span
    text: str
    strength: float

    @property
    def missing(self) -> bool:
        return self.strength == 0.0


def question_of(query: Query) -> str:
    """What was asked in words; nothing where passages like another are asked for."""
    return "" if query.like is not None else query.text


def words_of(question: str, hit: Hit | None) -> tuple[Word, ...]:
    """What `hit` says about the words of `question`, in their order.

    Stretches that were answered together in one place and apart in another are cut where they differ. A word
    that nothing answered is missing as a whole, even if a part of it touches another answer.
    """
    if hit is None:
        return ()
    missing = _inside(question, hit.unanswered)
    answered = _inside(question, (each.asked for each in hit.highlights))
    cuts = sorted({at for span in (*missing, *answered) for at in (span.start, span.end)})
    words = []
    for start, end in pairwise(cuts):
        span = Span(start=start, end=end)
        if any(overlap(span, each) for each in missing):
            continue
        span = _trimmed(question, start, end)
        if any(overlap(span, each) for each in answered):
            words.append(_word(question, span, _strength(span, hit)))
    words += [_word(question, _trimmed(question, span.start, span.end), 0.0) for span in _united(missing)]
    return tuple(sorted((word for word in words if word.text), key=lambda word: word.span.start))


def _word(question: str, span: Span, strength: float) -> Word:
    return Word(span=span, text=question[span.start : span.end], strength=strength)


def _inside(question: str, spans: Iterable[Span]) -> list[Span]:
    return [span for span in spans if 0 <= span.start < span.end <= len(question)]


def _united(spans: Iterable[Span]) -> list[Span]:
    """Spans that overlap are one."""
    united: list[Span] = []
    for span in sorted(spans, key=lambda span: (span.start, span.end)):
        if united and overlap(united[-1], span):
            united[-1] = Span(start=united[-1].start, end=max(united[-1].end, span.end))
        else:
            united.append(span)
    return united


def missing_words(question: str, unanswered: Sequence[Span]) -> tuple[str, ...]:
    """The words at `unanswered`, each once, in the order of the question."""
    spans = sorted(unanswered, key=lambda span: (span.start, span.end))
    words = (question[span.start : span.end].strip() for span in spans)
    return tuple(dict.fromkeys(word for word in words if word))


def _trimmed(question: str, start: int, end: int) -> Span:
    """Without the white space at both ends."""
    text = question[start:end]
    return Span(start=end - len(text.lstrip()) if text.strip() else end, end=start + len(text.rstrip()))


def _strength(word: Span, hit: Hit) -> float:
    return max((each.strength for each in hit.highlights if overlap(each.asked, word)), default=0.0)
