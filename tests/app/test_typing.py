"""First and final answers to what is being typed, in every order in which they can arrive."""

from __future__ import annotations

import threading
from collections import defaultdict

import pytest
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QInputMethodEvent

from app.controllers.search import PAGE, SLOW_MS, SearchController
from app.views.search_box import DEBOUNCE_MS
from core.domain import Order, PassageId
from tests.app.conftest import FILES
from tests.fakes import FakeCollection

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

_PATIENCE_S = 5.0


class Gated(FakeCollection):
    """Answers a question when the test says so: `let("glance", "budget")`; `running` are those that wait."""

    def __init__(self, files):
        super().__init__(files)
        self._gates = defaultdict(lambda: threading.Semaphore(0))
        self._open = set()
        self.running = []

    def let(self, stage, text):
        self._gates[stage, text].release()

    def let_all(self, stage):
        self._open.add(stage)
        for (each, _text), gate in [*self._gates.items()]:
            if each == stage:
                gate.release(100)

    def hold_again(self, stage):
        self._open.discard(stage)
        self._gates.clear()

    def glance(self, query):
        return self._wait("glance", query, super().glance)

    def search(self, query):
        return self._wait("search", query, super().search)

    def _wait(self, stage, query, answer):
        self.running.append((stage, query.text))
        if stage not in self._open:
            assert self._gates[stage, query.text].acquire(timeout=_PATIENCE_S)
        reply = answer(query)
        self.running.remove((stage, query.text))
        return reply


@pytest.fixture
def gated():
    gated = Gated(FILES)
    yield gated
    gated.let_all("glance")
    gated.let_all("search")


@pytest.fixture
def controller(runner, gated):  # in this order: what waits is let go before the runner closes
    return SearchController(gated, runner)


@pytest.fixture
def heard(controller):
    """What the controller lets through: (text, final, same)."""
    heard = []
    controller.replied.connect(
        lambda reply, same: heard.append((reply.query.text, reply.final, same) if reply else None)
    )
    return heard


def _compose(box, preedit, commit=""):
    event = QInputMethodEvent(preedit, [])
    event.setCommitString(commit)
    QCoreApplication.sendEvent(box, event)


def _runs(gated, qtbot, *stages):
    qtbot.waitUntil(lambda: sorted(gated.running) == sorted(stages))


# --- Orders of arrival -----------------------------------------------------------------------------


def test_every_keystroke_asks_for_first_answers_at_once(controller, gated, qtbot):
    """A key asks `glance` without waiting, and `search` not before the typing rests."""
    controller.type("b")
    _runs(gated, qtbot, ("glance", "b"))
    controller.ask("b")
    _runs(gated, qtbot, ("glance", "b"), ("search", "b"))


def test_first_answers_come_before_the_final_ones(controller, gated, heard, qtbot):
    """First answers are a new question's, the final ones answer the same question again."""
    controller.type("budget")
    controller.ask("budget")
    gated.let("glance", "budget")
    qtbot.waitUntil(lambda: len(heard) == 1)
    gated.let("search", "budget")
    qtbot.waitUntil(lambda: len(heard) == 2)
    assert heard == [("budget", False, False), ("budget", True, True)]


def test_first_answers_after_the_final_ones_are_dropped(controller, gated, heard, qtbot):
    """A slow first answer never takes the place of the final one."""
    controller.type("budget")
    controller.ask("budget")
    gated.let("search", "budget")
    qtbot.waitUntil(lambda: bool(heard))
    gated.let("glance", "budget")
    qtbot.waitUntil(lambda: not gated.running)
    qtbot.wait(50)
    assert heard == [("budget", True, False)]


def test_stale_answers_of_both_kinds_are_dropped(controller, gated, heard, qtbot):
    """What arrives for an older question is not shown, whichever stage it comes from."""
    controller.type("budget")
    controller.ask("budget")
    _runs(gated, qtbot, ("glance", "budget"), ("search", "budget"))
    controller.type("library")
    gated.let("search", "budget")
    gated.let("glance", "budget")
    _runs(gated, qtbot, ("glance", "library"))
    assert heard == []
    gated.let("glance", "library")
    qtbot.waitUntil(lambda: bool(heard))
    assert heard == [("library", False, False)]


