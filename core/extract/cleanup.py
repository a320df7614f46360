"""Cleaning that every format shares. It never changes more than it must: a position stays explainable.

The stored text is otherwise as in the document; folding (NFKC, case) is the encoder's, with an offset map.
"""

from __future__ import annotations

import re

from core.domain import Reason, StateReason

_CONTROLS = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x84\x86-\x9f\ufeff\ufffe\uffff]")
_LINE_ENDS = re.compile("\r\n?|[\x0b\x85\u2028]")
_PAGE_ENDS = re.compile("[\x0c\u2029]")
_SURROGATES = re.compile("[\ud800-\udfff]")

_BORDERS = ("\n\n", "\n", "。", ". ", " ")
_BORDER_WINDOW = 2000
"""How far back from the limit a paragraph, line, sentence or word may end where the text is cut."""

_UNSPACED = (
    (0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0x2E80, 0x312F), (0x31A0, 0x4DBF),
    (0x4E00, 0xA4CF), (0xF900, 0xFAFF),
    (0xFE30, 0xFE4F), (0xFF00, 0xFFEF), (0x1B000, 0x1B16F), (0x20000, 0x3FFFF),
)  # fmt: skip
"""Thai, Lao, Burmese, Khmer, and the blocks of Chinese and Japanese: written without spaces between words."""


def clean(text: str) -> str:
    """One kind of line end, no control characters, nothing that UTF-8 cannot store."""
    text = _PAGE_ENDS.sub("\n\n", _LINE_ENDS.sub("\n", text))
    return _SURROGATES.sub("\ufffd", _CONTROLS.sub("", text))


def unspaced(character: str) -> bool:
    """Whether `character` belongs to a script that puts no space at a line's end (Korean does)."""
    point = ord(character)
    return point >= 0x0E00 and any(first <= point <= last for first, last in _UNSPACED)


def line_join(before: str, after: str) -> str:
    """What stands for a line break between two characters of one paragraph: a space or nothing."""
    return "" if unspaced(before) or unspaced(after) else " "


def has_letters(text: str) -> bool:
    """Whether there is anything to find: a letter or a digit of any script."""
    return any(character.isalnum() for character in text)


def cut_at_border(text: str, limit: int) -> str:
    """At most `limit` characters, up to the end of a paragraph, line, sentence or word near the limit."""
    if len(text) <= limit:
        return text
    for border in _BORDERS:
        found = text.rfind(border, max(0, limit - _BORDER_WINDOW), limit)
        if found > 0:
            return text[: found + len(border)].rstrip()
    return text[:limit]


def too_long(detail: str) -> StateReason:
    """The state of a document that is searchable up to a point; `detail` says up to which."""
    return StateReason(code=Reason.TOO_LONG, detail=detail)
