"""One inline message: what happened, the particulars, what to do. Never a dialog in the way."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget

from app.messages import UserMessage
from app.theme.icons import icon
from app.theme.palette import Colours


class Banner(QFrame):
    """`acted`: the button that a message may have was clicked."""

    closed = Signal()
    acted = Signal()

    def __init__(self, colours: Colours, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("banner")
        self._sign = QLabel(self)
        self._title = QLabel(self)
        self._title.setProperty("role", "strong")
        self._detail = QLabel(self)
        self._detail.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        for label in (self._title, self._detail):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
        self._action = QPushButton(self)
        self._action.setProperty("kind", "plain")
        self._action.setAutoDefault(False)
        self._action.setAccessibleName(self.tr("Show more"))
        self._action.clicked.connect(self.acted)
        self._close = QToolButton(self)
        self._close.setAccessibleName(self.tr("Close this message"))
        self._close.setIconSize(QSize(16, 16))
        self._close.clicked.connect(self.dismiss)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self._title)
        words.addWidget(self._detail)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 10, 8, 10)
        layout.setSpacing(12)
        layout.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignTop)
        layout.addLayout(words, 1)
        layout.addWidget(self._action, 0, Qt.AlignmentFlag.AlignVCenter)
        layout.addWidget(self._close, 0, Qt.AlignmentFlag.AlignTop)
        self.set_colours(colours)
        self.hide()

    def set_colours(self, colours: Colours) -> None:
        self._sign.setPixmap(icon("warning", colours.warning).pixmap(QSize(20, 20), self.devicePixelRatioF()))
        self._close.setIcon(icon("clear", colours.warning))

    def show_message(self, message: UserMessage, action: str = "") -> None:
        """Show `message` in the place of an older one, with a button if it is named."""
        self._action.setText(action)
        self._action.setAccessibleName(action or self.tr("Show more"))
        self._action.setVisible(bool(action))
        self._title.setText(message.title)
        detail = "\n".join(part for part in (message.detail, message.action) if part)
        self._detail.setText(detail)
        self._detail.setVisible(bool(detail))
        self.setAccessibleName(f"{message.title}. {detail}")
        self.show()

    def dismiss(self) -> None:
        self.hide()
        self.closed.emit()
