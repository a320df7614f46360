"""Text with marked stretches, ready for Qt: positions in UTF-16 units, white space made harmless.

Core counts characters (code points), Qt counts UTF-16 units; they differ after an emoji or a rare kanji.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import accumulate

from core.domain import Hit, Result, Span

_ELLIPSIS = "…"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A marked stretch `[start, end)` in UTF-16 units; `strength` in (0, 1]; `chosen`: of the chosen hit."""

    start: int
    end: int
    strength: float
    chosen: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentMark:
    """A highlight in characters of the document's text."""

    span: Span
    strength: float
    chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkedText:
    text: str
    marks: tuple[Mark, ...]


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
    for highlight in hit.highlights:
        start = max(0, highlight.span.start - begin)
        end = min(len(raw), highlight.span.end - begin)
        if start < end and places[start] < places[end]:
            first, last = len(prefix) + places[start], len(prefix) + places[end]
            marks.append(Mark(start=to_utf16(first), end=to_utf16(last), strength=highlight.strength))
    return MarkedText(text=text, marks=tuple(marks))


def marks_of_document(result: Result, chosen: Hit | None) -> list[DocumentMark]:
    """Every highlight of every hit of `result`, in the order of the text."""
    found: dict[tuple[int, int], DocumentMark] = {}
    for hit in result.hits:
        is_chosen = chosen is not None and hit.passage_id == chosen.passage_id
        for highlight in hit.highlights:
            span = highlight.span.shifted(hit.span.start)
            mark = DocumentMark(span=span, strength=highlight.strength, chosen=is_chosen)
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
        )
        for mark in found
        if mark.span.start < offset + len(text) and mark.span.end > offset
    )


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
