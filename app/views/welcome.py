"""What is shown instead of results: the first start, nothing asked yet, nothing found."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app.messages import path_text
from app.theme.icons import app_icon, icon
from app.theme.palette import Colours

_ICON = 72
_CARD_WIDTH = 620


class WrappedLabel(QLabel):
    """Centred text that asks for the height its lines really need (QLabel forgets its style sheet's font)."""

    def __init__(self, text: str, parent: QWidget) -> None:
        super().__init__(text, parent)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setWordWrap(True)
        self.setTextFormat(Qt.TextFormat.PlainText)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        super().resizeEvent(event)
        self.setMinimumHeight(max(0, self.heightForWidth(event.size().width())))


class WelcomePage(QWidget):
    """The first start: one big button, a hint, suggestions. Nothing is read without a click."""

    add_clicked = Signal()
    folder_clicked = Signal(object)
    sample_clicked = Signal()

    def __init__(self, colours: Colours, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._card = QFrame(self)
        self._card.setObjectName("welcomeCard")
        self._card.setFixedWidth(_CARD_WIDTH)
        self._picture = QLabel(self._card)
        self._picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._add = QPushButton(self.tr("Add a folder…"), self._card)
        self._add.setProperty("kind", "primary")
        self._add.setCursor(Qt.CursorShape.PointingHandCursor)
        self._add.clicked.connect(self.add_clicked)
        self._suggestions = QHBoxLayout()
        self._suggestions.setSpacing(10)
        self._sample = QPushButton(self.tr("Try it with the sample library"), self._card)
        self._sample.setProperty("kind", "link")
        self._sample.clicked.connect(self.sample_clicked)
        self._lay_out()
        self.set_colours(colours)

    def set_colours(self, colours: Colours) -> None:
        self._colours = colours
        self._picture.setPixmap(app_icon().pixmap(QSize(_ICON, _ICON), self.devicePixelRatioF()))
        for button in self._card.findChildren(QPushButton, "suggestion"):
            button.setIcon(icon("folder", colours.accent))

    def set_suggestions(self, folders: Sequence[Path]) -> None:
        """Offer these folders; an empty sequence offers none."""
        while item := self._suggestions.takeAt(0):
            if widget := item.widget():
                widget.deleteLater()
        self._suggestions.addStretch(1)
        for folder in folders:
            button = QPushButton(folder.name, self._card)
            button.setObjectName("suggestion")
            button.setProperty("kind", "plain")
            button.setIcon(icon("folder", self._colours.accent))
            button.setToolTip(path_text(folder))
            button.setAccessibleName(self.tr("Add {folder}").format(folder=path_text(folder)))
            button.clicked.connect(lambda _checked=False, folder=folder: self.folder_clicked.emit(folder))
            self._suggestions.addWidget(button)
        self._suggestions.addStretch(1)

    def set_dropping(self, dropping: bool) -> None:  # noqa: FBT001 - a setter of one property, as in Qt
        """A folder is being dragged over the window."""
        self._card.setProperty("dropping", dropping)
        self._card.style().unpolish(self._card)
        self._card.style().polish(self._card)

    def _lay_out(self) -> None:
        card = QVBoxLayout(self._card)
        card.setContentsMargins(48, 40, 48, 32)
        card.setSpacing(0)
        card.addWidget(self._picture)
        card.addSpacing(20)
        card.addWidget(self._sentence("title", self.tr("Find anything in your own files")))
        card.addSpacing(10)
        promise = self.tr("Mikke reads the folders you choose and finds the page. All on this computer.")
        card.addWidget(self._sentence("muted", promise))
        card.addSpacing(28)
        card.addWidget(self._add, 0, Qt.AlignmentFlag.AlignHCenter)
        card.addSpacing(12)
        hint = QLabel(self.tr("or drop a folder anywhere on this window"), self._card)
        hint.setProperty("role", "muted")
        hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        card.addWidget(hint)
        card.addSpacing(24)
        card.addLayout(self._suggestions)
        card.addSpacing(14)
        card.addWidget(self._sample, 0, Qt.AlignmentFlag.AlignHCenter)
        layout = QVBoxLayout(self)
        layout.addStretch(2)
        layout.addWidget(self._card, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch(3)

    def _sentence(self, role: str, text: str) -> WrappedLabel:
        label = WrappedLabel(text, self._card)
        label.setProperty("role", role)
        return label


class QuietPage(QWidget):
    """A heading and a sentence in the middle: nothing asked yet, or nothing found. `acted`: its button."""

    acted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._heading = WrappedLabel("", self)
        self._heading.setProperty("role", "heading")
        self._detail = WrappedLabel("", self)
        self._detail.setProperty("role", "muted")
        self._action = QPushButton(self)
        self._action.setProperty("kind", "plain")
        self._action.setAccessibleName(self.tr("Show more"))
        self._action.clicked.connect(self.acted)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(40, 20, 40, 20)
        layout.setSpacing(8)
        layout.addStretch(2)
        for label in (self._heading, self._detail):
            layout.addWidget(label)
        layout.addSpacing(10)
        layout.addWidget(self._action, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch(3)

    def show_text(self, heading: str, detail: str, action: str = "") -> None:
        """`action` names a button; empty: there is none."""
        self._action.setText(action)
        self._action.setAccessibleName(action or self.tr("Show more"))
        self._action.setVisible(bool(action))
        self._heading.setText(heading)
        self._detail.setText(detail)
        self.setAccessibleName(f"{heading} {detail}")
