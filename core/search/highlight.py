"""Here is a passage that was found: which of its words answered, and which part shows it best?"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from core.domain import Float32Array, Highlight, Int32Array, Span, TokenEmbeddings
from core.search.maxsim import similarity

MIN_STRENGTH = 0.25
"""Below this a passage token shares too little with the question to be worth marking."""

MIN_WEIGHT = 0.3
"""Query tokens lighter than this share of the heaviest (particles, articles) mark nothing on their own; they
still do inside a longer match, where their neighbours make them similar."""

SNIPPET_WIDTH = 220
"""Columns of a snippet: about two lines in the list of results; East Asian characters take two each."""

_SENTENCE_END = re.compile(r"[。．！？!?؟।]\s*|\.\s+|\n+")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Answer:
    """For each passage token: its strength, and the query token that it answers. `(tokens,)` each."""

    strengths: Float32Array
    query_tokens: Int32Array


def find_highlights(
    question: str,
    query: TokenEmbeddings,
    passage: TokenEmbeddings,
    *,
    noise_floor: float,
) -> tuple[Highlight, ...]:
    """Mark what answered. `passage.spans` are in characters of the passage, which the result is too.

    Tokens outside the passage (its heading) have spans that end at or before 0 and are left out.
    """
    if len(query.vectors) == 0 or len(passage.vectors) == 0:
        return ()
    answer = _align(query, passage.vectors, noise_floor)
    marked: list[Highlight] = []
    previous = -1
    for token in np.flatnonzero((answer.strengths >= MIN_STRENGTH) & (passage.spans[:, 0] >= 0)):
        start, end = (int(x) for x in passage.spans[token])
        if start == end:
            continue
        asked = query.spans[answer.query_tokens[token]]
        highlight = Highlight(
            span=Span(start=start, end=end),
            strength=round(float(answer.strengths[token]), 3),
            query=question[asked[0] : asked[1]],
        )
        follows = marked and marked[-1].span.end == start and _follows(query, answer, previous, int(token))
        marked[-1:] = [_joined(marked[-1], highlight)] if follows else [*marked[-1:], highlight]
        previous = int(token)
    return tuple(marked)


def choose_snippet(text: str, highlights: tuple[Highlight, ...]) -> Span:
    """The stretch of the passage to show: the one that holds most of the strongest highlights."""
    width = np.cumsum([0] + [2 if ord(c) >= 0x1100 else 1 for c in text])
    if width[-1] <= SNIPPET_WIDTH:
        return Span(start=0, end=len(text))
    starts = [0] + [match.end() for match in _SENTENCE_END.finditer(text) if match.end() < len(text)]
    starts += [max(0, _columns_before(width, highlight.span.start)) for highlight in highlights]
    best = max(starts, key=lambda start: (_shown(width, highlights, start), -start))
    return Span(start=best, end=_columns_after(width, best, SNIPPET_WIDTH))


def _align(query: TokenEmbeddings, passage: Float32Array, noise_floor: float) -> _Answer:
    weights = np.linalg.norm(query.vectors, axis=1)
    strengths = (similarity(query.vectors, passage) - noise_floor) / (1.0 - noise_floor)
    # A light token counts only where it is a near-perfect match, that is, in the same context.
    light = np.minimum(1.0, weights / (MIN_WEIGHT * weights.max(initial=1e-12)))
    strengths = np.clip(strengths, 0.0, 1.0) * np.where(strengths > 0.8, 1.0, light[:, None])
    answered = strengths.argmax(axis=0)
    return _Answer(strengths=strengths.max(axis=0).astype(np.float32), query_tokens=answered.astype(np.int32))


def _follows(query: TokenEmbeddings, answer: _Answer, previous: int, token: int) -> bool:
    """Whether two passage tokens answer query tokens that touch each other in the question."""
    before, after = answer.query_tokens[previous], answer.query_tokens[token]
    return bool(query.spans[before][1] == query.spans[after][0])


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
