"""A quiet line below the search box: what was probably meant otherwise, with a button that writes it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QWidget

from app.views.elided_label import ElidedLabel


class HintLine(QWidget):
    """`accepted`: the suggestion was clicked."""

    accepted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = ElidedLabel(self)
        self._text.setProperty("role", "muted")
        self._text.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        self._button = QPushButton(self)
        self._button.setText(self.tr("Correct it"))
        self._button.setProperty("kind", "link")
        self._button.setAutoDefault(False)
        self._button.clicked.connect(self.accepted)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(6, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self._text)
        layout.addWidget(self._button)
        layout.addStretch(1)
        self.show_hint("", "")

    def show_hint(self, text: str, suggestion: str) -> None:
        """Without a text the line is gone; without a suggestion it has no button."""
        self._text.setText(text)
        self._button.setAccessibleName(self.tr("Write instead: {suggestion}").format(suggestion=suggestion))
        self._button.setVisible(bool(suggestion))
        self._text.setToolTip(text)
        self.setAccessibleName(text)
        self.setVisible(bool(text))

    def text(self) -> str:
        return self._text.text()
