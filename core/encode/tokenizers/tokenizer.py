"""The Tokenizer protocol: text in, ids out, and for every id the characters that it stands for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from core.domain import Int32Array


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tokens:
    """Of one text, without special tokens and without truncation.

    `ids`: `(tokens,)` int32. `spans`: `(tokens, 2)` int32, half-open, in characters of the text as given,
    without white space at either end; empty only where a token stands for nothing that is seen (a lone ▁).
    """

    ids: Int32Array
    spans: Int32Array


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecialIds:
    """`begin` and `end` surround a text ([CLS] and [SEP], or <s> and </s>)."""

    begin: int
    end: int
    mask: int
    pad: int
    unknown: int


class Tokenizer(Protocol):
    """The tokenizer of a checkpoint. Deterministic; safe to call from several threads."""

    @property
    def special(self) -> SpecialIds: ...

    @property
    def size(self) -> int:
        """Rows that the table of embeddings needs: the highest id and one."""
        ...

    def id_of(self, token: str) -> int | None:
        """The id of exactly this entry of the vocabulary, or of this added token."""
        ...

    def tokenize(self, texts: Sequence[str]) -> list[Tokens]:
        """The ids that the published tokenizer gives with `add_special_tokens=False`, one result per text."""
        ...
