"""The words of the question and what answered them raise each other."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QHelpEvent, QImage
from PySide6.QtWidgets import QApplication, QLineEdit, QToolTip, QWidget

from app.models.marks import Answer, Stress, snippet_of, stress_of, united
from app.models.question_words import Word, missing_words, words_of
from app.views.answer_text import answers_text
from app.views.question_words import QuestionWords
from core.domain import Highlight, Hit, PassageId, Span

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

_QUESTION = "図書館の予算🍣 of the zebra"
_SPAN = st.tuples(st.integers(0, 20), st.integers(0, 20)).map(
    lambda ends: Span(start=min(ends), end=max(ends))
)


def span(start: int, end: int) -> Span:
    return Span(start=start, end=end)


def hit(asked: list[tuple[Span, float]], unanswered: list[Span] = (), text: str = "x" * 40) -> Hit:
    marks = [
        Highlight(span=span(3 * number, 3 * number + 2), strength=strength, query="?", asked=each)
        for number, (each, strength) in enumerate(asked)
    ]
    return Hit(
        passage_id=PassageId(1),
        span=span(0, len(text)),
        page=None,
        text=text,
        score=1.0,
        snippet=span(0, len(text)),
        highlights=tuple(marks),
        unanswered=tuple(unanswered),
    )


# --- What became of the words ----------------------------------------------------------------------


def test_words_are_those_of_the_hit():
    """The hit says what a word is; stretches answered apart and together are cut where they differ."""
    found = hit([(span(0, 3), 0.9), (span(0, 6), 0.4), (span(4, 6), 0.7)], [span(14, 20)])
    words = [(word.text, word.strength, word.missing) for word in words_of(_QUESTION, found)]
    assert words == [
        ("図書館", 0.9, False),
        ("の", 0.4, False),
        ("予算", 0.7, False),
        ("zebra", 0.0, True),
    ]
    assert words_of(_QUESTION, None) == ()
    assert words_of("図書", found) == ()


def test_a_word_that_nothing_answered_is_missing_as_a_whole():
    """A part of it that touches another answer does not make a word of its own."""
    found = hit([(span(2, 4), 0.3)], [span(0, 3)])
    assert [(word.text, word.missing) for word in words_of(_QUESTION, found)] == [
        ("図書館", True),
        ("の", False),
    ]


@given(
    asked=st.lists(st.tuples(_SPAN, st.floats(0.01, 1.0)), max_size=8), unanswered=st.lists(_SPAN, max_size=4)
)
def test_words_cover_what_was_answered_or_not_and_never_overlap(asked, unanswered):
    """All that the hit speaks of is in words, in order, apart, as strong as the best answer or missing."""
    found = hit(asked, unanswered)
    words = words_of(_QUESTION, found)
    covered = [at for word in words for at in range(word.span.start, word.span.end)]
    assert covered == sorted(set(covered))
    spoken_of = {at for each in (*(s for s, _ in asked), *unanswered) for at in range(each.start, each.end)}
    assert {at for at in spoken_of if not _QUESTION[at].isspace()} <= set(covered) <= spoken_of
    for word in words:
        assert word.text == _QUESTION[word.span.start : word.span.end]
        its_own = set(range(word.span.start, word.span.end))
        best = [s for each, s in asked if its_own & set(range(each.start, each.end))]
        given_up = any(its_own & set(range(each.start, each.end)) for each in unanswered)
        assert word.strength == (0.0 if given_up else max(best))


def test_missing_words_are_named_once_in_order():
    """Each word that nothing answered is named once, whatever order and repetitions it comes in."""
    assert missing_words("b a b c", [span(4, 5), span(2, 3), span(0, 1)]) == ("b", "a")
    assert missing_words("b", [span(0, 0)]) == ()


def test_marks_know_what_they_answered():
    """One stretch that answered two words is one mark with both; the strongest answer of a word is told."""
    two = hit([(span(4, 6), 0.7)])
    both = (*two.highlights, Highlight(span=span(0, 2), strength=0.9, query="図書館", asked=span(0, 3)))
    (mark,) = snippet_of(replace(two, highlights=both)).marks
    assert mark.strength == 0.9
    assert [answer.asked for answer in mark.answers] == [span(0, 3), span(4, 6)]
    assert stress_of(mark.answers, span(5, 9)) is Stress.RAISED
    assert stress_of(mark.answers, span(6, 9)) is Stress.DIMMED
    assert stress_of(mark.answers, None) is Stress.NONE
    weaker = Answer(asked=span(0, 3), text="図書館", strength=0.2)
    assert united([[weaker], mark.answers]) == mark.answers


def test_an_answer_is_told_in_words_and_per_cent(language, qapp):  # noqa: ARG001 - translations need one
    """What a mark says names the word and its strength, which colour alone would not tell."""
    language("en")
    told = answers_text([Answer(asked=span(0, 6), text="budget", strength=0.854)])
    assert told == "Answers “budget”: 85%"


# --- The line of words -----------------------------------------------------------------------------

_SHORT = "図書館の予算 of the zebra"
_WORDS = (
    Word(span=span(0, 3), text="図書館", strength=0.9),
    Word(span=span(4, 6), text="予算", strength=0.4),
    Word(span=span(14, 19), text="zebra", strength=0.0),
)


@pytest.fixture
def strip(qtbot, theme, language):
    language("en")
    window = QWidget()
    qtbot.addWidget(window)
    box, strip = QLineEdit(window), QuestionWords(theme.colours, window)
    strip.setGeometry(0, 40, 300, strip.sizeHint().height())
    strip.show_words(_SHORT, _WORDS)
    with qtbot.waitActive(window):
        window.show()
        box.setFocus()
    yield strip  # noqa: PT022 - the window has to outlive the test


def _zones(strip):
    return strip._line.zones


def test_each_word_says_what_became_of_it(strip):
    """A screen reader and a tooltip hear the word, its strength, or that it was not found."""
    names = [zone.accessibleName() for zone in _zones(strip)]
    assert names == [
        "図書館: answered in this passage, 90%",
        "予算: answered in this passage, 40%",
        "zebra: not found in this passage",
    ]
    assert [zone.toolTip() for zone in _zones(strip)] == names


def test_the_keyboard_goes_from_word_to_word(strip, qtbot):
    """Tab reaches one word, the arrow keys the others; each is pointed at while it has the focus."""
    pointed = []
    strip.pointed.connect(pointed.append)
    policies = [zone.focusPolicy() for zone in _zones(strip)]
    assert policies.count(Qt.FocusPolicy.StrongFocus) == 1
    first, second, _third = _zones(strip)
    first.setFocus()
    qtbot.keyClick(first, Qt.Key.Key_Right)
    assert second.focusPolicy() is Qt.FocusPolicy.StrongFocus
    assert first.focusPolicy() is Qt.FocusPolicy.ClickFocus
    assert pointed == [span(0, 3), span(4, 6)]
    with qtbot.waitSignal(strip.left):
        qtbot.keyClick(second, Qt.Key.Key_Escape)


def test_a_word_can_be_kept(strip):
    """A click keeps a word pointed at, also in the next passage; another click lets it go."""
    pointed = []
    strip.pointed.connect(pointed.append)
    _zones(strip)[1].click()
    assert pointed[-1] == span(4, 6)
    strip.show_words(_SHORT, _WORDS[1:])
    assert _zones(strip)[0].isChecked()
    _zones(strip)[0].click()
    assert pointed[-1] is None
    assert not any(zone.isChecked() for zone in _zones(strip))


def test_nothing_moves_when_another_passage_is_chosen(strip):
    """Height and letters stay, whatever became of the words."""
    before = strip.sizeHint(), strip._line.minimumWidth(), _zones(strip)[1].geometry()
    strip.show_words(_SHORT, _WORDS[1:2])
    assert (strip.sizeHint(), strip._line.minimumWidth(), _zones(strip)[0].geometry()) == before


def test_a_word_looks_raised_dimmed_and_missing(strip):
    """What is pointed at differs from what is not by more than its colour: it gets a frame."""
    plain = _grab(strip)
    strip.raise_answered([Answer(asked=span(4, 6), text="予算", strength=0.4)])
    raised = _grab(strip)
    strip.raise_answered([Answer(asked=span(14, 19), text="zebra", strength=0.4)])
    assert raised != plain
    assert _grab(strip) not in (plain, raised)
    strip.raise_answered([])
    assert _grab(strip) == plain


def _grab(strip) -> QImage:
    return strip.grab().toImage()


# --- In the window ---------------------------------------------------------------------------------


def _asked(desk, qtbot, text):
    desk.window.search_box.setText(text)
    qtbot.waitUntil(lambda: bool(desk.window.words.words()) and desk.results.reply.final)
    return desk.window


def test_a_word_raises_what_answered_it(desk, qtbot):
    """Pointing at a word of the question changes its answers in the row and on the page, and only as long."""
    window = _asked(desk, qtbot, "research budget zebra")
    qtbot.waitUntil(lambda: bool(window.preview.pages._boxes))
    assert [word.text for word in window.words.words()] == ["research", "budget", "zebra"]
    assert [word.missing for word in window.words.words()] == [False, False, True]
    views = (window.results.viewport(), window.preview.pages.viewport())
    before = [view.grab().toImage() for view in views]
    window.words._line.zones[0].near.emit(True)  # noqa: FBT003 - a signal has no keywords
    during = [view.grab().toImage() for view in views]
    assert all(one != other for one, other in zip(before, during, strict=True))
    window.words._line.zones[0].near.emit(False)  # noqa: FBT003 - a signal has no keywords
    assert [view.grab().toImage() for view in views] == before


def test_a_mark_in_a_row_tells_what_it_answered(desk, qtbot):
    """The mouse on a marked word of a snippet raises the word of the question, and a tooltip tells it."""
    window = _asked(desk, qtbot, "budget twelve")
    results = window.results
    area = results.visualRect(results.currentIndex())
    told = []
    results.pointed.connect(told.append)
    points = [QPoint(x, y) for y in range(area.top(), area.bottom(), 5) for x in range(0, area.right(), 5)]
    for point in points:
        qtbot.mouseMove(results.viewport(), point)
    assert {answer.text for answers in told for answer in answers} == {"budget", "twelve"}
    point = next(point for point in points if results._answers_at(point))
    qtbot.mouseMove(results.viewport(), point)
    assert window.words._line.raised
    _ask_for_tooltip(results, point)
    assert QToolTip.text().startswith("Answers “")
    QApplication.sendEvent(results.viewport(), QEvent(QEvent.Type.Leave))
    assert window.words._line.raised == ()


def test_a_box_on_the_page_tells_what_it_answered(desk, qtbot):
    """The mouse on a box of the rendered page raises the word of the question and tells it."""
    window = _asked(desk, qtbot, "budget")
    pages = window.preview.pages
    qtbot.waitUntil(lambda: bool(pages._boxes))
    paper = pages._area(_paper(pages), pages._boxes[0][1])
    qtbot.mouseMove(pages.viewport(), paper.center().toPoint())
    assert window.words._line.raised == (span(0, 6),)
    _ask_for_tooltip(pages, paper.center().toPoint())
    assert QToolTip.text() == "Answers “budget”: 100%"
    qtbot.mouseMove(pages.viewport(), QPoint(2, 2))
    assert window.words._line.raised == ()


def _paper(pages):
    return QRectF(QPointF(pages._origin()), QSizeF(pages._shown_size()))


def test_a_mark_in_a_text_tells_what_it_answered(desk, qtbot):
    """The mouse on a mark of the text raises the word of the question; beside the text it raises nothing."""
    window = _asked(desk, qtbot, "予算")
    texts = window.preview.texts
    qtbot.waitUntil(lambda: bool(texts._marks) and texts.isVisible())
    cursor = texts.textCursor()
    cursor.setPosition(texts._marks[0].start)
    point = texts.cursorRect(cursor).center() + QPoint(5, 0)
    qtbot.mouseMove(texts.viewport(), point)
    assert window.words._line.raised == (span(0, 2),)
    _ask_for_tooltip(texts, point)
    assert QToolTip.text() == "Answers “予算”: 100%"
    qtbot.mouseMove(texts.viewport(), QPoint(texts.viewport().width() - 2, point.y()))
    assert window.words._line.raised == ()


def _ask_for_tooltip(view, point):
    event = QHelpEvent(QEvent.Type.ToolTip, point, view.viewport().mapToGlobal(point))
    QApplication.sendEvent(view.viewport(), event)


def test_there_is_no_line_without_a_question(desk, qtbot):
    """Nothing asked, nothing shown; and a first answer calls no word missing."""
    assert not desk.window.words.isVisible()
    window = _asked(desk, qtbot, "budget zebra")
    assert window.words.isVisible()
    final = desk.results.reply
    window.results.show_reply(replace(final, final=False), same_query=True)
    assert [word.text for word in window.words.words()] == ["budget"]
    window.search_box.clear()
    qtbot.waitUntil(lambda: not window.words.isVisible())
