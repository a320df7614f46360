"""Rows of documents that only their name answers, of what a passage misses, and of results by date."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from app.models.results import ResultListModel, Role
from app.models.rows import RowKind
from app.views.result_list import ResultList
from core.domain import (
    DocumentState,
    Highlight,
    Hit,
    Order,
    PassageId,
    Query,
    Reason,
    Result,
    SearchReply,
    Span,
    StateReason,
)
from tests.fakes import make_document

_QUESTION = "budget of the library"


def hit(number: int, text: str, **fields) -> Hit:
    whole = Span(start=0, end=len(text))
    given = {"highlights": (), "page": None, **fields}
    return Hit(passage_id=PassageId(number), span=whole, text=text, score=1.0, snippet=whole, **given)


def reply_of(*results: Result, final=True, **query) -> SearchReply:
    asked = Query(**{"text": _QUESTION, **query})
    return SearchReply(
        query=asked, model="m", elapsed_ms=1, passages_searched=1, results=results, final=final
    )


def by_name(number: int, path: str, *state, **fields) -> Result:
    return Result(document=make_document(number, path, *state, **fields), score=0.5, hits=())


@pytest.fixture
def model():
    return ResultListModel()


@pytest.fixture
def view(model, qtbot, theme, language):
    language("en")
    view = ResultList(model, theme.colours)
    qtbot.addWidget(view)
    view.resize(420, 500)
    view.show()
    return view


def spoken(model, row: int) -> str:
    return model.data(model.index(row), Qt.ItemDataRole.AccessibleTextRole)


def test_a_document_without_hits_is_a_row_that_marks_its_name(model):
    """Its title shows what matched, inside a word too; if it has nothing, the name of the file does."""
    named = by_name(1, "/d/The-prebudget of our library.md")
    titled = by_name(2, "/d/library budget.pdf", title="小さな本")
    model.set_reply(reply_of(named, titled, text="budget library"), same_query=False)
    first, second = (model.row_at(model.index(number)) for number in range(2))
    assert [(row.kind, row.first, row.last) for row in (first, second)] == [(RowKind.NAME, True, True)] * 2
    assert [first.title[mark.start : mark.end] for mark in first.title_marks] == ["budget", "library"]
    assert first.name_marks == ()
    assert second.title_marks == ()
    assert ["library budget.pdf"[m.start : m.end] for m in second.name_marks] == ["library", "budget"]


def test_a_filter_for_names_is_marked_as_well(model):
    """`name:report` is a part of the name that was asked for."""
    model.set_reply(reply_of(by_name(1, "/d/myreports.txt"), text="", names=("report",)), same_query=False)
    row = model.row_at(model.index(0))
    assert [row.title[mark.start : mark.end] for mark in row.title_marks] == ["report"]


def test_what_could_not_be_read_says_so(model, view):
    """A locked file and one that waits are found by name and tell why they show no text."""
    locked = by_name(
        1, "/d/a.pdf", DocumentState.FAILED, reason=StateReason(code=Reason.ENCRYPTED, detail="")
    )
    waiting = by_name(2, "/d/b.txt", DocumentState.PENDING)
    view.show_reply(reply_of(locked, waiting, by_name(3, "/d/c.txt")), same_query=False)
    assert spoken(model, 0) == (
        "a, found by its name, in /d. The file is protected by a password. Save a copy without one to make "
        "it searchable."
    )
    assert spoken(model, 1) == "b, found by its name, in /d. This file has not been read yet."
    assert spoken(model, 2) == "c, found by its name, in /d."
    heights = [view.visualRect(model.index(number)).height() for number in range(3)]
    assert heights[0] == heights[1] > heights[2]


def test_rows_of_names_do_all_that_others_do(model, view, qtbot):
    """Such a row opens, reveals, copies its path and drags out; it has no passage to copy or want more of."""
    view.show_reply(reply_of(by_name(1, "/d/a.pdf")), same_query=False)
    row = view.current_row()
    for signal, act in (
        (view.opened, view.open_current),
        (view.revealed, view.reveal_current),
        (view.path_copied, view.copy_path),
    ):
        with qtbot.waitSignal(signal) as sent:
            act()
        assert sent.args == [row]
    with qtbot.waitSignal(view.path_copied), qtbot.assertNotEmitted(view.passage_copied):
        qtbot.keyClick(view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    with qtbot.assertNotEmitted(view.like_wanted):
        view.ask_like()
    menu = view.menu_for_current()
    assert [each.text() for each in menu.actions() if each.text()] == ["Open", "Show in folder", "Copy path"]
    menu.deleteLater()
    assert bytes(model.mimeData([model.index(0)]).data("text/uri-list").data()).strip() == b"file:///d/a.pdf"


def test_more_like_a_passage_is_wanted(view, qtbot):
    """The row of a passage asks for more like it, by its menu and by its shortcut's slot."""
    result = Result(document=make_document(1, "/d/a.txt"), score=1.0, hits=(hit(7, "text"),))
    view.show_reply(reply_of(result), same_query=False)
    with qtbot.waitSignal(view.like_wanted) as sent:
        next(each for each in view.menu_for_current().actions() if each.text() == "More like this").trigger()
    assert sent.args[0].hit.passage_id == 7


