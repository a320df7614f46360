"""The whole window over a collection in memory: what a person does, and what they then see."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QTimer, QUrl
from PySide6.QtGui import QDropEvent, QGuiApplication, QShortcut
from PySide6.QtWidgets import QAbstractButton, QLineEdit, QMessageBox, QPushButton

from app.controllers import desk as desk_module
from app.controllers.indexing import IndexState
from app.theme.palette import DARK
from core.domain import DocumentState, Reason, StateReason
from core.errors import DiskFullError
from core.layout import SAMPLE_LIBRARY
from core.progress import SourceMissing
from core.watch.events import WatchProblem, WatchTrouble
from tests.app.conftest import FILES
from tests.fakes import FakeCollection

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
"""The offscreen platform raises no windows and says so."""


def _ask(desk, qtbot, text, count=None):
    """Type a question and wait for its final answer (and for so many rows)."""
    desk.window.search_box.setText(text)
    qtbot.waitUntil(lambda: _is_answered(desk, text))
    if count is not None:
        qtbot.waitUntil(lambda: desk.results.rowCount() == count)


def _is_answered(desk, text):
    reply = desk.searching.reply
    return reply is not None and reply.final and reply.query.text == text


def _titles(desk):
    rows = [desk.results.row_at(desk.results.index(n)) for n in range(desk.results.rowCount())]
    return [row.document.title for row in rows if row.first]


def _drop(window, *paths):
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    event = QDropEvent(
        QPointF(50, 50),
        Qt.DropAction.CopyAction,
        mime,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    window.dropEvent(event)


# --- First start -----------------------------------------------------------------------------------


def test_the_first_start_reads_nothing_without_a_click(make_desk, qtbot, monkeypatch, tmp_path):
    """Without folders there is a welcome with suggestions, and nothing was added."""
    monkeypatch.setattr(desk_module, "suggested_folders", lambda: [tmp_path])
    collection = FakeCollection()
    desk = make_desk(collection)
    qtbot.waitUntil(lambda: desk.window.is_welcoming)
    assert [b.text() for b in desk.window.findChildren(QPushButton, "suggestion")] == [tmp_path.name]
    qtbot.wait(50)
    assert collection.called("add_source") == []


def test_the_first_question_does_not_wait(desk, collection, qtbot):
    """What a search needs is loaded as soon as the window is there, once."""
    assert desk.window.isVisible()
    qtbot.waitUntil(lambda: collection.prepared == 1)


@pytest.mark.parametrize("click", ["suggestion", "sample"])
def test_a_click_on_the_welcome_adds_a_folder(make_desk, qtbot, monkeypatch, tmp_path, click):
    """A suggestion adds that folder, the sample button the sample library; then one can search."""
    monkeypatch.setattr(desk_module, "suggested_folders", lambda: [tmp_path])
    collection = FakeCollection()
    desk = make_desk(collection)
    qtbot.waitUntil(lambda: desk.window.is_welcoming)
    if click == "sample":
        desk.window.welcome.sample_clicked.emit()
    else:
        qtbot.mouseClick(desk.window.findChild(QPushButton, "suggestion"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not desk.window.is_welcoming)
    assert collection.called("add_source") == [SAMPLE_LIBRARY if click == "sample" else tmp_path]


def test_folders_are_dropped_anywhere(desk, collection, qtbot, tmp_path):
    """Dropped folders are added and watched; dropped files are not."""
    file = tmp_path / "file.txt"
    file.write_text("x")
    _drop(desk.window, tmp_path, file)
    qtbot.waitUntil(lambda: len(desk.library.sources) == 2)
    assert collection.called("add_source") == [tmp_path]


def test_a_folder_is_removed_only_after_a_question(desk, collection, qtbot):
    """Removing asks first, says that the disk is not touched, and then forgets the folder."""
    folder = Path("/home/ai/Documents")
    qtbot.waitUntil(lambda: len(desk.library.sources) == 1)
    desk.folders_dialog.show()
    desk.folders_dialog.confirm_removal(folder)
    box = desk.folders_dialog.findChild(QMessageBox, "confirmRemoval")
    assert "Nothing on your disk is deleted" in box.informativeText()
    assert collection.called("forget_source") == []
    accept = next(b for b in box.buttons() if box.buttonRole(b) is QMessageBox.ButtonRole.AcceptRole)
    accept.click()
    qtbot.waitUntil(lambda: desk.window.is_welcoming)
    assert collection.called("forget_source") == [folder]


# --- Searching -------------------------------------------------------------------------------------


def test_typing_finds_and_previews(desk, qtbot):
    """Typing lists the documents and shows the first hit's page with its boxes."""
    _ask(desk, qtbot, "budget", 3)
    assert _titles(desk) == ["Annual report", "notes"]
    pages = desk.window.preview.pages
    qtbot.waitUntil(lambda: pages._image is not None)
    assert len(pages._boxes) == 1
    assert desk.preview.page == 1
    assert "2 documents found" in desk.window.status.right_text()


