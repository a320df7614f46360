"""Text with highlights, for documents without pages; scrolled to the chosen hit."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QTextBlock, QTextCursor, QTextOption
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QTextEdit, QWidget

from app.models.marks import Mark
from app.theme.palette import Colours, with_alpha


class TextView(QPlainTextEdit):
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

    def set_colours(self, colours: Colours) -> None:
        self._colours = colours
        self._paint_backgrounds()

    def show_text(self, text: str, marks: Sequence[Mark]) -> None:
        """Show `text` with `marks` and scroll to the strongest mark of the chosen hit."""
        if text != self.toPlainText():
            self.setPlainText(text)
        self._marks = tuple(marks)
        self._paint_backgrounds()
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
            weight = 1.0 if mark.chosen else 0.5
            colour = with_alpha(self._colours.highlight, weight * (0.18 + 0.5 * mark.strength))
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
            if mark.end <= first or mark.start >= last:
                continue
            weight = 1.0 if mark.chosen else 0.6
            colour = with_alpha(self._colours.highlight_line, weight * (0.4 + 0.6 * mark.strength))
            thickness = 1.0 + 1.5 * mark.strength * weight
            for number in range(block.layout().lineCount()):
                line = block.layout().lineAt(number)
                start = max(mark.start - first, line.textStart())
                end = min(mark.end - first, line.textStart() + line.textLength())
                if start < end:
                    # PySide6 gives (x, position); its hints say object
                    ends = sorted(float(line.cursorToX(at)[0]) for at in (start, end))  # type: ignore[index]
                    bottom = area.top() + line.y() + line.height() - thickness
                    stroke = QRectF(area.left() + ends[0], bottom, ends[1] - ends[0], thickness)
                    painter.fillRect(stroke, colour)
