"""Which legacy encoding is this? A score for each one that decodes the bytes without error.

A score is the mean over the non-ASCII characters of how well each fits the language that the encoding was
made for: a frequent letter counts for it; a rare ideograph, a symbol amid letters, an accented capital after
a small letter count against it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from functools import lru_cache

from core.extract import letters

SAMPLE_BYTES = 8 * 1024
"""Bytes that are scored, of the lines that are not ASCII. More do not make the guess better."""

_LINE_BEYOND_ASCII = re.compile(rb"[^\n\x80-\xff]{0,40}[\x80-\xff][^\n]*\n?")

_SYMBOLS = frozenset("¤¦¬¯¨¸´ƒ‰¶±¥¢ªº×÷ˇ˘˙˛˝†‡¼½¾¹²³µˆ˜‹›ÞþÐðÝý¿¡")
_TYPOGRAPHY = frozenset("\u00a0«»“”„‘’‚–—…•·©®°§€£№")

Weigh = Callable[[str], float]


class _Script(Enum):
    """How words look: in wide characters without spaces; in ASCII letters and some others; in others only."""

    WIDE = auto()
    LATIN = auto()
    OTHER = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Charset:
    """An encoding and how it weighs characters; `wide` ones take two bytes or more for each."""

    codec: str
    weights: dict[str, float]
    other: Weigh
    script: _Script


def guess_charset(data: bytes) -> tuple[str, float] | None:
    """The best fitting legacy encoding of `data` and its score (1: every character is a frequent one).

    None if no candidate decodes a sample of the data. `data` may end in the middle of a character.
    """
    sample = _sample(data)
    decoded = {codec: _decode(sample, codec) for codec in {charset.codec for charset in _charsets()}}
    texts = {codec: _Decoded(text) for codec, text in decoded.items() if text is not None}
    scored = [
        (_score(charset, texts[charset.codec]), charset.codec)
        for charset in _charsets()
        if charset.codec in texts
    ]
    if not scored:
        return None
    best = max(scored, key=lambda pair: pair[0])
    return best[1], best[0]


def score_utf16(text: str) -> float:
    """How much a UTF-16 decoding without a mark looks like text of one of the languages we know."""
    decoded = _Decoded(text[:SAMPLE_BYTES])
    return max(_score(charset, decoded) for charset in _charsets())


def _sample(data: bytes) -> bytes:
    """Whole lines, so that no character is cut but the last one."""
    lines: list[bytes] = []
    length = 0
    for match in _LINE_BEYOND_ASCII.finditer(data):
        lines.append(match[0][: SAMPLE_BYTES - length])
        length += len(lines[-1])
        if length >= SAMPLE_BYTES:
            break
    return b"".join(lines)


def _decode(sample: bytes, codec: str) -> str | None:
    for cut in range(4):
        try:
            return sample[: len(sample) - cut].decode(codec)
        except UnicodeDecodeError as error:
            if error.start < len(sample) - 4:
                return None
    return None


class _Decoded:
    """The sample by one codec, and what all languages of that codec need to know about it."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._misfits: dict[_Script, float] = {}
        self.counts = Counter(_BEYOND_ASCII.findall(text))
        self.total = self.counts.total()

    def misfits(self, script: _Script) -> float:
        """What only neighbours show: letters of two scripts in one word, capitals after small letters."""
        if script not in self._misfits:
            self._misfits[script] = self._found_misfits(script)
        return self._misfits[script]

    def _found_misfits(self, script: _Script) -> float:
        if script is _Script.WIDE:
            return 1.2 * self._count(_LONE)
        if script is _Script.LATIN:
            return 1.5 * self._count(_CAPITAL_INSIDE) + self._count(_ACCENTS_ONLY)
        return 1.5 * (self._count(_CAPITAL_INSIDE) + self._count(_MIXED)) + 0.6 * self._count(_ISOLATED)

    def _count(self, pattern: re.Pattern[str]) -> int:
        return len(pattern.findall(self._text))


def _score(charset: _Charset, decoded: _Decoded) -> float:
    if not decoded.total:
        return 0.0
    sum_of_weights = 0.0
    for character, count in decoded.counts.items():
        weight = charset.weights.get(character)
        sum_of_weights += count * (charset.other(character) if weight is None else weight)
    return (sum_of_weights - decoded.misfits(charset.script)) / decoded.total


_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")
_LONE = re.compile(r"(?<=[a-zA-Z])[^\x00-\x7f\u2000-\u206f](?=[a-zA-Z])")
_MIXED = re.compile(r"[a-zA-Z](?=[^\W\d_a-zA-Z])|[^\W\d_a-zA-Z](?=[a-zA-Z])")
_ISOLATED = re.compile(r"(?<![^\W\d_])(?<![ั-๎])[^\W\d_a-zA-Z](?![^\W\d_]|[ั-๎])")
_ACCENTS_ONLY = re.compile(r"[^\W\d_a-zA-Z](?=[^\W\d_a-zA-Z]{2})")
_CAPITAL_INSIDE = re.compile(
    r"(?<=[a-zß-öø-ÿа-яёіїєґα-ωά-ώąćęłńśźżčďěňřšťůžőű])[À-ÖØ-ÞА-ЯЁІЇЄҐΑ-ΩĄĆĘŁŃŚŹŻČĎĚŇŘŠŤŮŽŐŰĞŞİ]"
)


