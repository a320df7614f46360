"""One page of a PDF -> its text, with the rectangle of every character.

Extraction and preview both use `read_page`, so a span of the stored text always finds its place on the page.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from core.domain import Float32Array, Int32Array, Span
from core.extract.cleanup import line_join
from core.extract.pdf_lines import Line, Rectangle, around, columns, paragraphs, read_line, side_by_side

_HYPHENS = frozenset("-\u2010\u00ad")
_SOFT_HYPHEN = "\u00ad"
_SHORT_LINE = 0.6
"""A line shorter than this part of its block ends a paragraph (or is a row, an entry, a line of code)."""

_TITLE_SIZE = 1.1
"""A title's letters are at least this much larger than those of the text."""

_NOWHERE: Rectangle = (float("nan"),) * 4


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PageText:
    """The text of a page.

    `boxes`: `(characters, 4)` float32, left, top, right, bottom in points from the top left of the page as
    it is shown, NaN for characters that we put between lines. `lines`: `(characters,)` int32, the number of
    the line, -1 for the same. `title_line`: the first line in letters larger than the others.
    """

    text: str
    boxes: Float32Array
    lines: Int32Array
    title_line: str

    def boxes_of(self, span: Span) -> list[Rectangle]:
        """The rectangles around the characters of `span`, one for each line; none if it does not fit."""
        if not 0 <= span.start < span.end <= len(self.text):
            return []
        lines, boxes = self.lines[span.start : span.end], self.boxes[span.start : span.end]
        return [around(boxes[lines == line]) for line in np.unique(lines[lines >= 0])]


def read_page(page: Any) -> PageText:
    """The text of a `pymupdf.Page` in the order of its content, lines joined to paragraphs.

    Lines of Chinese, Japanese or Thai are joined without a space; others with one; a word that was divided at
    the line's end is joined without its hyphen. An empty line separates blocks.
    """
    import pymupdf  # noqa: PLC0415 - 60 ms and 40 MB that only those who read a PDF pay

    flags = pymupdf.TEXT_PRESERVE_WHITESPACE | pymupdf.TEXT_MEDIABOX_CLIP
    writer = _Writer()
    blocks: list[list[Line]] = []
    for block in page.get_text("rawdict", flags=flags)["blocks"]:
        lines = [line for raw in block.get("lines", ()) if (line := read_line(raw)).characters]
        if lines:
            blocks.append(columns(lines))
    for paragraph in paragraphs(blocks):
        writer.add_block(paragraph)
    text = writer.page_text()
    return text if page.rotation == 0 else replace(text, boxes=_turned(text.boxes, page.rotation_matrix))


def _turned(boxes: Float32Array, matrix: Sequence[float]) -> Float32Array:
    """MuPDF finds text as if the page were not rotated; `matrix` is `pymupdf.Page.rotation_matrix`."""
    a, b, c, d, e, f = matrix
    x, y = boxes[:, 0::2], boxes[:, 1::2]
    turned_x, turned_y = np.sort(a * x + c * y + e, axis=1), np.sort(b * x + d * y + f, axis=1)
    return np.stack([turned_x[:, 0], turned_y[:, 0], turned_x[:, 1], turned_y[:, 1]], axis=1)


class _Writer:
    """Collects characters and their rectangles."""

    def __init__(self) -> None:
        self._characters: list[str] = []
        self._boxes: list[Rectangle] = []
        self._lines: list[int] = []
        self._line_count = 0
        self._largest: tuple[float, str] = (0.0, "")
        self._sizes: Counter[float] = Counter()

    def add_block(self, lines: Sequence[Line]) -> None:
        if self._characters:
            self._insert("\n\n")
        longest = max(line.length for line in lines)
        before: Line | None = None
        for line in lines:
            if before is not None:
                self._join(before, line, longest)
            self._add_line(line)
            before = line

    def page_text(self) -> PageText:
        size, line = self._largest
        usual = self._sizes.most_common(1)[0][0] if self._sizes else 0.0
        return PageText(
            text="".join(self._characters),
            boxes=np.array(self._boxes, np.float32).reshape(-1, 4),
            lines=np.array(self._lines, np.int32),
            title_line=line if size > usual * _TITLE_SIZE else "",
        )

    def _add_line(self, line: Line) -> None:
        number = self._line_count
        self._line_count += 1
        for character, box in zip(line.characters, line.boxes, strict=True):
            if character != _SOFT_HYPHEN:
                self._characters.append(character)
                self._boxes.append(box)
                self._lines.append(number)
        self._sizes[round(line.size, 1)] += len(line.characters)
        if line.size > self._largest[0] + 0.1:
            self._largest = (line.size, "".join(line.characters).replace(_SOFT_HYPHEN, ""))

    def _join(self, before: Line, after: Line, longest: float) -> None:
        """What stands between two lines of a block; takes back a hyphen that only divided a word."""
        if _divided(before, after):
            if before.characters[-1] != _SOFT_HYPHEN:
                for column in (self._characters, self._boxes, self._lines):
                    column.pop()
        elif side_by_side(before, after):
            self._insert(" ")
        elif before.length < longest * _SHORT_LINE:
            self._insert("\n")
        else:
            self._insert(line_join(before.characters[-1], after.characters[0]))

    def _insert(self, between: str) -> None:
        self._characters.extend(between)
        self._boxes.extend([_NOWHERE] * len(between))
        self._lines.extend([-1] * len(between))


def _divided(before: Line, after: Line) -> bool:
    """Whether a word goes on in the next line, after a hyphen that is not its own."""
    if before.characters[-1] not in _HYPHENS or side_by_side(before, after):
        return False
    if before.characters[-1] == _SOFT_HYPHEN:
        return True
    return len(before.characters) > 1 and before.characters[-2].isalpha() and after.characters[0].islower()
