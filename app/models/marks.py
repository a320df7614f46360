"""Text with marked stretches, ready for Qt: positions in UTF-16 units, white space made harmless.

Core counts characters (code points), Qt counts UTF-16 units; they differ after an emoji or a rare kanji.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum, auto
from itertools import accumulate

from core.domain import Highlight, Hit, Result, Span

_ELLIPSIS = "…"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a marked stretch answered: `asked` in characters of the question, `text` what stands there."""

    asked: Span
    text: str
    strength: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A marked stretch `[start, end)` in UTF-16 units; `strength` in (0, 1]; `chosen`: of the chosen hit."""

    start: int
    end: int
    strength: float
    chosen: bool = True
    answers: tuple[Answer, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentMark:
    """The highlights of one stretch, in characters of the document's text."""

    span: Span
    strength: float
    chosen: bool
    answers: tuple[Answer, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkedText:
    text: str
    marks: tuple[Mark, ...]


class Stress(Enum):
    """How a mark looks while a person points at a word of the question."""

    NONE = auto()
    RAISED = auto()
    DIMMED = auto()


def overlap(first: Span, second: Span) -> bool:
    """Whether they have a character in common; an empty one has none."""
    return max(first.start, second.start) < min(first.end, second.end)


def stress_of(answers: Iterable[Answer], word: Span | None) -> Stress:
    """Raised if it answered `word`, dimmed if it answered others only; None: nobody points at a word."""
    if word is None:
        return Stress.NONE
    return Stress.RAISED if any(overlap(each.asked, word) for each in answers) else Stress.DIMMED


def united(answers: Iterable[Iterable[Answer]]) -> tuple[Answer, ...]:
    """All answers, each word of the question once with its strongest, in the order of the question."""
    best: dict[tuple[int, int], Answer] = {}
    for answer in (each for group in answers for each in group):
        key = (answer.asked.start, answer.asked.end)
        if key not in best or best[key].strength < answer.strength:
            best[key] = answer
    return tuple(best[key] for key in sorted(best))


def utf16_positions(text: str) -> Callable[[int], int]:
    """A function from positions in characters of `text` to positions in UTF-16 units."""
    if text.isascii() or max(text, default="") <= "\uffff":
        return lambda position: position
    table = [0, *accumulate(2 if character > "\uffff" else 1 for character in text)]
    return table.__getitem__


def snippet_of(hit: Hit) -> MarkedText:
    """The snippet of `hit` on one line: runs of white space become one space, an ellipsis shows a cut."""
    begin = hit.snippet.start
    raw = hit.text[begin : hit.snippet.end]
    shown, places = _on_one_line(raw)
    prefix = _ELLIPSIS if begin > 0 else ""
    suffix = _ELLIPSIS if hit.snippet.end < len(hit.text.rstrip()) else ""
    text = prefix + shown + suffix
    to_utf16 = utf16_positions(text)
    marks = []
    for span, highlights in _by_stretch(hit.highlights).items():
        start = max(0, span.start - begin)
        end = min(len(raw), span.end - begin)
        if start < end and places[start] < places[end]:
            first, last = to_utf16(len(prefix) + places[start]), to_utf16(len(prefix) + places[end])
            answers = _answers(highlights)
            marks.append(Mark(start=first, end=last, strength=_strongest(highlights), answers=answers))
    return MarkedText(text=text, marks=tuple(marks))


def marks_of_document(result: Result, chosen: Hit | None) -> list[DocumentMark]:
    """Every highlight of every hit of `result`, in the order of the text."""
    found: dict[tuple[int, int], DocumentMark] = {}
    for hit in result.hits:
        is_chosen = chosen is not None and hit.passage_id == chosen.passage_id
        for stretch, highlights in _by_stretch(hit.highlights).items():
            span, strength = stretch.shifted(hit.span.start), _strongest(highlights)
            mark = DocumentMark(span=span, strength=strength, chosen=is_chosen, answers=_answers(highlights))
            known = found.get((span.start, span.end))
            # passages overlap: the same words can be in two hits, and the chosen one decides
            if known is None or (mark.chosen, mark.strength) > (known.chosen, known.strength):
                found[span.start, span.end] = mark
    return [found[key] for key in sorted(found)]


def marks_in(text: str, offset: int, found: Iterable[DocumentMark]) -> tuple[Mark, ...]:
    """Marks for `text`, which is the part of the document that begins at character `offset`."""
    to_utf16 = utf16_positions(text)
    return tuple(
        Mark(
            start=to_utf16(max(0, mark.span.start - offset)),
            end=to_utf16(min(len(text), mark.span.end - offset)),
            strength=mark.strength,
            chosen=mark.chosen,
            answers=mark.answers,
        )
        for mark in found
        if mark.span.start < offset + len(text) and mark.span.end > offset
    )


def _by_stretch(highlights: Iterable[Highlight]) -> dict[Span, list[Highlight]]:
    """One stretch can answer several words of the question; it is marked once."""
    found: dict[Span, list[Highlight]] = {}
    for highlight in highlights:
        found.setdefault(highlight.span, []).append(highlight)
    return found


def _strongest(highlights: Iterable[Highlight]) -> float:
    return max(each.strength for each in highlights)


def _answers(highlights: Iterable[Highlight]) -> tuple[Answer, ...]:
    """In the order of the question."""
    known = [each for each in highlights if each.asked.start < each.asked.end]
    known.sort(key=lambda each: (each.asked.start, each.asked.end))
    return tuple(Answer(asked=each.asked, text=each.query, strength=each.strength) for each in known)


def _on_one_line(raw: str) -> tuple[str, list[int]]:
    """`raw` with runs of white space and control characters as one space, and where each character went."""
    out: list[str] = []
    places: list[int] = []
    for character in raw:
        places.append(len(out))
        if character.isspace() or not character.isprintable():
            if out and out[-1] != " ":
                out.append(" ")
        else:
            out.append(character)
    places.append(len(out))
    text = "".join(out).rstrip()
    return text, [min(place, len(text)) for place in places]