def test_the_chosen_document_stays_chosen(desk, collection, qtbot):
    """A new reply with a better document keeps the chosen one chosen."""
    _ask(desk, qtbot, "budget", 3)
    desk.window.results.move_by(2)
    assert desk.window.results.current_row().document.title == "notes"
    place = desk.window.results.visualRect(desk.window.results.currentIndex()).top()
    for number in range(8):
        collection.put(f"/home/ai/Documents/above {number}.txt", ["the budget and the budget"])
        collection.put(f"/home/ai/Documents/below {number}.txt", ["another budget"])
    collection.put("/home/ai/Documents/better.txt", ["budget budget budget"])
    desk.indexing.hint([Path("/home/ai/Documents/better.txt")])
    qtbot.waitUntil(lambda: "better" in _titles(desk))
    assert desk.window.results.current_row().document.title == "notes"
    assert desk.preview.row.document.title == "notes"
    assert desk.window.results.visualRect(desk.window.results.currentIndex()).top() == place


def test_a_new_question_shows_its_best_result(desk, qtbot):
    """Without a choice of the person, a new question chooses the best result and is scrolled to the top."""
    _ask(desk, qtbot, "level", 1)
    _ask(desk, qtbot, "library", 1)
    assert desk.window.results.current_row().document.title == "notes"
    _ask(desk, qtbot, "budget", 3)
    assert desk.window.results.currentIndex().row() == 0


def test_another_text_shows_the_text_with_marks(desk, qtbot):
    """A document without pages is shown as text, scrolled to and marked at the hit."""
    _ask(desk, qtbot, "予算", 1)
    texts = desk.window.preview.texts
    qtbot.waitUntil(lambda: "図書館" in texts.toPlainText())
    assert [texts.toPlainText()[m.start : m.end] for m in texts._marks] == ["予算", "予算"]


def test_nothing_found_says_what_was_searched(desk, qtbot):
    """An empty answer names the question, and how much was searched."""
    _ask(desk, qtbot, "zebra")
    assert desk.window.quiet.accessibleName() == (
        "Nothing found for “zebra” Searched 5 passages in 3 documents."
    )


