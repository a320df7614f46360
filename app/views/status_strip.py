"""The strip at the bottom: what the library holds, or what is being read just now."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal, SignalInstance
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QWidget

from app.theme.icons import icon
from app.theme.palette import Colours
from app.views.elided_label import ElidedLabel


class StatusStrip(QWidget):
    """`pause_toggled` and `cancelled` come from its two buttons, `continued` from the one after a stop."""

    pause_toggled = Signal()
    cancelled = Signal()
    continued = Signal()

    def __init__(self, colours: Colours, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._colours = colours
        self._paused = False
        self._text = ElidedLabel(self, Qt.TextElideMode.ElideMiddle)
        self._text.setProperty("role", "muted")
        self._right = QLabel(self)
        self._right.setProperty("role", "muted")
        self._bar = QProgressBar(self)
        self._bar.setTextVisible(False)
        self._bar.setFixedWidth(160)
        self._bar.setAccessibleName(self.tr("Indexing"))
        self._pause = self._button(self.tr("Pause"), self.pause_toggled)
        self._stop = self._button(self.tr("Stop"), self.cancelled)
        self._continue = self._button(self.tr("Continue"), self.continued)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(6, 0, 6, 0)
        layout.setSpacing(10)
        layout.addWidget(self._bar)
        layout.addWidget(self._text, 1)
        for button in (self._pause, self._stop, self._continue):
            layout.addWidget(button)
        layout.addWidget(self._right)
        self.set_colours(colours)
        self.show_idle("")

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return QSize(400, 36)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return QSize(200, 36)

    def set_colours(self, colours: Colours) -> None:
        self._colours = colours
        self._stop.setIcon(icon("stop", colours.text))
        self._continue.setIcon(icon("resume", colours.text))
        self._update_pause()

    def show_idle(self, text: str, *, can_continue: bool = False) -> None:
        for widget in (self._bar, self._pause, self._stop):
            widget.hide()
        self._continue.setVisible(can_continue)
        self._text.setText(text)

    def show_progress(self, text: str, done: int, total: int) -> None:
        """`total` 0: not known yet."""
        self._continue.hide()
        for widget in (self._bar, self._pause, self._stop):
            widget.show()
        self._bar.setRange(0, total)
        self._bar.setValue(done)
        self._text.setText(text)

    def set_paused(self, paused: bool) -> None:  # noqa: FBT001 - a setter of one property, as in Qt
        self._paused = paused
        self._update_pause()

    def set_right(self, text: str, tip: str = "") -> None:
        """The discreet note at the right: how many results, how fast."""
        self._right.setText(text)
        self._right.setToolTip(tip)

    def text(self) -> str:
        return self._text.text()

    def right_text(self) -> str:
        return self._right.text()

    def _button(self, text: str, signal: SignalInstance) -> QPushButton:
        button = QPushButton(self)
        button.setText(text)
        button.setAutoDefault(False)
        button.setIconSize(QSize(16, 16))
        button.setAccessibleName(text)
        button.clicked.connect(signal)
        return button

    def _update_pause(self) -> None:
        text = self.tr("Resume") if self._paused else self.tr("Pause")
        self._pause.setText(text)
        self._pause.setAccessibleName(text)
        self._pause.setIcon(icon("resume" if self._paused else "pause", self._colours.text))
