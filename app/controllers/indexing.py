"""Keeps the library current: one writing job at a time, hints gathered, pause, stop and continue.

After each job, and now and then during a long one, the index is maintained in a lane of its own: a merge
takes seconds, and a file that is saved meanwhile must be found at once.

A change of the sources does not wait behind hours of indexing: the running job is stopped (it keeps what it
has committed), the change is made, and indexing starts again with what is still missing.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path
from typing import TYPE_CHECKING, assert_never

from PySide6.QtCore import QObject, QTimer, Signal

from app.controllers.remaining import RemainingTime
from app.jobs import Job, JobRunner, call
from core.domain import CollectionChanges
from core.errors import LibraryInUseError
from core.progress import (
    CancelToken,
    Committed,
    Damaged,
    FileDone,
    IndexEvent,
    Merging,
    ModelChanged,
    NotingWords,
    Reading,
    Reencoding,
    Scanning,
    SourceMissing,
    Training,
)

if TYPE_CHECKING:  # the window must not load the index to start
    from core.collection import Collection

LANE = "indexing"
MAINTENANCE = "maintenance"

_COMMITS_BETWEEN = 8
"""Each commit is a small segment more, which every search pays for until it is merged."""

_AGAIN_MS = 5000
"""When another program writes to the library, it is waited for; this long until the next try."""

Mutation = Callable[[], CollectionChanges]


class IndexState(Enum):
    IDLE = auto()
    RUNNING = auto()
    PAUSED = auto()
    STOPPED = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexProgress:
    """What is happening now. `path` is a file being read, or the folder being looked through if `scanned`
    (files seen so far) is not None. `remaining_s` is None while it would be a guess.
    """

    path: Path
    done: int
    total: int
    scanned: int | None
    remaining_s: float | None


class IndexingController(QObject):
    state_changed = Signal(object)
    progressed = Signal(object)
    committed = Signal(object)
    source_missing = Signal(object)
    failed = Signal(object)

    def __init__(self, collection: Collection, runner: JobRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._collection = collection
        self._runner = runner
        self._job: Job | None = None
        self._maintenance: Job | None = None
        self._maintenance_wanted = False
        self._commits = 0
        self._mutating = False
        self._mutations: deque[Mutation] = deque()
        self._sync_wanted = False
        self._hints: set[Path] = set()
        self._state = IndexState.IDLE
        self._last_done = (0, 0)
        self._remaining = RemainingTime()
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.timeout.connect(self._try_again)

    @property
    def state(self) -> IndexState:
        return self._state

    def sync(self) -> None:
        """Look at all folders again. Also continues after a stop."""
        self._sync_wanted = True
        self._set_state(IndexState.IDLE if self._state is IndexState.STOPPED else self._state)
        self._step()

    def hint(self, paths: Iterable[Path]) -> None:
        """These files or folders may have changed; they are looked at as soon as nothing else runs."""
        self._hints.update(paths)
        self._step()

    def mutate(self, mutation: Mutation) -> None:
        """Change the sources now, then index what that asks for."""
        self._mutations.append(mutation)
        self._sync_wanted = True
        if self._job is not None and not self._mutating:
            self._job.cancel()
        self._step()

    def pause(self) -> None:
        if self._job is not None and self._state is IndexState.RUNNING and not self._mutating:
            self._job.token.pause()
            if self._maintenance is not None:
                self._maintenance.token.pause()
            self._set_state(IndexState.PAUSED)

    def resume(self) -> None:
        if self._state is IndexState.PAUSED:
            self._remaining.restart()
            self._set_state(IndexState.RUNNING if self._job is not None else IndexState.IDLE)
            for job in (self._job, self._maintenance):
                if job is not None:
                    job.token.resume()
            self._step()

    def stop(self) -> None:
        """Stop; what is committed stays. `sync` continues."""
        self._sync_wanted = False
        self._hints.clear()
        if self._job is not None and not self._mutating:
            self._job.cancel()
        self._maintenance_wanted = False
        if self._maintenance is not None:
            self._maintenance.cancel()
        self._set_state(IndexState.STOPPED)

    def _step(self) -> None:
        """Start what comes next, if nothing runs."""
        if self._job is not None:
            return
        if self._mutations:
            mutation = self._mutations.popleft()
            self._start(call(mutation), mutating=True)
        elif self._state in (IndexState.PAUSED, IndexState.STOPPED):
            return
        elif self._sync_wanted:
            self._sync_wanted = False
            self._hints.clear()  # a look at everything includes them
            self._start(self._collection.sync)
        elif self._hints:
            paths = frozenset(self._hints)
            self._hints.clear()
            self._start(lambda cancel: self._refresh(paths, cancel))
        else:
            self._set_state(IndexState.IDLE)

    def _refresh(self, paths: frozenset[Path], cancel: CancelToken) -> Iterator[IndexEvent]:
        return self._collection.refresh(paths, cancel)

    def _start(self, work: Callable[[CancelToken], Iterator[object]], *, mutating: bool = False) -> None:
        self._remaining.restart()
        self._last_done = (0, 0)
        self._mutating = mutating
        job = self._runner.start(LANE, work)
        self._job = job
        job.happened.connect(self._on_event)
        job.finished.connect(self._on_finished)
        job.failed.connect(self._on_failed)
        job.cancelled.connect(self._on_ended)
        if self._state not in (IndexState.PAUSED, IndexState.STOPPED):
            self._set_state(IndexState.RUNNING)

    def _on_event(self, event: IndexEvent) -> None:
        match event:
            case Committed(changes=changes):
                self.committed.emit(changes)
                self._commits += 1
                if self._commits % _COMMITS_BETWEEN == 0:
                    self._maintenance_wanted = True
                    self._maintain()
            case SourceMissing(folder=folder):
                self.source_missing.emit(folder)
            case Scanning(folder=folder, files=files):
                self._show(folder, scanned=files)
            case Reading(path=path, done=done, total=total) | FileDone(path=path, done=done, total=total):
                self._last_done = (done, total)
                self._show(path)
            case Merging() | Training() | NotingWords() | Reencoding() | ModelChanged():
                pass
            case Damaged():  # it is being made good already
                pass
            case _:
                assert_never(event)

    def _show(self, path: Path, scanned: int | None = None) -> None:
        done, total = self._last_done
        remaining_s = None if scanned is not None else self._remaining.update(time.monotonic(), done, total)
        self.progressed.emit(
            IndexProgress(path=path, done=done, total=total, scanned=scanned, remaining_s=remaining_s)
        )

    def _on_finished(self, result: object) -> None:
        if isinstance(result, CollectionChanges):
            self.committed.emit(result)
            # The words of a forgotten source leave the disk only then.
            self._maintenance_wanted |= result.sources
        else:
            self._maintenance_wanted = True
        self._on_ended()
        self._maintain()

    def _on_failed(self, error: Exception) -> None:
        if not self._mutating:  # the same would fail again at once: wait for the next sync or hint
            self._hints.clear()
        if isinstance(error, LibraryInUseError):  # what was to be done must not be forgotten meanwhile
            self._later.start(_AGAIN_MS)
        self.failed.emit(error)
        self._on_ended()

    def _try_again(self) -> None:
        if self._state is not IndexState.STOPPED:
            self._sync_wanted = True
            self._step()

    def _on_ended(self) -> None:
        self._job = None
        self._mutating = False
        self._step()

    def _maintain(self) -> None:
        if self._maintenance is not None or not self._maintenance_wanted:
            return
        self._maintenance_wanted = False
        job = self._maintenance = self._runner.start(MAINTENANCE, self._collection.maintain)
        job.happened.connect(self._on_maintenance_event)
        job.finished.connect(self._on_maintained)
        job.failed.connect(self._on_maintenance_failed)
        job.cancelled.connect(self._on_maintained)

    def _on_maintenance_event(self, event: IndexEvent) -> None:
        if isinstance(event, Committed):  # damage was found, and what it had taken is back
            self.committed.emit(event.changes)

    def _on_maintenance_failed(self, error: Exception) -> None:
        if not isinstance(error, LibraryInUseError):  # it is tried again after the next job
            self.failed.emit(error)
        self._on_maintained()

    def _on_maintained(self, _result: object = None) -> None:
        self._maintenance = None
        self._maintain()

    def _set_state(self, state: IndexState) -> None:
        if state is not self._state:
            self._state = state
            self.state_changed.emit(state)
