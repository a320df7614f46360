"""What MuPDF found on a page -> lines of text, put together to columns and paragraphs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from core.domain import Float32Array
from core.extract.cleanup import unspaced
from core.radicals import IDEOGRAPH_OF_RADICAL

_GAP = 1.3
"""Lines of a paragraph are at most this many letter heights apart (Japanese is set with much air)."""
_MARGIN = 1.6
"""A line that goes on ends this many letter widths before the margin at the most."""
_WIDE_SHARE = 0.3
_VERTICAL_ORIGIN = 0.88
"""In letter heights: the default of DW2, PDF 32000-1:2008, 9.7.4.3. Fonts with another one are rare."""
_SAME_SIZE = 0.08
"""Latin letters in Japanese text are often a little larger; headings are so by a tenth at least."""

Rectangle = tuple[float, float, float, float]


@dataclass(slots=True)
class Line:
    """A line as MuPDF found it, cleaned."""

    box: Rectangle
    vertical: bool
    size: float = 0.0
    characters: list[str] = field(default_factory=list)
    boxes: list[Rectangle] = field(default_factory=list)

    @property
    def length(self) -> float:
        left, top, right, bottom = self.box
        return bottom - top if self.vertical else right - left


def read_line(raw: dict[str, Any]) -> Line:
    line = Line(box=raw["bbox"], vertical=abs(raw["dir"][1]) > abs(raw["dir"][0]))
    for span in raw["spans"]:
        if span["chars"]:
            line.size = max(line.size, span["size"])
        for char in span["chars"]:
            character = _cleaned(char["c"])
            if character:
                line.characters.append(character)
                line.boxes.append(_placed(char["bbox"], raw, span["size"]))
    _drop_spaces(line)
    return line


def _placed(box: Rectangle, raw: dict[str, Any], size: float) -> Rectangle:
    """The rectangle of a character as it is drawn.

    In vertical writing MuPDF 1.28 measures from the origin of the glyph, _VERTICAL_ORIGIN below the point at
    which the character begins.
    """
    if raw["wmode"] != 1:
        return box
    x, y = (_VERTICAL_ORIGIN * size * component for component in raw["dir"])
    left, top, right, bottom = box
    return left - x, top - y, right - x, bottom - y


def _cleaned(character: str) -> str:
    """One character, or nothing where it is a control character or otherwise unprintable."""
    if "\u2e80" <= character <= "\u2fd5":
        return IDEOGRAPH_OF_RADICAL.get(character, character)
    if character < "\xa1":
        return character if " " <= character <= "~" else " " if character in "\t\n\r\xa0" else ""
    if "\ud800" <= character <= "\udfff":
        return "\ufffd"
    return "" if character in "\ufeff\ufffe\uffff\u200b" else character


def _drop_spaces(line: Line) -> None:
    """Spaces at the ends, runs of them, and those that letter-spacing made inside Chinese and Japanese."""
    kept: list[int] = []
    characters = line.characters
    for index, character in enumerate(characters):
        if character == " ":
            after = characters[index + 1] if index + 1 < len(characters) else " "
            before = characters[kept[-1]] if kept else " "
            if after == " " or before == " " or (is_wide(before) and is_wide(after)):
                continue
        kept.append(index)
    if len(kept) < len(characters):
        line.characters = [characters[index] for index in kept]
        line.boxes = [line.boxes[index] for index in kept]


def is_wide(character: str) -> bool:
    return character >= "\u2e80" and unspaced(character)


def columns(lines: list[Line]) -> list[Line]:
    """MuPDF gives each character of vertical text as a line; those below each other are one."""
    joined = lines[:1]
    for line in lines[1:]:
        above = joined[-1]
        gap = line.box[1] - above.box[3]
        same_column = min(line.box[2], above.box[2]) - max(line.box[0], above.box[0]) > line.size / 2
        if above.vertical and line.vertical and same_column and abs(gap) < line.size / 2:
            above.characters += line.characters
            above.boxes += line.boxes
            above.box = around(np.array([above.box, line.box], np.float32))
        else:
            joined.append(line)
    return joined


def paragraphs(blocks: Sequence[list[Line]]) -> list[list[Line]]:
    """Join the blocks that are lines of one paragraph.

    MuPDF takes widely set lines for blocks of their own; a word that goes over a line's end would be lost.
    """
    margin = max((line.box[2] for block in blocks for line in block if not line.vertical), default=0.0)
    joined: list[list[Line]] = []
    for block in blocks:
        if joined and _below_in_column(joined[-1], block[0]) and _goes_on(joined[-1][-1], block[0], margin):
            joined[-1] = joined[-1] + block
        else:
            joined.append(block)
    return joined


def _below_in_column(before: list[Line], after: Line) -> bool:
    """Whether `after` stands where the next line of a paragraph would, in letters of the same size."""
    last = before[-1]
    size = last.size
    first_indent = len(before) == 1 and 0 <= last.box[0] - after.box[0] <= 2.5 * size
    same_left = abs(after.box[0] - last.box[0]) < size / 2
    return (
        not (last.vertical or after.vertical)
        and abs(after.size - size) <= _SAME_SIZE * size
        and 0 <= after.box[1] - last.box[1] <= (1 + _GAP) * size
        and (same_left or first_indent)
    )


def _goes_on(last: Line, after: Line, margin: float) -> bool:
    """Whether the text of `last` goes on in `after`: it is full, or ends within a sentence."""
    if _is_east_asian(last) and _is_east_asian(after):
        return last.box[2] >= margin - _MARGIN * last.size
    return after.characters[0].islower() and (last.characters[-1].isalpha() or last.characters[-1] in ",-")


def _is_east_asian(line: Line) -> bool:
    """Chinese or Japanese, perhaps with many Latin names in it."""
    return sum(map(is_wide, line.characters)) > len(line.characters) * _WIDE_SHARE


def around(boxes: Float32Array) -> Rectangle:
    left, top = boxes[:, :2].min(axis=0)
    right, bottom = boxes[:, 2:].max(axis=0)
    return float(left), float(top), float(right), float(bottom)


def side_by_side(before: Line, after: Line) -> bool:
    """Two pieces of one row (cells of a table, say), which MuPDF gives as two lines."""
    if before.vertical or after.vertical:
        return False
    overlap = min(before.box[3], after.box[3]) - max(before.box[1], after.box[1])
    height = min(before.box[3] - before.box[1], after.box[3] - after.box[1])
    return overlap > height / 2 and (after.box[0] >= before.box[2] - 1 or after.box[2] <= before.box[0] + 1)
