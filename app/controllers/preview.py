"""Fetches what the preview shows: a rendered page or the text of the chosen document, newest wish first."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from app.jobs import JobRunner, call
from app.models.marks import DocumentMark, marks_in, marks_of_document
from app.models.rows import Row, RowKind, is_read
from app.views.page_view import PageMark, Place
from core.domain import Document, ExtractedText, Hit, RenderedPage, Result, Span

if TYPE_CHECKING:  # the window must not load the index to start
    from core.collection import Collection

LANE = "preview"
WHOLE_TEXT_CHARS = 1_000_000
"""Longer texts are shown as a window around the passage (Qt takes 21 ms for this much in ordinary lines)."""

_AROUND_CHARS = 150_000
_LONG_LINE_CHARS = 20_000
_AROUND_IN_LONG_LINES = 20_000
"""Qt lays out a line as a whole: 100,000 characters in one line take it 60 ms, a million 640 ms."""

_CACHED_PAGES = 16
_REST_MS = 40

_PageKey = tuple[int, int, int, int, float, tuple[Span, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wish:
    """What should be on the screen. `page` None: text."""

    row: Row
    hit: Hit | None
    page: int | None
    place: Place


class PreviewController(QObject):
    """Signals in the order in which a document appears: document, then page and page number, or text.

    A document that nobody could read has neither: `unreadable` instead. `hit_changed`: whether what is shown
    is a passage, or the beginning of a document that only its name answers.
    """

    document_changed = Signal(object)
    page_ready = Signal(object, object, float, object)
    page_number_changed = Signal(int, int)
    text_ready = Signal(str, object, str, object)
    unreadable = Signal(object)
    hit_changed = Signal(bool)
    gone = Signal()
    failed = Signal(object)
    cleared = Signal()

    def __init__(
        self,
        collection: Collection,
        runner: JobRunner,
        wanted_dpi: Callable[[], float],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._collection = collection
        self._runner = runner
        self._wanted_dpi = wanted_dpi
        self._wish: _Wish | None = None
        self._running = False
        self._dirty = False
        self._pages: OrderedDict[_PageKey, RenderedPage] = OrderedDict()
        self._text: tuple[tuple[int, int, int], ExtractedText] | None = None
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(_REST_MS)
        self._rest.timeout.connect(self._fetch)

    @property
    def row(self) -> Row | None:
        return self._wish.row if self._wish else None

    @property
    def page(self) -> int | None:
        """The page in view, which may not be that of the hit."""
        return self._wish.page if self._wish else None

    def show(self, row: Row | None) -> None:
        """Show the hit of `row`, the beginning of its document if it has none (None: nothing)."""
        if row is None or row.kind is RowKind.MORE:
            self._wish = None
            self.cleared.emit()
            return
        before = self._wish
        if before is not None and _shown(before.row) == _shown(row):
            return
        page, place = _where(before, row)
        self._set(_Wish(row=row, hit=row.hit, page=page, place=place))

    def turn_page(self, by: int) -> None:
        wish = self._wish
        if wish is None or wish.page is None:
            return
        page = min(max(1, wish.page + by), max(1, wish.row.document.page_count))
        if page == wish.page:
            self.page_number_changed.emit(page, wish.row.document.page_count)
            return
        self._set(_Wish(row=wish.row, hit=wish.hit, page=page, place=Place.TOP if by > 0 else Place.BOTTOM))

    def render_again(self) -> None:
        """The view wants the page in another resolution."""
        wish = self._wish
        if wish is not None and wish.page is not None:
            self._set(_Wish(row=wish.row, hit=wish.hit, page=wish.page, place=Place.KEEP))

    def _set(self, wish: _Wish) -> None:
        new_document = self._wish is None or self._wish.row.document != wish.row.document
        self._wish = wish
        if new_document:
            self.document_changed.emit(wish.row.document)
        self.hit_changed.emit(wish.hit is not None)
        if not is_read(wish.row.document):
            self._rest.stop()
            self.unreadable.emit(wish.row.document)
        elif not self._show_cached(wish):
            self._rest.start()  # a key held down runs through many rows: only the last one is rendered

    def _show_cached(self, wish: _Wish) -> bool:
        if wish.page is None:
            if self._text is None or self._text[0] != _version(wish.row.document):
                return False
            self._show_text(wish, self._text[1])
            return True
        dpi = self._wanted_dpi()
        page = self._pages.get(_page_key(wish, wish.page, dpi))
        if page is None:
            return False
        self._show_page(wish, page, dpi)
        return True

    def _fetch(self) -> None:
        wish = self._wish
        if wish is None:
            return
        if self._running:
            self._dirty = True
            return
        self._running, self._dirty = True, False
        document_id = wish.row.document.id
        dpi = self._wanted_dpi()
        if wish.page is None:
            job = self._runner.start(LANE, call(lambda: self._collection.text(document_id)))
            job.finished.connect(lambda text: self._on_text(wish, text))
        else:
            page, spans = wish.page, [mark.span for mark in _marks(wish)]
            job = self._runner.start(
                LANE, call(lambda: self._collection.render_page(document_id, page, spans, dpi))
            )
            job.finished.connect(lambda rendered: self._on_page(wish, rendered, dpi))
        job.failed.connect(lambda error: self._on_failed(wish, error))
        job.cancelled.connect(self._on_end)

    def _on_page(self, wish: _Wish, rendered: RenderedPage, dpi: float) -> None:
        assert wish.page is not None
        self._pages[_page_key(wish, wish.page, dpi)] = rendered
        while len(self._pages) > _CACHED_PAGES:
            self._pages.popitem(last=False)
        if wish is self._wish:
            self._show_page(wish, rendered, dpi)
        self._on_end()

    def _on_text(self, wish: _Wish, text: ExtractedText) -> None:
        self._text = (_version(wish.row.document), text)
        if wish is self._wish:
            self._show_text(wish, text)
        self._on_end()

    def _on_failed(self, wish: _Wish, error: Exception) -> None:
        if wish is self._wish:
            if isinstance(error, KeyError):  # deleted in the meantime; the next reply says so too
                self.gone.emit()
            else:
                self.failed.emit(error)
        self._on_end()

    def _on_end(self) -> None:
        self._running = False
        if self._dirty:
            self._fetch()

    def _show_page(self, wish: _Wish, rendered: RenderedPage, dpi: float) -> None:
        marks = [
            PageMark(strength=mark.strength, chosen=mark.chosen, answers=mark.answers)
            for mark in _marks(wish)
        ]
        self.page_ready.emit(rendered, marks, dpi, wish.place)
        self.page_number_changed.emit(wish.page or 1, wish.row.document.page_count)

    def _show_text(self, wish: _Wish, extracted: ExtractedText) -> None:
        start, end = _window(extracted.text, wish.hit.span if wish.hit else Span(start=0, end=0))
        text = extracted.text[start:end]
        marks = marks_in(text, start, marks_of_document(wish.row.result, wish.hit))
        self.text_ready.emit(text, marks, wish.row.document.format, wish.place)


def _shown(row: Row) -> tuple[Result, Hit | None, str]:
    return (row.result, row.hit, row.question)


def _first_page(row: Row) -> int | None:
    """The page to begin with; None: the document is shown as text."""
    if row.document.format != "pdf":
        return None
    return row.hit.page if row.hit else 1


def _where(before: _Wish | None, row: Row) -> tuple[int | None, Place]:
    """The page of `row`, and the place on it.

    A new reply to the same question often changes nothing but marks, and then nothing moves.
    """
    page = _first_page(row)
    if before is None or before.row.document.id != row.document.id:
        return page, Place.CHOSEN
    same_question = before.row.question == row.question
    if before.row.key == row.key and (same_question or before.page == page):
        return before.page, Place.KEEP
    # from row to row of one reply a person moves, and wants to see the passage
    moved = before.row.result == row.result
    stays = same_question and not moved and before.page == page
    return page, Place.IN_VIEW if stays else Place.CHOSEN


def _marks(wish: _Wish) -> list[DocumentMark]:
    """The highlights on the page in view."""
    on_page = [hit for hit in wish.row.result.hits if hit.page == wish.page]
    spans = {highlight.span.shifted(hit.span.start) for hit in on_page for highlight in hit.highlights}
    return [mark for mark in marks_of_document(wish.row.result, wish.hit) if mark.span in spans]


def _version(document: Document) -> tuple[int, int, int]:
    return (document.id, document.stamp.size, document.stamp.mtime_ns)


def _page_key(wish: _Wish, page: int, dpi: float) -> _PageKey:
    return (*_version(wish.row.document), page, round(dpi, 1), tuple(mark.span for mark in _marks(wish)))


def _window(text: str, around: Span) -> tuple[int, int]:
    """All of `text`, or what is around `around` if the text or one of its lines is very long."""
    long_lines = max(map(len, text.splitlines()), default=0) > _LONG_LINE_CHARS
    if len(text) <= WHOLE_TEXT_CHARS and not long_lines:
        return 0, len(text)
    reach = _AROUND_IN_LONG_LINES if long_lines else _AROUND_CHARS
    start = max(0, around.start - reach)
    end = min(len(text), around.end + reach)
    if start > 0:
        start = max(start, text.find("\n", start, around.start) + 1)
    return start, end
