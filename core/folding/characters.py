"""How one character, or a base character with its marks, is folded for matching.

The order is: NFKC (width, ligatures, Kangxi radicals), case folding, removal of what a reader does not see
or often leaves out (default-ignorables, tatweel, vowel points, Latin and Greek diacritics), unification of
letters that keyboards and converters mix up (alef forms, Persian kaf, look-alike radicals, dotless i), NFC.
Hiragana and katakana stay distinct, and so do voiced and unvoiced kana.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from core.radicals import IDEOGRAPH_OF_RADICAL

_LETTERS = {
    "أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا",  # alef forms
    "ى": "ي", "ی": "ي", "ک": "ك", "ة": "ه",  # final yeh, Persian yeh and kaf, teh marbuta
    "ı": "i", "ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d",  # no decomposition
}  # fmt: skip

_VARIANTS = {"戶": "戸", "户": "戸", "黑": "黒", "黃": "黄", "靑": "青"}
"""Forms that NFKC makes of Kangxi radicals, and those of Japanese text in their place."""

_IGNORABLE_RANGES = (
    (0x00AD, 0x00AD), (0x034F, 0x034F), (0x061C, 0x061C), (0x115F, 0x1160), (0x17B4, 0x17B5),
    (0x180B, 0x180F), (0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F), (0x3164, 0x3164),
    (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF), (0xFFA0, 0xFFA0), (0xFFF0, 0xFFF8), (0x1BCA0, 0x1BCA3),
    (0x1D173, 0x1D17A), (0xE0000, 0xE0FFF),
)  # fmt: skip
"""Default_Ignorable_Code_Point, Unicode Character Database 14, DerivedCoreProperties."""

_POINT_RANGES = (
    (0x0591, 0x05BD), (0x05BF, 0x05BF), (0x05C1, 0x05C2), (0x05C4, 0x05C5), (0x05C7, 0x05C7),  # Hebrew
    (0x0610, 0x061A), (0x0640, 0x0640), (0x064B, 0x065F), (0x0670, 0x0670), (0x06D6, 0x06DC),
    (0x06DF, 0x06E4), (0x06E7, 0x06E8), (0x06EA, 0x06ED),  # Arabic, the tatweel among them
)  # fmt: skip

_COMPOSING_STARTERS = frozenset(
    [
        *range(0x1161, 0x1176), *range(0x11A8, 0x11C3),  # Hangul vowels and finals
        0x09BE, 0x09D7, 0x0B3E, 0x0B56, 0x0B57, 0x0BBE, 0x0BD7, 0x0CC2, 0x0CD5, 0x0CD6, 0x0D3E, 0x0D57,
        0x0DCF, 0x0DDF, 0x102E, 0x1B35, 0x11127, 0x1133E, 0x11357, 0x114B0, 0x114BA, 0x114BD, 0x115AF,
        0x11930,
    ]
)  # fmt: skip
"""Characters of combining class 0 that NFC may join to the one before them."""


def _in_ranges(point: int, ranges: tuple[tuple[int, int], ...]) -> bool:
    return any(first <= point <= last for first, last in ranges)


@lru_cache(maxsize=1 << 16)
def is_ignorable(point: int) -> bool:
    return _in_ranges(point, _IGNORABLE_RANGES)


@lru_cache(maxsize=1 << 16)
def continues_cluster(point: int) -> bool:
    """Whether this character may join, or be reordered around, the one before it."""
    first = unicodedata.normalize("NFKD", chr(point))[0]
    return unicodedata.combining(first) != 0 or ord(first) in _COMPOSING_STARTERS or is_ignorable(point)


@lru_cache(maxsize=1 << 16)
def fold_cluster(cluster: str) -> str:
    """Fold a base character with what continues it; the result may be empty or longer than its source."""
    text = "".join(c for c in cluster if not is_ignorable(ord(c)))
    text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    text = "".join(_fold_marks(unicodedata.normalize("NFD", text)))
    text = unicodedata.normalize("NFC", text).translate(_TRANSLATION)
    return unicodedata.normalize("NFC", text)


def _fold_marks(decomposed: str) -> list[str]:
    """Drop the marks that are not part of a letter's identity."""
    kept: list[str] = []
    base = ""
    for character in decomposed:
        point = ord(character)
        if _in_ranges(point, _POINT_RANGES) or is_ignorable(point):
            continue
        if 0x0300 <= point <= 0x036F:
            if _is_accent(base, point):
                continue
        elif unicodedata.combining(character) == 0:
            base = character
        kept.append(character)
    return kept


def _is_accent(base: str, mark: int) -> bool:
    """Latin and Greek lose every mark; in Cyrillic only stress marks and the dots of yo are optional."""
    if not base or base < "Ѐ" or "ἀ" <= base <= "῿":
        return True
    if "Ѐ" <= base <= "ӿ":
        return mark in {0x0300, 0x0301} or (base == "е" and mark == 0x0308)
    return False


_TRANSLATION = str.maketrans({**IDEOGRAPH_OF_RADICAL, **_LETTERS, **_VARIANTS})
