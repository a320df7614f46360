"""Collects running text and its headings, with exactly the line breaks and spaces that it needs."""

from __future__ import annotations

import re
from enum import IntEnum

from core.domain import Section
from core.extract.cleanup import unspaced

_WHITE_CHARACTERS = " \t\n\r\f"
_WHITE = re.compile(r"[ \t\n\r\f]+")


class Break(IntEnum):
    """What separates two pieces of text; of several in a row the strongest counts."""

    NONE = 0
    SOURCE_LINE = 1  # a line end in the source of running text: a space, but not inside Chinese or Japanese
    SPACE = 2
    CELL = 3
    LINE = 4
    PARAGRAPH = 5


_WRITTEN = {Break.SPACE: " ", Break.CELL: "\t", Break.LINE: "\n", Break.PARAGRAPH: "\n\n"}


class Flow:
    """Text in the order in which it is read. A break is only written once something follows it."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._length = 0
        self._break = Break.NONE
        self._heading: list[str] | None = None
        self._heading_start = 0
        self.sections: list[Section] = []

    def text(self) -> str:
        return "".join(self._parts)

    def add_break(self, strength: Break) -> None:
        self._break = max(self._break, strength)

    def add(self, text: str) -> None:
        """Running text, whose white space collapses."""
        body = text.strip(_WHITE_CHARACTERS)
        if not body:
            self._add_white(text)
            return
        start = text.index(body[0])
        self._add_white(text[:start])
        self.add_raw(_WHITE.sub(_collapsed, body))
        self._add_white(text[start + len(body) :])

    def add_raw(self, text: str) -> None:
        """Text as it is (program listings)."""
        if not text:
            return
        if self._parts:
            self._write(self._written_break(text[0]))
        self._break = Break.NONE
        if self._heading is not None:
            if not self._heading:
                self._heading_start = self._length
            self._heading.append(text)
        self._write(text)

    def begin_heading(self) -> None:
        self.add_break(Break.PARAGRAPH)
        self._heading = []

    def end_heading(self) -> None:
        """What was added since `begin_heading` is a heading, if it is anything."""
        if self._heading:
            written = self.text_from(self._heading_start)
            self.sections.append(Section(heading=" ".join(written.split()), start=self._heading_start))
        self._heading = None
        self.add_break(Break.PARAGRAPH)

    def text_from(self, start: int) -> str:
        """The text from a position near the end."""
        tail: list[str] = []
        length = 0
        for part in reversed(self._parts):
            tail.append(part)
            length += len(part)
            if length >= self._length - start:
                break
        text = "".join(reversed(tail))
        return text[length - (self._length - start) :]

    def _add_white(self, white: str) -> None:
        if white:
            self.add_break(Break.SOURCE_LINE if "\n" in white else Break.SPACE)

    def _written_break(self, following: str) -> str:
        if self._break is Break.SOURCE_LINE:
            return "" if _both_wide(self._parts[-1][-1], following) else " "
        return _WRITTEN.get(self._break, "")

    def _write(self, text: str) -> None:
        if text:
            self._parts.append(text)
            self._length += len(text)


def _collapsed(white: re.Match[str]) -> str:
    if "\n" in white[0] and _both_wide(white.string[white.start() - 1], white.string[white.end()]):
        return ""
    return " "


def _both_wide(before: str, after: str) -> bool:
    """Chinese or Japanese on both sides of a line end in the source: it means nothing there."""
    return before >= "\u2e80" and after >= "\u2e80" and unspaced(before) and unspaced(after)
