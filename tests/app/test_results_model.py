"""The rows of the result list, and positions of highlights in them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QModelIndex, Qt
from pytestqt.modeltest import ModelTester

from app.models.marks import marks_in, marks_of_document, snippet_of, utf16_positions
from app.models.results import ResultListModel
from app.models.rows import HITS_SHOWN
from core.domain import Highlight, Hit, PassageId, Query, Result, SearchReply, Span
from tests.fakes import make_document

_TEXT = st.text(alphabet=st.sampled_from("ab 予算🍣𠮟\n\t　\x00é"), min_size=1, max_size=60)


def hit(number: int, text: str = "some text here", marks=((0, 4),)) -> Hit:
    whole = Span(start=0, end=len(text))
    highlights = [Highlight(span=Span(start=a, end=b), strength=0.5, query="q") for a, b in marks]
    return Hit(
        passage_id=PassageId(number),
        span=whole,
        page=number,
        text=text,
        score=1.0,
        snippet=whole,
        highlights=tuple(highlights),
    )


def result(number: int, hits: int = 1) -> Result:
    document = make_document(number, f"/folder/file {number}.pdf", page_count=hits)
    return Result(document=document, score=1.0, hits=tuple(hit(number * 100 + k) for k in range(hits)))


def reply(*results: Result, limit: int = 30, text: str = "q") -> SearchReply:
    return SearchReply(
        query=Query(text=text, limit=limit), model="m", elapsed_ms=1.0, passages_searched=9, results=results
    )


@pytest.fixture
def model():
    return ResultListModel()


def test_the_model_keeps_qts_rules(model, qtmodeltester: ModelTester):
    """Qt's own checks of item models find nothing while replies come and go."""
    qtmodeltester.check(model)
    # few enough rows that nothing is left to fetch: Qt's tester fetches in the middle of a reset
    model.set_reply(reply(*(result(n, 6) for n in range(4))), same_query=False)
    model.open_document(model.row_at(model.index(3)))
    model.set_reply(reply(result(1, 2), result(2)), same_query=True)
    model.set_reply(None, same_query=False)


def test_three_hits_and_an_offer_of_the_rest(model):
    """A document shows three hits and a row that opens the others; one more hit needs no such row."""
    model.set_reply(reply(result(1, 6), result(2, HITS_SHOWN + 1)), same_query=False)
    rows = [model.row_at(model.index(n)) for n in range(model.rowCount())]
    assert [row.hidden for row in rows] == [0, 0, 0, 3, 0, 0, 0, 0]
    assert [row.first for row in rows] == [True, False, False, False, True, False, False, False]
    model.open_document(rows[3])
    assert model.rowCount() == 10


def test_rows_come_in_batches_and_the_end_asks_for_more(model, qtbot):
    """The view gets rows by and by; at the end of a full reply further results are asked for, once."""
    model.set_reply(reply(*(result(n) for n in range(60)), limit=60), same_query=False)
    first = model.rowCount()
    assert first < 60
    while model.rowCount() < 60:
        model.fetchMore(QModelIndex())
    assert model.canFetchMore(QModelIndex())
    with qtbot.waitSignal(model.more_wanted):
        model.fetchMore(QModelIndex())
    assert not model.canFetchMore(QModelIndex())


def test_the_same_rows_stay_where_they_are(model, qtbot):
    """A new reply that only adds rows at the end resets nothing."""
    model.set_reply(reply(result(1), result(2)), same_query=False)
    with qtbot.assertNotEmitted(model.modelReset):
        model.set_reply(reply(result(1), result(2), result(3)), same_query=True)
        model.set_reply(reply(result(1)), same_query=True)
    assert model.rowCount() == 1


def test_find_goes_to_the_hit_or_else_to_its_document(model):
    """A chosen hit is found again; if it is gone, the first hit of its document is."""
    model.set_reply(reply(result(1), result(2, 3)), same_query=False)
    assert model.find((2, 202)).row() == 3
    assert model.find((2, 999)).row() == 1
    assert not model.find((7, 1)).isValid()


def test_rows_speak(model):
    """A screen reader hears title, page, folder and snippet."""
    model.set_reply(reply(result(4)), same_query=False)
    spoken = model.data(model.index(0), Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == "file 4, page 400, in /folder: some text here"


def test_a_row_drags_out_as_a_file(model):
    """Dragging a result gives the file's URL, also when its name is not UTF-8."""
    strange = replace(result(1), document=make_document(1, "/folder/caf\udce9.txt"))
    model.set_reply(reply(strange), same_query=False)
    mime = model.mimeData([model.index(0)])
    assert bytes(mime.data("text/uri-list").data()).strip() == b"file:///folder/caf%E9.txt"


@given(_TEXT, st.data())
def test_marks_cover_the_characters_they_mean(text, data):
    """In the snippet a mark covers the same characters as its highlight, white space apart."""
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    marked = snippet_of(hit(1, text, ((start, end),)))
    wanted = "".join(c for c in text[start:end] if not c.isspace() and c.isprintable())
    units = marked.text.encode("utf-16-le")
    shown = "".join(units[2 * m.start : 2 * m.end].decode("utf-16-le") for m in marked.marks)
    assert "".join(shown.split()) == wanted


@given(_TEXT)
def test_utf16_positions_agree_with_the_codec(text):
    """A position in UTF-16 units is the length of what stands before it in UTF-16."""
    to_utf16 = utf16_positions(text)
    for position in range(len(text) + 1):
        assert to_utf16(position) == len(text[:position].encode("utf-16-le")) // 2


def test_of_overlapping_hits_the_chosen_one_marks():
    """Words that stand in two hits are marked once, as part of the chosen hit."""
    document = make_document(1, "/a.txt")
    first, second = hit(1, "abcdef", ((2, 4),)), hit(2, "cdef", ((0, 2),))
    second = replace(second, span=Span(start=2, end=6))
    marks = marks_of_document(Result(document=document, score=1, hits=(first, second)), second)
    assert [(m.span.start, m.span.end, m.chosen) for m in marks] == [(2, 4, True)]
    assert [(m.start, m.end) for m in marks_in("cdef", 2, marks)] == [(0, 2)]


def test_a_title_is_marked_where_nothing_else_is(model):
    """If the text of the best hit has no highlights, its row marks the title; a file name will do for one."""
    by_title = Result(
        document=make_document(2, "/folder/a.md", title="The Walrus"),
        score=1.0,
        hits=(hit(200, marks=()), hit(201)),
    )
    unnamed = replace(by_title, document=make_document(3, "/folder/walrus.txt", title="  "))
    model.set_reply(reply(result(1), by_title, unnamed, text="the walrus file"), same_query=False)
    rows = [model.row_at(model.index(number)) for number in range(5)]
    assert [row.title for row in rows] == ["file 1", "The Walrus", "The Walrus", "walrus.txt", "walrus.txt"]
    assert [len(row.title_marks) for row in rows] == [0, 1, 0, 1, 0]
