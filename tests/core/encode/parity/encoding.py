"""Texts through our encoder, in the form that golden files have."""

from __future__ import annotations

from collections.abc import Sequence

from core.encode.colbert.encoder import ColbertEncoder
from tests.core.encode.parity.golden import Encoded


def encoded(encoder: ColbertEncoder, texts: Sequence[str]) -> tuple[list[Encoded], list[Encoded]]:
    """As questions and as passages, one at a time."""
    return [encoded_question(encoder, text) for text in texts], encoded_passages(encoder, texts)


def encoded_question(encoder: ColbertEncoder, text: str) -> Encoded:
    inputs = encoder.query_inputs(text)
    vectors = encoder.encode_query(text).vectors
    return Encoded(text=text, ids=inputs.ids, attention=inputs.attention, keep=inputs.keep, vectors=vectors)


def encoded_passages(encoder: ColbertEncoder, texts: Sequence[str]) -> list[Encoded]:
    found = []
    for text in texts:
        inputs = encoder.passage_inputs(text)
        (result,) = encoder.encode_passages([text])
        found.append(
            Encoded(
                text=text,
                ids=inputs.ids,
                attention=inputs.attention,
                keep=inputs.keep,
                vectors=result.vectors,
            )
        )
    return found
