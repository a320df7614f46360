"""The Encoder protocol: text in, token embeddings out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from core.domain import Companion, Int32Array, Language, ModelName, TokenEmbeddings
from core.progress import CancelToken

PASSAGE_TOKENS = 192
"""The passage that speeds are told in: about 300 characters of Japanese (in English they are 70 tokens)."""


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

    @property
    def uses_languages(self) -> bool:
        """Whether the vectors of a text depend on the language that it is said to be in."""
        ...

    def encode_query(self, text: str, languages: Sequence[Language] = ()) -> TokenEmbeddings:
        """Weighted query tokens (the norm of a vector is its weight). May have no tokens at all.

        `languages`: those in which an answer may be written, the most frequent first; a model that needs to
        know the language of a question looks for it among them. None: any. Does not wait for passages that
        another thread has encoded, but for the small batch that is at work.
        """
        ...

    def encode_passages(
        self,
        texts: Sequence[str],
        languages: Sequence[Language] | None = None,
        cancel: CancelToken | None = None,
    ) -> list[TokenEmbeddings]:
        """Unit vectors of every kept token of each text, in order, one result per text.

        `languages`: of each text; UNKNOWN_LANGUAGE, or None for all, lets a model that needs it find it out.
        `cancel` is looked at between small steps: waits while it pauses, raises CancelledError.
        """
        ...

    def token_spans(self, text: str) -> Int32Array:
        """`(tokens, 2)` int32: the spans that `encode_passages([text])` gives, without the vectors."""
        ...


class Encoders(Protocol):
    """Where encoders come from: the models of this machine. Thread-safe."""

    def open(self, name: ModelName) -> Encoder:
        """The encoder of a model; the same object while somebody holds it. May take seconds the first time.

        Raises ModelMissingError, ModelDamagedError, ModelUnsupportedError, PartMissingError.
        """
        ...

    def companion(self, digest: str) -> Companion:
        """What comes with the model whose encoder has this digest; mostly nothing."""
        ...
