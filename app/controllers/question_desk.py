"""Joins the question to the window: what is typed, its filters as chips, hints, order, the last questions."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject

from app.controllers.filter_choices import FilterChoicesController
from app.controllers.history import HistoryController
from app.controllers.search import SearchController
from app.messages import explain_hint
from app.models.model_words import translate_message
from app.models.results import ResultListModel
from app.views.main_window import MainWindow
from core.domain import FilterKind, Hint, LibraryStatus, Order, ParsedQuestion, Query, SearchReply


class QuestionDesk(QObject):
    """The text in the box is the only place where filters live: chips and menus rewrite it."""

    def __init__(
        self,
        search: SearchController,
        history: HistoryController,
        choices: FilterChoicesController,
        window: MainWindow,
        results: ResultListModel,
    ) -> None:
        super().__init__(window)
        self._search = search
        self._history = history
        self._choices = choices
        self._window = window
        self._results = results
        self._parsed = ParsedQuestion(query=Query(text=""))
        self._hint: Hint | None = None
        self._like = ""
        self._connect_question()
        self._connect_history()
        window.search_box.set_down_is_history(True)

    def set_status(self, status: LibraryStatus) -> None:
        self._choices.set_status(status)
        if self._search.reader.set_sources([source.path for source in status.sources]):
            self._read_again()

    def _connect_question(self) -> None:
        box, row = self._window.search_box, self._window.question_row
        box.typed.connect(self._on_typed)
        box.asked.connect(self._search.ask)
        box.asked.connect(lambda _text: self._show_hints(self._parsed.hints))
        box.composing.connect(self._search.hold)
        box.escaped.connect(self._search.end_like)
        row.chips.removed.connect(self._remove_filter)
        row.chips.like_removed.connect(self._search.end_like)
        row.menu.chosen.connect(self._add_filter)
        row.menu.wanted.connect(self._choices.want)
        row.order_chosen.connect(self._set_order)
        self._choices.changed.connect(row.menu.set_choices)
        self._choices.folders_read.connect(self._on_folders)
        self._window.hint.accepted.connect(self._accept_hint)
        self._search.understood.connect(self._on_understood)
        self._search.like_changed.connect(self._on_like_changed)
        self._window.results.like_wanted.connect(
            lambda row: self._search.ask_like(row.hit.passage_id, row.title)
        )

    def _connect_history(self) -> None:
        box, results, popup = self._window.search_box, self._window.results, self._window.history
        box.typed.connect(self._history.leave)
        box.composing.connect(self._history.hold)
        box.history_wanted.connect(self._history.want)
        self._search.replied.connect(self._on_reply)
        for acted in (results.opened, results.revealed, results.passage_copied, results.path_copied):
            acted.connect(lambda _row: self._history.act())
        box.moved.connect(lambda _rows: self._history.act())
        results.clicked.connect(lambda _index: self._history.act())
        results.selectionModel().currentChanged.connect(self._on_row_changed)
        self._history.listed.connect(self._show_history)
        popup.chosen.connect(box.put)
        popup.removed.connect(self._history.remove)
        popup.cleared.connect(self._history.clear)
        popup.kept.connect(self._history.keep)

    def _on_typed(self, text: str) -> None:
        if self._search.reader.names_folders(text):
            self._choices.want()
        self._search.type(text)

    def _on_folders(self, folders: Sequence[Path]) -> None:
        if self._search.reader.set_folders(folders):
            self._read_again()

    def _read_again(self) -> None:
        """The same text may name other folders now."""
        box = self._window.search_box
        if self._search.reader.names_folders(box.text()) and not box.is_composing:
            self._search.ask(box.text())
            self._show_hints(self._parsed.hints)

    # --- Filters -------------------------------------------------------------------------------

    def _on_understood(self, parsed: ParsedQuestion) -> None:
        self._parsed = parsed
        self._show_chips()

    def _on_like_changed(self, title: str) -> None:
        self._like = title
        if title:
            self._window.search_box.clear()
        self._show_chips()

    def _show_chips(self) -> None:
        self._window.question_row.chips.show_filters(self._parsed.filters, self._like)

    def _remove_filter(self, number: int) -> None:
        if number < len(self._parsed.filters):
            box = self._window.search_box
            box.put(self._search.reader.without(box.text(), self._parsed.filters[number]))

    def _add_filter(self, kind: FilterKind, value: str) -> None:
        box = self._window.search_box
        box.put(self._search.reader.with_filter(box.text(), kind, value))

    def _show_hints(self, hints: Sequence[Hint]) -> None:
        """Only when the typing rests: half a word is no mistake."""
        shown, self._hint = self._hint, hints[0] if hints else None
        if self._hint is None:
            self._window.hint.show_hint("", "")
        elif self._hint != shown:
            hint = explain_hint(self._hint, translate_message)
            text = "   ·   ".join(part for part in (hint.title, hint.action) if part)
            self._window.hint.show_hint(text, self._hint.suggestion)
            self._window.announce(text)

    def _accept_hint(self) -> None:
        if self._hint is not None:
            box = self._window.search_box
            box.put(self._search.reader.corrected(box.text(), self._hint))

    def _set_order(self, order: Order) -> None:
        self._results.set_order(order)
        self._search.set_order(order)

    # --- History -------------------------------------------------------------------------------

    def _on_reply(self, reply: SearchReply | None, _same: bool) -> None:  # noqa: FBT001 - a Qt slot
        self._window.search_box.set_down_is_history(reply is None)
        if reply is not None:
            self._history.arrive(self._window.search_box.text(), final=reply.final)

    def _on_row_changed(self) -> None:
        if self._window.results.hasFocus():  # by hand; a new answer chooses rows, too
            self._history.act()

    def _show_history(self, questions: Sequence[str], kept: bool) -> None:  # noqa: FBT001 - a Qt slot
        popup = self._window.history
        popup.show_questions(questions, kept=kept)
        if not popup.isVisible():
            popup.open_below(self._window.search_box)
