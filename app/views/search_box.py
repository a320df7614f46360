"""The search box: asks as one types, but never in the middle of an input-method composition."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QInputMethodEvent, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from app.theme.icons import icon
from app.theme.palette import Colours

DEBOUNCE_MS = 160
_GLASS = 22
"""The size of the magnifying glass in front of the text (an action's icon would be too small)."""


class SearchBox(QLineEdit):
    """Signals: `typed` (the text, with every change), `asked` (the text, after a short rest), `moved` (rows
    down), keys for results, `escaped`, and `history_wanted`.

    `composing` (bool): an input method composes; until it has ended nothing is typed and nothing is asked.
    """

    typed = Signal(str)
    asked = Signal(str)
    composing = Signal(bool)
    moved = Signal(int)
    opened = Signal()
    revealed = Signal()
    escaped = Signal()
    history_wanted = Signal()

    def __init__(self, colours: Colours, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("searchBox")
        self.setPlaceholderText(self.tr("What are you looking for?"))
        self.setAccessibleName(self.tr("Search"))
        self.setAttribute(Qt.WidgetAttribute.WA_MacShowFocusRect, on=False)
        self._composing = False
        self._down_is_history = False
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(DEBOUNCE_MS)
        self._rest.timeout.connect(self._ask)
        self.textChanged.connect(self._on_text_changed)
        self.setTextMargins(_GLASS + 14, 0, 0, 0)
        self._history = QAction(self.tr("Last questions"), self)
        self._history.triggered.connect(self.history_wanted)
        self._clear = QAction(self.tr("Clear"), self)
        self._clear.triggered.connect(self.clear)
        self._clear.setVisible(False)
        for action in (self._history, self._clear):
            self.addAction(action, QLineEdit.ActionPosition.TrailingPosition)
        self.set_colours(colours)

    @property
    def is_composing(self) -> bool:
        return self._composing

    def set_colours(self, colours: Colours) -> None:
        self._glass = icon("search", colours.muted)
        self._clear.setIcon(icon("clear", colours.muted))
        self._history.setIcon(icon("history", colours.muted))

    def set_down_is_history(self, wanted: bool) -> None:  # noqa: FBT001 - a setter of one property, as in Qt
        """Whether Down in the empty box shows the last questions (else it moves in the results)."""
        self._down_is_history = wanted

    def type_on(self, text: str) -> None:
        """Take the focus and go on with `text` after what is there."""
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        self.end(False)  # noqa: FBT003 - Qt takes no keyword here
        self.insert(text)

    def put(self, text: str) -> None:
        """Take the focus with this question in place of the old one, and ask it without waiting."""
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        self.setText(text)
        self.ask_now()

    def ask_now(self) -> None:
        """Skip the rest of the waiting time."""
        if self._rest.isActive():
            self._rest.stop()
            self._ask()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        super().paintEvent(event)
        where = QRect(0, 0, _GLASS, _GLASS)
        where.moveCenter(QPoint(16 + _GLASS // 2, self.rect().center().y() + 1))
        self._glass.paint(QPainter(self), where)

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:  # noqa: N802 - Qt's name
        was_composing = self._composing
        self._composing = bool(event.preeditString())
        if self._composing:
            self._rest.stop()
        if self._composing and not was_composing:
            self.composing.emit(True)  # noqa: FBT003 - a signal has no keywords
        super().inputMethodEvent(event)
        # a composition that was given up changes no text, but what waited before it still has to be asked
        if was_composing and not self._composing:
            self.composing.emit(False)  # noqa: FBT003 - a signal has no keywords
            self.typed.emit(self.text())
            self._rest.start()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        if self._composing:  # Return, arrows and Esc belong to the input method now
            super().keyPressEvent(event)
            return
        control = event.modifiers() & Qt.KeyboardModifier.ControlModifier
        match event.key():
            case Qt.Key.Key_Down if self._down_is_history and not self.text():
                self.history_wanted.emit()
            case Qt.Key.Key_Down:
                self.moved.emit(1)
            case Qt.Key.Key_Up:
                self.moved.emit(-1)
            case Qt.Key.Key_PageDown:
                self.moved.emit(5)
            case Qt.Key.Key_PageUp:
                self.moved.emit(-5)
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self._on_return(reveal=bool(control))
            case Qt.Key.Key_Escape:
                self._on_escape()
            case _:
                super().keyPressEvent(event)

    def _on_return(self, *, reveal: bool) -> None:
        if self._rest.isActive():  # better answers may be about to take the place of those on the screen
            self.ask_now()
        elif reveal:
            self.revealed.emit()
        else:
            self.opened.emit()

    def _on_escape(self) -> None:
        self.clear()
        self.ask_now()
        self.escaped.emit()

    def _on_text_changed(self, text: str) -> None:
        self._clear.setVisible(bool(text))
        if not self._composing:
            self.typed.emit(text)
            self._rest.start()

    def _ask(self) -> None:
        self.asked.emit(self.text())
