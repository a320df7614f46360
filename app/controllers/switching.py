"""Lets another model take over in the background: it encodes the library while the one before answers.

Like maintenance it has a lane of its own, so that neither a question nor a saved file waits for it. It may
take hours: it goes on where it was at the next start of the program.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.controllers.remaining import RemainingTime
from app.jobs import Job, JobRunner
from core.domain import CollectionChanges, ModelName
from core.errors import LibraryInUseError
from core.progress import Committed, IndexEvent, ModelChanged, Reencoding

if TYPE_CHECKING:  # the window must not load the index to start
    from core.collection import Collection

LANE = "switching"


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchProgress:
    """`done` of `total` passages are encoded with `model`. `remaining_s`: None while it would be a guess."""

    model: ModelName
    done: int
    total: int
    remaining_s: float | None


class SwitchController(QObject):
    """`progressed` (SwitchProgress); `changed` (ModelName) once another model answers; `committed`
    (CollectionChanges); `ended` whenever nothing runs any more; `failed` (Exception).
    """

    progressed = Signal(object)
    changed = Signal(object)
    committed = Signal(object)
    ended = Signal()
    failed = Signal(object)

    def __init__(self, collection: Collection, runner: JobRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._collection = collection
        self._runner = runner
        self._job: Job | None = None
        self._progress: SwitchProgress | None = None
        self._refused = False
        self._remaining = RemainingTime()

    @property
    def progress(self) -> SwitchProgress | None:
        """How far it is, while it runs or is paused."""
        return self._progress

    @property
    def running(self) -> bool:
        """Also while it is paused."""
        return self._job is not None

    @property
    def paused(self) -> bool:
        return self._job is not None and self._job.token.paused

    def release(self) -> None:
        """What failed, or was stopped, may be tried again."""
        self._refused = False

    def start(self) -> None:
        """Go on with a switch that is under way, unless it failed or was stopped."""
        if self._job is not None or self._refused:
            return
        self._remaining.restart()
        job = self._job = self._runner.start(LANE, self._collection.switch)
        job.happened.connect(self._on_event)
        job.finished.connect(self._on_ended)
        job.failed.connect(self._on_failed)
        job.cancelled.connect(self._on_ended)

    def pause(self) -> None:
        if self._job is not None:
            self._job.token.pause()

    def resume(self) -> None:
        if self._job is not None:
            self._remaining.restart()
            self._job.token.resume()

    def stop(self) -> None:
        """What is encoded stays; once released, `start` goes on."""
        self._refused = True
        if self._job is not None:
            self._job.cancel()

    def _on_event(self, event: IndexEvent) -> None:
        match event:
            case Reencoding(model=model, done=done, total=total):
                if self._progress is None or self._progress.model != model:
                    self._remaining.restart()
                remaining_s = self._remaining.update(time.monotonic(), done, total)
                self._progress = SwitchProgress(model=model, done=done, total=total, remaining_s=remaining_s)
                self.progressed.emit(self._progress)
            case ModelChanged(model=model):
                self.committed.emit(CollectionChanges(sources=True))
                self.changed.emit(model)
            case Committed(changes=changes):
                self.committed.emit(changes)
            case _:  # nothing else concerns whoever waits for a model
                pass

    def _on_failed(self, error: Exception) -> None:
        if not isinstance(error, LibraryInUseError):  # it is tried again after the next job
            self._refused = True
            self.failed.emit(error)
        self._on_ended()

    def _on_ended(self, _result: object = None) -> None:
        self._job = None
        self._progress = None
        self.ended.emit()
