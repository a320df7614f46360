"""Joins the question and its answers to the window: what is asked, what is shown, what is opened."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication

from app.controllers.indexing import IndexingController, IndexState
from app.controllers.opening import OpeningController
from app.controllers.search import SearchController
from app.messages import UserMessage, explain, path_text, printable
from app.models.model_words import translate_message
from app.models.results import ResultListModel
from app.models.rows import Row
from app.views.main_window import MainWindow
from app.views.sentences import Sentences, documents_found
from core.domain import LibraryStatus, Query, SearchReply
from core.errors import ModelError


class SearchDesk(QObject):
    """`failed` (Exception): what is to be told above the results, not in their place."""

    failed = Signal(object)

    def __init__(
        self,
        search: SearchController,
        opening: OpeningController,
        indexing: IndexingController,
        window: MainWindow,
        results: ResultListModel,
    ) -> None:
        super().__init__(window)
        self._search = search
        self._opening = opening
        self._indexing = indexing
        self._window = window
        self._results = results
        self._sentences = Sentences(self)
        self._status: LibraryStatus | None = None
        self._model_error: ModelError | None = None
        self._typed = ""
        self._told = False
        self._announced: Query | None = None
        self.reply: SearchReply | None = None
        self._connect()

    @property
    def has_model_error(self) -> bool:
        """Whether the model that answers could not be opened when it was last tried."""
        return self._model_error is not None

    def set_status(self, status: LibraryStatus) -> None:
        self._status = status
        if self.reply is None:
            self._show_ready()
        elif not self.reply.results:
            self._show_nothing_found(self.reply)

    def on_unprepared(self, error: Exception) -> None:
        """Other errors are told when a question meets them."""
        if isinstance(error, ModelError):
            self._model_error = error
            if self.reply is None:
                self._show_model_error(error)

    def _connect(self) -> None:
        box, results = self._window.search_box, self._window.results
        box.moved.connect(results.move_by)
        box.opened.connect(results.open_current)
        box.revealed.connect(results.reveal_current)
        self._search.replied.connect(self._on_reply)
        self._search.failed.connect(self._on_failed)
        self._search.waiting.connect(self._on_waiting)
        self._search.prepared.connect(self._on_prepared)
        self._search.unprepared.connect(self.on_unprepared)
        self._results.more_wanted.connect(self._search.ask_for_more)
        results.opened.connect(self._open)
        results.revealed.connect(lambda row: self._opening.reveal(row.document.path))
        results.passage_copied.connect(lambda row: _copy(row.hit.text))
        results.path_copied.connect(lambda row: _copy(str(row.document.path)))
        results.left.connect(self._window.focus_search)
        self._window.words.left.connect(self._window.focus_search)
        results.typed.connect(box.type_on)
        self._opening.failed.connect(self._on_not_opened)

    # --- Answers -------------------------------------------------------------------------------

    def _on_reply(self, reply: SearchReply | None, same_query: bool) -> None:  # noqa: FBT001 - a Qt slot
        self.reply = reply
        self._typed = self._window.search_box.text().strip()
        if reply is None:
            self._announced = None
            self._show_ready()
            self._window.status.set_right("")
            return
        if reply.final:
            self._model_error = None
        if reply.results:
            self._window.show_results(reply, same_query=same_query)
        else:
            self._show_nothing_found(reply)
        self._tell_count(reply)
        question = replace(reply.query, limit=0)
        if reply.final and question != self._announced:  # first answers come and go with every key
            self._announced = question
            self._window.announce(self._sentences.results_found(reply))

    def _tell_count(self, reply: SearchReply, note: str = "") -> None:
        """How many; how fast only where the answer is final."""
        found = self._sentences.results_found(reply)
        if reply.final:
            note = self._sentences.took(reply.elapsed_ms)
        self._window.status.set_right(f"{found}   ·   {note}" if note else found, reply.model)

    def _on_waiting(self, waiting: bool) -> None:  # noqa: FBT001 - a Qt slot
        """Quietly, in the strip: what is on the screen may still be bettered."""
        reply = self.reply
        if waiting and reply is not None and not reply.final:
            self._tell_count(reply, self.tr("better answers are on their way"))
        elif waiting:
            self._window.status.set_right(self.tr("Searching…"))
        elif reply is not None:
            self._tell_count(reply)
        else:
            self._window.status.set_right("")

    def _show_nothing_found(self, reply: SearchReply) -> None:
        detail = self._sentences.nothing_found(reply, self._status) if self._status else ""
        if self._indexing.state is IndexState.RUNNING:
            detail += "\n" + self.tr("Some files are still being read; they appear here by themselves.")
        if reply.query.like is not None:
            heading = self.tr("Nothing else is like this passage")
        else:
            heading = self.tr("Nothing found for “{query}”").format(query=printable(self._typed))
        self._window.show_quiet(heading, detail.strip())

    def _show_ready(self) -> None:
        """No question yet: say what can be searched."""
        status = self._status
        if self._model_error is not None:
            self._show_model_error(self._model_error)
        elif status is None:
            self._window.show_quiet("", "")
        elif documents_found(status) == 0 and self._indexing.state is not IndexState.IDLE:
            self._window.show_quiet(
                self.tr("Mikke is looking through your folders"),
                self.tr("You can search while that goes on; what has been read is found at once."),
            )
        else:
            self._window.show_quiet(
                self._sentences.ready(status),
                self.tr("Type a few words or a question, in the language of your files."),
            )

    # --- Opening -------------------------------------------------------------------------------

    def _open(self, row: Row) -> None:
        self._opening.open(row.document.path, row.hit.page if row.hit else None)

    def _on_not_opened(self, path: Path) -> None:
        title = self.tr("No program opened this file")
        detail = self.tr("Tell your desktop which program opens files of this kind.")
        message = UserMessage(title=title, detail=path_text(path), action=detail)
        self._window.banner.show_message(message)

    # --- Failures ------------------------------------------------------------------------------

    def _on_failed(self, error: Exception) -> None:
        """A model that cannot be opened is told where the results would be; all else goes on.

        What names and keywords have found stays: it is all there is without the model.
        """
        if not isinstance(error, ModelError):
            self.failed.emit(error)
        elif self.reply is not None and not self.reply.final:
            self._tell_count(self.reply, self.tr("by names and keywords only"))
            if not self._told:
                self._told = True
                self._window.banner.show_message(explain(error, translate_message), self.tr("Models…"))
            self._model_error = error
        else:
            self.reply = None
            self._window.status.set_right("")
            self.on_unprepared(error)

    def _show_model_error(self, error: ModelError) -> None:
        message = explain(error, translate_message)
        detail = "\n".join(part for part in (message.detail, message.action) if part)
        self._window.show_quiet(message.title, detail, self.tr("Models…"))

    def _on_prepared(self) -> None:
        self._told = False
        if self._model_error is not None:
            self._model_error = None
            if self.reply is None:
                self._show_ready()
            self._search.ask_again()


def _copy(text: str) -> None:
    QGuiApplication.clipboard().setText(printable(text))
