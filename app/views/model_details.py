"""All that is known of one model: where it is from, what it may be used for, every value of its profile."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from app.messages import printable
from app.model_messages import origin_text
from app.models.model_words import ModelWords, translate_message
from core.domain import Model

_NAMES_WIDTH = 170
"""What a value is called stands in a column of its own, as wide in both lists."""


class ModelDetails(QScrollArea):
    """Shows nothing until it is given a model."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words = ModelWords(self)
        self._shown: Model | None = None
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(self.tr("Details of the chosen model"))

    def show_model(self, model: Model | None) -> None:
        """The place in a long profile is kept while the same model is shown."""
        if model == self._shown:
            return
        same = model is not None and self._shown is not None and model.name == self._shown.name
        at = self.verticalScrollBar().value() if same else 0
        self._shown = model
        inside = QFrame(self)
        inside.setObjectName("listCard")
        layout = QVBoxLayout(inside)
        layout.setContentsMargins(16, 12, 16, 12)
        layout.setSpacing(10)
        if model is not None:
            self._fill(inside, layout, model)
        layout.addStretch(1)
        self.setWidget(inside)
        self.verticalScrollBar().setValue(at)

    def _fill(self, inside: QWidget, layout: QVBoxLayout, model: Model) -> None:
        heading = _label(inside, self._words.title(model), "heading")
        layout.addWidget(heading)
        facts = QGridLayout()
        facts.setHorizontalSpacing(18)
        facts.setVerticalSpacing(4)
        facts.setColumnStretch(1, 1)
        facts.setColumnMinimumWidth(0, _NAMES_WIDTH)
        for row, (name, value) in enumerate(self._facts(model)):
            facts.addWidget(_label(inside, name, "muted"), row, 0, Qt.AlignmentFlag.AlignTop)
            facts.addWidget(_label(inside, value), row, 1)
        layout.addLayout(facts)
        if model.profile:
            layout.addWidget(_label(inside, self.tr("How it encodes"), "strong"))
            layout.addLayout(self._profile(inside, model))

    def _facts(self, model: Model) -> list[tuple[str, str]]:
        revision = model.revision or (self.tr("the newest one") if not model.installed else "")
        facts = [
            (self.tr("Name"), printable(model.name)),
            (self.tr("Licence"), self._words.licence(model)),
            (self.tr("Published as"), model.repository),
            (self.tr("Revision"), revision if model.repository else ""),
            (self.tr("Size"), self._words.size(model.bytes)),
            (self.tr("Speed here"), self._words.speed(model)),
            (self.tr("Languages"), self._words.all_languages(model)),
        ]
        return [(name, value) for name, value in facts if value]

    def _profile(self, inside: QWidget, model: Model) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(18)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(1, 1)
        grid.setColumnStretch(2, 1)
        grid.setColumnMinimumWidth(0, _NAMES_WIDTH)
        for row, each in enumerate(model.profile):
            grid.addWidget(_label(inside, printable(each.name), "muted"), row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(_label(inside, printable(each.value)), row, 1)
            origin = origin_text(printable(each.origin), translate_message)
            grid.addWidget(_label(inside, origin, "muted", wrap=False), row, 2, Qt.AlignmentFlag.AlignTop)
        return grid


def _label(parent: QWidget, text: str, role: str = "", *, wrap: bool = True) -> QLabel:
    label = QLabel(text, parent)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    label.setWordWrap(wrap and role not in ("muted", "strong"))
    if role:
        label.setProperty("role", role)
    return label
