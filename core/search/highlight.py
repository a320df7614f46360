"""Here is a passage that was found: which of its words answered, and which part shows it best?"""

from __future__ import annotations

import re

import numpy as np

from core.domain import Float32Array, Highlight, Int32Array, Span, TokenEmbeddings
from core.search.answers import MIN_STRENGTH, salience, strengths
from core.search.maxsim import similarity

MIN_STRENGTH_INSIDE = 0.12
"""A token that continues a match, in the passage as in the question (れ after 水漏), needs only this."""

SNIPPET_WIDTH = 220
"""Columns of a snippet: about two lines in the list of results; East Asian characters take two each."""

_SENTENCE_END = re.compile(r"[。．！？!?؟।]\s*|\.\s+|\n+")


def find_highlights(
    question: str, query: TokenEmbeddings, passage: TokenEmbeddings, *, noise_floor: float
) -> tuple[Highlight, ...]:
    """Mark what answered. `passage.spans` are in characters of the passage, which the result is too.

    Tokens outside the passage (its heading) have spans that start before 0 and are left out.
    """
    if len(query.vectors) == 0 or len(passage.vectors) == 0:
        return ()
    found = strengths(similarity(query.vectors, passage.vectors), noise_floor)
    answers = _continued(_answers(query, found), found, query, passage)
    marked: list[Highlight] = []
    previous = -1
    for token, asked in answers.items():
        start, end = (int(x) for x in passage.spans[token])
        # One character may hold several tokens (¼ is 1, ⁄, 4): it is marked once, for the first.
        if start < (marked[-1].span.end if marked else 0) or start == end:
            continue
        first, last = (int(x) for x in query.spans[asked])
        strength = round(float(np.clip(found[asked, token], 0.0, 1.0)), 3)
        new = Highlight(span=Span(start=start, end=end), strength=strength, query=question[first:last])
        if marked and marked[-1].span.end == start and query.spans[answers[previous]][1] == first:
            marked[-1] = _joined(marked[-1], new)
        else:
            marked.append(new)
        previous = token
    return tuple(marked)


def choose_snippet(text: str, highlights: tuple[Highlight, ...]) -> Span:
    """The stretch of the passage to show: the one that holds most of the strongest highlights."""
    width = np.cumsum([0] + [2 if ord(c) >= 0x1100 else 1 for c in text])
    if width[-1] <= SNIPPET_WIDTH:
        return Span(start=0, end=len(text))
    sentences = [0] + [match.end() for match in _SENTENCE_END.finditer(text) if match.end() < len(text)]
    inside = [_columns_before(width, highlight.span.start) for highlight in highlights]
    # As much as can be shown, from the beginning of a sentence if possible, with little before it.
    best = max(
        [*sentences, *inside],
        key=lambda start: (round(_shown(width, highlights, start), 3), start in sentences, start),
    )
    return Span(start=best, end=_columns_after(width, best, SNIPPET_WIDTH))


def _answers(query: TokenEmbeddings, found: Float32Array) -> dict[int, int]:
    """Passage token -> the query token that it answers, for tokens that are marked on their own."""
    weighted = found * salience(query.vectors)[:, None]
    best = weighted.argmax(axis=0)
    marked = np.flatnonzero(weighted.max(axis=0) >= MIN_STRENGTH)
    return {int(token): int(best[token]) for token in marked}


def _continued(
    answers: dict[int, int], found: Float32Array, query: TokenEmbeddings, passage: TokenEmbeddings
) -> dict[int, int]:
    """Add the tokens that continue a match to the right or to the left, in order of the passage."""
    continued = dict(answers)
    for step in (1, -1):
        for token in sorted(answers, reverse=step < 0):
            here, asked = token, continued[token]
            while _touches(passage.spans, here, step) and _touches(query.spans, asked, step):
                here, asked = here + step, asked + step
                if here in continued or found[asked, here] < MIN_STRENGTH_INSIDE:
                    break
                continued[here] = asked
    return dict(sorted(continued.items()))


def _touches(spans: Int32Array, token: int, step: int) -> bool:
    """Whether the next token (to the left for -1) exists and no character stands between."""
    other = token + step
    if not 0 <= other < len(spans):
        return False
    left, right = min(token, other), max(token, other)
    return bool(spans[left][1] == spans[right][0])


def _joined(first: Highlight, second: Highlight) -> Highlight:
    a, b = first.span.end - first.span.start, second.span.end - second.span.start
    strength = (first.strength * a + second.strength * b) / (a + b)
    return Highlight(
        span=Span(start=first.span.start, end=second.span.end),
        strength=round(strength, 3),
        query=first.query + second.query,
    )


def _shown(width: Int32Array, highlights: tuple[Highlight, ...], start: int) -> float:
    end = _columns_after(width, start, SNIPPET_WIDTH)
    return sum(
        each.strength * (each.span.end - each.span.start)
        for each in highlights
        if each.span.start >= start and each.span.end <= end
    )


def _columns_after(width: Int32Array, start: int, columns: int) -> int:
    return int(np.searchsorted(width, width[start] + columns, side="right")) - 1


def _columns_before(width: Int32Array, position: int) -> int:
    """The character a third of a snippet before `position`."""
    return int(np.searchsorted(width, width[position] - SNIPPET_WIDTH // 3, side="left"))
