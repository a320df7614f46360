"""Paints one row of the results: title, folder, page, and the snippet with its highlights.

Highlights differ by strength in two ways, so that colour is never alone: how opaque the background is, and
how thick the line under the words is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QTextLayout, QTextLine, QTextOption
from PySide6.QtWidgets import QAbstractItemView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from app.desktop.text import font_for, looks_japanese
from app.messages import path_text, printable
from app.models.marks import Mark, MarkedText, snippet_of
from app.models.results import Role, Row
from app.theme.icons import icon
from app.theme.palette import Colours, with_alpha

_MARGIN_X = 18
_MARGIN_Y = 14
_GAP = 5
_ICON = 18
_INDENT = _ICON + 10
_MAX_LINES = 3
_PAGE_GAP = 14
_CACHE_ROWS = 600
_ELLIPSIS = "…"

_Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Laid:
    """A snippet broken into lines."""

    layout: QTextLayout
    marked: MarkedText
    height: float
    cut: bool


class ResultDelegate(QStyledItemDelegate):
    def __init__(self, colours: Colours, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.set_colours(colours)
        self._laid: dict[tuple[object, ...], _Laid] = {}
        self._fonts: dict[tuple[str, bool], QFont] = {}
        self._base = QFont()

    def set_colours(self, colours: Colours) -> None:
        self._colours = colours
        self._icons = {name: icon(name, colours.accent) for name in ("pdf", "file")}

    def forget_layouts(self) -> None:
        """The rows or the font have changed."""
        self._laid.clear()
        self._fonts.clear()

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:  # noqa: N802 - Qt's name
        row = index.data(Role.ROW)
        width = _row_width(option)
        if not isinstance(row, Row):
            return QSize(width, 0)
        self._base = option.font
        height = float(_MARGIN_Y if row.first else _GAP)
        if row.first:
            height += self._metrics("title").height() + 2 + self._metrics("small").height() + _GAP + 1
        if row.hit is None:
            height += self._metrics("small").height() + 2 * _GAP
        else:
            height += self._lay(row, width).height
        return QSize(width, round(height + (_MARGIN_Y if row.last else _GAP)))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        row = index.data(Role.ROW)
        if not isinstance(row, Row):
            return
        self._base = option.font
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_background(painter, rect, state)
        top = float(rect.top() + (_MARGIN_Y if row.first else _GAP))
        if row.first:
            if rect.top() > 0:
                line = QRectF(rect.left() + _MARGIN_X, rect.top(), rect.width() - 2 * _MARGIN_X, 1)
                painter.fillRect(line, QColor(self._colours.line))
            top = self._paint_header(painter, rect, top, row)
        if row.hit is None:
            self._paint_more(painter, rect, top, row)
        else:
            self._paint_snippet(
                painter, QPointF(rect.left() + _MARGIN_X + _INDENT, top), row, _row_width(option)
            )
            if not row.first:
                self._paint_page(painter, rect, top, row)
        painter.restore()

    def _paint_background(self, painter: QPainter, rect: QRect, state: QStyle.StateFlag) -> None:
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, QColor(self._colours.selection))
            painter.fillRect(QRect(rect.left(), rect.top(), 3, rect.height()), QColor(self._colours.accent))
            if state & QStyle.StateFlag.State_HasFocus:
                painter.setPen(QColor(self._colours.accent))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRect(QRectF(rect).adjusted(0.5, 0.5, -0.5, -0.5))
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, QColor(self._colours.hover))

    def _paint_header(self, painter: QPainter, rect: QRect, top: float, row: Row) -> float:
        """Icon, title, page and folder; the y where the snippet begins."""
        title_metrics, small = self._metrics("title"), self._metrics("small")
        left = rect.left() + _MARGIN_X + _INDENT
        right = rect.right() - _MARGIN_X
        drawing = self._icons["pdf" if row.document.format == "pdf" else "file"]
        offset = (title_metrics.height() - _ICON) / 2
        drawing.paint(painter, QRect(rect.left() + _MARGIN_X, round(top + offset), _ICON, _ICON))
        page_width = self._paint_page(painter, rect, top, row)
        self._paint_title(painter, QPointF(left, top), row, right - left - page_width - 12)
        top += title_metrics.height() + 2
        painter.setFont(self._font("small", japanese=False))
        painter.setPen(QColor(self._colours.muted))
        where = small.elidedText(_breadcrumb(row), Qt.TextElideMode.ElideMiddle, right - left)
        painter.drawText(QPointF(left, top + small.ascent()), where)
        return top + small.height() + _GAP + 1

    def _paint_title(self, painter: QPainter, origin: QPointF, row: Row, room: float) -> None:
        font = self._font("title", japanese=looks_japanese(row.title))
        shown = QFontMetricsF(font).elidedText(row.title, Qt.TextElideMode.ElideRight, room)
        layout = QTextLayout(shown, font)
        layout.beginLayout()
        line = layout.createLine()
        line.setLineWidth(room)
        layout.endLayout()
        if not line.isValid():
            return
        # fonts differ in how much room they leave above the letters: the base line stays in one place
        origin = origin + QPointF(0, self._metrics("title").ascent() - line.ascent())
        self._paint_marks(painter, origin, line, row.title_marks)
        painter.setPen(QColor(self._colours.text))
        layout.draw(painter, origin)

    def _paint_page(self, painter: QPainter, rect: QRect, top: float, row: Row) -> float:
        """The page number at the right; how wide it is."""
        if row.hit is None or row.hit.page is None:
            return 0.0
        metrics = self._metrics("small")
        text = self._page_text(row)
        width = metrics.horizontalAdvance(text)
        painter.setFont(self._font("small", japanese=False))
        painter.setPen(QColor(self._colours.muted))
        painter.drawText(QPointF(rect.right() - _MARGIN_X - width, top + metrics.ascent() + 1), text)
        return width

    def _paint_more(self, painter: QPainter, rect: QRect, top: float, row: Row) -> None:
        metrics = self._metrics("small")
        painter.setFont(self._font("small", japanese=False))
        painter.setPen(QColor(self._colours.accent))
        text = self.tr("%n more passages", "", row.hidden)
        painter.drawText(QPointF(rect.left() + _MARGIN_X + _INDENT, top + _GAP + metrics.ascent()), text)

    def _paint_snippet(self, painter: QPainter, origin: QPointF, row: Row, width: int) -> None:
        laid = self._lay(row, width)
        for number in range(laid.layout.lineCount()):
            self._paint_marks(painter, origin, laid.layout.lineAt(number), laid.marked.marks)
        painter.setPen(QColor(self._colours.text))
        laid.layout.draw(painter, origin)
        if laid.cut:
            last = laid.layout.lineAt(laid.layout.lineCount() - 1)
            painter.setFont(laid.layout.font())
            end = origin + QPointF(last.naturalTextWidth(), last.y() + last.ascent())
            painter.drawText(end, _ELLIPSIS)

    def _paint_marks(
        self, painter: QPainter, origin: QPointF, line: QTextLine, marks: Sequence[Mark]
    ) -> None:
        line_start, line_end = line.textStart(), line.textStart() + line.textLength()
        for mark in marks:
            start, end = max(mark.start, line_start), min(mark.end, line_end)
            if start >= end:
                continue
            ends = sorted((_x_of(line, start), _x_of(line, end)))
            area = QRectF(origin.x() + ends[0], origin.y() + line.y(), ends[1] - ends[0], line.height())
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(with_alpha(self._colours.highlight, 0.16 + 0.44 * mark.strength))
            painter.drawRoundedRect(area.adjusted(-1, 0.5, 1, -0.5), 3, 3)
            thickness = 1.0 + 1.5 * mark.strength
            under = QRectF(area.left(), area.bottom() - thickness, area.width(), thickness)
            painter.fillRect(under, with_alpha(self._colours.highlight_line, 0.35 + 0.65 * mark.strength))

    def _lay(self, row: Row, width: int) -> _Laid:
        key = (row.key, id(row.hit), width, self._base.key())
        known = self._laid.get(key)
        if known is not None:
            return known
        assert row.hit is not None
        marked = snippet_of(row.hit)
        layout = QTextLayout(marked.text, self._font("text", japanese=looks_japanese(marked.text)))
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        layout.setTextOption(option)
        beside = 0.0 if row.first else self._metrics("small").horizontalAdvance(self._page_text(row))
        room = width - 2 * _MARGIN_X - _INDENT - (beside + _PAGE_GAP if beside else 0)
        height = _break_lines(layout, max(80.0, room))
        last = layout.lineAt(layout.lineCount() - 1)
        cut = last.isValid() and last.textStart() + last.textLength() < len(layout.text())
        laid = _Laid(layout=layout, marked=marked, height=height, cut=cut)
        if len(self._laid) >= _CACHE_ROWS:
            self._laid.clear()
        self._laid[key] = laid
        return laid

    def _page_text(self, row: Row) -> str:
        if row.hit is None or row.hit.page is None:
            return ""
        return self.tr("p. {page}").format(page=row.hit.page)

    def _metrics(self, kind: str) -> QFontMetricsF:
        return QFontMetricsF(self._font(kind, japanese=False))

    def _font(self, kind: str, *, japanese: bool) -> QFont:
        key = (f"{kind}{self._base.key()}", japanese)
        if key not in self._fonts:
            font = font_for(self._base, japanese=japanese)
            size = font.pointSizeF()
            if kind == "title":
                font.setPointSizeF(size * 1.1)
                font.setWeight(QFont.Weight.DemiBold)
            elif kind == "small":
                font.setPointSizeF(size * 0.9)
            self._fonts[key] = font
        return self._fonts[key]


def _row_width(option: QStyleOptionViewItem) -> int:
    """The width of the view, also before the row has a rectangle (when its size is asked for)."""
    view = option.widget
    if isinstance(view, QAbstractItemView):
        return view.viewport().width()
    return int(option.rect.width())


def _break_lines(layout: QTextLayout, width: float) -> float:
    """Break into at most `_MAX_LINES` lines; the height of the text."""
    height = 0.0
    layout.beginLayout()
    ellipsis = QFontMetricsF(layout.font()).horizontalAdvance(_ELLIPSIS)
    for number in range(_MAX_LINES):
        line = layout.createLine()
        if not line.isValid():
            break
        line.setLineWidth(width - ellipsis if number == _MAX_LINES - 1 else width)
        line.setPosition(QPointF(0, height))
        height += line.height() * 1.18
    layout.endLayout()
    return height


def _x_of(line: QTextLine, position: int) -> float:
    # PySide6 gives (x, position), since C++ changes the position too; its type hints say object
    return float(line.cursorToX(position)[0])  # type: ignore[index]


def _breadcrumb(row: Row) -> str:
    """The folder as a way: `~ › Documents › 2025 · report.pdf`."""
    folder = path_text(row.document.path.parent).strip("/")
    name = printable(row.document.path.name)
    return " › ".join([*folder.split("/"), name])
