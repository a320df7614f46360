"""The menu that adds a filter: types, folders, dates and languages that the library has."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QDate, Qt, Signal
from PySide6.QtGui import QIcon, QPalette, QTextCharFormat
from PySide6.QtWidgets import (
    QCalendarWidget,
    QDialog,
    QDialogButtonBox,
    QMenu,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.messages import printable
from app.models.model_words import named
from app.theme.icons import icon
from core.domain import FilterKind, Language

_DAYS = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class FilterChoices:
    """What there is to choose from: short names of formats, folders of the library, languages in it."""

    formats: tuple[str, ...] = ()
    folders: tuple[Path, ...] = ()
    languages: tuple[Language, ...] = ()


class FilterMenu(QMenu):
    """`chosen` carries a FilterKind and the value to write; `wanted`: it opens, so the choices are needed."""

    chosen = Signal(object, str)
    wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._types = self.addMenu(self.tr("Type"))
        self._folders = self.addMenu(self.tr("Folder"))
        self._dates = self.addMenu(self.tr("Date"))
        self._languages = self.addMenu(self.tr("Language"))
        self.aboutToShow.connect(self._on_about_to_show)
        self.set_choices(FilterChoices())

    def set_choices(self, choices: FilterChoices) -> None:
        """A menu without a choice is greyed out."""
        kind = FilterKind
        self._fill(self._types, kind.TYPE, [(each.upper(), each) for each in choices.formats])
        folders = [(printable(each.name or str(each)), _short(each)) for each in choices.folders]
        self._fill(self._folders, kind.FOLDER, folders)
        named_languages = sorted((named(each), str(each)) for each in choices.languages)
        self._fill(self._languages, kind.LANGUAGE, named_languages)

    def _fill(self, menu: QMenu, kind: FilterKind, choices: list[tuple[str, str]]) -> None:
        menu.clear()
        menu.setEnabled(bool(choices))
        for text, value in choices:
            menu.addAction(text.replace("&", "&&"), self._choose(kind, value))

    def _choose(self, kind: FilterKind, value: str) -> Callable[[], None]:
        return lambda: self.chosen.emit(kind, value)

    def _on_about_to_show(self) -> None:
        """The dates are those of today, however long the window has been open."""
        self.wanted.emit()
        today = QDate.currentDate()
        self._dates.clear()
        for text, value in (
            (self.tr("Last 7 days"), today.addDays(1 - _DAYS).toString("yyyy-MM-dd")),
            (self.tr("This month"), today.toString("yyyy-MM")),
            (self.tr("This year"), today.toString("yyyy")),
        ):
            self._dates.addAction(text, self._choose(FilterKind.AFTER, value))
        self._dates.addSeparator()
        for text, kind in ((self.tr("From…"), FilterKind.AFTER), (self.tr("Before…"), FilterKind.BEFORE)):
            self._dates.addAction(text, partial(self.ask_date, kind))

    def ask_date(self, kind: FilterKind) -> QDialog:
        """Let the person choose a day, without stopping the rest of the window."""
        dialog = QDialog(self.parentWidget())
        after = kind is FilterKind.AFTER
        dialog.setWindowTitle(self.tr("Modified on or after") if after else self.tr("Modified before"))
        calendar = _calendar(dialog)
        calendar.setAccessibleName(dialog.windowTitle())
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel, dialog
        )
        for button in buttons.buttons():
            button.setIcon(QIcon())  # as everywhere else in the window
        layout = QVBoxLayout(dialog)
        layout.addWidget(calendar)
        layout.addWidget(buttons)
        buttons.accepted.connect(dialog.accept)
        buttons.rejected.connect(dialog.reject)
        calendar.activated.connect(lambda _day: dialog.accept())
        dialog.accepted.connect(
            lambda: self.chosen.emit(kind, calendar.selectedDate().toString("yyyy-MM-dd"))
        )
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
        return dialog


def _calendar(parent: QWidget) -> QCalendarWidget:
    """A calendar in the colours of the theme: its own are made for a light one."""
    calendar = QCalendarWidget(parent)
    calendar.setVerticalHeaderFormat(QCalendarWidget.VerticalHeaderFormat.NoVerticalHeader)
    text = parent.palette().color(QPalette.ColorRole.Text)
    for day in (Qt.DayOfWeek.Saturday, Qt.DayOfWeek.Sunday):
        form = QTextCharFormat()
        form.setForeground(text)
        calendar.setWeekdayTextFormat(day, form)
    for name, drawing in (("qt_calendar_prevmonth", "left"), ("qt_calendar_nextmonth", "right")):
        button = calendar.findChild(QToolButton, name)
        if button is not None:
            button.setIcon(icon(drawing, text.name()))
    return calendar


def _short(folder: Path) -> str:
    """As a person would type it."""
    home = Path.home()
    return f"~/{folder.relative_to(home).as_posix()}" if home in folder.parents else str(folder)
