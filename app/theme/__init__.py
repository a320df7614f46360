"""Colours, style sheet and icons, put on the application in one place."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication

from app.theme.palette import Colours, Scheme, colours_of, qt_palette
from app.theme.style import style_sheet


class Theme(QObject):
    """The theme in force. `changed` carries the new colours; whoever paints by hand listens to it."""

    changed = Signal(object)

    def __init__(self, application: QApplication, scheme: Scheme = Scheme.SYSTEM) -> None:
        super().__init__(application)
        self._application = application
        self._scheme = scheme
        self._colours = colours_of(scheme)
        application.styleHints().colorSchemeChanged.connect(self._on_system_change)

    @property
    def colours(self) -> Colours:
        return self._colours

    def apply(self) -> None:
        """Put style, palette and style sheet on the application."""
        self._application.setStyle("Fusion")
        self._application.setPalette(qt_palette(self._colours))
        self._application.setStyleSheet(style_sheet(self._colours))

    def _on_system_change(self) -> None:
        colours = colours_of(self._scheme)  # the same as before unless the scheme follows the system's
        if colours != self._colours:
            self._colours = colours
            self.apply()
            self.changed.emit(colours)