def _unknown(character: str) -> float:
    """A character that the encoding's language has no use for."""
    point = ord(character)
    if point < 0xA0 or 0xE000 <= point < 0xF900 or point >= 0x20000:
        return -3.0
    return -1.0


def _ideographic(level_one: frozenset[str], foreign: float) -> Weigh:
    def weigh(character: str) -> float:
        if "\u3040" <= character <= "\u30ff" or "\uac00" <= character <= "\ud7a3":
            return foreign
        if character in level_one:
            return 0.3
        if "\u4e00" <= character <= "\u9fff":
            return -0.6
        if "\uff61" <= character <= "\uff9f":
            return -0.3
        if "\u3000" <= character <= "\u303f" or "\uff01" <= character <= "\uff5e" or character in _TYPOGRAPHY:
            return 0.5
        return _unknown(character)

    return weigh


def _alphabetic(character: str) -> float:
    if character in _TYPOGRAPHY:
        return 0.4
    if character in _SYMBOLS:
        return -1.0
    return -0.2 if character.isalpha() and ord(character) < 0x250 else _unknown(character)


def _rows(codec: str, first: int, last: int) -> frozenset[str]:
    """The characters of some rows of a 94-by-94 character set."""
    pairs = bytes(
        byte for row in range(first, last + 1) for cell in range(0xA1, 0xFF) for byte in (row, cell)
    )
    return frozenset(pairs.decode(codec, "ignore"))


def _ranked(by_frequency: str, typical: float) -> dict[str, float]:
    """Small letters weigh 1 on average over a real text; capitals half as much as small ones.

    The frequency of a letter falls about exponentially with its rank, so that its logarithm, which is what
    should be added up, falls evenly. `typical` is the average rank of a letter in real text.
    """
    small = {letter: 1.5 - 0.5 * rank / typical for rank, letter in enumerate(by_frequency)}
    return {**{letter.upper(): weight / 2 for letter, weight in small.items()}, **small}


def _equal(letters_of_language: str, weight: float) -> dict[str, float]:
    """Small letters weigh `weight`, capitals half of it."""
    return {
        **dict.fromkeys(letters_of_language.upper(), weight / 2),
        **dict.fromkeys(letters_of_language, weight),
    }


@lru_cache(maxsize=1)
def _charsets() -> tuple[_Charset, ...]:
    """All candidates; of two that give the same score, the first is taken, so the usual ones come first."""
    return (*_wide_charsets(), *_narrow_charsets())


def _wide_charsets() -> list[_Charset]:
    kana = "".join(map(chr, [*range(0x3041, 0x3094), *range(0x30A1, 0x30F7), 0x30FC]))
    japanese = dict.fromkeys(letters.JAPANESE + kana, 1.0)
    japanese_other = _ideographic(_rows("euc_jp", 0xB0, 0xCF), -1.0)
    simplified = dict.fromkeys(letters.CHINESE_SIMPLIFIED, 1.0)
    simplified_other = _ideographic(_rows("gb2312", 0xB0, 0xD7), -0.7)
    traditional = dict.fromkeys(letters.CHINESE_TRADITIONAL, 1.0)
    traditional_other = _ideographic(_rows("big5", 0xA4, 0xC6), -0.7)
    hangul = _rows("euc_kr", 0xB0, 0xC8)
    korean = {**dict.fromkeys(hangul, 0.5), **dict.fromkeys(letters.KOREAN, 1.0)}
    korean_other = _ideographic(frozenset(), -0.6)
    return [
        _Charset(codec="cp932", weights=japanese, other=japanese_other, script=_Script.WIDE),
        _Charset(codec="euc_jp", weights=japanese, other=japanese_other, script=_Script.WIDE),
        _Charset(codec="gb18030", weights=simplified, other=simplified_other, script=_Script.WIDE),
        _Charset(codec="cp950", weights=traditional, other=traditional_other, script=_Script.WIDE),
        _Charset(codec="big5hkscs", weights=traditional, other=traditional_other, script=_Script.WIDE),
        _Charset(codec="cp949", weights=korean, other=korean_other, script=_Script.WIDE),
    ]


def _narrow_charsets() -> list[_Charset]:
    latin = (
        ("cp1252", letters.WESTERN, 1.0),
        ("cp1250", letters.CENTRAL, 1.0),
        ("iso8859_2", letters.CENTRAL, 0.98),
        ("cp1254", letters.TURKISH, 1.0),
        ("cp1257", letters.BALTIC, 0.97),
        ("cp1252", letters.ICELANDIC, 0.93),
        ("iso8859_15", letters.WESTERN, 0.9),
        ("latin_1", letters.WESTERN, 0.9),
        ("mac_roman", letters.WESTERN, 0.9),
        ("cp850", letters.WESTERN, 0.9),
    )
    ranked = (
        ("cp1251", letters.CYRILLIC, 8.5),
        ("koi8_u", letters.CYRILLIC, 8.5),
        ("cp866", letters.CYRILLIC, 8.5),
        ("cp1253", letters.GREEK, 8.8),
        ("cp1255", letters.HEBREW, 7.3),
        ("cp1256", letters.ARABIC, 9.0),
        ("cp874", letters.THAI, 15.0),
    )
    return [
        *(
            _Charset(codec=codec, weights=_equal(language, weight), other=_alphabetic, script=_Script.LATIN)
            for codec, languages, weight in latin
            for language in languages
        ),
        *(
            _Charset(codec=codec, weights=_ranked(order, rank), other=_alphabetic, script=_Script.OTHER)
            for codec, order, rank in ranked
        ),
    ]
