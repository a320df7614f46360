"""Why a passage was found: joins the words of the question to what answered them, both ways."""

from __future__ import annotations

from PySide6.QtCore import QObject

from app.models.question_words import question_of, words_of
from app.models.results import ResultListModel
from app.models.rows import Row
from app.views.preview_pane import PreviewPane
from app.views.question_words import QuestionWords
from app.views.result_list import ResultList


class WhyController(QObject):
    """Needs no calls: it follows the list of results, which says what is chosen after every reply."""

    def __init__(
        self,
        model: ResultListModel,
        words: QuestionWords,
        results: ResultList,
        preview: PreviewPane,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._model = model
        self._words = words
        results.chosen.connect(self._on_chosen)
        for view in (results, preview):
            words.pointed.connect(view.set_word)
            view.pointed.connect(words.raise_answered)

    def _on_chosen(self, row: Row | None) -> None:
        reply = self._model.reply
        question = question_of(reply.query) if reply is not None else ""
        words = words_of(question, row.hit if row is not None else None)
        if reply is not None and not reply.final:  # what the model finds may yet answer them
            words = tuple(word for word in words if not word.missing)
        self._words.show_words(question, words)
        self._words.setVisible(bool(question.strip()))
