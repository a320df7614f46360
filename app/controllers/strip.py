"""What the strip at the bottom says: what is being read or encoded just now, else what the library holds."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

from app.controllers.indexing import IndexingController, IndexProgress, IndexState
from app.controllers.switching import SwitchController, SwitchProgress
from app.views.sentences import Sentences
from app.views.status_strip import StatusStrip
from core.domain import LibraryStatus, ModelName

_PROGRESS_AFTER_MS = 400
"""A job shorter than this shows no progress: one saved file must not make the strip flicker."""


class StripController(QObject):
    """Its buttons pause, resume, stop and continue indexing and a switch to another model together.

    `title_of` gives the title of a model.
    """

    def __init__(
        self,
        strip: StatusStrip,
        indexing: IndexingController,
        switching: SwitchController,
        title_of: Callable[[ModelName], str],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._strip = strip
        self._indexing = indexing
        self._switching = switching
        self._title_of = title_of
        self._sentences = Sentences(self)
        self._status: LibraryStatus | None = None
        self._progress: IndexProgress | None = None
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_PROGRESS_AFTER_MS)
        self._soon.timeout.connect(self.update)
        strip.pause_toggled.connect(self._toggle_pause)
        strip.cancelled.connect(self._stop)
        strip.continued.connect(self._continue)
        indexing.state_changed.connect(self._on_state)
        indexing.progressed.connect(self._on_progress)
        switching.progressed.connect(self._update_unless_soon)
        switching.ended.connect(self.update)

    def set_status(self, status: LibraryStatus) -> None:
        self._status = status
        self.update()

    def update(self) -> None:
        strip, state, progress = self._strip, self._indexing.state, self._progress
        strip.set_paused(self._paused)
        encoding = self._switching.progress
        if state is IndexState.RUNNING and self._soon.isActive() and encoding is None:
            return
        if state in (IndexState.RUNNING, IndexState.PAUSED) and progress and not self._soon.isActive():
            strip.show_progress(self._progress_text(progress), progress.done, progress.total)
        elif state is IndexState.STOPPED:
            text = self.tr("Stopped. New and changed files are not read until you continue.")
            strip.show_idle(text, can_continue=True)
        elif encoding is not None:
            strip.show_progress(self._switch_text(encoding), encoding.done, encoding.total)
        elif self._status is not None and self._status.sources:
            strip.show_idle(self._sentences.library_summary(self._status))
        else:
            strip.show_idle("")

    @property
    def _paused(self) -> bool:
        return self._indexing.state is IndexState.PAUSED or self._switching.paused

    def _toggle_pause(self) -> None:
        if self._paused:
            self._switching.resume()
            self._indexing.resume()
        else:
            self._switching.pause()
            self._indexing.pause()
        self.update()

    def _stop(self) -> None:
        self._switching.stop()
        self._indexing.stop()

    def _continue(self) -> None:
        self._switching.release()
        self._indexing.sync()

    def _on_state(self, state: IndexState) -> None:
        self._strip.set_paused(self._paused)
        if state is IndexState.RUNNING:
            self._progress = None
            self._soon.start()
        else:
            self._soon.stop()
            self.update()

    def _on_progress(self, progress: IndexProgress) -> None:
        self._progress = progress
        self._update_unless_soon()

    def _update_unless_soon(self, _progress: SwitchProgress | None = None) -> None:
        if not self._soon.isActive():
            self.update()

    def _progress_text(self, progress: IndexProgress) -> str:
        if self._indexing.state is IndexState.PAUSED:
            return self._sentences.paused(progress.done, progress.total)
        if progress.scanned is not None:
            return self._sentences.scanning(progress.path, progress.scanned)
        return self._sentences.reading(progress.path, progress.done, progress.total, progress.remaining_s)

    def _switch_text(self, progress: SwitchProgress) -> str:
        title = self._title_of(progress.model)
        if self._switching.paused:
            return self._sentences.encoding_paused(title, progress.done, progress.total)
        return self._sentences.encoding(title, progress.done, progress.total, progress.remaining_s)
