"""The filters of the typed question as chips. A click on one takes it out of the question."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QPushButton, QWidget

from app.messages import printable
from app.models.model_words import named
from app.theme.icons import icon
from app.theme.palette import Colours
from app.views.flow_layout import FlowLayout
from core.domain import Filter, FilterKind, Language

_WIDEST_PX = 280
_GAP_PX = 6


class FilterChips(QWidget):
    """`removed` carries the number of the filter; `like_removed`: any passages will do again."""

    removed = Signal(int)
    like_removed = Signal()

    def __init__(self, colours: Colours, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._colours = colours
        self._chips: list[QPushButton] = []
        self._shown: tuple[str, tuple[tuple[FilterKind, str], ...]] = ("", ())
        self._flow = FlowLayout(self, _GAP_PX)
        self.setAccessibleName(self.tr("Filters"))

    @property
    def chips(self) -> list[QPushButton]:
        return self._chips

    def set_colours(self, colours: Colours) -> None:
        self._colours = colours
        for chip in self._chips:
            chip.setIcon(icon("clear", colours.muted))

    def show_filters(self, filters: Sequence[Filter], like: str = "") -> None:
        """Show a chip for the document `like` (if any) and one for each filter; the same ones stay."""
        wanted = (like, tuple((each.kind, each.value) for each in filters))
        if wanted == self._shown:
            return
        self._shown = wanted
        for chip in self._chips:
            self._flow.removeWidget(chip)
            chip.hide()
            chip.deleteLater()  # it may be the one whose click has led here
        self._chips = []
        if like:
            self._add(self.tr("Like: {title}").format(title=printable(like))).clicked.connect(
                self.like_removed
            )
        for number, each in enumerate(filters):
            chip = self._add(self.text_of(each))
            chip.clicked.connect(lambda _checked=False, number=number: self.removed.emit(number))
        self.updateGeometry()

    def text_of(self, which: Filter) -> str:
        """What the chip of a filter says."""
        value = printable(which.value)
        match which.kind:
            case FilterKind.TYPE:
                text, value = self.tr("Type: {value}"), value.upper()
            case FilterKind.FOLDER:
                text, value = self.tr("Folder: {value}"), Path(value).name or value
            case FilterKind.AFTER:
                text = self.tr("From {value} on")
            case FilterKind.BEFORE:
                text = self.tr("Before {value}")
            case FilterKind.NAME:
                text = self.tr("File name: {value}")
            case FilterKind.LANGUAGE:
                text, value = self.tr("Language: {value}"), named(Language(value.lower()))
            case FilterKind.EXACT:
                text = self.tr("Exactly “{value}”")
            case FilterKind.WITHOUT:
                text = self.tr("Without “{value}”")
        return text.format(value=value)

    def _add(self, text: str) -> QPushButton:
        chip = QPushButton(self)
        chip.setProperty("kind", "chip")
        chip.setAutoDefault(False)
        chip.setLayoutDirection(Qt.LayoutDirection.RightToLeft)  # the cross stands behind the text
        chip.setIconSize(QSize(14, 14))
        chip.setIcon(icon("clear", self._colours.muted))
        chip.ensurePolished()
        shown = chip.fontMetrics().elidedText(text, Qt.TextElideMode.ElideMiddle, _WIDEST_PX)
        chip.setText(shown.replace("&", "&&"))
        remove = self.tr("Remove filter: {filter}").format(filter=text)
        chip.setAccessibleName(remove)
        chip.setToolTip(remove)
        chip.setCursor(Qt.CursorShape.PointingHandCursor)
        self._flow.addWidget(chip)
        self._chips.append(chip)
        chip.show()
        return chip
