"""Text with highlights, for documents without pages; scrolled to the chosen hit."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPoint, QRectF, Qt, Signal
from PySide6.QtGui import (
    QHelpEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QTextBlock,
    QTextCursor,
    QTextOption,
)
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QTextEdit, QToolTip, QWidget

from app.models.marks import Answer, Mark, Stress, stress_of, united
from app.theme.palette import Colours, with_alpha
from app.views.answer_text import answers_text
from app.views.line_marks import x_of
from app.views.page_view import Place
from core.domain import Span

_DIMMED = 0.2


class TextView(QPlainTextEdit):
    """`pointed`: the answers (a tuple of Answer) of the marks that the mouse is on."""

    pointed = Signal(object)

    def __init__(self, colours: Colours, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("textView")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setReadOnly(True)
        self.setAccessibleName(self.tr("Text of the document"))
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.document().setDocumentMargin(16)
        self._colours = colours
        self._marks: tuple[Mark, ...] = ()
        self._word: Span | None = None
        self._answers: tuple[Answer, ...] = ()
        self.setMouseTracking(True)

    def set_word(self, word: Span | None) -> None:
        """Raise the marks that answered this stretch of the question (None: all are alike again)."""
        self._word = word
        self._paint_backgrounds()

    def set_colours(self, colours: Colours) -> None:
        self._colours = colours
        self._paint_backgrounds()

    def show_text(self, text: str, marks: Sequence[Mark], place: Place) -> None:
        """Show `text` with `marks`, scrolled to the first mark of the chosen hit unless `place` is kept."""
        new = text != self.toPlainText()
        if new:
            self.setPlainText(text)
        self._marks = tuple(marks)
        self._paint_backgrounds()
        if new or place is Place.CHOSEN or (place is Place.IN_VIEW and not self._chosen_in_view()):
            self.scroll_to_chosen()

    def scroll_to_chosen(self) -> None:
        chosen = [mark for mark in self._marks if mark.chosen] or list(self._marks)
        cursor = QTextCursor(self.document())
        if chosen:
            cursor.setPosition(min(chosen[0].start, self.document().characterCount() - 1))
        self.setTextCursor(cursor)
        self.centerCursor()

    def _paint_backgrounds(self) -> None:
        selections = []
        for mark in self._marks:
            selection = QTextEdit.ExtraSelection()
            cursor = QTextCursor(self.document())
            cursor.setPosition(mark.start)
            cursor.setPosition(mark.end, QTextCursor.MoveMode.KeepAnchor)
            colour = with_alpha(
                self._colours.highlight, self._weight(mark, 0.5) * (0.18 + 0.5 * mark.strength)
            )
            selection.format.setBackground(colour)
            selection.cursor = cursor
            selections.append(selection)
        self.setExtraSelections(selections)
        self.viewport().update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        super().paintEvent(event)
        painter = QPainter(self.viewport())
        block = self.firstVisibleBlock()
        while block.isValid():
            area = self.blockBoundingGeometry(block).translated(self.contentOffset())
            if area.top() > self.viewport().height():
                break
            self._underline(painter, block, area)
            block = block.next()

    def _underline(self, painter: QPainter, block: QTextBlock, area: QRectF) -> None:
        """A line under every mark in `block`, thicker where the match is stronger."""
        first, last = block.position(), block.position() + block.length()
        for mark in self._marks:
            stress = stress_of(mark.answers, self._word)
            if mark.end <= first or mark.start >= last or stress is Stress.DIMMED:
                continue
            weight = self._weight(mark, 0.6)
            colour = with_alpha(self._colours.highlight_line, weight * (0.4 + 0.6 * mark.strength))
            thickness = 1.0 + 1.5 * mark.strength * weight
            for number in range(block.layout().lineCount()):
                line = block.layout().lineAt(number)
                start = max(mark.start - first, line.textStart())
                end = min(mark.end - first, line.textStart() + line.textLength())
                if start < end:
                    left, right = sorted(area.left() + x_of(line, at) for at in (start, end))
                    top = area.top() + line.y()
                    under = QRectF(left, top + line.height() - thickness, right - left, thickness)
                    painter.fillRect(under, colour)
                    if stress is Stress.RAISED:
                        painter.setPen(QPen(with_alpha(self._colours.highlight_line, 1.0), 1.2))
                        painter.drawRoundedRect(QRectF(left, top, right - left, line.height()), 3, 3)

    def _weight(self, mark: Mark, of_others: float) -> float:
        """How much of its strength a mark shows."""
        match stress_of(mark.answers, self._word):
            case Stress.RAISED:
                return 1.0
            case Stress.DIMMED:
                return _DIMMED
            case _:
                return 1.0 if mark.chosen else of_others

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        super().mouseMoveEvent(event)
        self._point_at(self._answers_at(event.position().toPoint()))

    def viewportEvent(self, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        if event.type() is QEvent.Type.Leave:
            self._point_at(())
        elif isinstance(event, QHelpEvent) and (answers := self._answers_at(event.pos())):
            QToolTip.showText(event.globalPos(), answers_text(answers), self.viewport())
            return True
        return super().viewportEvent(event)

    def _answers_at(self, point: QPoint) -> tuple[Answer, ...]:
        position = self._character_at(point)
        return united(mark.answers for mark in self._marks if mark.start <= position < mark.end)

    def _character_at(self, point: QPoint) -> int:
        """The character under `point`, -1 if there is none. Qt's cursors stand between characters."""
        cursor = self.cursorForPosition(point)
        place = self.cursorRect(cursor)
        if not place.top() <= point.y() <= place.bottom():
            return -1
        return cursor.position() - 1 if point.x() < place.left() else cursor.position()

    def _point_at(self, answers: tuple[Answer, ...]) -> None:
        if answers != self._answers:
            self._answers = answers
            self.pointed.emit(answers)

    def _chosen_in_view(self) -> bool:
        first = self.cursorForPosition(QPoint(0, 0)).position()
        last = self.cursorForPosition(self.viewport().rect().bottomRight()).position()
        return any(mark.chosen and mark.start < last and mark.end > first for mark in self._marks)
