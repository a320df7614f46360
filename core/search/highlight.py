"""Here is a passage that was found: which of its words answered, and which part shows it best?"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from core.domain import Float32Array, Highlight, Int32Array, Span, TokenEmbeddings
from core.search.answers import MIN_STRENGTH, salience, stand_for_something, strengths
from core.search.maxsim import similarity

SNIPPET_WIDTH = 220
"""Columns of a snippet: about two lines in the list of results; East Asian characters take two each."""

LONGEST_WORD = 30
"""A snippet begins at most this many characters later for the sake of a whole word."""

_SPACE = re.compile(r"\s+")
_SENTENCE_END = re.compile(r"[。．！？!?؟।]\s*|\.\s+|\n+")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tokens:
    """A text with its token embeddings; the spans are in characters of `text`."""

    text: str
    embeddings: TokenEmbeddings

    def word(self, token: int) -> str:
        start, end = self.embeddings.spans[token]
        return self.text[start:end] if start >= 0 else ""


def find_highlights(question: Tokens, passage: Tokens, *, noise_floor: float) -> tuple[Highlight, ...]:
    """Mark what answered, in characters of the passage.

    Tokens outside the passage (its heading) have spans that start before 0 and are left out.
    """
    asked_vectors, vectors = question.embeddings.vectors, passage.embeddings.vectors
    if len(asked_vectors) == 0 or len(vectors) == 0:
        return ()
    found = strengths(similarity(asked_vectors, vectors), noise_floor)
    found[~stand_for_something(question.embeddings)] = -1.0
    found[:, ~stand_for_something(passage.embeddings)] = -1.0
    answers = _continued(_answers(asked_vectors, found), found, question, passage)
    marked: list[Highlight] = []
    previous = -1
    for token, asked in answers.items():
        start, end = (int(x) for x in passage.embeddings.spans[token])
        # One character may hold several tokens (¼ is 1, ⁄, 4): it is marked once, for the first.
        if start < (marked[-1].span.end if marked else 0) or start == end:
            continue
        strength = round(float(np.clip(found[asked, token], MIN_STRENGTH, 1.0)), 3)
        new = Highlight(span=Span(start=start, end=end), strength=strength, query=question.word(asked))
        follows = marked and marked[-1].span.end == start
        if follows and _touches(question.embeddings.spans, answers[previous], asked):
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
    best = best if best in sentences else _start_of_word(text, best, highlights)
    return Span(start=best, end=_columns_after(width, best, SNIPPET_WIDTH))


def _start_of_word(text: str, start: int, highlights: tuple[Highlight, ...]) -> int:
    """Where to begin so that no word is cut in two; what is marked is never left out."""
    if not (_is_spelled(text[start - 1 : start]) and _is_spelled(text[start : start + 1])):
        return start
    marked = min((each.span.start for each in highlights if each.span.end > start), default=len(text))
    gap = _SPACE.search(text, start, min(start + LONGEST_WORD, marked))
    return gap.end() if gap else start


def _is_spelled(character: str) -> bool:
    """Whether this is a letter or digit of a script that puts spaces between its words."""
    return character.isalnum() and (character < "\u0e00" or "\uac00" <= character <= "\ud7af")


def _answers(asked: Float32Array, found: Float32Array) -> dict[int, int]:
    """Passage token -> the query token that it answers, for tokens that are marked on their own."""
    weighted = found * salience(asked)[:, None]
    best = weighted.argmax(axis=0)
    marked = np.flatnonzero(weighted.max(axis=0) >= MIN_STRENGTH)
    return {int(token): int(best[token]) for token in marked}


def _continued(
    answers: dict[int, int], found: Float32Array, question: Tokens, passage: Tokens
) -> dict[int, int]:
    """Add what continues a match, in the passage as in the question: れ after 水漏, ジ after パッケー."""
    continued = dict(answers)
    for step in (1, -1):
        for token in sorted(answers, reverse=step < 0):
            here, asked = token + step, continued[token] + step
            while here not in continued and _continues(found, question, passage, asked, here, step):
                continued[here] = asked
                here, asked = here + step, asked + step
    return dict(sorted(continued.items()))


def _continues(
    found: Float32Array, question: Tokens, passage: Tokens, asked: int, token: int, step: int
) -> bool:
    """Whether both tokens exist, nothing stands between them and the last ones, and they are alike."""
    if not (0 <= asked < found.shape[0] and 0 <= token < found.shape[1]):
        return False
    together = _touches(question.embeddings.spans, *sorted((asked, asked - step))) and _touches(
        passage.embeddings.spans, *sorted((token, token - step))
    )
    same = question.word(asked).casefold() == passage.word(token).casefold()
    return together and (same or bool(found[asked, token] >= MIN_STRENGTH))


def _touches(spans: Int32Array, left: int, right: int) -> bool:
    """Whether no character stands between two tokens."""
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
