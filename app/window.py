"""Opens the window: what `mikke` without a subcommand does."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSettings
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QApplication

from app.controllers.desk import Desk
from app.controllers.models import Installed
from app.desktop.instance import SingleInstance, hand_over, instance_name
from app.desktop.language import install_language
from app.desktop.signals import SignalQuit
from app.desktop.text import choose_input_method, font_for
from app.theme import Theme
from app.theme.icons import app_icon
from app.theme.palette import Scheme
from core.layout import LibraryLayout

if TYPE_CHECKING:  # the parts of core that take long to load come with App, not with the window
    from app.composition import App

_MIN_POINT_SIZE = 10.0


def run(
    app: App, folders: Sequence[Path] = (), *, scheme: Scheme = Scheme.SYSTEM, language: str | None = None
) -> int:
    """Show the window until it is closed; returns the exit code.

    `folders` are added at the start. If a window of this library is already open, it gets them instead.
    """
    application = make_application(language)
    name = instance_name(app.layout.root)
    if hand_over(name, folders):
        return 0
    theme = Theme(application, scheme)
    theme.apply()
    signals = SignalQuit(application)
    instance = SingleInstance(name, application)
    instance.listen()
    models = Installed(models=app.models, folder=app.models_layout.root)
    desk = Desk(app.collection, app.watch, theme, models, app.history)
    instance.called.connect(desk.call_from_second_start)
    _restore(desk, app.layout)
    desk.start(folders)
    try:
        return int(application.exec())
    finally:
        _save(desk, app.layout)
        instance.close()
        signals.close()
        desk.close()


def make_application(language: str | None = None) -> QApplication:
    """The QApplication with its name, language and fonts (the running one if there is one)."""
    choose_input_method()
    running = QApplication.instance()
    application = running if isinstance(running, QApplication) else QApplication(sys.argv[:1])
    application.setApplicationName("Mikke")
    application.setApplicationDisplayName("Mikke")
    application.setDesktopFileName("mikke")
    application.setWindowIcon(app_icon())
    code = install_language(application, language)
    application.setFont(_base_font(application.font(), japanese=code == "ja"))
    return application


def _base_font(font: QFont, *, japanese: bool) -> QFont:
    base = font_for(font, japanese=japanese)
    if base.pointSizeF() < _MIN_POINT_SIZE:
        base.setPointSizeF(_MIN_POINT_SIZE)
    return base


def _settings(layout: LibraryLayout) -> QSettings:
    return QSettings(str(layout.window), QSettings.Format.IniFormat)


def _restore(desk: Desk, layout: LibraryLayout) -> None:
    settings = _settings(layout)
    geometry, splitter = settings.value("geometry"), settings.value("splitter")
    if geometry is not None:
        desk.window.restoreGeometry(geometry)
    if splitter is not None:
        desk.window.splitter.restoreState(splitter)
    desk.models.warned.update(str(settings.value("warned", "")).split())


def _save(desk: Desk, layout: LibraryLayout) -> None:
    settings = _settings(layout)
    settings.setValue("geometry", desk.window.saveGeometry())
    settings.setValue("splitter", desk.window.splitter.saveState())
    settings.setValue("warned", " ".join(sorted(desk.models.warned)))
    settings.sync()
