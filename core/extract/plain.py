"""Plain text, source code, logs, tables: the file is the text."""

from __future__ import annotations

from core.domain import ExtractedText
from core.extract.cleanup import clean
from core.extract.decode import decode


def extract_plain(data: bytes, *, cut: bool, file_format: str) -> ExtractedText:
    """`cut`: `data` is only the start of the file. Raises ExtractionError (BINARY)."""
    return ExtractedText(text=clean(decode(data, cut=cut)), title="", format=file_format)
