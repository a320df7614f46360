"""Joins the controllers to the main window: every signal of the one meets its slot of the other here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QObject, QStandardPaths, QTimer
from PySide6.QtWidgets import QFileDialog

from app.controllers.filter_choices import FilterChoicesController
from app.controllers.history import HistoryController
from app.controllers.indexing import IndexingController, IndexState
from app.controllers.library import LibraryController
from app.controllers.model_desk import ModelDesk
from app.controllers.models import Installed, ModelsController
from app.controllers.opening import OpeningController
from app.controllers.preview import PreviewController
from app.controllers.question_desk import QuestionDesk
from app.controllers.search import SearchController
from app.controllers.search_desk import SearchDesk
from app.controllers.strip import StripController
from app.controllers.switching import SwitchController
from app.controllers.watching import WatchingController
from app.controllers.why import WhyController
from app.jobs import JobRunner
from app.messages import CONTEXT, UserMessage, explain, explain_watching
from app.models.files import FileTableModel
from app.models.results import ResultListModel
from app.theme import Theme
from app.views.library_dialogs import FilesDialog, FoldersDialog
from app.views.main_window import MainWindow
from core.domain import Document, LibraryStatus, Source
from core.errors import ModelError
from core.layout import SAMPLE_LIBRARY

if TYPE_CHECKING:  # the window must not load the index to start
    from app.controllers.watching import Watch
    from core.collection import Collection
    from core.history import History
    from core.watch.events import WatchProblem


class Desk(QObject):
    """The window with everything that moves it. `start` shows it, `close` ends all that runs."""

    def __init__(
        self, collection: Collection, watch: Watch, theme: Theme, models: Installed, history: History
    ) -> None:
        super().__init__()
        self.runner = JobRunner(self)
        self.indexing = IndexingController(collection, self.runner, self)
        self.library = LibraryController(collection, self.runner, self.indexing, self)
        self.search = SearchController(collection, self.runner, self)
        self.switching = SwitchController(collection, self.runner, self)
        self.watching = WatchingController(watch, self.runner, self)
        self.opening = OpeningController(self.runner, self)
        self.results = ResultListModel(self)
        self.files = FileTableModel(self)
        self.window = MainWindow(self.results, theme.colours)
        self.why = WhyController(
            self.results, self.window.words, self.window.results, self.window.preview, self
        )
        self.preview = PreviewController(collection, self.runner, self.window.preview.pages.wanted_dpi, self)
        self.files_dialog = FilesDialog(self.files, self.window)
        self.folders_dialog = FoldersDialog(theme.colours, self.window)
        self.models = ModelDesk(
            ModelsController(models, collection, self.runner, self),
            self.indexing,
            self.switching,
            self.window,
            theme.colours,
        )
        self.searching = SearchDesk(self.search, self.opening, self.indexing, self.window, self.results)
        self.history = HistoryController(history, self.runner, self)
        choices = FilterChoicesController(collection, self.runner, self)
        self.asking = QuestionDesk(self.search, self.history, choices, self.window, self.results)
        self._status: LibraryStatus | None = None
        self._switch_due = False
        self.strip = StripController(
            self.window.status, self.indexing, self.switching, self.models.title, self
        )
        self._connect_preview()
        self._connect_library()
        self._connect_indexing()
        self._connect_models()
        theme.changed.connect(self.window.set_colours)
        theme.changed.connect(self.folders_dialog.set_colours)
        theme.changed.connect(self.models.dialog.set_colours)

    def start(self, folders: Sequence[Path] = ()) -> None:
        """Show the window, read what the library holds, look at the disk, and watch it from now on."""
        self.window.show_search()
        self.window.show_quiet("", "")
        self.window.show()
        self.window.focus_search()
        self._begin = QTimer(self)
        self._begin.setSingleShot(True)
        self._begin.timeout.connect(lambda: self._start_working(folders))
        self._begin.start(0)  # once the window is drawn: what opens the model takes the processor from it

    def _start_working(self, folders: Sequence[Path]) -> None:
        self.library.refresh()
        self.search.prepare()
        if folders:
            self.library.add(folders)
        else:
            self.indexing.sync()

    def close(self) -> bool:
        """Stop everything; False if something did not stop within a second."""
        for timer in (*self.window.findChildren(QTimer), *self.findChildren(QTimer)):
            timer.stop()
        stopped = self.runner.close()
        self.watching.close()
        return stopped

    def call_from_second_start(self, folders: Sequence[Path]) -> None:
        self.window.bring_to_front()
        self.library.add(folders)

    def _connect_preview(self) -> None:
        pane = self.window.preview
        self.window.results.chosen.connect(self.preview.show)
        self.preview.document_changed.connect(pane.set_document)
        self.preview.page_ready.connect(pane.show_page)
        self.preview.page_number_changed.connect(pane.set_page_number)
        self.preview.text_ready.connect(pane.show_text)
        self.preview.unreadable.connect(pane.show_unreadable)
        self.preview.hit_changed.connect(pane.set_has_passage)
        self.preview.cleared.connect(pane.clear)
        self.preview.gone.connect(lambda: pane.show_message(self.tr("This document is no longer there.")))
        self.preview.failed.connect(lambda error: pane.show_message(_sentence(self._explain(error))))
        pane.page_turned.connect(self.preview.turn_page)
        pane.hit_turned.connect(self.window.results.turn_hit)
        pane.dpi_changed.connect(self.preview.render_again)
        pane.like_wanted.connect(self.window.results.ask_like)
        pane.opened.connect(self._open_previewed)
        pane.revealed.connect(self.window.results.reveal_current)

    def _connect_library(self) -> None:
        window = self.window
        window.add_clicked.connect(self.choose_folder)
        window.folders_dropped.connect(self.library.add)
        window.folders_clicked.connect(lambda: _show(self.folders_dialog))
        window.files_clicked.connect(lambda: _show(self.files_dialog))
        window.welcome.add_clicked.connect(self.choose_folder)
        window.welcome.folder_clicked.connect(lambda folder: self.library.add([folder]))
        window.welcome.sample_clicked.connect(lambda: self.library.add([SAMPLE_LIBRARY]))
        self.folders_dialog.add_clicked.connect(self.choose_folder)
        self.folders_dialog.removed.connect(self.library.forget)
        self.folders_dialog.language_chosen.connect(self.library.set_language)
        self.files_dialog.wanted.connect(self.library.want_documents)
        self.files_dialog.opened.connect(lambda document: self.opening.open(document.path))
        self.files_dialog.revealed.connect(lambda document: self.opening.reveal(document.path))
        self.library.status_changed.connect(self._on_status)
        self.library.sources_changed.connect(self._on_sources)
        self.library.documents_read.connect(self._on_documents)
        self.library.failed.connect(self._complain)

    def _connect_indexing(self) -> None:
        self.indexing.state_changed.connect(self._on_index_state)
        self.indexing.committed.connect(self.search.ask_again)
        self.indexing.source_missing.connect(self._on_source_missing)
        self.indexing.failed.connect(self._on_indexing_failed)
        self.watching.changed.connect(self.indexing.hint)
        self.watching.problem.connect(self._on_watch_problem)
        self.watching.failed.connect(self._complain)

    def _connect_models(self) -> None:
        self.switching.committed.connect(self.library.on_changes)
        self.switching.committed.connect(self.search.ask_again)
        self.switching.changed.connect(lambda _model: self._try_model_again())
        self.switching.ended.connect(self.library.refresh)
        self.switching.failed.connect(self._complain)
        self.searching.failed.connect(self._complain)
        self.history.failed.connect(self._complain)
        self.models.changed.connect(self._on_installed)
        self.window.banner.acted.connect(self.models.show)
        self.window.quiet.acted.connect(self.models.show)

    def _open_previewed(self) -> None:
        row = self.preview.row
        if row is not None:
            self.opening.open(row.document.path, self.preview.page)

    # --- Models --------------------------------------------------------------------------------

    def _on_indexing_failed(self, error: Exception) -> None:
        answering = self._status is None or str(self._status.model) == getattr(error, "model", None)
        if isinstance(error, ModelError) and answering and self.searching.reply is None:
            self.searching.on_unprepared(error)  # where the results would be
        else:
            self.models.complain(error)

    def _try_model_again(self) -> None:
        self.search.prepare()
        self.search.ask_again()

    def _on_installed(self) -> None:
        """It may be the one that was missing."""
        self.switching.release()
        if self.searching.has_model_error:
            self._try_model_again()
            self.indexing.sync()
        else:
            self._switch_due = True
            self.library.refresh()

    def _start_switch(self, status: LibraryStatus) -> None:
        """Once after each job: another program may be at it, and then it ends at once."""
        if self._switch_due and status.switch is not None and self.indexing.state is IndexState.IDLE:
            self._switch_due = False
            self.switching.start()

    # --- The library ---------------------------------------------------------------------------

    def choose_folder(self) -> None:
        """Let the person choose a folder, without stopping the rest of the window."""
        dialog = QFileDialog(self.window, self.tr("Add a folder to search"))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(lambda name: self.library.add([Path(name)]))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _on_status(self, status: LibraryStatus) -> None:
        self._status = status
        self.models.set_status(status)
        self._start_switch(status)
        self.strip.set_status(status)
        self.asking.set_status(status)
        self.searching.set_status(status)

    def _on_sources(self, sources: tuple[Source, ...]) -> None:
        self.folders_dialog.set_sources(sources)
        self.watching.watch([source.path for source in sources])
        if not sources:
            self.window.show_welcome(suggested_folders())
        elif self.window.is_welcoming:
            self.window.show_search()
            self.window.focus_search()

    def _on_documents(self, documents: list[Document]) -> None:
        self.files.set_documents(documents)
        self.files_dialog.show_counts()

    # --- Indexing ------------------------------------------------------------------------------

    def _on_index_state(self, state: IndexState) -> None:
        if state is IndexState.IDLE:
            self._switch_due = True
            self.library.refresh()

    def _on_source_missing(self, folder: Path) -> None:
        self.window.banner.show_message(explain_watching(folder, "missing", _translate))

    def _on_watch_problem(self, problem: WatchProblem) -> None:
        message = explain_watching(problem.folder, problem.trouble, _translate)
        self.window.banner.show_message(message)

    # --- Failures ------------------------------------------------------------------------------

    def _complain(self, error: Exception) -> None:
        self.window.banner.show_message(self._explain(error))

    def _explain(self, error: Exception) -> UserMessage:
        return explain(error, _translate)


def suggested_folders() -> list[Path]:
    """Documents, Desktop and Downloads of this person, where they exist."""
    place = QStandardPaths.StandardLocation
    wanted = (place.DocumentsLocation, place.DesktopLocation, place.DownloadLocation)
    found = [Path(QStandardPaths.writableLocation(each)) for each in wanted]
    return [folder for folder in _unique(found) if folder.is_dir() and folder != Path.home()]


def _unique(folders: Iterable[Path]) -> list[Path]:
    return [*dict.fromkeys(folders)]


def _sentence(message: UserMessage) -> str:
    return "\n\n".join(part for part in (message.title, message.detail, message.action) if part)


def _translate(text: str) -> str:
    return QCoreApplication.translate(CONTEXT, text)


def _show(dialog: FilesDialog | FoldersDialog) -> None:
    dialog.show()
    dialog.raise_()
    dialog.activateWindow()
