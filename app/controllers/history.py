"""Remembers the questions whose answers a person used, in the background."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from app.jobs import Job, JobRunner, call

if TYPE_CHECKING:
    from core.history import History

LANE = "history"
REST_MS = 3000
"""Who looks at an answer for as long as this has read it."""


class HistoryController(QObject):
    """`listed` carries the questions, the newest first, and whether there is a history at all.

    A question is remembered once its answer was used (`act`), or was looked at for a while without typing
    on; never while an input method composes.
    """

    listed = Signal(object, bool)
    failed = Signal(object)

    def __init__(self, history: History, runner: JobRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._history = history
        self._runner = runner
        self._answered = ""
        self._done = False
        self._held = False
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST_MS)
        self._rest.timeout.connect(self.act)

    # --- What is remembered --------------------------------------------------------------------

    def arrive(self, question: str, *, final: bool) -> None:
        """An answer to `question` is there."""
        question = question.strip()
        if question != self._answered:
            self._answered, self._done = question, False
        if final and not self._done and not self._held and not self._rest.isActive():
            self._rest.start()

    def leave(self, typed: str) -> None:
        """The person types on: what is on the screen is no longer the answer to what is in the box."""
        if typed.strip() != self._answered:
            self._answered = ""
            self._rest.stop()

    def act(self) -> None:
        """The person does something with the answer."""
        self._rest.stop()
        if self._answered and not self._held and not self._done:
            self._done = True
            question = self._answered
            self._run(lambda: self._history.add(question))

    def hold(self, held: bool) -> None:  # noqa: FBT001 - a setter of one property, as in Qt
        """While an input method composes nothing is remembered."""
        self._held = held
        if held:
            self._rest.stop()
        elif self._answered and not self._done:
            self._rest.start()

    # --- What the list of questions asks -------------------------------------------------------

    def want(self) -> None:
        """The list is to be shown."""
        self._change(lambda: None)

    def remove(self, question: str) -> None:
        self._change(lambda: self._history.remove(question))

    def clear(self) -> None:
        self._change(self._history.clear)

    def keep(self, kept: bool) -> None:  # noqa: FBT001 - a setter of one property, as in Qt
        self._change(lambda: self._history.enable(kept))

    def _change(self, change: Callable[[], object]) -> None:
        def work() -> tuple[tuple[str, ...], bool]:
            """In the lane's thread."""
            change()
            return tuple(self._history.all()), self._history.enabled

        self._run(work).finished.connect(lambda answer: self.listed.emit(*answer))

    def _run(self, work: Callable[[], object]) -> Job:
        job = self._runner.start(LANE, call(work))
        job.failed.connect(self.failed)
        return job
