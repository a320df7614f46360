"""Typing and asking: the search box and its controller."""

from __future__ import annotations

import time

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtWidgets import QApplication

from app.controllers.search import PAGE, SearchController
from app.theme.palette import LIGHT
from app.views.search_box import DEBOUNCE_MS, SearchBox
from core.errors import LibraryDamagedError

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
"""The offscreen platform passes no size hints to a window manager and says so."""


@pytest.fixture
def box(qtbot):
    box = SearchBox(LIGHT)
    qtbot.addWidget(box)
    box.show()
    return box


@pytest.fixture
def controller(collection, runner):
    return SearchController(collection, runner)


def _compose(box: SearchBox, preedit: str, commit: str = "") -> None:
    event = QInputMethodEvent(preedit, [])
    event.setCommitString(commit)
    QApplication.sendEvent(box, event)


def _answer(controller: SearchController, qtbot):
    """Waits for a final answer."""
    return qtbot.waitSignal(
        controller.replied, check_params_cb=lambda reply, _same: reply is None or reply.final
    )


def test_a_question_is_asked_after_a_rest(box, qtbot):
    """Typing asks once, after the last key, with the whole text."""
    asked = []
    box.asked.connect(asked.append)
    started = time.monotonic()
    qtbot.keyClicks(box, "budget")
    qtbot.waitUntil(lambda: bool(asked))
    assert asked == ["budget"]
    assert time.monotonic() - started >= DEBOUNCE_MS / 1000 * 0.9


def test_nothing_is_asked_while_a_composition_is_open(box, qtbot):
    """Kana on their way to kanji are no question; the committed text is."""
    asked = []
    box.asked.connect(asked.append)
    qtbot.keyClicks(box, "a")
    for preedit in ("よ", "よさ", "よさん", "予算"):
        _compose(box, preedit)
        qtbot.wait(60)
    qtbot.wait(2 * DEBOUNCE_MS)
    assert asked == []
    _compose(box, "", "予算")
    qtbot.waitUntil(lambda: bool(asked))
    assert asked == ["a予算"]


def test_an_abandoned_composition_asks_what_waited(box, qtbot):
    """Giving a composition up lets the question from before it go ahead."""
    asked = []
    box.asked.connect(asked.append)
    qtbot.keyClicks(box, "a")
    _compose(box, "よ")
    _compose(box, "")
    qtbot.waitUntil(lambda: asked == ["a"])


def test_return_in_a_composition_belongs_to_the_input_method(box, qtbot):
    """The Return that commits a composition opens nothing, nor do its arrows move or its Esc clear."""
    heard = []
    box.opened.connect(lambda: heard.append("opened"))
    box.moved.connect(heard.append)
    qtbot.keyClicks(box, "a")
    _compose(box, "よさん")
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Down, Qt.Key.Key_Escape):
        qtbot.keyClick(box, key)
    assert heard == []
    assert box.text() == "a"


def test_keys_of_the_box(box, qtbot):
    """Up and Down move, Return opens, Ctrl+Return reveals, Esc clears at once."""
    heard = []
    box.moved.connect(heard.append)
    box.opened.connect(lambda: heard.append("open"))
    box.revealed.connect(lambda: heard.append("reveal"))
    box.asked.connect(lambda text: heard.append(f"ask {text}"))
    qtbot.keyClick(box, Qt.Key.Key_Down)
    qtbot.keyClick(box, Qt.Key.Key_Up)
    qtbot.keyClick(box, Qt.Key.Key_Return)
    qtbot.keyClick(box, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClicks(box, "x")
    qtbot.keyClick(box, Qt.Key.Key_Return)  # asks at once: what is shown answers an older question
    qtbot.keyClick(box, Qt.Key.Key_Escape)
    assert heard == [1, -1, "open", "reveal", "ask x", "ask "]


def test_a_reply_comes_with_whether_it_answers_the_same_question(controller, qtbot):
    """Every further reply to one question is marked as such; an empty question clears."""
    replies = []
    controller.replied.connect(lambda reply, same: replies.append((reply and reply.final, same)))
    with _answer(controller, qtbot):
        controller.type("budget")
        qtbot.waitUntil(lambda: bool(replies))
        controller.ask("budget")
    with _answer(controller, qtbot):
        controller.ask_again()
    controller.ask("  ")
    assert replies == [(False, False), (True, True), (True, True), (None, False)]


def test_only_the_newest_question_is_answered(controller, collection, qtbot):
    """While a search runs newer questions replace each other, and its own reply is dropped."""
    collection.search_s = 0.08
    replies = []
    controller.replied.connect(lambda reply, _same: replies.append(reply.query.text) if reply.final else None)
    for text in ("b", "bu", "bud", "budg", "budget"):
        controller.ask(text)
    qtbot.waitUntil(lambda: bool(replies))
    qtbot.wait(250)
    assert replies == ["budget"]
    assert collection.called("search") == ["b", "budget"]


def test_a_question_cleared_while_it_runs_stays_cleared(controller, collection, qtbot):
    """The reply to a question that was cleared is dropped."""
    collection.search_s = 0.05
    replies = []
    controller.replied.connect(lambda reply, _same: replies.append(reply))
    controller.ask("budget")
    controller.ask("")
    qtbot.wait(150)
    assert replies == [None]


def test_commits_in_a_burst_ask_again_once(controller, collection, qtbot):
    """Many commits in a row search again once, and without a question not at all."""
    for _ in range(20):
        controller.ask_again()
    qtbot.wait(400)
    assert collection.called("search") == []
    with _answer(controller, qtbot):
        controller.ask("budget")
    with _answer(controller, qtbot):
        for _ in range(20):
            controller.ask_again()
    assert collection.called("search") == ["budget", "budget"]


def test_a_saved_file_is_searched_once(controller, collection, qtbot):
    """A saved file makes two commits, 40 ms apart; one search after the second sees all of it."""
    with _answer(controller, qtbot):
        controller.ask("budget")
    controller.ask_again()
    qtbot.wait(20)
    collection.put("/home/ai/Documents/new.txt", ["one more budget"])
    with _answer(controller, qtbot) as reply:
        controller.ask_again()
    assert collection.called("search") == ["budget", "budget"]
    assert any(result.document.path.name == "new.txt" for result in reply.args[0].results)


def test_commits_do_not_starve_a_slow_search(controller, collection, qtbot):
    """While commits come all the time, slow searches are still shown, one after the other."""
    collection.search_s = 0.4
    replies = []
    controller.replied.connect(lambda reply, _same: replies.append(reply) if reply.final else None)
    controller.ask("budget")
    commits = QTimer()
    commits.timeout.connect(controller.ask_again)
    commits.start(50)
    qtbot.wait(1500)
    commits.stop()
    assert len(replies) >= 2


def test_the_end_of_the_list_asks_for_more(controller, qtbot):
    """Asking for more asks the same question with a higher limit."""
    with _answer(controller, qtbot):
        controller.ask("budget")
    with _answer(controller, qtbot) as more:
        controller.ask_for_more()
    assert more.args[0].query.limit == 2 * PAGE
    assert more.args[1]


def test_a_failure_is_told_and_the_next_question_works(controller, collection, qtbot, tmp_path):
    """A failing search is reported, and does not stop the next one."""
    collection.failure = LibraryDamagedError(tmp_path)
    with qtbot.waitSignal(controller.failed) as failure:
        controller.ask("budget")
    assert failure.args == [collection.failure]
    collection.failure = None
    with _answer(controller, qtbot):
        controller.ask("library")
