"""First answers give way to final ones: nothing moves under the hand."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.controllers.preview import PreviewController
from app.models.results import ResultListModel
from app.models.rows import Row, RowKind
from app.views.page_view import Place
from app.views.result_list import ResultList
from core.domain import Highlight, Hit, PassageId, Query, Result, SearchReply, Span
from tests.fakes import make_document

_DOCUMENTS = st.lists(
    st.tuples(st.integers(1, 12), st.integers(0, 6)), unique_by=lambda pair: pair[0], max_size=12
)
"""Documents in the order of an answer, each with its number of hits."""


def hit(number: int, text: str = "some text here, for a line or two of the list of results") -> Hit:
    whole = Span(start=0, end=len(text))
    marks = (Highlight(span=Span(start=0, end=4), strength=0.5, query="some", asked=Span(start=0, end=4)),)
    return Hit(
        passage_id=PassageId(number),
        span=whole,
        page=1,
        text=text,
        score=1.0,
        snippet=whole,
        highlights=marks,
        unanswered=(Span(start=5, end=9),) if number % 2 else (),
    )


def answer(documents, *, final: bool) -> SearchReply:
    results = tuple(
        Result(
            document=make_document(number, f"/d/{number}.pdf", page_count=9),
            score=1.0,
            hits=tuple(hit(number * 100 + k) for k in range(hits)),
        )
        for number, hits in documents
    )
    return SearchReply(
        query=Query(text="some more", limit=99),
        model="m",
        elapsed_ms=1,
        passages_searched=1,
        results=results,
        final=final,
    )


@pytest.fixture(scope="module")
def view(qapp, theme):  # noqa: ARG001 - a widget needs an application
    view = ResultList(ResultListModel(), theme.colours)
    view.resize(380, 420)
    view.show()
    yield view
    view.close()
    view.deleteLater()


@given(first=_DOCUMENTS, final=_DOCUMENTS, pick=st.integers(0, 30), scroll=st.integers(0, 2000))
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.differing_executors],
)
def test_what_was_picked_stays_where_it_is(view, first, final, pick, scroll):
    """A picked row that is among the final answers stays picked, at its height if the list reaches so far."""
    view.show_reply(answer(first, final=False), same_query=False)
    view.move_by(pick)
    view._picked = True  # also where the best one was picked, which moves nothing
    bar = view.verticalScrollBar()
    bar.setValue(scroll)
    row, top = view.current_row(), view.visualRect(view.currentIndex()).top()
    view.show_reply(answer(final, final=True), same_query=True)
    now = view.current_row()
    if row is None or row.key not in {each.key for each in view.model()._rows}:
        return
    assert now.key == row.key
    moved = view.visualRect(view.currentIndex()).top() - top
    assert moved == 0 or bar.value() == (bar.minimum() if moved < 0 else bar.maximum())


@given(first=_DOCUMENTS, final=_DOCUMENTS, scroll=st.integers(0, 2000))
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.differing_executors],
)
def test_where_nothing_was_picked_the_best_is_chosen(view, first, final, scroll):
    """The best final answer is chosen, and the list stays scrolled as it was."""
    view.show_reply(answer(first, final=False), same_query=False)
    bar = view.verticalScrollBar()
    bar.setValue(scroll)
    place = bar.value()
    view.show_reply(answer(final, final=True), same_query=True)
    assert view.currentIndex().row() == (0 if final else -1)
    assert bar.value() == min(place, bar.maximum())


def test_later_answers_leave_the_choice_alone(view):
    """When a file was added in the meantime, the document that is being read stays, picked or not."""
    view.show_reply(answer([(1, 1)], final=True), same_query=False)
    view.show_reply(answer([(2, 1), (1, 1)], final=True), same_query=True)
    assert view.current_row().document.id == 1


@pytest.fixture
def preview(collection, runner):
    return PreviewController(collection, runner, lambda: 72.0)


def _rows(collection) -> list[Row]:
    result = collection.search(Query(text="budget")).results[0]
    question = "budget"
    return [
        Row(kind=RowKind.HIT, result=result, hit=each, first=True, last=True, question=question)
        for each in result.hits
    ]


def _places(preview) -> list[Place]:
    places: list[Place] = []
    preview.page_ready.connect(lambda _page, _marks, _dpi, place: places.append(place))
    return places


def _with_other_marks(row: Row, **of_hit) -> Row:
    """The same passage in another reply."""
    found = replace(row.hit, score=row.hit.score + 1, **of_hit)
    return replace(row, result=replace(row.result, hits=(found, *row.result.hits[1:])), hit=found)


def test_the_page_stays_when_only_its_marks_change(preview, collection, qtbot):
    """The same passage keeps the place; another one of that page is scrolled to if it is out of view."""
    places = _places(preview)
    row, other = _rows(collection)
    with qtbot.waitSignal(preview.page_ready):
        preview.show(row)
    with qtbot.waitSignal(preview.page_ready):
        preview.show(_with_other_marks(row))
    with qtbot.waitSignal(preview.page_ready):
        preview.show(_with_other_marks(row, passage_id=PassageId(77)))
    with qtbot.waitSignal(preview.page_ready):
        preview.show(other)
    assert places == [Place.CHOSEN, Place.KEEP, Place.IN_VIEW, Place.CHOSEN]


def test_a_page_that_was_turned_to_stays(preview, collection, qtbot):
    """Who leafed on while the final answer came stays on their page; another question goes to its passage."""
    places = _places(preview)
    row = _rows(collection)[0]
    with qtbot.waitSignal(preview.page_ready):
        preview.show(row)
    with qtbot.waitSignal(preview.page_ready):
        preview.turn_page(2)
    with qtbot.waitSignal(preview.page_ready):
        preview.show(_with_other_marks(row))
    assert preview.page == 3
    with qtbot.waitSignal(preview.page_ready):
        preview.show(replace(_with_other_marks(row, page=1), question="another"))
    assert preview.page == 1
    assert places == [Place.CHOSEN, Place.TOP, Place.KEEP, Place.CHOSEN]
