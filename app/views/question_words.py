"""The question in one line, with what became of each of its words in the chosen passage.

The line is as high as ever and the letters stand where they stood, whatever is chosen; a longer question
scrolls sideways. One of the words takes part in the Tab order, the arrow keys go on from there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QEnterEvent,
    QFocusEvent,
    QFontMetrics,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QTextCharFormat,
    QTextLayout,
    QTextLine,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractButton, QFrame, QScrollArea, QSizePolicy, QWidget

from app.desktop.text import font_for, looks_japanese
from app.messages import printable
from app.models.marks import Answer, Stress, overlap, utf16_positions
from app.models.question_words import Word
from app.theme.palette import Colours, with_alpha
from app.views.answer_text import word_text
from app.views.line_marks import paint_mark, x_of
from core.domain import Span

_PAD_Y = 6
_EDGE = 18
_KEYS_OF_THE_LINE = frozenset(
    {Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Escape}
)


class _Zone(QAbstractButton):
    """The place of one word: the line paints it, this is what mouse, keys and screen readers meet.

    `near`: whether the mouse or the focus is on it. Pressed, it keeps what answered the word raised.
    """

    near = Signal(bool)

    def __init__(self, word: Word, parent: QWidget) -> None:
        super().__init__(parent)
        self.word = word
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setToolTip(word_text(word))
        self.setAccessibleName(word_text(word))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Nothing: what is below shows through."""

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Buttons take the arrow keys for themselves; here the line knows better where to go."""
        if event.key() in _KEYS_OF_THE_LINE:
            event.ignore()
        else:
            super().keyPressEvent(event)

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


class _Line(QWidget):
    """The text, its marks, and a zone for each word."""

    def __init__(self, colours: Colours, parent: QWidget) -> None:
        super().__init__(parent)
        self.colours = colours
        self.zones: list[_Zone] = []
        self.raised: tuple[Span, ...] = ()
        self._places: Callable[[Span], tuple[float, float]] = lambda _span: (0.0, 0.0)
        self._question = ""
        self._layout = QTextLayout()
        self._lay_out()

    def set_question(self, question: str) -> None:
        self._question = question
        self._lay_out()

    def set_zones(self, zones: list[_Zone]) -> None:
        self.zones = zones
        self._lay_out()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        super().changeEvent(event)
        if event.type() is QEvent.Type.FontChange:
            self._lay_out()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002, N802 - Qt's name
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for zone in self.zones:
            self._paint_zone(painter, zone)
        for span in self.raised:
            if not any(overlap(span, zone.word.span) for zone in self.zones):
                self._paint_frame(painter, self._area(span))
        painter.setPen(with_alpha(self.colours.text, 1.0))
        self._layout.draw(painter, self._origin())

    def _paint_zone(self, painter: QPainter, zone: _Zone) -> None:
        area = self._area(zone.word.span)
        stress = Stress.NONE
        if zone.hasFocus() or any(overlap(each, zone.word.span) for each in self.raised):
            stress = Stress.RAISED
        elif self.raised:
            stress = Stress.DIMMED
        if not zone.word.missing:
            paint_mark(painter, area, zone.word.strength, stress, self.colours)
        elif stress is Stress.RAISED:
            self._paint_frame(painter, area)

    def _paint_frame(self, painter: QPainter, area: QRectF) -> None:
        """Around what somebody points at, but the passage has no answer to."""
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(with_alpha(self.colours.muted, 1.0), 1.2, Qt.PenStyle.DotLine))
        painter.drawRoundedRect(area, 3, 3)

    def _area(self, span: Span) -> QRectF:
        left, right = self._places(span)
        return QRectF(left, 3, right - left, self.height() - 6)

    def _lay_out(self) -> None:
        """Break nothing, strike out what is missing, and put the zones over their words."""
        text = printable(self._question).replace("\n", " ")
        to_utf16 = utf16_positions(text)
        self._layout = QTextLayout(text, font_for(self.font(), japanese=looks_japanese(text)))
        self._layout.setFormats([self._struck(zone, to_utf16) for zone in self.zones if zone.word.missing])
        self._layout.beginLayout()
        line = self._layout.createLine()
        self._layout.endLayout()
        if not line.isValid():
            return
        self.setMinimumWidth(round(line.naturalTextWidth()) + 2 * _EDGE)
        self._places = partial(_place, line, to_utf16, len(text))
        for zone in self.zones:
            left, right = self._places(zone.word.span)
            zone.setGeometry(QRect(round(left) - 1, 0, round(right - left) + 2, self.height()))
            zone.show()
        self.update()

    def _struck(self, zone: _Zone, to_utf16: Callable[[int], int]) -> QTextLayout.FormatRange:
        struck = QTextLayout.FormatRange()
        struck.start = to_utf16(zone.word.span.start)
        struck.length = to_utf16(zone.word.span.end) - struck.start
        look = QTextCharFormat()
        look.setFontStrikeOut(True)
        look.setForeground(with_alpha(self.colours.muted, 1.0))
        struck.format = look
        return struck

    def _origin(self) -> QPointF:
        return QPointF(_EDGE, (self.height() - self._layout.boundingRect().height()) / 2)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        super().resizeEvent(event)
        for zone in self.zones:
            zone.resize(zone.width(), self.height())


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
        self._question = ""
        self._words: tuple[Word, ...] = ()
        self._near: _Zone | None = None
        self._kept: _Zone | None = None
        self._told: Span | None = None
        self._asked: tuple[Span, ...] = ()
        self._line = _Line(colours, self)
        self.setWidget(self._line)
        for each in (self.viewport(), self._line):  # what is below shows through
            each.setAutoFillBackground(False)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return QSize(200, QFontMetrics(self.font()).height() + 2 * _PAD_Y)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return QSize(80, self.sizeHint().height())

    def set_colours(self, colours: Colours) -> None:
        self._line.colours = colours
        self._line.set_question(self._question)

    def show_words(self, question: str, words: Sequence[Word]) -> None:
        """Show `question` and what became of its `words`; the focus stays on the word that had it."""
        if (question, tuple(words)) == (self._question, self._words):
            return
        if question != self._question:
            self.horizontalScrollBar().setValue(0)
        focused = next((zone.word.span for zone in self._line.zones if zone.hasFocus()), None)
        kept = self._kept.word.span if self._kept is not None else None
        self._question, self._words = question, tuple(words)
        self._forget_zones()
        self._line.set_question(question)
        self._line.set_zones([self._make_zone(word) for word in words])
        self._take_up(focused, kept)

    def words(self) -> tuple[Word, ...]:
        """What is shown."""
        return self._words

    def raise_answered(self, answers: Iterable[Answer]) -> None:
        """Raise the words that `answers` are to (none: all are alike again)."""
        self._asked = tuple(answer.asked for answer in answers)
        self._tell()

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

    def _make_zone(self, word: Word) -> _Zone:
        zone = _Zone(word, self._line)
        zone.near.connect(lambda near: self._on_near(zone, near))
        zone.toggled.connect(lambda on: self._on_kept(zone, on))
        return zone

    def _forget_zones(self) -> None:
        zones, self._line.zones = self._line.zones, []
        self._kept = self._near = None
        for zone in zones:
            zone.hide()
            zone.deleteLater()

    def _take_up(self, focused: Span | None, kept: Span | None) -> None:
        """Another passage, and a person who still asks about the same word."""
        zones = self._line.zones
        for zone in zones:
            if kept is not None and overlap(zone.word.span, kept) and self._kept is None:
                zone.setChecked(True)
        refocused = next((z for z in zones if focused is not None and overlap(z.word.span, focused)), None)
        if (first := refocused or next(iter(zones), None)) is not None:
            first.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        if refocused is not None:
            refocused.setFocus(Qt.FocusReason.OtherFocusReason)
        self._tell()

    def _move(self, by: int) -> None:
        """From the word with the focus to the next one; Tab comes back to that."""
        zones = self._line.zones
        at = next((number for number, zone in enumerate(zones) if zone.hasFocus()), -1)
        to = at + by
        if 0 <= to < len(zones):
            for zone in zones:
                zone.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
            zones[to].setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            zones[to].setFocus(Qt.FocusReason.TabFocusReason)
            self.ensureWidgetVisible(zones[to], _EDGE, 0)

    def _on_near(self, zone: _Zone, near: bool) -> None:  # noqa: FBT001 - a Qt slot
        if zone not in self._line.zones or not self.isVisible():
            return
        if near:
            self._near = zone
        elif self._near is zone:
            self._near = next((each for each in self._line.zones if each.hasFocus()), None)
        self._tell()

    def _on_kept(self, zone: _Zone, on: bool) -> None:  # noqa: FBT001 - a Qt slot
        if on:
            before, self._kept = self._kept, zone
            if before is not None:
                before.setChecked(False)
        elif self._kept is zone:
            self._kept = None
        self._tell()

    def _tell(self) -> None:
        zone = self._near or self._kept
        word = zone.word.span if zone is not None else None
        self._line.raised = (word,) if word is not None else self._asked
        self._line.update()
        if word != self._told:
            self._told = word
            self.pointed.emit(word)


def _place(line: QTextLine, to_utf16: Callable[[int], int], length: int, span: Span) -> tuple[float, float]:
    """Where on `line`, which has `length` characters, `span` begins and ends."""
    ends = sorted(_EDGE + x_of(line, to_utf16(min(at, length))) for at in (span.start, span.end))
    return ends[0], ends[1]
