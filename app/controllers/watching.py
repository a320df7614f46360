"""Watches all folders and tells the indexing controller what changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal

from app.jobs import JobRunner, call

if TYPE_CHECKING:  # the window must not load the index to start
    from core.watch.events import WatchProblem
    from core.watch.watcher import Watcher

    Watch = Callable[[Callable[[frozenset[Path]], None], Callable[[WatchProblem], None]], Watcher]

LANE = "watching"
"""Setting a watch on every folder of a large tree takes a while; so it has a thread of its own."""


class WatchingController(QObject):
    """`changed` carries a frozenset of paths, `problem` a WatchProblem; both in the GUI thread."""

    changed = Signal(object)
    problem = Signal(object)
    failed = Signal(object)
    _heard = Signal(object)
    _troubled = Signal(object)

    def __init__(self, watch: Watch, runner: JobRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._watch = watch
        self._runner = runner
        self._watcher: Watcher | None = None
        self._starting = False
        self._wanted: tuple[Path, ...] | None = None
        self._heard.connect(self._on_heard, Qt.ConnectionType.QueuedConnection)
        self._troubled.connect(self._on_troubled, Qt.ConnectionType.QueuedConnection)

    def watch(self, folders: Sequence[Path]) -> None:
        """Watch exactly these folders from now on."""
        self._wanted = tuple(folders)
        self._step()

    def close(self) -> None:
        """Stop watching; call it after the runner is closed, so that no start is on its way."""
        if self._watcher is not None:
            self._watcher.__exit__(None, None, None)
            self._watcher = None

    def _step(self) -> None:
        if self._starting or self._wanted is None:
            return
        folders, self._wanted = self._wanted, None
        self._starting = True
        job = self._runner.start(LANE, call(lambda: self._set(folders)))
        job.finished.connect(self._on_done)
        job.failed.connect(self._on_failed)

    def _set(self, folders: tuple[Path, ...]) -> None:
        """In the lane's thread."""
        if self._watcher is None:
            self._watcher = self._watch(self._heard.emit, self._troubled.emit)
        self._watcher.set_folders(folders)

    def _on_done(self) -> None:
        self._starting = False
        self._step()

    def _on_failed(self, error: Exception) -> None:
        self.failed.emit(error)
        self._on_done()

    def _on_heard(self, paths: frozenset[Path]) -> None:
        self.changed.emit(paths)

    def _on_troubled(self, problem: WatchProblem) -> None:
        self.problem.emit(problem)
