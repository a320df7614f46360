"""Marks in a line of text: painted under the letters, and found again under the mouse.

Strength shows in two ways, so that colour is never alone: how opaque the background is, and how thick the
line under the words is. A mark that a person asks about has a frame; the others then lose their lines.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QTextLayout, QTextLine

from app.models.marks import Answer, Mark, Stress, stress_of, united
from app.theme.palette import Colours, with_alpha
from core.domain import Span

_DIMMED = 0.12


def paint_marks(
    painter: QPainter,
    origin: QPointF,
    line: QTextLine,
    marks: Sequence[Mark],
    colours: Colours,
    word: Span | None = None,
) -> None:
    """Paint `marks` under `line`, whose layout is drawn at `origin`; `word` of the question is pointed at."""
    for mark in marks:
        for area in _areas(line, mark, origin):
            paint_mark(painter, area, mark.strength, stress_of(mark.answers, word), colours)


def paint_mark(painter: QPainter, area: QRectF, strength: float, stress: Stress, colours: Colours) -> None:
    """One mark, as it looks everywhere but on the white paper of a page."""
    painter.setPen(Qt.PenStyle.NoPen)
    opacity = _DIMMED if stress is Stress.DIMMED else 0.16 + 0.44 * strength
    painter.setBrush(with_alpha(colours.highlight, opacity))
    if stress is Stress.RAISED:
        painter.setPen(QPen(with_alpha(colours.highlight_line, 1.0), 1.2))
    painter.drawRoundedRect(area.adjusted(-1, 0.5, 1, -0.5), 3, 3)
    if stress is Stress.DIMMED:
        return
    thickness = 1.0 + 1.5 * strength
    under = QRectF(area.left(), area.bottom() - thickness, area.width(), thickness)
    painter.fillRect(under, with_alpha(colours.highlight_line, 0.35 + 0.65 * strength))


def answers_at(layout: QTextLayout, marks: Sequence[Mark], point: QPointF) -> tuple[Answer, ...]:
    """What the marks under `point`, in the coordinates of `layout`, answered."""
    lines = (layout.lineAt(number) for number in range(layout.lineCount()))
    found = [
        mark
        for line in lines
        for mark in marks
        if any(area.contains(point) for area in _areas(line, mark, QPointF()))
    ]
    return united(mark.answers for mark in found)


def x_of(line: QTextLine, position: int) -> float:
    # PySide6 gives (x, position), since C++ changes the position too; its type hints say object
    return float(line.cursorToX(position)[0])  # type: ignore[index]


def _areas(line: QTextLine, mark: Mark, origin: QPointF) -> Iterator[QRectF]:
    start = max(mark.start, line.textStart())
    end = min(mark.end, line.textStart() + line.textLength())
    if start < end:
        left, right = sorted((x_of(line, start), x_of(line, end)))
        yield QRectF(origin.x() + left, origin.y() + line.y(), right - left, line.height())
