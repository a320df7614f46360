"""Asks questions in the background and lets only the newest answer through."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from app.jobs import JobRunner, call
from core.domain import Query, SearchReply

if TYPE_CHECKING:  # the window must not load the index to start
    from core.collection import Collection

LANE = "search"
PAGE = 30
"""Results that are asked for at first, and added each time the end of the list is reached."""

_AGAIN_MS = 300
"""Commits come in bursts; a question is asked again at most this often."""

_SETTLE_MS = 70
"""How long the second commit of a saved file is waited for. The first only says that the file is there; its
text follows 30 to 50 ms later, and a search (up to 400 ms over 3.9 million tokens) in between finds nothing.
"""


class SearchController(QObject):
    """`replied` carries (reply or None, whether it answers the same question as the one before).

    One search runs at a time; while it runs only the newest question waits. Every request has a number, and
    a reply whose number is not the newest is dropped. `prepared`: the next question waits for nothing;
    `unprepared` (Exception): it will fail.
    """

    replied = Signal(object, bool)
    failed = Signal(object)
    prepared = Signal()
    unprepared = Signal(object)

    def __init__(self, collection: Collection, runner: JobRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._collection = collection
        self._runner = runner
        self._text = ""
        self._limit = PAGE
        self._newest = 0
        self._running = False
        self._answered = ""
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.timeout.connect(self._repeat)
        self._outdated = False
        self._last_again_s = 0.0

    @property
    def text(self) -> str:
        """The question in force, without white space around it."""
        return self._text

    def prepare(self) -> None:
        """Spare the first question the wait for what has to be loaded."""
        job = self._runner.start(LANE, call(self._collection.prepare))
        job.finished.connect(lambda _result: self.prepared.emit())
        job.failed.connect(self.unprepared)

    def ask(self, text: str) -> None:
        """Ask a new question; an empty one clears the results."""
        text = text.strip()
        if text == self._text:
            return
        self._text = text
        self._limit = PAGE
        self._request()

    def ask_for_more(self) -> None:
        """The end of the list was reached."""
        self._limit += PAGE
        self._request()

    def ask_again(self) -> None:
        """The library has changed: ask the same question again, soon and quietly."""
        if self._text and not self._later.isActive():
            since_ms = (time.monotonic() - self._last_again_s) * 1000
            self._later.start(max(_SETTLE_MS, round(_AGAIN_MS - since_ms)))

    def _repeat(self) -> None:
        """A running search goes on and is shown: else a slow one would never end while files are read."""
        self._last_again_s = time.monotonic()
        if self._running:
            self._outdated = True
        else:
            self._request()

    def _request(self) -> None:
        self._later.stop()
        self._newest += 1
        if not self._text:
            self._answered = ""
            self.replied.emit(None, False)  # noqa: FBT003 - a signal has no keywords
        elif not self._running:
            self._start()

    def _start(self) -> None:
        self._running, self._outdated = True, False
        number, query = self._newest, Query(text=self._text, limit=self._limit)
        job = self._runner.start(LANE, call(lambda: self._collection.search(query)))
        job.finished.connect(lambda reply: self._on_reply(number, reply))
        job.failed.connect(lambda error: self._on_failure(number, error))
        job.cancelled.connect(self._on_end)

    def _on_reply(self, number: int, reply: SearchReply) -> None:
        if number == self._newest:
            same = reply.query.text == self._answered
            self._answered = reply.query.text
            self.replied.emit(reply, same)
        self._on_end(number)

    def _on_failure(self, number: int, error: Exception) -> None:
        if number == self._newest:
            self.failed.emit(error)
        self._on_end(number)

    def _on_end(self, number: int = -1) -> None:
        self._running = False
        if self._text and number not in (self._newest, -1):
            self._start()
        elif self._outdated:
            self.ask_again()