def test_keys_in_the_box_and_the_list(desk, qtbot, monkeypatch):
    """Down moves through the results from the box, Return opens at the page, Ctrl+Return reveals."""
    opened, revealed = [], []
    monkeypatch.setattr(desk.opening, "open", lambda *args: opened.append(args))
    monkeypatch.setattr(desk.opening, "reveal", lambda *args: revealed.append(args))
    _ask(desk, qtbot, "budget", 3)
    box = desk.window.search_box
    qtbot.keyClick(box, Qt.Key.Key_Down)
    qtbot.keyClick(box, Qt.Key.Key_Return)
    qtbot.keyClick(box, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    report = Path("/home/ai/Documents/Annual report.pdf")
    assert opened == [(report, 2)]
    assert revealed == [(report,)]
    results = desk.window.results
    qtbot.keyClick(results, Qt.Key.Key_Return)
    qtbot.keyClick(results, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert (len(opened), len(revealed)) == (2, 2)


def test_copying(desk, qtbot):
    """Ctrl+C copies the passage, Ctrl+Shift+C the path."""
    _ask(desk, qtbot, "budget", 3)
    qtbot.keyClick(desk.window.results, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == FILES["/home/ai/Documents/Annual report.pdf"][0]
    desk.window.results.copy_path()
    assert QGuiApplication.clipboard().text() == "/home/ai/Documents/Annual report.pdf"
    keys = {shortcut.key().toString() for shortcut in desk.window.findChildren(QShortcut)}
    assert {"Ctrl+L", "Ctrl+Shift+C"} <= keys


def test_the_context_menu_offers_the_same(desk, qtbot):
    """The menu of a result opens, reveals and copies."""
    _ask(desk, qtbot, "budget", 3)
    menu = desk.window.results.menu_for_current()
    texts = [action.text() for action in menu.actions() if action.text()]
    assert texts == ["Open", "Show in folder", "More like this", "Copy passage", "Copy path"]
    menu.deleteLater()


def test_next_hit_and_next_page(desk, qtbot):
    """F3 goes from hit to hit, opening what is folded away; pages turn without leaving the document."""
    _ask(desk, qtbot, "budget", 3)
    pane = desk.window.preview
    qtbot.waitUntil(lambda: pane.pages._image is not None)
    pane.hit_turned.emit(1)
    assert desk.preview.page == 2
    pane.page_turned.emit(1)
    qtbot.waitUntil(lambda: pane._page_number.text() == "3 of 3")
    pane.page_turned.emit(1)
    assert desk.preview.page == 3
    pane.hit_turned.emit(-1)
    assert desk.preview.page == 1


def test_escape_clears(desk, qtbot):
    """Esc in the list goes to the box, Esc in the box clears the question and the results."""
    _ask(desk, qtbot, "budget", 3)
    qtbot.keyClick(desk.window.results, Qt.Key.Key_Escape)
    assert desk.window.search_box.hasSelectedText()
    qtbot.keyClick(desk.window.search_box, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: desk.results.rowCount() == 0)
    assert desk.preview.row is None


# --- Keeping current -------------------------------------------------------------------------------


def test_a_saved_file_is_found_without_a_click(desk, collection, watcher, qtbot):
    """What the watcher reports is indexed, and the question on the screen is asked again."""
    qtbot.waitUntil(lambda: bool(watcher.folders))
    assert watcher.folders[-1] == (Path("/home/ai/Documents"),)
    _ask(desk, qtbot, "giraffe")
    path = "/home/ai/Documents/zoo.txt"
    collection.put(path, ["a giraffe"])
    started = time.monotonic()
    watcher.on_change(frozenset({Path(path)}))
    qtbot.waitUntil(lambda: _titles(desk) == ["zoo"])
    assert time.monotonic() - started < 2


def test_a_deleted_file_leaves_the_results(desk, collection, watcher, qtbot):
    """A document that is gone disappears from the results and from the preview."""
    _ask(desk, qtbot, "library", 1)
    collection.drop("/home/ai/Documents/notes.txt")
    watcher.on_change(frozenset({Path("/home/ai/Documents/notes.txt")}))
    qtbot.waitUntil(lambda: desk.results.rowCount() == 0)
    assert desk.preview.row is None


def test_searching_works_while_indexing(desk, collection, qtbot):
    """A search during indexing is answered at once, and the strip shows what is being read."""
    collection.indexing_s = 0.3
    desk.indexing.sync()
    qtbot.waitUntil(lambda: "Reading" in desk.window.status.text())
    _ask(desk, qtbot, "budget", 3)
    assert desk.indexing.state is IndexState.RUNNING
    desk.indexing.stop()
    qtbot.waitUntil(lambda: "Stopped" in desk.window.status.text())


def test_the_window_is_never_stopped_by_the_collection(desk, collection, qtbot):
    """While the collection takes its time, timers in the window keep ticking."""
    collection.search_s = 0.4
    gaps, last = [], [time.monotonic()]

    def tick():
        now = time.monotonic()
        gaps.append(now - last[0])
        last[0] = now

    timer = QTimer()
    timer.timeout.connect(tick)
    timer.start(5)
    _ask(desk, qtbot, "budget", 3)
    timer.stop()
    assert max(gaps) < 0.2


# --- Problems --------------------------------------------------------------------------------------


def test_problems_are_a_banner_not_a_dialog(desk, qtbot, watcher):
    """A failure, a missing folder and a folder that cannot be watched are told in the window."""
    banner = desk.window.banner
    desk.indexing.failed.emit(DiskFullError(Path("/data")))
    assert banner.accessibleName().startswith("The disk is full. ")
    banner.dismiss()
    assert banner.isHidden()
    desk.indexing._on_event(SourceMissing(folder=Path("/mnt/usb")))
    assert "/mnt/usb" in banner.accessibleName()
    qtbot.waitUntil(lambda: watcher.on_problem is not None)
    watcher.on_problem(WatchProblem(folder=Path("/big"), trouble=WatchTrouble.LIMIT))
    qtbot.waitUntil(lambda: "/big has more folders" in banner.accessibleName())


def test_the_list_of_files_tells_every_state(desk, collection, qtbot):
    """The list has every file with state and reason, filtered by state and by name."""
    collection.put_problem("/home/ai/Documents/secret.pdf", StateReason(code=Reason.ENCRYPTED))
    collection.put_problem("/home/ai/Documents/scan.pdf", StateReason(code=Reason.NO_TEXT))
    desk.files_dialog.show()
    qtbot.waitUntil(lambda: desk.files.rowCount() == 5)
    first = [desk.files.data(desk.files.index(0, column)) for column in range(4)]
    assert first[0] == "secret.pdf"
    assert first[2] == "failed"
    assert "password" in first[3]
    assert "3 indexed" in desk.files_dialog._counts.text()
    desk.files_dialog.filter_problems()
    assert desk.files.rowCount() == 2
    desk.files_dialog.table.setCurrentIndex(desk.files.index(1, 0))
    assert "no text inside" in desk.files_dialog._why.text()
    desk.files.set_filter([DocumentState.SKIPPED], "SCAN")  # the list is made anew, the choice stays
    assert "no text inside" in desk.files_dialog._why.text()
    assert desk.files.rowCount() == 1
    desk.files_dialog.close()


def test_a_second_start_hands_over_its_folders(desk, collection, qtbot, tmp_path):
    """Called by a second start, the window adds that one's folders."""
    desk.call_from_second_start([tmp_path])
    qtbot.waitUntil(lambda: collection.called("add_source") == [tmp_path])


# --- Looks -----------------------------------------------------------------------------------------


def test_every_control_has_a_name(desk, qtbot):
    """No button is without a text or a name for a screen reader."""
    _ask(desk, qtbot, "budget", 3)
    nameless = [
        button
        for button in desk.window.findChildren(QAbstractButton)
        if not (button.text() or button.accessibleName())
        and not button.objectName().startswith("qt_")
        and not isinstance(button.parent(), QLineEdit)  # Qt gives an action's button its tool tip
    ]
    assert nameless == []


@pytest.mark.parametrize("dark", [False, True])
def test_highlights_are_painted(desk, qtbot, dark):
    """The snippet of a result shows highlights: amber behind the words, in both themes."""
    if dark:
        desk.window.set_colours(DARK)
    _ask(desk, qtbot, "budget", 3)
    image = desk.window.results.viewport().grab().toImage()
    amber = 0
    for x in range(0, image.width(), 2):
        for y in range(0, image.height(), 2):
            colour = image.pixelColor(x, y)
            amber += colour.red() - colour.blue() > 50 and colour.saturation() > 90
    assert amber > 100


def test_boxes_are_painted_on_the_page(desk, qtbot):
    """The rendered page shows the box of the chosen hit."""
    _ask(desk, qtbot, "budget", 3)
    pages = desk.window.preview.pages
    qtbot.waitUntil(lambda: pages._image is not None)
    mark, box = pages._boxes[0]
    assert mark.chosen
    scale = pages._scale()
    image = pages.viewport().grab().toImage()
    x = pages._origin().x() + (box.left + box.right) / 2 * scale
    y = pages._origin().y() + box.top * scale + 1
    colour = image.pixelColor(round(x), round(y))
    assert colour.red() - colour.blue() > 50


def test_typing_in_the_list_goes_on_with_the_question(desk, qtbot):
    """A letter typed while the list has the focus is added to the question."""
    desk.window.search_box.setText("budge")
    qtbot.waitUntil(lambda: desk.results.rowCount() > 0)
    desk.window.results.setFocus()
    qtbot.keyClicks(desk.window.results, "t")
    assert desk.window.search_box.text() == "budget"
    qtbot.waitUntil(lambda: desk.search.question.text == "budget")


def test_keys_turn_the_page_at_its_end(desk, qtbot):
    """Page Down at the end of a page shows the next one, Page Up at its beginning the one before."""
    desk.window.search_box.setText("research")
    pages = desk.window.preview.pages
    qtbot.waitUntil(lambda: desk.preview.page == 1 and bool(pages._boxes))
    qtbot.keyClick(pages, Qt.Key.Key_End)
    qtbot.keyClick(pages, Qt.Key.Key_PageDown)
    qtbot.waitUntil(lambda: desk.preview.page == 2)
    qtbot.waitUntil(lambda: pages.verticalScrollBar().value() == 0)
    qtbot.keyClick(pages, Qt.Key.Key_PageUp)
    qtbot.waitUntil(lambda: desk.preview.page == 1)


def test_the_title_has_room_in_a_narrow_window(desk, qtbot):
    """In the smallest window the title of the preview keeps the width of the pane."""
    desk.window.search_box.setText("research")
    qtbot.waitUntil(lambda: desk.preview.page == 1)
    for size in ((1180, 760), (720, 460)):
        desk.window.resize(*size)
        pane = desk.window.preview
        qtbot.waitUntil(lambda pane=pane: pane._title.width() > 220)
