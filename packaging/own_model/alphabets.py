"""Which pieces must the vocabulary have, whatever the training text holds?

Characters, so that every ordinary text is read; and pairs of letters, so that a script without training text
does not fall to single letters (issue 6): a pair with its neighbours is nearly a word.
"""

from __future__ import annotations

import string
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, product

from own_model.scripts import MARK, bare, named

Normaliser = Callable[[str], str]

PAIRED = ("GREEK", "HEBREW", "GEORGIAN", "ARABIC", "CYRILLIC")
"""Alphabets all of whose pairs of letters are pieces. (Latin has text of a dozen languages.)"""

_INDIC = {"DEVANAGARI": 0x0900, "BENGALI": 0x0980, "TAMIL": 0x0B80, "TELUGU": 0x0C00}
"""Scripts whose consonants with each vowel sign are pieces, and where their blocks begin."""

SINGLE = (
    "LATIN", "ARMENIAN", "GUJARATI", "GURMUKHI", "KANNADA", "MALAYALAM", "SINHALA", "ORIYA", "THAI", "LAO",
    "KHMER", "MYANMAR", "HIRAGANA", "KATAKANA",
)  # fmt: skip
"""Scripts of which single characters are enough, or all that there is room for."""

_BLOCKS = (
    (0x0061, 0x024F), (0x0386, 0x03CE), (0x0430, 0x045F), (0x0490, 0x04FF), (0x0561, 0x0587),
    (0x05D0, 0x05EA), (0x0621, 0x064A), (0x0671, 0x06D3), (0x0900, 0x0DFF), (0x0E00, 0x0EFF),
    (0x1000, 0x109F), (0x10D0, 0x10F0), (0x1780, 0x17FF), (0x3041, 0x30FF),
)  # fmt: skip

_MOST_LETTERS = {
    "CYRILLIC": range(0x0430, 0x0450),
    "ARABIC": range(0x0621, 0x064B),
    "GREEK": range(0x03B1, 0x03CA),
}
"""The part of a larger script that its languages share."""


def forced_pieces(normalise: Normaliser) -> list[str]:
    """All of them in the form that `normalise` gives, each once, single characters first."""
    single = chain(
        string.punctuation,
        string.digits,
        "、。・「」『』？！（）ー々〆ヶ",
        _letters(SINGLE + PAIRED + tuple(_INDIC)),
    )
    several = chain(_numbers(), _pairs(), _syllables())
    # A word begins inside of ŉ, which is ʼn in the form that is compared: that is two pieces.
    found = (bare(normalise(piece)) for piece in chain(single, _double_byte(), several))
    return [piece for piece in dict.fromkeys(found) if piece and not piece.isspace() and MARK not in piece]


def _letters(scripts: Iterable[str]) -> Iterator[str]:
    wanted = set(scripts)
    for first, last in _BLOCKS:
        for character in map(chr, range(first, last + 1)):
            if named(character) in wanted and unicodedata.category(character)[0] in "LM":
                yield character


def _numbers() -> Iterator[str]:
    """All of one and two digits, and the years that people write about."""
    yield from (str(number) for number in range(100))
    yield from (f"{number:02}" for number in range(10))
    yield from (str(year) for year in range(1800, 2041))


def _pairs() -> Iterator[str]:
    for script in PAIRED:
        among = _MOST_LETTERS.get(script)
        letters = [
            letter
            for letter in _letters([script])
            if unicodedata.category(letter) == "Ll" or script not in ("GREEK", "CYRILLIC")
            if (among is None or ord(letter) in among) and unicodedata.category(letter)[0] == "L"
        ]
        yield from map("".join, product(letters, letters))


def _syllables() -> Iterator[str]:
    """The blocks of India's scripts are laid out alike: consonants, then vowel signs and the virama."""
    for start in _INDIC.values():
        consonants = (chr(start + place) for place in range(0x15, 0x3A))
        signs = (chr(start + place) for place in (*range(0x3E, 0x44), 0x47, 0x48, 0x4B, 0x4C, 0x4D))
        yield from map("".join, product(filter(named, consonants), filter(named, signs)))


def _double_byte() -> Iterator[str]:
    """The first levels of JIS X 0208 and GB 2312 (the frequent ideographs), and the Hangul of KS X 1001."""
    for codec, rows in (
        ("euc_jp", range(0xB0, 0xD0)),
        ("gb2312", range(0xB0, 0xD8)),
        ("euc_kr", range(0xB0, 0xC9)),
    ):
        for row, cell in product(rows, range(0xA1, 0xFF)):
            yield bytes([row, cell]).decode(codec, "ignore")
