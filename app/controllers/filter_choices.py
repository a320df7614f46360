"""What filters there are to choose from: the types, folders and languages that the library has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.jobs import JobRunner, call
from app.views.filter_menu import FilterChoices
from core.domain import DocumentState, LibraryStatus
from core.search.question.parse import folders_with

if TYPE_CHECKING:  # the window must not load the index to start
    from core.collection import Collection

LANE = "choices"
_SEARCHABLE = frozenset({DocumentState.INDEXED, DocumentState.TRUNCATED})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Contents:
    """Formats, the most frequent first, and all folders that hold documents at any depth."""

    formats: tuple[str, ...] = ()
    folders: tuple[Path, ...] = ()


class FilterChoicesController(QObject):
    """`changed` carries FilterChoices, `folders_read` all folders that a filter can name (tuple of Path).

    Documents are counted only when somebody looks, in the background.
    """

    changed = Signal(object)
    folders_read = Signal(object)

    def __init__(self, collection: Collection, runner: JobRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._collection = collection
        self._runner = runner
        self._status: LibraryStatus | None = None
        self._contents = _Contents()
        self._stale = True
        self._reading = False

    def set_status(self, status: LibraryStatus) -> None:
        self._status = status
        self._stale = True
        self._emit()

    def want(self) -> None:
        """Somebody looks: the menu opens, or a folder is named."""
        if self._stale and not self._reading and self._status is not None:
            self._reading, self._stale = True, False
            sources = [source.path for source in self._status.sources]
            job = self._runner.start(LANE, call(lambda: self._read(sources)))
            job.finished.connect(self._on_read)
            job.failed.connect(lambda _error: self._on_read(self._contents))

    def _read(self, sources: Sequence[Path]) -> _Contents:
        """In the lane's thread."""
        documents = self._collection.documents(_SEARCHABLE)
        counts = Counter(document.format for document in documents)
        return _Contents(
            formats=tuple(each for each, _count in counts.most_common() if each),
            folders=folders_with([document.path for document in documents], sources),
        )

    def _on_read(self, contents: _Contents) -> None:
        self._reading = False
        self._contents = contents
        self._emit()
        self.folders_read.emit(contents.folders)

    def _emit(self) -> None:
        status = self._status
        sources = tuple(source.path for source in status.sources) if status else ()
        languages = tuple(language for language in status.languages if language) if status else ()
        self.changed.emit(FilterChoices(formats=self._contents.formats, folders=sources, languages=languages))
