"""What the library holds: its sources, counts and files, read in the background when something changed."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from app.controllers.indexing import IndexingController
from app.jobs import JobRunner, call
from core.domain import CollectionChanges, Language, LibraryStatus, Source

if TYPE_CHECKING:  # the window must not load the index to start
    from core.collection import Collection

LANE = "library"
_REFRESH_MS = 400


class LibraryController(QObject):
    """`status_changed` (LibraryStatus), `documents_read` (list of Document), `sources_changed` (tuple)."""

    status_changed = Signal(object)
    documents_read = Signal(object)
    sources_changed = Signal(object)
    failed = Signal(object)

    def __init__(
        self,
        collection: Collection,
        runner: JobRunner,
        indexing: IndexingController,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._collection = collection
        self._runner = runner
        self._indexing = indexing
        self._sources: tuple[Source, ...] | None = None
        self._documents_wanted = False
        self._reading = False
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(_REFRESH_MS)
        self._later.timeout.connect(self.refresh)
        indexing.committed.connect(self.on_changes)

    @property
    def sources(self) -> tuple[Source, ...]:
        return self._sources or ()

    def add(self, folders: Iterable[Path]) -> None:
        """Remember folders and index them."""
        for folder in folders:
            self._indexing.mutate(lambda folder=folder: self._collection.add_source(folder))  # type: ignore[misc]

    def forget(self, folder: Path) -> None:
        """Drop a folder from the library (never from the disk)."""
        self._indexing.mutate(lambda: self._collection.forget_source(folder))

    def set_language(self, folder: Path, language: Language) -> None:
        """All in a folder is in this language; unknown: each passage has its own."""
        self._indexing.mutate(lambda: self._collection.set_language(folder, language))

    def want_documents(self, wanted: bool) -> None:  # noqa: FBT001 - a setter of one property, as in Qt
        """Whether somebody looks at the list of files; only then it is kept current."""
        self._documents_wanted = wanted
        if wanted:
            self.refresh()

    def on_changes(self, changes: CollectionChanges) -> None:
        if changes.sources:
            self.refresh()
        elif not self._later.isActive():
            self._later.start()

    def refresh(self) -> None:
        """Read counts (and files, if wanted) again."""
        if self._reading:
            if not self._later.isActive():
                self._later.start()
            return
        self._later.stop()
        self._reading = True
        wanted = self._documents_wanted
        job = self._runner.start(LANE, call(lambda: self._read(documents=wanted)))
        job.finished.connect(self._on_read)
        job.failed.connect(self._on_failed)

    def _read(self, *, documents: bool) -> tuple[LibraryStatus, object]:
        """In the lane's thread."""
        return self._collection.status(), self._collection.documents() if documents else None

    def _on_read(self, answer: tuple[LibraryStatus, object]) -> None:
        self._reading = False
        status, documents = answer
        if status.sources != self._sources:
            self._sources = status.sources
            self.sources_changed.emit(status.sources)
        self.status_changed.emit(status)
        if documents is not None:
            self.documents_read.emit(documents)

    def _on_failed(self, error: Exception) -> None:
        self._reading = False
        self.failed.emit(error)
