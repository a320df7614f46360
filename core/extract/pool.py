"""Reads files and draws pages in worker processes, with limits of time and memory."""

from __future__ import annotations

import concurrent.futures
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Self

from core.domain import Reason, RenderedPage, Span
from core.errors import CancelledError, ExtractionError
from core.extract.formats import format_of
from core.extract.read import Extraction, extract_file, failures_as_reasons
from core.extract.workers import Workers
from core.settings import ReadingLimits

Extract = Callable[[Path, ReadingLimits], Extraction]

RENDER_TIMEOUT_S = 30.0
_NICENESS = 10
"""Reading gives way to whatever the person does. Drawing a page does not: somebody is waiting for it."""


class ExtractionPool:
    """Owns the worker processes; they start with the first file. Use as a context manager. Thread-safe."""

    def __init__(self, readers: Workers, painter: Workers, limits: ReadingLimits, extract: Extract) -> None:
        self._readers = readers
        self._painter = painter
        self._limits = limits
        self._extract = extract

    @classmethod
    def open(cls, workers: int, limits: ReadingLimits, *, extract: Extract = extract_file) -> Self:
        """`workers` processes read files, one more draws pages. `extract` must be a module-level function."""
        return cls(
            Workers(workers, memory_bytes=limits.memory_bytes, niceness=_NICENESS),
            Workers(1, memory_bytes=limits.memory_bytes, niceness=0),
            limits,
            extract,
        )

    def submit(self, path: Path) -> Future[Extraction]:
        """Read a file. The future fails with an ExtractionError and nothing else, or is cancelled.

        Cancelling it ends also a reading that has begun.
        """
        return self._readers.submit(self._extract, path, self._limits, timeout_s=self._limits.timeout_s)

    def render_page(
        self, path: Path, *, page: int, expected_text: str, spans: Sequence[Span], dpi: float
    ) -> RenderedPage:
        """Draw page `page` (from 1) and find `spans` on it, given in characters of the page's text.

        If that is no longer `expected_text`, the boxes are empty. Waits for the result; files that are being
        read are not in its way. Raises ExtractionError; CancelledError if the pool is closed meanwhile.
        """
        drawing = self._painter.submit(
            _render, path, page, expected_text, tuple(spans), dpi, timeout_s=RENDER_TIMEOUT_S
        )
        try:
            return drawing.result()
        except concurrent.futures.CancelledError as error:
            raise CancelledError from error

    def close(self) -> None:
        """End all processes, also in the middle of a file."""
        self._readers.close()
        self._painter.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _render(path: Path, page: int, expected_text: str, spans: tuple[Span, ...], dpi: float) -> RenderedPage:
    if format_of(path) != "pdf":
        raise ExtractionError(Reason.UNSUPPORTED, "this format has no pages")
    from core.extract.pdf import render_pdf_page  # noqa: PLC0415 - loads MuPDF, in the worker only

    with failures_as_reasons():
        return render_pdf_page(path, page=page, expected_text=expected_text, spans=spans, dpi=dpi)
