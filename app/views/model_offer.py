"""What the page of models offers to a library that has the built-in model: the one of Mikke's own."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app.model_messages import understands_more
from app.models.model_words import translate_message


class ModelOffer(QFrame):
    """`taken`: one click, and nothing more is asked."""

    taken = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("listCard")
        offer = understands_more(translate_message)
        title = QLabel(offer.title, self)
        title.setProperty("role", "strong")
        detail = QLabel(offer.detail, self)
        for label in (title, detail):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
        self.button = QPushButton(self.tr("Use it"), self)
        self.button.setProperty("kind", "plain")
        self.button.setAutoDefault(False)
        self.button.clicked.connect(self.taken)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(title)
        words.addWidget(detail)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 10, 16, 10)
        layout.setSpacing(12)
        layout.addLayout(words, 1)
        layout.addWidget(self.button, 0, Qt.AlignmentFlag.AlignVCenter)
        self.hide()