def test_of_many_keystrokes_only_the_newest_waits(controller, gated, heard, qtbot):
    """While a first answer is looked for, keystrokes replace each other."""
    for text in ("b", "bu", "bud", "budg", "budget"):
        controller.type(text)
    gated.let_all("glance")
    qtbot.waitUntil(lambda: bool(heard))
    assert heard == [("budget", False, False)]
    assert gated.called("glance") == ["b", "budget"]


def test_no_final_answer_is_asked_for_before_the_rest(controller, gated, heard, qtbot):
    """The end of an older search, or a changed library, starts no search of half a word."""
    controller.ask("budget")
    controller.type("budge")
    controller.ask_again()
    controller.ask_for_more()
    gated.let_all("glance")
    gated.let("search", "budget")
    qtbot.waitUntil(lambda: not gated.running)
    qtbot.wait(400)
    assert gated.called("search") == ["budget"]
    assert heard == [("budge", False, False)]


def test_no_first_answers_say_nothing(controller, gated, heard, qtbot):
    """Only the final answer says that nothing was found."""
    controller.type("zebra")
    gated.let("glance", "zebra")
    qtbot.waitUntil(lambda: gated.called("glance") == ["zebra"] and not gated.running)
    controller.ask("zebra")
    gated.let("search", "zebra")
    qtbot.waitUntil(lambda: bool(heard))
    assert heard == [("zebra", True, False)]


def test_final_answers_are_never_replaced_by_first_ones(controller, gated, heard, qtbot):
    """A changed library and the end of the list ask for final answers only."""
    gated.let_all("search")
    gated.let_all("glance")
    controller.ask("budget")
    qtbot.waitUntil(lambda: bool(heard) and heard[-1][1])
    heard.clear()
    controller.ask_again()
    qtbot.waitUntil(lambda: len(heard) == 1)
    controller.ask_for_more()
    qtbot.waitUntil(lambda: len(heard) == 2)
    assert all(final and same for _text, final, same in heard)
    assert gated.called("glance") == ["budget"]
    assert gated.queries[-1].limit == 2 * PAGE


def test_failing_first_answers_are_not_told(controller, gated, heard, qtbot, monkeypatch):
    """The search will tell what is wrong, and the next keystroke looks again."""
    failures = []
    controller.failed.connect(failures.append)
    monkeypatch.setattr(gated, "glance", lambda _query: 1 / 0)
    controller.type("budget")
    qtbot.wait(50)
    monkeypatch.undo()
    gated.let_all("glance")
    controller.type("library")
    qtbot.waitUntil(lambda: heard == [("library", False, False)])
    assert failures == []


# --- Waiting ---------------------------------------------------------------------------------------


def test_a_slow_final_answer_is_told_and_a_quick_one_is_not(controller, gated, qtbot):
    """Within 300 ms nothing flickers; after that the wait is told, until the answer is there."""
    waiting = []
    controller.waiting.connect(waiting.append)
    controller.ask("budget")
    gated.let_all("glance")
    gated.let("search", "budget")
    qtbot.waitUntil(lambda: gated.called("search") == ["budget"] and not gated.running)
    qtbot.wait(SLOW_MS + 50)
    assert True not in waiting
    controller.ask("library")
    qtbot.waitUntil(lambda: waiting[-1], timeout=3 * SLOW_MS)
    gated.let("search", "library")
    qtbot.waitUntil(lambda: not waiting[-1])


def test_a_question_typed_on_ends_the_wait(controller, qtbot):
    """A new keystroke takes the word about the slow answer back."""
    waiting = []
    controller.waiting.connect(waiting.append)
    controller.ask("budget")
    qtbot.waitUntil(lambda: waiting[-1], timeout=3 * SLOW_MS)
    controller.type("budgets")
    assert not waiting[-1]


# --- Order, and passages like one ------------------------------------------------------------------


def test_another_order_asks_anew(controller, gated, heard, qtbot):
    """The order is part of the question: the list starts at its top, older answers are dropped."""
    gated.let_all("glance")
    gated.let_all("search")
    controller.ask("budget")
    qtbot.waitUntil(lambda: bool(heard) and heard[-1][1])
    heard.clear()
    controller.set_order(Order.NEWEST)
    qtbot.waitUntil(lambda: bool(heard))
    assert heard == [("budget", True, False)]
    assert gated.queries[-1].order is Order.NEWEST


