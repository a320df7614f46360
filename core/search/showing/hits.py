"""Here is a passage worth showing: what of it is shown, and what is marked?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.catalogue import passages
from core.domain import Highlight, Hit, Span, TokenEmbeddings
from core.encode.encoder import Encoder
from core.index.snapshot import Snapshot
from core.passages import encoded_text
from core.search.ranking.candidates import Candidate
from core.search.showing.answers import NoiseFloor
from core.search.showing.function_words import function_words
from core.search.showing.highlight import Aligned, Tokens, choose_snippet, find_highlights
from core.search.showing.unanswered import find_unanswered
from core.terms import literal_spans


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EncodedHits:
    """Hits whose highlights are the tokens that answered."""

    encoder: Encoder
    snapshot: Snapshot
    question: Tokens
    noise_floor: NoiseFloor

    def __call__(self, candidate: Candidate, stored: passages.Stored, text: str) -> Hit | None:
        if candidate.doubtful and not stands_in(self.question.text, stored, text):
            return None
        aligned = self.aligned(stored, text)
        highlights = find_highlights(aligned.question, aligned.passage, noise_floor=aligned.noise_floor)
        # A word that the model has overlooked, or does not see through its noise.
        highlights = highlights or literal_highlights(self.question.text, text)
        return _hit(candidate, stored, text, highlights, find_unanswered(aligned))

    def aligned(self, stored: passages.Stored, text: str) -> Aligned:
        """Raises KeyError if the snapshot does not have the passage."""
        encoded, shift = encoded_text(stored.passage.heading, text)
        embeddings = TokenEmbeddings(
            vectors=self.snapshot.vectors(stored.id),
            spans=np.asarray(self.encoder.token_spans(encoded) - shift, dtype=np.int32),
        )
        return Aligned(
            question=self.question,
            passage=Tokens(text=text, embeddings=embeddings),
            heading=encoded[:shift],
            noise_floor=self.noise_floor,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class LiteralHits:
    """Hits whose highlights are the words of the question as they stand in the passage."""

    question: str

    def __call__(self, candidate: Candidate, stored: passages.Stored, text: str) -> Hit | None:
        highlights = literal_highlights(self.question, text)
        if candidate.doubtful and not highlights and not _literally(self.question, stored.passage.heading):
            return None
        return _hit(candidate, stored, text, highlights, ())


def stands_in(question: str, stored: passages.Stored, text: str) -> bool:
    """Whether any word of the question stands in a passage or its heading: the keyword lane also finds words
    that only share some letters with it, which is a reason to rank but no answer.
    """
    return any(_literally(question, each) for each in (text, stored.passage.heading))


def literal_highlights(question: str, text: str) -> tuple[Highlight, ...]:
    """Where words of the question stand in the passage as they are written."""
    return tuple(
        Highlight(span=span, strength=1.0, query=question[asked.start : asked.end], asked=asked)
        for span, asked in _literally(question, text)
    )


def _literally(question: str, text: str) -> list[tuple[Span, Span]]:
    """Spans in the text and in the question; words that only hold a sentence together do not count, unless
    nothing else was asked.
    """
    found = literal_spans(question, text, typing=True)
    small = function_words(question)
    if not _beyond(Span(start=0, end=len(question.rstrip())), small, question):
        return list(found)
    return [(span, asked) for span, asked in found if _beyond(asked, small, question)]


def _beyond(asked: Span, small: Sequence[Span], question: str) -> bool:
    """Whether a stretch of the question has letters outside these words."""
    inside = {place for each in small for place in range(each.start, each.end)}
    return any(question[place].isalnum() and place not in inside for place in range(asked.start, asked.end))


def _hit(
    candidate: Candidate,
    stored: passages.Stored,
    text: str,
    highlights: Sequence[Highlight],
    unanswered: Sequence[Span],
) -> Hit:
    marked = tuple(highlights)
    return Hit(
        passage_id=candidate.passage_id,
        span=stored.passage.span,
        page=stored.passage.page,
        text=text,
        score=candidate.score,
        snippet=choose_snippet(text, marked),
        highlights=marked,
        unanswered=tuple(unanswered),
    )
