"""The Encoder protocol: text in, token embeddings out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from core.domain import Int32Array, TokenEmbeddings


class Encoder(Protocol):
    """A late-interaction model. Deterministic; safe to call from several threads.

    `name` is for people; `digest` (32 hexadecimal digits) changes whenever the same text would get other
    vectors; `dim` is the length of a vector; `noise_floor` is the cosine that unrelated tokens reach by
    chance: up to there a similarity says nothing.
    """

    @property
    def name(self) -> str: ...

    @property
    def digest(self) -> str: ...

    @property
    def dim(self) -> int: ...

    @property
    def noise_floor(self) -> float: ...

    def encode_query(self, text: str) -> TokenEmbeddings:
        """Weighted query tokens (the norm of a vector is its weight). May have no tokens at all."""
        ...

    def encode_passages(self, texts: Sequence[str]) -> list[TokenEmbeddings]:
        """Unit vectors of every kept token of each text, in order, one result per text."""
        ...

    def token_spans(self, text: str) -> Int32Array:
        """`(tokens, 2)` int32: the spans that `encode_passages([text])` gives, without the vectors."""
        ...
