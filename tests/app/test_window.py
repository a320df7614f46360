"""Opening and closing the window as the program does."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QSettings, QTimer
from PySide6.QtWidgets import QApplication

from app.composition import build
from app.theme.palette import Scheme
from app.views.main_window import MainWindow
from app.window import run
from core.layout import LibraryLayout, ModelsLayout

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


def _main_window() -> MainWindow:
    return next(w for w in QApplication.topLevelWidgets() if isinstance(w, MainWindow) and w.isVisible())


@pytest.mark.usefixtures("language")
def test_the_window_opens_closes_and_remembers_its_size(tmp_path, theme):
    """run() shows the window, ends with 0 when it is closed, and the next one has the same size."""
    layout = LibraryLayout(tmp_path / "library")
    sizes = []

    def resize_and_close() -> None:
        sizes.append(_main_window().size().width())
        _main_window().resize(760, 500)  # the offscreen screen is 800 wide
        QTimer.singleShot(50, lambda: _main_window().close())

    for _ in range(2):
        with build(layout) as app:
            QTimer.singleShot(300, resize_and_close)
            assert run(app, scheme=Scheme.DARK, language="ja") == 0
    assert layout.window.exists()
    assert sizes[1] == 760
    theme.apply()


@pytest.mark.usefixtures("language")
def test_a_warning_about_languages_is_remembered(tmp_path, theme):
    """What the window has warned of once is not said again at the next start."""
    layout = LibraryLayout(tmp_path / "library")
    QSettings(str(layout.window), QSettings.Format.IniFormat).setValue("warned", "one:ja two:en,ja")
    for _ in range(2):
        with build(layout, ModelsLayout(tmp_path / "models")) as app:
            QTimer.singleShot(200, lambda: _main_window().close())
            assert run(app, scheme=Scheme.DARK, language="en") == 0
    kept = QSettings(str(layout.window), QSettings.Format.IniFormat).value("warned")
    assert kept == "one:ja two:en,ja"
    theme.apply()
