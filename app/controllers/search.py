"""Asks questions in the background, twice as they are typed, and lets only the newest answer through."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from app.controllers.question import QuestionReader
from app.jobs import JobRunner, call
from core.domain import Order, PassageId, Query, SearchReply

if TYPE_CHECKING:  # the window must not load the index to start
    from core.collection import Collection

LANE = "search"
GLANCE_LANE = "glance"
"""First answers have a thread of their own: they never wait for a search."""

PAGE = 20
"""Results asked for at first, and added each time the end of the list is reached: three screens full.
Finding out what to mark in them takes more than half of a search (2026-11).
"""

SLOW_MS = 300
"""A final answer that takes longer than this is worth a word; a shorter wait would only flicker."""

_AGAIN_MS = 300
"""Commits come in bursts; a question is asked again at most this often."""

_SETTLE_MS = 70
"""How long the second commit of a saved file is waited for. The first only says that the file is there; its
text follows 30 to 50 ms later, and a search (up to 400 ms over 3.9 million tokens) in between finds nothing.
"""

_NOTHING = Query(text="", limit=PAGE)


class SearchController(QObject):
    """`replied` carries (reply or None, whether it answers the same question as the one before).

    Each keystroke (`type`) asks for first answers, a rest (`ask`) for the final ones. Of either, one runs at
    a time while only the newest waits, and an answer to a question that is no longer the newest is dropped;
    so are first answers once the final ones are there, and first answers that there is nothing, which is
    for the final ones to say.

    `understood` (ParsedQuestion): what was typed. `like_changed` (str): the title of the passage that others
    should be like, empty: none. `waiting` (bool): the final answer takes its time. `prepared`: the next
    question waits for nothing; `unprepared` (Exception): it will fail.
    """

    replied = Signal(object, bool)
    failed = Signal(object)
    understood = Signal(object)
    like_changed = Signal(str)
    waiting = Signal(bool)
    prepared = Signal()
    unprepared = Signal(object)

    def __init__(self, collection: Collection, runner: JobRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._collection = collection
        self._runner = runner
        self.reader = QuestionReader()
        self._question = _NOTHING
        self._order = Order.BEST
        self._limit = PAGE
        self._newest = 0
        self._asked = False
        self._final = False
        self._running = False
        self._glancing = False
        self._answered: Query | None = None
        self._held = False
        self._outdated = False
        self._last_again_s = 0.0
        self._later = _single_shot(self, self._repeat)
        self._slow = _single_shot(self, lambda: self.waiting.emit(True))  # noqa: FBT003 - a signal

    @property
    def question(self) -> Query:
        """The question in force; its `limit` stands for that of any number of results."""
        return self._question

    @property
    def asks(self) -> bool:
        """Whether anything is asked at all: filters alone list all that they allow."""
        question = replace(self._question, text=self._question.text.strip(), order=Order.BEST)
        return question != _NOTHING

    def prepare(self) -> None:
        """Spare the first question the wait for what has to be loaded."""
        job = self._runner.start(LANE, call(self._collection.prepare))
        job.finished.connect(lambda _result: self.prepared.emit())
        job.failed.connect(self.unprepared)

    # --- What a person does --------------------------------------------------------------------

    def type(self, text: str) -> None:
        """A key was pressed: understand the text, and look for what names and keywords alone find."""
        parsed = self.reader.read(text)
        self.understood.emit(parsed)
        if self._question.like is not None:
            if not text.strip():
                return
            self.like_changed.emit("")
        changed = self._set(replace(parsed.query, limit=PAGE, order=self._order))
        if changed and self.asks and not self._glancing:
            self._glance()

    def ask(self, text: str) -> None:
        """The typing rests: ask for the final answer. An empty question clears the results."""
        self.type(text)
        if self.asks and not self._asked:
            self._request()

    def ask_like(self, passage_id: PassageId, title: str) -> None:
        """Ask for passages like this one of the document called `title`, until something is typed."""
        self._set(replace(_NOTHING, like=passage_id, order=self._order))
        self.like_changed.emit(title)
        if not self._asked:
            self._request()

    def end_like(self) -> None:
        if self._question.like is not None:
            self.like_changed.emit("")
            self._set(replace(_NOTHING, order=self._order))

    def set_order(self, order: Order) -> None:
        self._order = order
        self._set(replace(self._question, order=order))
        if self.asks and not self._asked:
            self._request()

    def ask_for_more(self) -> None:
        """The end of the list was reached. First answers are not added to: final ones are coming."""
        if self._final:
            self._limit += PAGE
            self._request()

    def ask_again(self) -> None:
        """The library has changed: ask the same question again, soon and quietly."""
        if self._asked and not self._later.isActive():
            since_ms = (time.monotonic() - self._last_again_s) * 1000
            self._later.start(max(_SETTLE_MS, round(_AGAIN_MS - since_ms)))

    def hold(self, held: bool) -> None:  # noqa: FBT001 - a setter of one property, as in Qt
        """While an input method composes, the library may change as it likes: nothing is asked again."""
        self._held = held
        if not held and self._outdated and not self._running:
            self.ask_again()

    # --- First answers -------------------------------------------------------------------------

    def _glance(self) -> None:
        self._glancing = True
        question = self._question
        job = self._runner.start(GLANCE_LANE, call(lambda: self._collection.glance(question)))
        job.finished.connect(lambda reply: self._on_glance(question, reply))
        job.failed.connect(lambda _error: self._on_glance(question, None))  # the search will tell it
        job.cancelled.connect(lambda: self._on_glance(question, None))

    def _on_glance(self, question: Query, reply: SearchReply | None) -> None:
        self._glancing = False
        if question != self._question:
            if self.asks and not self._final and self._question.like is None:
                self._glance()
        elif reply is not None and reply.results and not self._final:
            self._show(reply)

    # --- Final answers -------------------------------------------------------------------------

    def _set(self, question: Query) -> bool:
        """Everything that is on its way answers an older question from now on; False if it is the same."""
        if question == self._question:
            return False
        self._question = question
        self._limit = PAGE
        self._newest += 1
        self._asked = self._final = self._outdated = False
        self._later.stop()
        self._end_waiting()
        if not self.asks:
            self._answered = None
            self.replied.emit(None, False)  # noqa: FBT003 - a signal has no keywords
        return True

    def _repeat(self) -> None:
        """A running search goes on and is shown: else a slow one would never end while files are read."""
        self._last_again_s = time.monotonic()
        if self._running or self._held:
            self._outdated = True
        else:
            self._request()

    def _request(self) -> None:
        self._later.stop()
        self._newest += 1
        self._asked = True
        if not self._final:
            self._slow.start(SLOW_MS)
        if not self._running:
            self._start()

    def _start(self) -> None:
        self._running, self._outdated = True, False
        number, query = self._newest, replace(self._question, limit=self._limit)
        job = self._runner.start(LANE, call(lambda: self._collection.search(query)))
        job.finished.connect(lambda reply: self._on_reply(number, reply))
        job.failed.connect(lambda error: self._on_failure(number, error))
        job.cancelled.connect(self._on_end)

    def _on_reply(self, number: int, reply: SearchReply) -> None:
        if number == self._newest:
            self._end_waiting()
            self._final = True
            self._show(reply)
        self._on_end(number)

    def _on_failure(self, number: int, error: Exception) -> None:
        if number == self._newest:
            self._end_waiting()
            self.failed.emit(error)
        self._on_end(number)

    def _on_end(self, number: int = -1) -> None:
        self._running = False
        if self._asked and number not in (self._newest, -1):
            self._start()
        elif self._outdated:
            self.ask_again()

    def _show(self, reply: SearchReply) -> None:
        same = self._question == self._answered
        self._answered = self._question
        self.replied.emit(reply, same)

    def _end_waiting(self) -> None:
        self._slow.stop()
        self.waiting.emit(False)  # noqa: FBT003 - a signal has no keywords


def _single_shot(parent: QObject, slot: Callable[[], None]) -> QTimer:
    timer = QTimer(parent)
    timer.setSingleShot(True)
    timer.timeout.connect(slot)
    return timer
