"""The words of the question in one line: what became of each in the chosen passage.

The line is as high as ever, whatever was asked; a longer question scrolls sideways. One of the words takes
part in the Tab order, the arrow keys go on from there.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QEnterEvent,
    QFocusEvent,
    QFont,
    QFontMetrics,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractButton, QFrame, QHBoxLayout, QLabel, QScrollArea, QSizePolicy, QWidget

from app.desktop.text import font_for, looks_japanese
from app.messages import printable
from app.models.marks import Answer, Stress, overlap
from app.models.question_words import UNKNOWN, Fate, Piece
from app.theme.palette import Colours, with_alpha
from app.views.answer_text import fate_text
from app.views.line_marks import paint_mark
from core.domain import Span

_PAD_X = 3
_PAD_Y = 4
_EDGE = 18


class _Word(QAbstractButton):
    """One word. It is pressed to keep what answered it raised; `near`: the mouse or the focus is on it."""

    near = Signal(bool)

    def __init__(self, piece: Piece, colours: Colours, parent: QWidget) -> None:
        super().__init__(parent)
        self.span = piece.span
        self.colours = colours
        self._stress = Stress.NONE
        self._fate = UNKNOWN
        self.setText(printable(piece.text))
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.set_fate(UNKNOWN)

    def set_fate(self, fate: Fate) -> None:
        self._fate = fate
        told = fate_text(fate)
        self.setToolTip(f"{self.text()}: {told}" if told else self.text())
        self.setAccessibleName(self.toolTip())
        self.update()

    def set_stress(self, stress: Stress) -> None:
        self._stress = stress
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        metrics = self.fontMetrics()
        return QSize(metrics.horizontalAdvance(self.text()) + 2 * _PAD_X, metrics.height() + 2 * _PAD_Y)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002, N802 - Qt's name
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(self.rect()).adjusted(1.5, 2, -1.5, -2)
        raised = self._stress is Stress.RAISED or self.underMouse() or self.isChecked() or self.hasFocus()
        if self._fate.strength > 0:
            paint_mark(painter, area, self._fate.strength, self._shown_stress(raised=raised), self.colours)
        elif raised:
            painter.setPen(QPen(with_alpha(self.colours.muted, 1.0), 1.2))
            painter.drawRoundedRect(area, 3, 3)
        font = QFont(self.font())
        font.setStrikeOut(self._fate.missing)
        painter.setFont(font)
        painter.setPen(with_alpha(self.colours.muted if self._fate.missing else self.colours.text, 1.0))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.text())

    def _shown_stress(self, *, raised: bool) -> Stress:
        return Stress.RAISED if raised else self._stress

    def enterEvent(self, event: QEnterEvent) -> None:  # noqa: N802 - Qt's name
        super().enterEvent(event)
        self.near.emit(True)  # noqa: FBT003 - a signal has no keywords

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        super().leaveEvent(event)
        self.near.emit(self.hasFocus())

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt's name
        super().focusInEvent(event)
        self.near.emit(True)  # noqa: FBT003 - a signal has no keywords

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt's name
        super().focusOutEvent(event)
        self.near.emit(self.underMouse())


class QuestionWords(QScrollArea):
    """`pointed` carries the stretch of the question (a Span) that a person points at, None: none any more.

    `left`: back to the search box, please.
    """

    pointed = Signal(object)
    left = Signal()

    def __init__(self, colours: Colours, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("questionWords")
        self.setAccessibleName(self.tr("Words of the question"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidgetResizable(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._colours = colours
        self._pieces: tuple[Piece, ...] = ()
        self._words: list[_Word] = []
        self._near: _Word | None = None
        self._kept: _Word | None = None
        self._line = QWidget(self)
        self._line.setObjectName("questionLine")
        self._row = QHBoxLayout(self._line)
        self._row.setContentsMargins(_EDGE - _PAD_X, 0, _EDGE, 0)
        self._row.setSpacing(0)
        self.setWidget(self._line)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return QSize(200, QFontMetrics(self.font()).height() + 2 * _PAD_Y + 4)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return QSize(80, self.sizeHint().height())

    def set_colours(self, colours: Colours) -> None:
        self._colours = colours
        for word in self._words:
            word.colours = colours
            word.update()

    def set_pieces(self, pieces: Sequence[Piece]) -> None:
        """Show a question; if it is cut as it was before, nothing is made anew and the focus stays."""
        if tuple(pieces) == self._pieces:
            return
        self._pieces = tuple(pieces)
        self._forget()
        font = font_for(self.font(), japanese=looks_japanese("".join(each.text for each in pieces)))
        for piece in pieces:
            widget = self._make_word(piece) if piece.word else _plain_text(piece, self._line)
            widget.setFont(font)
            self._row.addWidget(widget)
        self._row.addStretch(1)
        if self._words:
            self._words[0].setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.horizontalScrollBar().setValue(0)

    def set_fates(self, fates: Iterable[Fate]) -> None:
        """What became of the words (in their order) in the passage that is chosen now."""
        for word, fate in zip(self._words, fates, strict=True):
            word.set_fate(fate)

    def words(self) -> list[Span]:
        """Where the words are in the question, in their order."""
        return [word.span for word in self._words]

    def raise_answered(self, answers: Iterable[Answer]) -> None:
        """Raise the words that `answers` are to (none: all are alike again)."""
        asked = [answer.asked for answer in answers]
        for word in self._words:
            hit = any(overlap(word.span, each) for each in asked)
            word.set_stress(Stress.RAISED if hit else Stress.DIMMED if asked else Stress.NONE)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        match event.key():
            case Qt.Key.Key_Left | Qt.Key.Key_Up:
                self._move(-1)
            case Qt.Key.Key_Right | Qt.Key.Key_Down:
                self._move(1)
            case Qt.Key.Key_Escape:
                self.left.emit()
            case _:
                super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 - Qt's name
        """Either wheel goes sideways."""
        turned = event.angleDelta().x() or event.angleDelta().y()
        bar = self.horizontalScrollBar()
        bar.setValue(bar.value() - turned // 2)
        event.accept()

    def _make_word(self, piece: Piece) -> _Word:
        word = _Word(piece, self._colours, self._line)
        word.near.connect(lambda near: self._on_near(word, near))
        word.toggled.connect(lambda on: self._on_kept(word, on))
        self._words.append(word)
        return word

    def _forget(self) -> None:
        self._words = []
        self._kept = self._near = None
        while (item := self._row.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        self.pointed.emit(None)

    def _move(self, by: int) -> None:
        """From the word with the focus to the next one; Tab comes back to that."""
        at = next((number for number, word in enumerate(self._words) if word.hasFocus()), -1)
        to = at + by
        if 0 <= to < len(self._words):
            for word in self._words:
                word.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
            self._words[to].setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            self._words[to].setFocus(Qt.FocusReason.TabFocusReason)
            self.ensureWidgetVisible(self._words[to], _EDGE, 0)

    def _on_near(self, word: _Word, near: bool) -> None:  # noqa: FBT001 - a Qt slot
        if word not in self._words:
            return
        if near:
            self._near = word
        elif self._near is word:
            self._near = None
        self._tell()

    def _on_kept(self, word: _Word, on: bool) -> None:  # noqa: FBT001 - a Qt slot
        if on:
            if self._kept is not None and self._kept is not word:
                self._kept.setChecked(False)
            self._kept = word
        elif self._kept is word:
            self._kept = None
        self._tell()

    def _tell(self) -> None:
        word = self._near or self._kept
        self.pointed.emit(word.span if word is not None else None)


def _plain_text(piece: Piece, parent: QWidget) -> QLabel:
    """What stands between words; a label would take `<b>` for a command."""
    label = QLabel(printable(piece.text).replace("\n", " "), parent)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setProperty("role", "muted")
    return label
