"""Another model takes over in the background: started, paused, stopped and gone on with from the window."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.controllers.indexing import IndexState
from app.controllers.switching import SwitchController
from core.domain import ModelName
from core.errors import LibraryInUseError, ModelDamagedError, ModelMissingError
from tests.fakes import MODEL

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

NEXT = ModelName("next-model")


@pytest.fixture
def switching(collection, runner):
    return SwitchController(collection, runner)


def _ended(switching, qtbot):
    qtbot.waitUntil(lambda: not switching.running)


def test_a_switch_tells_how_far_it_is(switching, collection, qtbot):
    """Progress comes as passages of all passages, and at the end the model that answers from now on."""
    collection.use_model(NEXT)
    collection.encoding_s = 0.04
    progress, changed = [], []
    switching.progressed.connect(progress.append)
    switching.changed.connect(changed.append)
    switching.start()
    _ended(switching, qtbot)
    assert changed == [NEXT]
    assert {each.total for each in progress} == {5}
    assert [each.done for each in progress] == sorted({each.done for each in progress})
    assert switching.progress is None


def test_a_paused_switch_does_nothing(switching, collection, qtbot):
    """Paused it waits where it is; resumed it goes on to the end."""
    collection.use_model(NEXT)
    collection.encoding_s = 0.03
    switching.start()
    qtbot.waitUntil(lambda: switching.progress is not None)
    switching.pause()
    qtbot.wait(80)
    before = collection.encoded
    qtbot.wait(120)
    assert (collection.encoded, switching.paused) == (before, True)
    switching.resume()
    _ended(switching, qtbot)
    assert collection.model == NEXT


def test_a_stopped_switch_stays_stopped(switching, collection, qtbot):
    """What is encoded is kept, and only a release lets it go on."""
    collection.use_model(NEXT)
    collection.encoding_s = 0.03
    switching.start()
    qtbot.waitUntil(lambda: switching.progress is not None)
    switching.stop()
    _ended(switching, qtbot)
    switching.start()
    assert not switching.running
    assert collection.model == MODEL
    switching.release()
    switching.start()
    _ended(switching, qtbot)
    assert collection.model == NEXT


def test_a_failed_switch_is_told_once(switching, collection, qtbot, monkeypatch):
    """A damaged model is told and not tried again by itself; another program that writes is no failure."""
    errors = [LibraryInUseError(Path("/")), ModelDamagedError("next-model")]

    def fail(cancel):  # noqa: ARG001 - the signature of switch
        raise errors[0]
        yield

    monkeypatch.setattr(collection, "switch", fail)
    failures = []
    switching.failed.connect(failures.append)
    switching.start()
    _ended(switching, qtbot)
    assert failures == []
    del errors[0]
    for _ in range(2):
        switching.start()
        _ended(switching, qtbot)
    assert failures == errors


# --- In the window ---------------------------------------------------------------------------------


def test_a_switch_goes_on_at_the_next_start(make_desk, collection, qtbot):
    """A switch goes on by itself after the look at the folders, and the strip says how far it is."""
    collection.use_model(NEXT)
    collection.encoding_s = 0.15
    desk = make_desk(collection)
    qtbot.waitUntil(lambda: "Encoding with next-model" in desk.window.status.text())
    assert "of 5 passages" in desk.window.status.text()
    desk.window.search_box.setText("budget")
    qtbot.waitUntil(lambda: desk.searching.reply is not None and desk.searching.reply.final)
    assert desk.searching.reply.model == MODEL
    qtbot.waitUntil(lambda: desk.searching.reply is not None and desk.searching.reply.model == NEXT)
    qtbot.waitUntil(lambda: "passages" in desk.window.status.text() and not desk.switching.running)
    assert "Encoding" not in desk.window.status.text()
    assert len(collection.called("switch")) == 1


def test_pause_and_stop_hold_the_switch_too(make_desk, collection, qtbot):
    """The buttons of the strip pause, resume, stop and continue a switch as they do indexing."""
    collection.use_model(NEXT)
    collection.encoding_s = 0.1
    desk = make_desk(collection)
    strip = desk.window.status
    qtbot.waitUntil(lambda: desk.switching.progress is not None)
    strip.pause_toggled.emit()
    assert desk.switching.paused
    assert strip.text().startswith("Paused")
    assert "next-model" in strip.text()
    strip.pause_toggled.emit()
    assert not desk.switching.paused
    strip.cancelled.emit()
    qtbot.waitUntil(lambda: not desk.switching.running)
    assert desk.indexing.state is IndexState.STOPPED
    assert strip.text().startswith("Stopped")
    strip.continued.emit()
    qtbot.waitUntil(lambda: collection.model == NEXT)


def test_a_switch_that_another_program_does_is_left_alone(make_desk, collection, qtbot, monkeypatch):
    """Where `switch` ends at once and nothing changed, it is not called again and again."""
    collection.use_model(NEXT)
    calls = []
    monkeypatch.setattr(collection, "switch", lambda _cancel: calls.append(1) or iter(()))
    desk = make_desk(collection)
    qtbot.waitUntil(lambda: bool(calls))
    qtbot.wait(300)
    assert len(calls) == 1
    desk.indexing.hint([Path("/home/ai/Documents/notes.txt")])
    qtbot.waitUntil(lambda: len(calls) == 2)


def test_without_the_model_names_and_keywords_answer(make_desk, collection, qtbot):
    """If the model cannot be opened, first answers stay and are called so; a banner says why, once."""
    collection.opening_failure = ModelMissingError("next-model")
    desk = make_desk(collection)
    strip, banner = desk.window.status, desk.window.banner
    desk.window.search_box.setText("budget")
    qtbot.waitUntil(lambda: "by names and keywords only" in strip.right_text())
    assert desk.results.rowCount() > 0
    assert "next-model is not installed" in banner.accessibleName()
    assert banner.isVisible()
    banner.dismiss()
    desk.window.search_box.setText("library")
    qtbot.waitUntil(lambda: len(collection.called("search")) == 2)
    qtbot.waitUntil(lambda: "by names and keywords only" in strip.right_text())
    assert not banner.isVisible()


@pytest.mark.parametrize("asked", [False, True])
def test_a_missing_model_is_told_where_the_results_would_be(make_desk, collection, qtbot, asked):
    """The search area says what is missing and what to do, asked or not; files can be listed."""
    collection.opening_failure = ModelMissingError("next-model")
    desk = make_desk(collection)
    if asked:
        desk.window.search_box.setText("words that stand nowhere")
        qtbot.waitUntil(lambda: bool(collection.called("search")))
    quiet = desk.window.quiet
    qtbot.waitUntil(lambda: "next-model is not installed" in quiet.accessibleName())
    assert quiet._action.isVisible()
    assert not desk.window.banner.isVisible()
    quiet._action.click()
    assert desk.models.dialog.isVisible()
    desk.files_dialog.show()
    qtbot.waitUntil(lambda: desk.files.rowCount() == 3)
    collection.opening_failure = None
    desk.models.changed.emit()
    qtbot.waitUntil(lambda: "not installed" not in quiet.accessibleName() or desk.searching.reply is not None)


def test_a_language_is_set_per_folder(desk, collection, qtbot):
    """The list of folders offers each passage's own language and every other; choosing one reads anew."""
    qtbot.waitUntil(lambda: len(desk.library.sources) == 1)
    folder = desk.library.sources[0].path
    desk.folders_dialog.show()
    box = desk.folders_dialog.findChild(type(desk.files_dialog._state))
    assert box.currentData() == ""
    assert box.itemText(1) == "Japanese"
    box.setCurrentIndex(1)
    box.activated.emit(1)
    qtbot.waitUntil(lambda: collection.called("set_language") == [(folder, "ja")])
    qtbot.waitUntil(lambda: desk.library.sources[0].language == "ja")
    qtbot.waitUntil(lambda: len(collection.called("sync")) == 2)
