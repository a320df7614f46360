"""Paints one row of the results: title, folder, page, snippet with its highlights, and what is missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import (
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QPointF,
    QRect,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QTextLayout, QTextOption
from PySide6.QtWidgets import QAbstractItemView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from app.desktop.text import font_for, looks_japanese
from app.messages import path_text
from app.models.marks import Answer, Mark, MarkedText, snippet_of, utf16_positions
from app.models.results import Role, missing_text, state_sentence
from app.models.rows import Row, RowKind, name_of
from app.theme.icons import icon
from app.theme.palette import Colours
from app.views.line_marks import answers_at, paint_marks
from core.domain import Span

_MARGIN_X = 18
_MARGIN_Y = 14
_GAP = 5
_ICON = 18
_INDENT = _ICON + 10
_MAX_LINES = 3
_PAGE_GAP = 14
_MISSING_GAP = 3
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
        self._word: Span | None = None

    def set_word(self, word: Span | None) -> None:
        """Raise what answered this stretch of the question, in the row that is chosen."""
        self._word = word

    def answers_at(self, index: _Index, rect: QRect, point: QPoint) -> tuple[Answer, ...]:
        """What the marks of the snippet under `point` answered; `rect` is that of the row."""
        row = index.data(Role.ROW)
        if not isinstance(row, Row) or row.hit is None:
            return ()
        laid = self._lay(row, rect.width())
        top = rect.top() + (self._header_height() if row.first else _GAP)
        origin = QPointF(rect.left() + _MARGIN_X + _INDENT, top)
        return answers_at(laid.layout, laid.marked.marks, QPointF(point) - origin)

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
        self._base = QFont(option.font)  # the option's own does not outlive it
        height = self._header_height() if row.first else float(_GAP)
        small = self._metrics("small").height()
        match row.kind:
            case RowKind.HIT:
                height += self._lay(row, width).height + (small + _MISSING_GAP if row.missing else 0)
            case RowKind.MORE:
                height += small + 2 * _GAP
            case RowKind.NAME:
                height += small if state_sentence(row.document) else -_GAP
        return QSize(width, round(height + (_MARGIN_Y if row.last else _GAP)))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        row = index.data(Role.ROW)
        if not isinstance(row, Row):
            return
        self._base = QFont(option.font)  # the option's own does not outlive it
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
            top = self._paint_header(painter, rect, top, row, str(index.data(Role.DAY)))
        match row.kind:
            case RowKind.MORE:
                text = self.tr("%n more passages", "", row.hidden)
                self._paint_line(painter, rect, top + _GAP, text, self._colours.accent)
            case RowKind.NAME:
                self._paint_line(painter, rect, top, state_sentence(row.document), self._colours.muted)
            case RowKind.HIT:
                self._paint_hit(painter, rect, top, row, chosen=bool(state & QStyle.StateFlag.State_Selected))
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

    def _header_height(self) -> float:
        """From the top of a first row to its snippet."""
        return _MARGIN_Y + self._metrics("title").height() + 2 + self._metrics("small").height() + _GAP + 1

    def _paint_header(self, painter: QPainter, rect: QRect, top: float, row: Row, day: str) -> float:
        """Icon, title, page, folder and day; the y where the snippet begins."""
        title_metrics, small = self._metrics("title"), self._metrics("small")
        left = rect.left() + _MARGIN_X + _INDENT
        right = rect.right() - _MARGIN_X
        drawing = self._icons["pdf" if row.document.format == "pdf" else "file"]
        offset = (title_metrics.height() - _ICON) / 2
        drawing.paint(painter, QRect(rect.left() + _MARGIN_X, round(top + offset), _ICON, _ICON))
        page_width = self._paint_page(painter, rect, top, row)
        self._paint_title(painter, QPointF(left, top), row, right - left - page_width - 12)
        top += title_metrics.height() + 2
        if day:
            day_width = small.horizontalAdvance(day)
            painter.setFont(self._font("small", japanese=False))
            painter.setPen(QColor(self._colours.muted))
            painter.drawText(QPointF(right - day_width, top + small.ascent()), day)
            right -= round(day_width + _PAGE_GAP)
        self._paint_folder(painter, QPointF(left, top), row, right - left)
        return top + small.height() + _GAP + 1

    def _paint_title(self, painter: QPainter, origin: QPointF, row: Row, room: float) -> None:
        font = self._font("title", japanese=looks_japanese(row.title))
        shown = QFontMetricsF(font).elidedText(row.title, Qt.TextElideMode.ElideRight, room)
        # fonts differ in how much room they leave above the letters: the base line stays in one place
        ascent = self._metrics("title").ascent()
        painter.setPen(QColor(self._colours.text))
        self._paint_text(painter, origin, _one_line(shown, font), ascent, row.title_marks)

    def _paint_folder(self, painter: QPainter, origin: QPointF, row: Row, room: float) -> None:
        small = self._metrics("small")
        shown = small.elidedText(_breadcrumb(row), Qt.TextElideMode.ElideMiddle, room)
        name = name_of(row.document)
        marks: list[Mark] = []
        if shown.endswith(name):
            by = utf16_positions(shown)(len(shown) - len(name))
            marks = [replace(mark, start=mark.start + by, end=mark.end + by) for mark in row.name_marks]
        layout = _one_line(shown, self._font("small", japanese=False))
        painter.setPen(QColor(self._colours.muted))
        self._paint_text(painter, origin, layout, small.ascent(), marks)

    def _paint_text(
        self, painter: QPainter, origin: QPointF, layout: QTextLayout, ascent: float, marks: Sequence[Mark]
    ) -> None:
        """One line, its base line `ascent` below `origin`, in the colour of the pen."""
        line = layout.lineAt(0)
        if not line.isValid():
            return
        pen = painter.pen()
        origin = origin + QPointF(0, ascent - line.ascent())
        paint_marks(painter, origin, line, marks, self._colours)
        painter.setPen(pen)
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

    def _paint_line(self, painter: QPainter, rect: QRect, top: float, text: str, colour: str) -> None:
        """A line in small letters, cut where the row ends."""
        metrics = self._metrics("small")
        left = rect.left() + _MARGIN_X + _INDENT
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, rect.right() - _MARGIN_X - left)
        font = self._font("small", japanese=looks_japanese(text))
        layout = _one_line(shown, font)
        painter.setPen(QColor(colour))
        self._paint_text(painter, QPointF(left, top), layout, metrics.ascent(), ())

    def _paint_hit(self, painter: QPainter, rect: QRect, top: float, row: Row, *, chosen: bool) -> None:
        origin = QPointF(rect.left() + _MARGIN_X + _INDENT, top)
        laid = self._lay(row, rect.width())
        self._paint_snippet(painter, origin, laid, self._word if chosen else None)
        if row.missing:
            below = top + laid.height + _MISSING_GAP
            self._paint_line(painter, rect, below, missing_text(row), self._colours.muted)
        if not row.first:
            self._paint_page(painter, rect, top, row)

    def _paint_snippet(self, painter: QPainter, origin: QPointF, laid: _Laid, word: Span | None) -> None:
        for number in range(laid.layout.lineCount()):
            line = laid.layout.lineAt(number)
            paint_marks(painter, origin, line, laid.marked.marks, self._colours, word)
        painter.setPen(QColor(self._colours.text))
        laid.layout.draw(painter, origin)
        if laid.cut:
            last = laid.layout.lineAt(laid.layout.lineCount() - 1)
            painter.setFont(laid.layout.font())
            end = origin + QPointF(last.naturalTextWidth(), last.y() + last.ascent())
            painter.drawText(end, _ELLIPSIS)

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


def _one_line(text: str, font: QFont) -> QTextLayout:
    layout = QTextLayout(text, font)
    layout.beginLayout()
    layout.createLine()
    layout.endLayout()
    return layout


def _breadcrumb(row: Row) -> str:
    """The folder as a way: `~ › Documents › 2025 · report.pdf`."""
    folder = path_text(row.document.path.parent).strip("/")
    return " › ".join([*folder.split("/"), name_of(row.document)])
