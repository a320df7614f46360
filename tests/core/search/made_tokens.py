"""Tokens for tests: each piece of a text with a vector of its own choice."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.domain import TokenEmbeddings
from core.search.showing.highlight import Aligned, Tokens

NOISE = 0.2


def tokens(text: str, *pieces: tuple[str, str], weights: Sequence[float] | None = None) -> Tokens:
    """Pieces are (as written in `text`, what it means), in order; the same meaning is the same vector, a
    meaning with `~` in front is halfway to it. A piece "" is a marker.
    """
    spans, vectors, end = [], [], 0
    for written, meaning in pieces:
        start = text.index(written, end) if written else 0
        spans.append((start, start + len(written)))
        end = max(end, spans[-1][1])
        vectors.append(_vector(meaning))
    made = np.array(vectors, dtype=np.float32).reshape(-1, 256)
    if weights is not None:
        made *= np.array(weights, dtype=np.float32)[:, None]
    return Tokens(
        text=text,
        embeddings=TokenEmbeddings(vectors=made, spans=np.array(spans, dtype=np.int32).reshape(-1, 2)),
    )


def aligned(question: Tokens, passage: Tokens, heading: str = "") -> Aligned:
    """`passage` is of heading and body; the heading ends with its line break."""
    spans = passage.embeddings.spans - len(heading)
    body = Tokens(
        text=passage.text[len(heading) :],
        embeddings=TokenEmbeddings(vectors=passage.embeddings.vectors, spans=spans),
    )
    return Aligned(question=question, passage=body, heading=heading, noise_floor=NOISE)


def _vector(meaning: str) -> np.ndarray:
    """Unit vectors: of the meanings of one text, at right angles unless two collide."""
    vector = np.zeros(256, dtype=np.float32)
    vector[sum(map(ord, meaning.lstrip("~"))) % 255] = 1.0
    if meaning.startswith("~"):
        vector[255] = 1.0
        vector /= np.sqrt(2.0)
    return vector