def test_a_passage_says_which_words_it_misses(model, view):
    """Words that nothing answered stand in a line of the row, once the model has been asked."""
    missing = (Span(start=14, end=21), Span(start=0, end=6), Span(start=14, end=21))
    without = hit(1, "nothing", unanswered=missing)
    marked = hit(
        2, "budget", highlights=(Highlight(span=Span(start=0, end=6), strength=1.0, query="budget"),)
    )
    result = Result(document=make_document(1, "/d/a.txt"), score=1.0, hits=(without, marked))
    view.show_reply(reply_of(result, final=False), same_query=False)
    assert model.row_at(model.index(0)).missing == ()
    low = view.visualRect(model.index(0)).height()
    view.show_reply(reply_of(result), same_query=True)
    assert [model.row_at(model.index(n)).missing for n in range(2)] == [("budget", "library"), ()]
    assert spoken(model, 0) == "a, in /d: nothing Missing: budget, library"
    assert view.visualRect(model.index(0)).height() > low


def test_passages_like_another_miss_no_words(model):
    """Where no words were asked for, what the hits answered is of another text, and nothing is missing."""
    like = hit(1, "nothing", unanswered=(Span(start=0, end=3),))
    result = Result(document=make_document(1, "/d/a.txt"), score=1.0, hits=(like,))
    model.set_reply(reply_of(result, like=PassageId(9)), same_query=False)
    assert model.row_at(model.index(0)).missing == ()


def test_in_the_order_of_time_rows_say_when(model, language):
    """By date each document shows the day of its modification; a tooltip always does."""
    language("en")
    document = make_document(1, "/d/a.txt")
    stamp = type(document.stamp)(size=1, mtime_ns=1_700_000_000 * 10**9)
    document = make_document(1, "/d/a.txt", stamp=stamp)
    result = Result(document=document, score=1.0, hits=(hit(1, "text"), hit(2, "text")))
    model.set_reply(reply_of(result), same_query=False)
    first, second = model.index(0), model.index(1)
    assert model.data(first, Role.DAY) == ""
    model.set_order(Order.NEWEST)
    assert "23" in model.data(first, Role.DAY)
    assert model.data(second, Role.DAY) == ""
    assert model.data(second, Qt.ItemDataRole.ToolTipRole).startswith("/d/a.txt\nModified: ")
    model.set_reply(reply_of(result, order=Order.OLDEST), same_query=True)
    assert model.data(first, Role.DAY)
    model.set_reply(reply_of(result), same_query=True)
    assert model.data(first, Role.DAY) == ""


def test_the_window_shows_the_beginning_of_what_its_name_found(desk, collection, qtbot):
    """Found by its name, a document is previewed from its beginning; one that nobody read can be opened."""
    path = "/home/ai/Documents/zebra crossing.pdf"
    collection.put(path, ["First page of it.", "Second page."])
    collection.put("/home/ai/Documents/zebra.txt", ["Nothing of that name inside."])
    reason = StateReason(code=Reason.ENCRYPTED, detail="")
    collection.put_problem("/home/ai/Documents/a zebra.pdf", reason)
    desk.window.search_box.setText("zebra")
    qtbot.waitUntil(lambda: desk.results.rowCount() == 3)
    pane = desk.window.preview
    qtbot.waitUntil(lambda: pane.pages._image is not None and desk.preview.page == 1)
    assert pane.pages._boxes == []
    assert not pane._buttons["like"].isEnabled()
    desk.window.results.move_by(1)
    qtbot.waitUntil(lambda: pane.texts.toPlainText() == "Nothing of that name inside.")
    desk.window.results.move_by(1)
    qtbot.waitUntil(lambda: "protected by a password" in pane._message.text())
    assert pane._offers.isVisible()
    assert not pane.pages.isVisible()
    desk.window.results.copy_passage()
    assert QGuiApplication.clipboard().text() == "/home/ai/Documents/a zebra.pdf"
