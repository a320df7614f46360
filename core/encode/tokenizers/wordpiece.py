"""WordPiece: a word as the longest entries of the vocabulary, from its beginning on."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from core.encode.tokenizers.settings import MOST_VOCABULARY_BYTES, check_size
from core.errors import ModelDamagedError

MOST_WORD_CHARACTERS = 100
"""A longer word is unknown as a whole (`max_input_chars_per_word` of transformers' WordPiece)."""

CONTINUES = "##"

REMEMBERED_WORDS = 1 << 16

Piece = tuple[int, int, int]
"""Id, and from where to where in the word, in characters."""


def read_vocabulary(path: Path, model: str) -> dict[str, int]:
    """vocab.txt: an entry per line, its id the number of the line. Raises ModelDamagedError."""
    if not path.is_file():
        raise ModelDamagedError(model, f"{path.name} is missing")
    check_size(path, model, MOST_VOCABULARY_BYTES)
    try:
        with path.open(encoding="utf-8") as lines:
            return {line.rstrip("\n"): number for number, line in enumerate(lines)}
    except (OSError, ValueError) as error:
        raise ModelDamagedError(model, f"{path.name} cannot be read: {error}") from error


class WordPiece:
    """Pieces of words. Thread-safe. `unknown` is the id of a word that cannot be put together."""

    def __init__(self, vocabulary: Mapping[str, int], unknown: int) -> None:
        self._vocabulary = vocabulary
        self._unknown = unknown
        self.pieces = lru_cache(maxsize=REMEMBERED_WORDS)(self._pieces)
        """The pieces of a word without white space."""

    def _pieces(self, word: str) -> tuple[Piece, ...]:
        if len(word) > MOST_WORD_CHARACTERS:
            return ((self._unknown, 0, len(word)),)
        found: list[Piece] = []
        start = 0
        while start < len(word):
            piece = self._longest(word, start)
            if piece is None:
                return ((self._unknown, 0, len(word)),)
            found.append(piece)
            start = piece[2]
        return tuple(found)

    def _longest(self, word: str, start: int) -> Piece | None:
        prefix = CONTINUES if start else ""
        for end in range(len(word), start, -1):
            number = self._vocabulary.get(prefix + word[start:end])
            if number is not None:
                return number, start, end
        return None
