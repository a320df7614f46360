"""WordPiece: a word as the longest entries of the vocabulary, from its beginning on."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from core.encode.json_files import check_size
from core.encode.tokenizers.settings import MOST_VOCABULARY_BYTES
from core.errors import ModelDamagedError

MOST_WORD_CHARACTERS = 100
"""A longer word is unknown as a whole (`max_input_chars_per_word` of transformers' WordPiece)."""

CONTINUES = "##"

REMEMBERED_WORDS = 1 << 16

_PART = re.compile(r"\S+")


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
        """The pieces of a word, three numbers each in one row: id, start and end in characters of the word.

        White space in a word parts it: MeCab takes a carriage return or a line separator for a word.
        """

    def _pieces(self, word: str) -> tuple[int, ...]:
        parts = _PART.finditer(word)
        return tuple(number for part in parts for number in self._of_part(part.group(), part.start()))

    def _of_part(self, word: str, at: int) -> list[int]:
        found: list[int] = []
        start = 0
        while start < len(word):
            piece = self._longest(word, start) if len(word) <= MOST_WORD_CHARACTERS else None
            if piece is None:
                return [self._unknown, at, at + len(word)]
            number, end = piece
            found += (number, at + start, at + end)
            start = end
        return found

    def _longest(self, word: str, start: int) -> tuple[int, int] | None:
        """Id and end of the longest entry that begins here."""
        prefix = CONTINUES if start else ""
        for end in range(len(word), start, -1):
            number = self._vocabulary.get(prefix + word[start:end])
            if number is not None:
                return number, end
        return None
