"""A typed question, cut into filters, exact words, words to leave out, and all else.

What these look like is decided here, what they mean elsewhere. Nothing typed is ever wrong: what is no
filter is plain text. Full-width signs (`：`, `－`, `ｔｙｐｅ`, the ideographic space) are read as their
narrow forms.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from core.domain import FilterKind, Span

WIDTH = {
    code: unicodedata.normalize("NFKC", chr(code))
    for code in (*range(0xFF01, 0xFF5F), 0x3000, 0xFF62, 0xFF63)
}
"""Full-width ASCII, the ideographic space and half-width corner brackets: one character for one."""

KEYS = ("type", "in", "after", "before", "name", "lang")

DASHES = "-−‐‑ーｰ"
"""What leaves words out: hyphen-minus, minus, hyphens, and the sign for a long vowel, which is what the key
gives in the midst of kana; no word begins with it."""

_STRAIGHT = '"'
_PAIRS = {_STRAIGHT: _STRAIGHT, "“": "”", "”": "”", "„": "“”", "〝": "〟〞", "«": "»"}
_CORNERS = {"「": "」", "『": "』"}
OPENERS = frozenset((*_PAIRS, *_CORNERS))

_BRACKETS = "([{<（［｛〔【「『《〈"
_FILTER = re.compile(rf"({'|'.join(KEYS)}):(?!:)", re.IGNORECASE | re.ASCII)
_FREE = (FilterKind.FOLDER, FilterKind.NAME)
"""Their values may hold quotes in the middle: names of files do."""

_INVISIBLE = frozenset("\u200b\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")
"""Marks of direction and the like, which come along with pasted text. They part words as white space does."""

_EAST_ASIAN = 0x2E80
"""From here on letters are written without spaces between words, so that a quote may follow one directly."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A stretch of a typed question. `kind` None: plain text, without white space at its ends.

    `value` is what stands in the quotes or behind the colon or dash; empty: a filter that says nothing yet.
    `open_quote` is where a quote was opened that is never closed.
    """

    span: Span
    kind: FilterKind | None
    value: str
    open_quote: int | None = None


def is_space(character: str) -> bool:
    return character.isspace() or character in _INVISIBLE


def strip(text: str) -> str:
    """`text` without white space, and marks that nobody sees, at its ends."""
    start, end = 0, len(text)
    while start < end and is_space(text[start]):
        start += 1
    while end > start and is_space(text[end - 1]):
        end -= 1
    return text[start:end]


def cut(typed: str) -> tuple[Piece, ...]:
    """The pieces of a typed question, in order; only white space stands between them."""
    return tuple(_Cutter(typed).pieces())


class _Cutter:
    def __init__(self, typed: str) -> None:
        self._typed = typed
        self._text = typed.translate(WIDTH)
        self._never_closed: set[str] = set()

    def pieces(self) -> Iterator[Piece]:
        plain_start = position = 0
        open_quote: int | None = None
        while position < len(self._text):
            is_new_word = position == plain_start or is_space(self._text[position - 1])
            piece = self._special(position) if is_new_word else self._exact(position, new_word=False)
            if piece is not None:
                yield from self._plain(plain_start, position, open_quote)
                yield piece
                plain_start = position = piece.span.end
                open_quote = None
                continue
            if open_quote is None and self._text[position] in _PAIRS and self._may_open(position):
                open_quote = position
            position += 1
        yield from self._plain(plain_start, position, open_quote)

    def _plain(self, start: int, end: int, open_quote: int | None) -> Iterator[Piece]:
        while start < end and is_space(self._text[start]):
            start += 1
        while end > start and is_space(self._text[end - 1]):
            end -= 1
        if start < end:
            span = Span(start=start, end=end)
            yield Piece(span=span, kind=None, value=self._typed[start:end], open_quote=open_quote)

    def _special(self, start: int) -> Piece | None:
        """What is no plain text and starts here, at the start of a word."""
        return self._filter(start) or self._without(start) or self._exact(start, new_word=True)

    def _filter(self, start: int) -> Piece | None:
        match = _FILTER.match(self._text, start)
        if match is None:
            return None
        kind = FilterKind(match[1].lower())
        at = match.end()
        if quoted := self._quoted(at):
            return self._piece(kind, start, quoted)
        end = self._end_of_value(at, free=kind in _FREE)
        is_open = at < end and self._text[at] in _PAIRS
        inner = Span(start=at + is_open, end=end)
        source = self._typed if kind in _FREE else self._text
        return Piece(
            span=Span(start=start, end=end),
            kind=kind,
            value=source[inner.start : inner.end],
            open_quote=at if is_open else None,
        )

    def _end_of_value(self, start: int, *, free: bool) -> int:
        end = start
        while end < len(self._text) and not is_space(self._text[end]):
            if not free and end > start and self._text[end] in OPENERS:
                break
            end += 1
        return end

    def _without(self, start: int) -> Piece | None:
        """A dash before a letter or a quote, after white space: no negative number and no `well-known`."""
        if self._text[start] not in DASHES or (start and not is_space(self._text[start - 1])):
            return None
        if quoted := self._quoted(start + 1):
            return self._piece(FilterKind.WITHOUT, start, quoted)
        first = self._text[start + 1 : start + 2]
        if not first.isalpha() or first in DASHES or _FILTER.match(self._text, start + 1):
            return None
        end = self._end_of_value(start + 1, free=True)
        value = self._typed[start + 1 : end]
        return Piece(span=Span(start=start, end=end), kind=FilterKind.WITHOUT, value=value)

    def _exact(self, start: int, *, new_word: bool) -> Piece | None:
        """Corner brackets only where a word starts: within one they are ordinary quotation."""
        is_corner = self._text[start] in _CORNERS
        is_allowed = new_word if is_corner else self._may_open(start, new_word=new_word)
        quoted = self._quoted(start) if is_allowed else None
        return self._piece(FilterKind.EXACT, start, quoted) if quoted else None

    def _may_open(self, at: int, *, new_word: bool = False) -> bool:
        """Whether a quote here is no sign for inches (5"), in no word (צה"ל), and has words behind it."""
        before, after = self._text[at - 1 : at], self._text[at + 1 : at + 2]
        return (after != "" and not is_space(after)) and (
            new_word
            or not before
            or is_space(before)
            or before in _BRACKETS
            or before in "”»」』"
            or (before.isalpha() and ord(before) >= _EAST_ASIAN)
            or before == _STRAIGHT
        )

    def _quoted(self, opening: int) -> Span | None:
        """What stands between a quote here and the one that closes it."""
        opener = self._text[opening : opening + 1]
        if opener in self._never_closed or opener not in OPENERS:
            return None
        if opener in _CORNERS:
            end = self._text.find(_CORNERS[opener], opening + 1)
            closed = end > 0 and self._ends_word(end + 1)
            return Span(start=opening + 1, end=end) if closed else None
        for end in range(opening + 1, len(self._text)):
            if self._text[end] in _PAIRS[opener] and not self._inside_word(end):
                return Span(start=opening + 1, end=end)
        self._never_closed.add(opener)
        return None

    def _ends_word(self, at: int) -> bool:
        """In running text 「」 are ordinary quotation marks, exact words only where nothing follows them."""
        return at >= len(self._text) or is_space(self._text[at]) or bool(_FILTER.match(self._text, at))

    def _inside_word(self, at: int) -> bool:
        around = self._text[at - 1 : at] + self._text[at + 1 : at + 2]
        return len(around) == 2 and all(c.isalpha() and ord(c) < _EAST_ASIAN for c in around)

    def _piece(self, kind: FilterKind, start: int, inner: Span) -> Piece:
        keep = kind in (*_FREE, FilterKind.EXACT, FilterKind.WITHOUT)
        value = (self._typed if keep else self._text)[inner.start : inner.end]
        return Piece(span=Span(start=start, end=inner.end + 1), kind=kind, value=value)
