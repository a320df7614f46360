"""PDF, by MuPDF: text with pages, sections from the bookmarks, and pages as pixels."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from core.domain import Box, ExtractedText, Page, Reason, RenderedPage, Section, Span, StateReason
from core.errors import ExtractionError
from core.extract.cleanup import clean, cut_at_border, has_letters, too_long
from core.extract.pdf_page import read_page
from core.settings import ReadingLimits

_BETWEEN_PAGES = "\n\n"
_SHARE_OF_TIME = 0.7
"""Reading stops after this part of the time limit, so that a slow file is truncated and not killed."""
_MAX_PIXELS = 16_000_000
_MAX_TITLE = 200
_NO_TITLE = re.compile(
    r"untitled|microsoft (word|powerpoint|excel)"
    r"|^(document|slide|presentation|layout|title|無題|名称未設定|スライド)\s*\d*$"
    r"|\.(docx?|pptx?|xlsx?|odt|odp|pdf|tex|dvi|indd|qxd|rtf|txt|html?|ps|ai|cdr|fm|p65|jtdc?)$|^[\W\d_]*$",
    re.IGNORECASE,
)
"""Titles that programs write by themselves."""


@contextmanager
def open_pdf(path: Path) -> Iterator[Any]:
    """A `pymupdf.Document`. Raises ExtractionError (ENCRYPTED, DAMAGED), OSError."""
    import pymupdf  # noqa: PLC0415 - only who reads a PDF pays for it

    pymupdf.TOOLS.mupdf_display_errors(False)  # noqa: FBT003 - its only parameter
    pymupdf.TOOLS.mupdf_display_warnings(False)  # noqa: FBT003
    with path.open("rb") as file:
        document = _open(pymupdf, _name_for_mupdf(path, file.fileno()))
        with document:
            if not document.is_pdf:
                raise ExtractionError(Reason.DAMAGED, "this is not a PDF")
            if document.needs_pass:
                raise ExtractionError(Reason.ENCRYPTED)
            if _page_count(document) == 0 and document.is_repaired:
                raise ExtractionError(Reason.DAMAGED, "it has no pages that can be read")
            yield document


def _open(pymupdf: Any, name: str) -> Any:
    try:
        return pymupdf.open(name, filetype="pdf")
    except Exception as error:  # MuPDF's own exceptions have no narrower base
        raise _as_reason(error) from error


def _page_count(document: Any) -> int:
    try:
        return int(document.page_count)
    except Exception as error:
        raise _as_reason(error) from error


def _name_for_mupdf(path: Path, descriptor: int) -> str:
    """MuPDF takes names in UTF-8 only; another name (Linux allows any bytes) goes by the open file."""
    name = str(path)
    try:
        name.encode()
    except UnicodeEncodeError:
        if sys.platform == "linux":
            return f"/proc/self/fd/{descriptor}"
        raise
    return name


def extract_pdf(path: Path, limits: ReadingLimits) -> ExtractedText:
    """Text, pages, title and bookmarks. Raises ExtractionError (ENCRYPTED, DAMAGED, NO_TEXT), OSError."""
    deadline = time.monotonic() + limits.timeout_s * _SHARE_OF_TIME
    with open_pdf(path) as document:
        reading = _Reading(document, limits.text_chars, deadline)
        reading.read()
        text = "".join(reading.parts)
        if not has_letters(text):
            if reading.problem:
                raise ExtractionError(Reason.DAMAGED, reading.problem)
            raise ExtractionError(Reason.NO_TEXT)
        return ExtractedText(
            text=text,
            title=_title(document, reading.title_line),
            format="pdf",
            pages=tuple(reading.pages),
            sections=tuple(_sections(document, text, reading.pages)),
            truncated=reading.truncated,
        )


class _Reading:
    """Reads page after page until the end or a limit."""

    def __init__(self, document: Any, limit: int, deadline: float) -> None:
        self._document = document
        self._limit = limit
        self._deadline = deadline
        self._length = 0
        self.parts: list[str] = []
        self.pages: list[Page] = []
        self.title_line = ""
        self.problem = ""
        self.truncated: StateReason | None = None

    def read(self) -> None:
        count = self._document.page_count
        damaged = 0
        for index in range(count):
            if self._length >= self._limit or (index and time.monotonic() > self._deadline):
                self._stop_at(index, count)
                return
            try:
                page = read_page(self._document[index])
            except Exception as error:
                reason = _as_reason(error)
                if reason.reason.code is Reason.OUT_OF_MEMORY:
                    raise reason from error
                damaged += 1
                self.problem = f"page {index + 1}: {reason.reason.detail}"
                self._add(index, "")
                continue
            if self._length + len(page.text) > self._limit and index:
                self._stop_at(index, count)
                return
            self.title_line = self.title_line or page.title_line
            self._add(index, page.text)
        if damaged:
            detail = f"{damaged} of {count} pages; {self.problem}"
            self.truncated = StateReason(code=Reason.PARTLY_DAMAGED, detail=detail)

    def _add(self, index: int, text: str) -> None:
        if len(text) > self._limit:
            self.truncated = too_long(f"the first {self._limit:,} characters of the page")
            text = cut_at_border(text, self._limit)
        if self.pages:
            self.parts.append(_BETWEEN_PAGES)
            self._length += len(_BETWEEN_PAGES)
        self.pages.append(Page(number=index + 1, span=Span(start=self._length, end=self._length + len(text))))
        self.parts.append(text)
        self._length += len(text)

    def _stop_at(self, index: int, count: int) -> None:
        self.truncated = too_long(f"the first {index:,} of {count:,} pages")


def _title(document: Any, title_line: str) -> str:
    """The title that the file states, if a person wrote it, else the largest line in front."""
    stated = " ".join(clean(document.metadata.get("title") or "").split())
    if stated and not _NO_TITLE.search(stated):
        return stated[:_MAX_TITLE]
    return title_line[:_MAX_TITLE] if has_letters(title_line) else ""


def _sections(document: Any, text: str, pages: Sequence[Page]) -> list[Section]:
    """The bookmarks, where their headings are found, else at the top of their page."""
    sections: list[Section] = []
    try:
        bookmarks = document.get_toc(simple=True)
    except Exception:  # noqa: BLE001 - damaged bookmarks; the text is what counts
        return []
    for _, raw_heading, number in bookmarks:
        heading = " ".join(clean(raw_heading).split())
        if not heading or not 1 <= number <= len(pages):
            continue
        span = pages[number - 1].span
        found = text.find(heading, span.start, span.end)
        sections.append(Section(heading=heading, start=span.start if found < 0 else found))
    return sorted(sections, key=lambda section: section.start)


def render_pdf_page(
    path: Path, *, page: int, expected_text: str, spans: Sequence[Span], dpi: float
) -> RenderedPage:
    """Page `page` (from 1) as pixels, with the rectangles of `spans` (in characters of the page's text).

    There are no rectangles if the page's text is no longer `expected_text`. Raises ExtractionError.
    """
    import pymupdf  # noqa: PLC0415

    with open_pdf(path) as document:
        if not 1 <= page <= document.page_count:
            raise ExtractionError(Reason.VANISHED, f"the file has {document.page_count} pages now")
        try:
            loaded = document[page - 1]
            zoom = _zoom(loaded.rect, dpi)
            pixels = loaded.get_pixmap(
                matrix=pymupdf.Matrix(zoom, zoom), colorspace=pymupdf.csRGB, alpha=False
            )
            text = read_page(loaded)
        except Exception as error:
            raise _as_reason(error) from error
        if text.text != expected_text:
            spans = [Span(start=0, end=0)] * len(spans)
        boxes = tuple(
            tuple(
                Box(left=left * zoom, top=top * zoom, right=right * zoom, bottom=bottom * zoom)
                for left, top, right, bottom in text.boxes_of(span)
            )
            for span in spans
        )
        return RenderedPage(width=pixels.width, height=pixels.height, rgb=bytes(pixels.samples), boxes=boxes)


def _zoom(rectangle: Any, dpi: float) -> float:
    """Pixels for each point, less for a poster that would not fit into memory."""
    area = max(1.0, rectangle.width * rectangle.height)
    return float(min(dpi / 72, (_MAX_PIXELS / area) ** 0.5))


def _as_reason(error: Exception) -> ExtractionError:
    detail = (str(error).splitlines() or [type(error).__name__])[0]
    if isinstance(error, MemoryError) or "malloc" in detail or "out of memory" in detail:
        return ExtractionError(Reason.OUT_OF_MEMORY, detail)
    return ExtractionError(Reason.DAMAGED, detail)
