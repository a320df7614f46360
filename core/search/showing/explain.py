"""Here is a passage that was found: what answered each token of the question, and how much did it count?"""

from __future__ import annotations

import numpy as np

from core.domain import AnsweredToken, Span
from core.search.ranking.maxsim import similarity
from core.search.showing.answers import MIN_STRENGTH, stand_for_something, strengths
from core.search.showing.highlight import Aligned


def explain_tokens(aligned: Aligned) -> tuple[AnsweredToken, ...]:
    """One for each query token, in order: the passage token that is nearest to it, of those that are stored.

    `weight * similarity` sums to the MaxSim of these vectors, markers and masks included. The strength is 0
    below MIN_STRENGTH, and where either token stands for no characters. None if the passage has no tokens.
    """
    question, found = aligned.question.embeddings, aligned.passage.embeddings
    if len(question.vectors) == 0 or len(found.vectors) == 0:
        return ()
    near = similarity(question.vectors, found.vectors)
    best, largest = near.argmax(axis=1), near.max(axis=1)
    weights = np.linalg.norm(question.vectors, axis=1)
    strong = np.clip(strengths(largest, aligned.noise_floor), 0.0, 1.0)
    strong[strong < MIN_STRENGTH] = 0.0
    strong[~(stand_for_something(question) & stand_for_something(found)[best])] = 0.0
    return tuple(
        AnsweredToken(
            asked=Span(start=start, end=end),
            weight=float(weights[token]),
            similarity=float(largest[token]),
            strength=round(float(strong[token]), 3),
            answer=_place(aligned, int(best[token])),
            answer_text=aligned.answer_text(int(best[token])),
        )
        for token, (start, end) in enumerate(question.spans.tolist())
    )


def _place(aligned: Aligned, token: int) -> Span | None:
    """Where a token stands in the passage; None if it is of the heading or stands for no characters."""
    start, end = aligned.passage.embeddings.spans[token].tolist()
    return Span(start=start, end=end) if 0 <= start < end else None
