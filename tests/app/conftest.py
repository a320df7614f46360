"""What the tests of the window share: nothing may be left running, and a desk over a collection in memory."""

from __future__ import annotations

import multiprocessing
import os
import threading
import time

import pytest
from PySide6.QtCore import QCoreApplication, QLocale, QTranslator
from PySide6.QtWidgets import QApplication

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from app.controllers.desk import Desk
from app.controllers.models import Installed
from app.desktop.language import install_language
from app.jobs import JobRunner
from app.theme import Theme
from app.theme.palette import Scheme
from core.domain import BUILT_IN_MODEL
from core.history import History
from core.layout import LibraryLayout, ModelsLayout
from core.models.models import Models
from tests.core.models.own import pretend_own
from tests.fakes import FakeCollection, FakeWatcher

_PATIENCE_S = 2.0

FILES = {
    "/home/ai/Documents/Annual report.pdf": [
        "The research budget grew by twelve per cent.",
        "Outlook: the budget stays level.",
        "Appendix without the word.",
    ],
    "/home/ai/Documents/予算案.md": ["# 予算案\n\n研究開発の予算を増やす。図書館の改修。"],
    "/home/ai/Documents/notes.txt": ["Call the library about the budget."],
}


@pytest.fixture(autouse=True)
def nothing_left_running():
    """A test that leaves a thread or a child process behind fails."""
    before = set(threading.enumerate())
    yield
    deadline = time.monotonic() + _PATIENCE_S
    while (left := _left(before)) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not left, f"left running: {left}"


def _left(before: set[threading.Thread]) -> list[object]:
    threads = [thread for thread in threading.enumerate() if thread not in before]
    return [*threads, *multiprocessing.active_children()]


@pytest.fixture
def runner(qapp):  # noqa: ARG001 - signals need an application
    runner = JobRunner()
    yield runner
    assert runner.close()


@pytest.fixture
def collection():
    return FakeCollection(FILES)


@pytest.fixture
def watcher():
    return FakeWatcher()


@pytest.fixture(scope="session")
def theme(qapp: QApplication):
    theme = Theme(qapp, Scheme.LIGHT)
    theme.apply()
    return theme


@pytest.fixture
def language(qapp: QApplication):
    """Switches the language; everything is English again afterwards."""
    before = QLocale()

    def switch(code: str) -> None:
        install_language(qapp, code)

    yield switch
    for translator in qapp.findChildren(QTranslator):
        QCoreApplication.removeTranslator(translator)
        translator.deleteLater()
    QLocale.setDefault(before)


@pytest.fixture
def history(tmp_path):
    """No question was asked before."""
    layout = LibraryLayout(tmp_path / "asked")
    layout.root.mkdir()
    return History(layout)


@pytest.fixture
def models(tmp_path):
    """None is installed."""
    folder = tmp_path / "models"
    own = pretend_own(tmp_path / "own_model")
    return Installed(models=Models.of(ModelsLayout(folder), own=own), folder=folder)


@pytest.fixture(autouse=True)
def lexical_by_default(monkeypatch):
    """New libraries begin with the built-in model: it opens at once and knows exactly what it should find."""
    monkeypatch.setattr("app.composition.DEFAULT_MODEL", BUILT_IN_MODEL)


@pytest.fixture
def make_desk(qtbot, theme, language, models, history):
    """Builds an English Desk over any collection; shows it, and closes it after the test."""
    language("en")
    desks = []

    def make(collection, watcher=None, *, start=True) -> Desk:
        desk = Desk(collection, watcher or FakeWatcher(), theme, models, history)
        desks.append(desk)
        qtbot.addWidget(desk.window)
        if start:
            desk.start()
            qtbot.waitExposed(desk.window)
            qtbot.waitUntil(lambda: bool(collection.called("sync")))
        return desk

    yield make
    for desk in desks:
        desk.window.close()
        assert desk.close()


@pytest.fixture
def desk(make_desk, collection, watcher):
    return make_desk(collection, watcher)
