"""The rules on which late-interaction libraries differ."""

from __future__ import annotations

from enum import StrEnum


class QueryLengthRule(StrEnum):
    """`fixed`: cut or filled with masks to `query_length`. `dynamic`: JaColBERTv2.5's (arXiv 2407.20750)."""

    FIXED = "fixed"
    DYNAMIC = "dynamic"


class SkiplistRule(StrEnum):
    """Which tokens of passages get no vector. `colbert-ai`: the first token of each ASCII punctuation
    character. `pylate`: those that are in the vocabulary as they are, and the unknown token if one is not.
    """

    COLBERT_AI = "colbert-ai"
    PYLATE = "pylate"
    NONE = "none"


class MarkerRule(StrEnum):
    """`insert`: after [CLS]. `legacy`: as colbert-ai before August 2024 did it, which wrote ". " before the
    text and the marker over its first token; SentencePiece leaves a full stop behind.
    """

    INSERT = "insert"
    LEGACY = "legacy"
