"""What kind of writing is a piece of the vocabulary in, as far as that makes a difference here?"""

from __future__ import annotations

import unicodedata
from enum import StrEnum


class Script(StrEnum):
    """ALPHABET: words of letters or syllables between spaces, Hangul apart."""

    HAN = "han"
    HIRAGANA = "hiragana"
    KATAKANA = "katakana"
    HANGUL = "hangul"
    THAI = "thai"
    ALPHABET = "alphabet"
    NUMBER = "number"
    OTHER = "other"


_BY_NAME = {
    "CJK": Script.HAN,
    "IDEOGRAPHIC": Script.HAN,
    "HIRAGANA": Script.HIRAGANA,
    "KATAKANA": Script.KATAKANA,
    "KATAKANA-HIRAGANA": Script.KATAKANA,
    "HANGUL": Script.HANGUL,
    "THAI": Script.THAI,
    "LAO": Script.THAI,
    "KHMER": Script.THAI,
    "MYANMAR": Script.THAI,
}


MARK = "▁"
"""Where a word of Latin letters begins, the tokenizer puts this before its first piece."""


def bare(piece: str) -> str:
    """Without the mark that a word begins with."""
    return piece.removeprefix(MARK) or piece


def named(character: str) -> str:
    """What Unicode calls its script, as in `LATIN SMALL LETTER A`; empty for what has no name."""
    return unicodedata.name(character, "").split(" ")[0]


def is_continuing(piece: str) -> bool:
    """Does it stand in the middle or at the end of words of Latin letters?"""
    return named(piece[0]) == "LATIN"


def script_of(piece: str) -> Script:
    """Of its first character."""
    first = bare(piece)[0]
    if first.isdigit():
        return Script.NUMBER
    if unicodedata.category(first)[0] not in "LM":
        return Script.OTHER
    return _BY_NAME.get(named(first), Script.ALPHABET)
