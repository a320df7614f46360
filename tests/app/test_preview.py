"""The preview fetches only what is wanted last, keeps pages, and never loads a huge text whole."""

from __future__ import annotations

import pytest

from app.controllers.preview import WHOLE_TEXT_CHARS, PreviewController, _window
from app.models.rows import Row, RowKind
from core.domain import Query, Reason, Span
from core.errors import ExtractionError


@pytest.fixture
def preview(collection, runner):
    return PreviewController(collection, runner, lambda: 72.0)


def _row(collection, text, number=0) -> Row:
    result = collection.search(Query(text=text)).results[0]
    return Row(kind=RowKind.HIT, result=result, hit=result.hits[number], first=True, last=True)


def test_a_page_comes_with_all_its_marks(preview, collection, qtbot):
    """The page of the hit is rendered with the marks of every hit on it, and counted."""
    with qtbot.waitSignals([preview.document_changed, preview.page_ready, preview.page_number_changed]):
        preview.show(_row(collection, "budget"))
    with qtbot.waitSignal(preview.page_ready) as page:
        preview.show(_row(collection, "budget", 1))
    rendered, marks, dpi, _place = page.args
    assert len(marks) == len(rendered.boxes) == 1
    assert dpi == 72.0
    assert rendered.width == 595


def test_a_page_seen_before_is_not_rendered_again(preview, collection, qtbot):
    """Going back to a page shows it at once, from memory."""
    for number in (0, 1):
        with qtbot.waitSignal(preview.page_ready):
            preview.show(_row(collection, "budget", number))
    with qtbot.waitSignal(preview.page_ready, timeout=10):
        preview.show(_row(collection, "budget", 0))
    assert len(collection.called("render_page")) == 2


def test_a_key_held_down_renders_the_last_row_only(preview, collection, qtbot):
    """Rows that are only passed are not rendered."""
    rows = [_row(collection, "budget", number % 2) for number in range(9)]
    with qtbot.waitSignal(preview.page_ready):
        for row in rows:
            preview.show(row)
    assert len(collection.called("render_page")) == 1


def test_a_page_that_cannot_be_drawn_says_why(preview, collection, qtbot, monkeypatch):
    """A file that broke in the meantime is told as such; one that is gone as gone."""

    def damaged(*_args):
        raise ExtractionError(Reason.DAMAGED)

    monkeypatch.setattr(collection, "render_page", damaged)
    with qtbot.waitSignal(preview.failed):
        preview.show(_row(collection, "budget"))

    def gone(*_args):
        raise KeyError(1)

    monkeypatch.setattr(collection, "render_page", gone)
    with qtbot.waitSignal(preview.gone):
        preview.turn_page(1)


def test_a_long_text_is_shown_around_the_passage():
    """A text of millions of characters is cut to whole lines around the passage."""
    text = "a line of text\n" * 400_000
    around = Span(start=3_000_000, end=3_000_040)
    start, end = _window(text, around)
    assert start < around.start < around.end < end
    assert end - start <= WHOLE_TEXT_CHARS
    assert text[start - 1] == "\n"
    one_line = "word " * 100_000
    start, end = _window(one_line, Span(start=300_000, end=300_005))
    assert 10_000 < end - start < 100_000
    assert _window("short", Span(start=0, end=5)) == (0, 5)
