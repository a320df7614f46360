"""What a mark says when one points at it: the words of the question that it answered, and how strongly."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QCoreApplication, QLocale

from app.messages import printable
from app.models.marks import Answer
from app.models.question_words import Word


def answers_text(answers: Iterable[Answer]) -> str:
    """One line for each word of the question."""
    template = QCoreApplication.translate("AnswerText", "Answers “{word}”: {strength}")
    return "\n".join(
        template.format(word=printable(each.text), strength=percent(each.strength)) for each in answers
    )


def word_text(word: Word) -> str:
    """A word of the question and what became of it in the chosen passage."""
    if word.missing:
        template = QCoreApplication.translate("AnswerText", "{word}: not found in this passage")
    else:
        template = QCoreApplication.translate("AnswerText", "{word}: answered in this passage, {strength}")
    return template.format(word=printable(word.text), strength=percent(word.strength))


def percent(strength: float) -> str:
    """A strength in (0, 1] as the reader's language writes per cent; never 0."""
    return QLocale().toString(max(1, round(strength * 100))) + QLocale().percent()
