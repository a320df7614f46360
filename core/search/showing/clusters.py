"""Here is a stretch of text: does it begin and end where a reader sees a character begin and end?

A reader's character is a letter with its marks, an emoji with what is joined to it, a syllable of Hangul
written in parts, a flag of two letters: the extended grapheme clusters of Unicode (UAX 29, GB3 to GB13), as
far as unicodedata tells them.
"""

from __future__ import annotations

import unicodedata

from core.domain import Span

_JOINER, _NO_BREAK_JOINERS = "\u200d", "\u200c\u200d"
_VIRAMA = 9
"""The combining class of the signs that join an Indic consonant to the next one (UAX 29, GB9c)."""

_LONGEST = 64
"""Nobody writes more characters into one; a thousand accents on a letter must not cost a thousand steps."""

_LEADING, _VOWELS, _TRAILING = range(0x1100, 0x1160), range(0x1160, 0x11A8), range(0x11A8, 0x1200)
_SYLLABLES = range(0xAC00, 0xD7A4)
_FLAG_LETTERS = range(0x1F1E6, 0x1F200)
_SKIN_TONES = range(0x1F3FB, 0x1F400)
_TAGS = range(0xE0020, 0xE0080)

_THAI = ("\u0e00", "\u0eff")
_BEFORE_CONSONANT = frozenset("เแโใไເແໂໃໄ")
_AFTER_CONSONANT = frozenset("ะาำๅๆฯະາຳໆຯ")
_SILENT = frozenset("\u0e4c\u0ecc")
"""Thai and Lao: vowels written before their consonant or as a letter after it; what makes a letter silent."""


def continues(text: str, position: int) -> bool:
    """Whether a reader sees the characters before and at `position` as one."""
    if not 0 < position < len(text):
        return False
    before, here = text[position - 1], text[position]
    if before == "\r":
        return here == "\n"
    if here in _NO_BREAK_JOINERS or unicodedata.category(here).startswith("M"):
        return not before.isspace()
    if before == _JOINER:
        return not here.isspace()
    if ord(here) in _SKIN_TONES or ord(here) in _TAGS:
        return True
    return _joins_hangul(ord(before), ord(here)) or _joins_indic(before, here) or _is_flag(text, position)


def whole(text: str, span: Span) -> Span:
    """The smallest stretch around `span` that cuts no reader's character."""
    start, end = span.start, span.end
    while start > max(0, span.start - _LONGEST) and continues(text, start):
        start -= 1
    while end < min(len(text), span.end + _LONGEST) and continues(text, end):
        end += 1
    return Span(start=start, end=end)


def without_parts(text: str, span: Span) -> Span:
    """`span` without the parts of Thai and Lao syllables that it begins or ends with; may be empty.

    Their letters are tokens of their own for some encoders, and half a syllable answers nothing.
    """
    start, end = span.start, span.end
    while start < end and _goes_on(text, start):
        start += 1
    while start < end and _goes_on(text, end):
        end -= 1
    return Span(start=start, end=end)


def _goes_on(text: str, position: int) -> bool:
    """Whether the Thai or Lao syllable before `position` goes on there, as far as its letters tell."""
    if not (0 < position < len(text) and _THAI[0] <= text[position] <= _THAI[1]):
        return False
    if text[position - 1] in _BEFORE_CONSONANT or text[position] in _AFTER_CONSONANT:
        return True
    if continues(text, position):
        return True
    marks = text[position + 1 : position + 3]
    return any(mark in _SILENT for mark in marks[:1] + (marks[1:] if continues(text, position + 1) else ""))


def _joins_hangul(before: int, here: int) -> bool:
    if before in _LEADING:
        return here in _LEADING or here in _VOWELS or here in _SYLLABLES
    open_syllable = before in _SYLLABLES and (before - _SYLLABLES.start) % 28 == 0
    if before in _VOWELS or open_syllable:
        return here in _VOWELS or here in _TRAILING
    return (before in _TRAILING or before in _SYLLABLES) and here in _TRAILING


def _joins_indic(before: str, here: str) -> bool:
    return unicodedata.combining(before) == _VIRAMA and unicodedata.category(here) == "Lo"


def _is_flag(text: str, position: int) -> bool:
    """Two regional indicators are a flag, counted from where their run begins."""
    if ord(text[position]) not in _FLAG_LETTERS:
        return False
    start = position
    while start > max(0, position - _LONGEST) and ord(text[start - 1]) in _FLAG_LETTERS:
        start -= 1
    return (position - start) % 2 == 1
