"""The question in the window: chips and menus that write filters, hints, order, the last questions."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QDate, QPoint, QRect, Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtWidgets import QApplication, QCalendarWidget, QLabel, QWidget

from app.controllers.history import REST_MS
from app.theme.palette import LIGHT
from app.views.filter_chips import FilterChips
from app.views.filter_menu import FilterChoices, FilterMenu
from app.views.flow_layout import FlowLayout
from core.domain import Filter, FilterKind, Language, Order, PassageId, Span

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


def _answered(desk, qtbot, text=None):
    """Wait for the final answer to what is in the box."""
    if text is not None:
        desk.window.search_box.setText(text)
    qtbot.waitUntil(lambda: desk.searching.reply is not None and desk.searching.reply.final)
    qtbot.waitUntil(lambda: desk.searching.reply.query == desk.search.question)


def _chips(desk):
    return [chip.text() for chip in desk.window.question_row.chips.chips]


def _choose(menu, *texts):
    """Trigger the entry below these menus."""
    *above, last = texts
    for text in above:
        menu = next(action.menu() for action in menu.actions() if action.text() == text)
    next(action for action in menu.actions() if action.text() == last).trigger()


# --- Chips -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed",
    [
        "budget type:pdf in:Documents after:2025-01",
        "budget　ｔｙｐｅ：ｐｄｆ　ＩＮ：Documents　after：２０２５-01",
    ],
)
def test_filters_show_as_chips_however_they_are_typed(desk, qtbot, typed):
    """Full-width syntax shows the same chips, at once, as the plain one."""
    qtbot.waitUntil(lambda: bool(desk.library.sources))
    desk.window.search_box.setText(typed)
    assert _chips(desk) == ["Type: PDF", "Folder: Documents", "From 2025-01 on"]


def test_every_kind_of_filter_has_words(qtbot):
    """A chip says in words what is filtered."""
    chips = FilterChips(LIGHT)
    qtbot.addWidget(chips)
    values = {
        FilterKind.TYPE: "pdf",
        FilterKind.FOLDER: "/home/ai/Documents",
        FilterKind.AFTER: "2025",
        FilterKind.BEFORE: "2026",
        FilterKind.NAME: "a&b",
        FilterKind.LANGUAGE: "ja",
        FilterKind.EXACT: "two words",
        FilterKind.WITHOUT: "draft",
    }
    assert set(values) == set(FilterKind)
    chips.show_filters([Filter(kind=k, value=v, span=Span(start=0, end=1)) for k, v in values.items()])
    assert [chip.text() for chip in chips.chips] == [
        "Type: PDF",
        "Folder: Documents",
        "From 2025 on",
        "Before 2026",
        "File name: a&&b",
        "Language: Japanese",
        "Exactly “two words”",
        "Without “draft”",
    ]
    assert chips.chips[0].accessibleName() == "Remove filter: Type: PDF"


def test_a_click_on_a_chip_takes_its_filter_out_of_the_text(desk, qtbot):
    """The text is the only truth: the chip goes because the filter is gone from it, and the rest is asked."""
    _answered(desk, qtbot, "type:pdf budget -garden")
    assert [result.document.format for result in desk.searching.reply.results] == ["pdf"]
    qtbot.mouseClick(desk.window.question_row.chips.chips[0], Qt.MouseButton.LeftButton)
    assert desk.window.search_box.text() == "budget -garden"
    assert _chips(desk) == ["Without “garden”"]
    _answered(desk, qtbot)
    assert len(desk.searching.reply.results) == 2


def test_chips_that_stay_are_not_made_anew(desk):
    """Typing on leaves the chips alone: a key pressed on one must not hit another."""
    desk.window.search_box.setText("type:pdf bud")
    before = desk.window.question_row.chips.chips[0]
    desk.window.search_box.setText("type:pdf budget")
    assert desk.window.question_row.chips.chips[0] is before


def test_chips_move_nothing(desk, qtbot):
    """Neither the first chip nor its going moves the results."""
    _answered(desk, qtbot, "budget")
    top = desk.window.splitter.mapTo(desk.window, QPoint(0, 0))
    desk.window.search_box.setText("budget type:pdf")
    qtbot.wait(20)
    assert _chips(desk) == ["Type: PDF"]
    assert desk.window.splitter.mapTo(desk.window, QPoint(0, 0)) == top


def test_a_flow_goes_on_below(qtbot):
    """What does not fit into the line stands in the next one; nothing overlaps."""
    holder = QWidget()
    qtbot.addWidget(holder)
    flow = FlowLayout(holder, 6)
    labels = [QLabel("a chip", holder) for _ in range(5)]
    for label in labels:
        label.setFixedSize(100, 20)
        flow.addWidget(label)
    assert [flow.heightForWidth(width) for width in (524, 523, 206, 50)] == [20, 46, 72, 124]
    flow.setGeometry(QRect(10, 10, 206, 72))
    assert [label.geometry().topLeft().toTuple() for label in labels[:3]] == [(10, 10), (116, 10), (10, 36)]
    assert flow.takeAt(0).widget() is labels[0]
    assert flow.count() == 4
    assert flow.itemAt(9) is None


# --- The menu of filters ---------------------------------------------------------------------------


def test_the_menu_offers_what_the_library_has(desk, collection, qtbot):
    """Types, folders and languages are those of the library; choosing writes the syntax and asks."""
    collection.languages = {Language("ja"): 3, Language(""): 1}
    desk.library.refresh()
    menu = desk.window.question_row.menu
    menu.aboutToShow.emit()
    qtbot.waitUntil(lambda: len(menu._types.actions()) == 3)
    assert {action.text() for action in menu._types.actions()} == {"PDF", "MD", "TXT"}
    assert [action.text() for action in menu._folders.actions()] == ["Documents"]
    qtbot.waitUntil(lambda: [action.text() for action in menu._languages.actions()] == ["Japanese"])
    desk.window.search_box.setText("budget")
    _choose(menu, "Type", "PDF")
    assert desk.window.search_box.text() == "budget type:pdf"
    _choose(menu, "Folder", "Documents")
    assert desk.window.search_box.text() == "budget type:pdf in:/home/ai/Documents"
    assert _chips(desk) == ["Type: PDF", "Folder: Documents"]
    _answered(desk, qtbot)
    assert [result.document.format for result in desk.searching.reply.results] == ["pdf"]


def test_a_date_takes_the_place_of_the_one_before(desk):
    """Dates are those of today, and the newer choice counts."""
    menu = desk.window.question_row.menu
    menu.aboutToShow.emit()
    today = QDate.currentDate()
    _choose(menu, "Date", "Last 7 days")
    assert desk.window.search_box.text() == "after:" + today.addDays(-6).toString("yyyy-MM-dd")
    _choose(menu, "Date", "This month")
    assert desk.window.search_box.text() == "after:" + today.toString("yyyy-MM")
    _choose(menu, "Date", "This year")
    assert desk.window.search_box.text() == "after:" + today.toString("yyyy")


def test_any_day_can_be_chosen(qtbot):
    """A calendar gives the day before which, or from which on, files were modified."""
    parent = QWidget()
    qtbot.addWidget(parent)
    menu = FilterMenu(parent)
    dialog = menu.ask_date(FilterKind.BEFORE)
    dialog.findChild(QCalendarWidget).setSelectedDate(QDate(2024, 2, 29))
    with qtbot.waitSignal(menu.chosen) as chosen:
        dialog.accept()
    assert chosen.args == [FilterKind.BEFORE, "2024-02-29"]


def test_a_menu_without_choices_is_greyed_out(qtbot):
    """There is nothing to choose where the library has nothing."""
    menu = FilterMenu()
    qtbot.addWidget(menu)
    assert not menu._types.isEnabled()
    menu.set_choices(FilterChoices(formats=("pdf",)))
    assert menu._types.isEnabled()
    assert not menu._folders.isEnabled()


def test_a_folder_below_a_source_is_known(desk, collection, qtbot):
    """A folder is read from the library when one is named, and the question understood anew."""
    collection.put("/home/ai/Documents/garden/budget.md", ["A budget for the garden."])
    _answered(desk, qtbot, "budget in:garden")
    qtbot.waitUntil(lambda: _chips(desk) == ["Folder: garden"])
    qtbot.waitUntil(lambda: [str(f) for f in desk.search.question.folders] == ["/home/ai/Documents/garden"])


# --- Hints -----------------------------------------------------------------------------------------


def test_a_misspelt_filter_is_a_quiet_hint(desk, qtbot):
    """The hint comes when the typing rests, and one click writes what was meant."""
    hint = desk.window.hint
    desk.window.search_box.setText("budget tpye:pdf")
    assert not hint.isVisible()
    qtbot.waitUntil(hint.isVisible)
    assert "tpye:pdf" in hint.text()
    assert "type:pdf" in hint.text()
    hint._button.click()
    assert desk.window.search_box.text() == "budget type:pdf"
    assert not hint.isVisible()
    assert _chips(desk) == ["Type: PDF"]


# --- Order -----------------------------------------------------------------------------------------


def test_results_by_date(desk, qtbot):
    """The order is chosen in a menu, asked for, and shown on its button."""
    _answered(desk, qtbot, "budget")
    row = desk.window.question_row
    _choose(row._sort.menu(), "Newest first")
    qtbot.waitUntil(lambda: desk.searching.reply.query.order is Order.NEWEST)
    assert row._sort.text() == "Newest first"
    found = [result.document.stamp.mtime_ns for result in desk.searching.reply.results]
    assert found == sorted(found, reverse=True)


# --- More like this --------------------------------------------------------------------------------


def test_more_like_this_is_a_chip(desk, qtbot):
    """The box is emptied, a chip says what is looked for; its cross, Esc or typing end it."""
    _answered(desk, qtbot, "budget")
    desk.search.ask_like(PassageId(1001), "Annual report")
    assert desk.window.search_box.text() == ""
    assert _chips(desk) == ["Like: Annual report"]
    qtbot.waitUntil(lambda: desk.searching.reply.query.like == PassageId(1001))
    qtbot.wait(250)
    assert _chips(desk) == ["Like: Annual report"]
    qtbot.keyClick(desk.window.search_box, Qt.Key.Key_Escape)
    assert (_chips(desk), desk.searching.reply) == ([], None)
    desk.search.ask_like(PassageId(1001), "Annual report")
    desk.window.question_row.chips.chips[0].click()
    assert (_chips(desk), desk.searching.reply) == ([], None)
    desk.search.ask_like(PassageId(1001), "Annual report")
    qtbot.keyClicks(desk.window.search_box, "b")
    assert _chips(desk) == []


# --- The last questions ----------------------------------------------------------------------------


def _remembered(history, qtbot, *questions):
    qtbot.waitUntil(lambda: history.all() == questions)


def test_a_question_is_remembered_when_its_answer_is_used(desk, history, qtbot, monkeypatch):
    """Opening, or choosing a row by hand, remembers the question; merely typing one does not."""
    monkeypatch.setattr(desk.opening, "open", lambda *_args: None)
    _answered(desk, qtbot, "library")
    _answered(desk, qtbot, "budget")
    desk.window.results.open_current()
    _remembered(history, qtbot, "budget")
    _answered(desk, qtbot, "library")
    qtbot.keyClick(desk.window.search_box, Qt.Key.Key_Down)
    _remembered(history, qtbot, "library", "budget")
    _answered(desk, qtbot, "budget")
    results = desk.window.results
    row = results.visualRect(desk.results.index(1))
    qtbot.mouseClick(results.viewport(), Qt.MouseButton.LeftButton, pos=row.center())
    _remembered(history, qtbot, "budget", "library")


def test_a_question_is_remembered_when_its_answer_is_read(desk, history, qtbot):
    """Who rests on an answer has read it; who types on has not, and a composition is no rest."""
    assert REST_MS == 3000
    desk.history._rest.setInterval(200)
    _answered(desk, qtbot, "budge")
    _answered(desk, qtbot, "budget")
    _remembered(history, qtbot, "budget")
    _answered(desk, qtbot, "library")
    QApplication.sendEvent(desk.window.search_box, QInputMethodEvent("よさん", []))
    qtbot.wait(400)
    desk.window.results.copy_passage()
    qtbot.wait(50)
    assert history.all() == ("budget",)
    QApplication.sendEvent(desk.window.search_box, QInputMethodEvent("", []))
    _remembered(history, qtbot, "library", "budget")


def test_the_list_of_questions(desk, history, qtbot):
    """Down in the empty box shows them; one is asked again by Return, removed by Delete; Esc closes."""
    for question in ("budget", "library", "garden"):
        history.add(question)
    box, popup = desk.window.search_box, desk.window.history
    box.setFocus()
    qtbot.keyClick(box, Qt.Key.Key_Down)
    qtbot.waitUntil(popup.isVisible)
    qtbot.keyClick(popup._list, Qt.Key.Key_Delete)
    _remembered(history, qtbot, "library", "budget")
    qtbot.waitUntil(lambda: popup._questions.stringList() == ["library", "budget"])
    qtbot.keyClick(popup._list, Qt.Key.Key_Down)
    qtbot.keyClick(popup._list, Qt.Key.Key_Return)
    assert not popup.isVisible()
    assert box.text() == "budget"
    _answered(desk, qtbot)


def test_a_click_asks_again_and_a_click_on_the_cross_removes(desk, history, qtbot):
    """The right end of a row is its cross."""
    for question in ("budget", "library"):
        history.add(question)
    popup = desk.window.history
    desk.history.want()
    qtbot.waitUntil(popup.isVisible)
    row = popup._list.visualRect(popup._questions.index(0))
    cross = QPoint(row.right() - 8, row.center().y())
    qtbot.mouseClick(popup._list.viewport(), Qt.MouseButton.LeftButton, pos=cross)
    _remembered(history, qtbot, "budget")
    qtbot.waitUntil(lambda: popup._questions.rowCount() == 1)
    qtbot.mouseClick(popup._list.viewport(), Qt.MouseButton.LeftButton, pos=row.center())
    assert desk.window.search_box.text() == "budget"


def test_the_history_can_be_cleared_and_switched_off(desk, history, qtbot):
    """Clearing forgets all; without a history nothing is remembered."""
    history.add("budget")
    popup = desk.window.history
    desk.history.want()
    qtbot.waitUntil(popup.isVisible)
    popup._clear.click()
    _remembered(history, qtbot)
    qtbot.waitUntil(lambda: "No questions yet" in popup._empty.text())
    popup._keep.click()
    qtbot.waitUntil(lambda: not history.enabled)
    qtbot.waitUntil(lambda: "not remembered" in popup._empty.text())
    popup.hide()
    _answered(desk, qtbot, "library")
    desk.window.results.copy_passage()
    qtbot.wait(50)
    assert history.all() == ()


# --- Filters alone ---------------------------------------------------------------------------------


def test_filters_alone_are_a_question(desk, collection, qtbot):
    """A filter without words lists what it allows; half a filter asks nothing."""
    desk.window.search_box.setText("type:")
    qtbot.wait(300)
    assert (collection.called("glance"), collection.called("search")) == ([], [])
    desk.window.search_box.setText("type:pdf")
    qtbot.waitUntil(lambda: collection.called("search") == [""])
    assert collection.queries[-1].formats == ("pdf",)
    assert _chips(desk) == ["Type: PDF"]


def test_nothing_found_within_the_filters(desk, qtbot):
    """What the filters allowed is what was searched in vain."""
    _answered(desk, qtbot, "zebra type:pdf")
    assert "all that the filters allow" in desk.window.quiet.accessibleName()
    assert "zebra type:pdf" in desk.window.quiet.accessibleName()


def test_a_narrow_window_leaves_the_room_to_the_box(desk, qtbot):
    """Buttons beside the box have words only where there is room; their names stay."""
    desk.window.resize(720, 460)
    qtbot.waitUntil(lambda: desk.window._buttons["files"].text() == "")
    assert desk.window._buttons["files"].accessibleName() == "Files"
    qtbot.waitUntil(lambda: desk.window.search_box.width() > 400)