def test_more_like_this_until_something_is_typed(controller, gated, heard, qtbot):
    """`ask_like` asks for that passage only; typing ends it, emptying the box does not."""
    titles = []
    controller.like_changed.connect(titles.append)
    gated.let_all("glance")
    gated.let_all("search")
    controller.ask_like(PassageId(1001), "Annual report")
    controller.ask("")
    qtbot.waitUntil(lambda: bool(heard))
    assert (titles, gated.queries[-1].like) == (["Annual report"], PassageId(1001))
    controller.type("budget")
    qtbot.waitUntil(lambda: heard[-1] == ("budget", False, False))
    assert titles == ["Annual report", ""]
    assert gated.queries[-1].like is None
    controller.ask_like(PassageId(1001), "Annual report")
    controller.end_like()
    assert (heard[-1], titles[-1]) == (None, "")


# --- In the window ---------------------------------------------------------------------------------


def test_an_open_composition_searches_in_neither_stage(make_desk, gated, qtbot):
    """While an input method composes nothing is asked, not even again; its Return opens nothing."""
    desk = make_desk(gated)
    box = desk.window.search_box
    opened = []
    desk.window.results.opened.connect(opened.append)
    gated.let_all("glance")
    gated.let_all("search")
    box.setText("budget")
    qtbot.waitUntil(lambda: desk.searching.reply is not None and desk.searching.reply.final)
    gated.calls.clear()
    for preedit in ("よ", "よさん", "予算"):
        _compose(box, preedit)
        desk.search.ask_again()
        qtbot.keyClick(box, Qt.Key.Key_Return)
        qtbot.wait(DEBOUNCE_MS)
    qtbot.wait(400)
    assert (gated.called("glance"), gated.called("search"), opened) == ([], [], [])
    _compose(box, "", "予算")
    qtbot.waitUntil(lambda: gated.called("search") == ["budget予算"])
    assert gated.called("glance") == ["budget予算"]
    assert opened == []


def test_a_commit_in_an_open_composition_waits(make_desk, gated, qtbot):
    """Text that is committed while the next word is being composed is asked afterwards."""
    desk = make_desk(gated)
    box = desk.window.search_box
    gated.let_all("glance")
    gated.let_all("search")
    _compose(box, "さん", "予")
    qtbot.wait(2 * DEBOUNCE_MS)
    assert gated.called("glance") == []
    _compose(box, "")
    qtbot.waitUntil(lambda: gated.called("search") == ["予"])
    assert gated.called("glance") == ["予"]


def test_the_picked_row_stays_while_final_answers_take_their_place(make_desk, gated, qtbot):
    """A row picked among the first answers is still the chosen one; else the best one is."""
    desk = make_desk(gated)
    gated.let_all("glance")
    box, results = desk.window.search_box, desk.window.results
    box.setText("budget")
    qtbot.waitUntil(lambda: desk.results.rowCount() > 1)
    qtbot.keyClick(box, Qt.Key.Key_Down)
    picked = results.current_row().key
    gated.let_all("search")
    qtbot.waitUntil(lambda: desk.searching.reply.final)
    assert results.current_row().key == picked
    gated.hold_again("search")
    box.setText("library")
    qtbot.waitUntil(lambda: not desk.searching.reply.final)
    gated.let_all("search")
    qtbot.waitUntil(lambda: desk.searching.reply.final)
    assert results.currentIndex().row() == 0


def test_the_strip_says_that_better_answers_are_coming(make_desk, gated, qtbot):
    """A slow final answer is told beside the number of the first ones, which are not timed."""
    desk = make_desk(gated)
    gated.let_all("glance")
    desk.window.search_box.setText("budget")
    strip = desk.window.status
    qtbot.waitUntil(lambda: strip.right_text() == "2 documents found")
    qtbot.waitUntil(lambda: "better answers are on their way" in strip.right_text())
    gated.let_all("search")
    qtbot.waitUntil(lambda: "ms" in strip.right_text())
    assert "on their way" not in strip.right_text()
