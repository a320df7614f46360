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
    """Signals: `asked` (the text, after a short rest), `moved` (rows down), and keys for results."""

    asked = Signal(str)
    moved = Signal(int)
    opened = Signal()
    revealed = Signal()

    def __init__(self, colours: Colours, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("searchBox")
        self.setPlaceholderText(self.tr("What are you looking for?"))
        self.setAccessibleName(self.tr("Search"))
        self.setAttribute(Qt.WidgetAttribute.WA_MacShowFocusRect, on=False)
        self._composing = False
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(DEBOUNCE_MS)
        self._rest.timeout.connect(self._ask)
        self.textChanged.connect(self._on_text_changed)
        self.setTextMargins(_GLASS + 14, 0, 0, 0)
        self._clear = QAction(self.tr("Clear"), self)
        self._clear.triggered.connect(self.clear)
        self._clear.setVisible(False)
        self.addAction(self._clear, QLineEdit.ActionPosition.TrailingPosition)
        self.set_colours(colours)

    def set_colours(self, colours: Colours) -> None:
        self._glass = icon("search", colours.muted)
        self._clear.setIcon(icon("clear", colours.muted))

    def type_on(self, text: str) -> None:
        """Take the focus and go on with `text` after what is there."""
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        self.end(False)  # noqa: FBT003 - Qt takes no keyword here
        self.insert(text)

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
        super().inputMethodEvent(event)
        # a composition that was given up changes no text, but what waited before it still has to be asked
        if was_composing and not self._composing:
            self._rest.start()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        if self._composing:  # Return, arrows and Esc belong to the input method now
            super().keyPressEvent(event)
            return
        control = event.modifiers() & Qt.KeyboardModifier.ControlModifier
        match event.key():
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
        if self._rest.isActive():  # the results on the screen are those of an older question
            self.ask_now()
        elif reveal:
            self.revealed.emit()
        else:
            self.opened.emit()

    def _on_escape(self) -> None:
        self.clear()
        self.ask_now()

    def _on_text_changed(self, text: str) -> None:
        self._clear.setVisible(bool(text))
        if not self._composing:
            self._rest.start()

    def _ask(self) -> None:
        self.asked.emit(self.text())
