"""Opens documents and shows them in their folder, without the window waiting for another program."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.desktop import opening
from app.jobs import JobRunner, call

LANE = "opening"


class OpeningController(QObject):
    """`failed` carries the path that no program opened."""

    failed = Signal(object)

    def __init__(self, runner: JobRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runner = runner

    def open(self, path: Path, page: int | None = None) -> None:
        job = self._runner.start(LANE, call(lambda: opening.viewer_command(path, page)))
        job.finished.connect(lambda command: self._tell(path, done=opening.open_file(path, command)))

    def reveal(self, path: Path) -> None:
        job = self._runner.start(LANE, call(lambda: opening.reveal(path)))
        job.finished.connect(lambda done: self._tell(path, done=done or opening.open_folder(path)))

    def _tell(self, path: Path, *, done: bool) -> None:
        if not done:
            self.failed.emit(path)
