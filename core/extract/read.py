"""A file -> its extraction, or an ExtractionError with the reason why not. Runs in a worker process."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from core.domain import ExtractedText, FileStamp, Reason
from core.errors import ExtractionError
from core.extract.cleanup import cut_at_border, has_letters, too_long
from core.extract.formats import format_of
from core.settings import ReadingLimits

_HASH_BYTES = 16
_BLOCK = 1 << 20
_MOST_BYTES = 4
"""Bytes that a character takes at most, in any encoding."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Extraction:
    """What was read. `content_hash`: as of `content_hash()`.

    `stamp`: from before reading, so that a file that changes meanwhile is seen as changed the next time.
    """

    text: ExtractedText
    content_hash: bytes
    stamp: FileStamp


def extract_file(path: Path, limits: ReadingLimits) -> Extraction:
    """Read one file. Raises ExtractionError with the reason, whatever goes wrong."""
    file_format = format_of(path)
    if file_format is None:
        raise ExtractionError(Reason.UNSUPPORTED, path.suffix)
    with failures_as_reasons(), _open_regular(path) as file:
        stamp = _stamp(file)
        if stamp.size == 0:
            raise ExtractionError(Reason.EMPTY)
        if file_format == "pdf":
            from core.extract.pdf import extract_pdf

            text = extract_pdf(path, limits)
            digest = _hash(file, limits.document_file_bytes, stamp.size)
        else:
            data = file.read(limits.plain_file_bytes)
            text = _text_of(data, file_format, limits, cut=stamp.size > len(data))
            digest = _hash_of(data, stamp.size)
        return Extraction(text=text, content_hash=digest, stamp=stamp)


def content_hash(path: Path, limits: ReadingLimits) -> bytes:
    """16 bytes of BLAKE2b over what is read of the file, and its size if that is not all of it.

    Equal for the same content wherever it lies, which is how a moved file is recognised. Raises
    ExtractionError.
    """
    with failures_as_reasons(), _open_regular(path) as file:
        whole = format_of(path) == "pdf"
        limit = limits.document_file_bytes if whole else limits.plain_file_bytes
        return _hash(file, limit, _stamp(file).size)


def _text_of(data: bytes, file_format: str, limits: ReadingLimits, *, cut: bool) -> ExtractedText:
    """The text of a format that can be read from a part of its file. The parsers are imported when needed."""
    # ruff: noqa: PLC0415
    enough = limits.text_chars * _MOST_BYTES
    if file_format != "html" and len(data) > enough:
        data, cut = data[:enough], True
    if file_format == "md":
        from core.extract.markdown import extract_markdown

        text = extract_markdown(data, cut=cut, limit=limits.text_chars)
    elif file_format == "html":
        from core.extract.html import extract_html

        text = extract_html(data, cut=cut)
    else:
        from core.extract.plain import extract_plain

        text = extract_plain(data, cut=cut, file_format=file_format)
    if cut and text.truncated is None:
        text = replace(text, truncated=too_long(f"the first {_in_words(len(data))}"))
    return _within_limit(text, limits.text_chars)


def _within_limit(text: ExtractedText, limit: int) -> ExtractedText:
    if not has_letters(text.text):
        raise ExtractionError(Reason.NO_TEXT)
    if len(text.text) <= limit:
        return text
    kept = cut_at_border(text.text, limit)
    return replace(
        text,
        text=kept,
        sections=tuple(section for section in text.sections if section.start < len(kept)),
        truncated=too_long(f"the first {len(kept):,} characters"),
    )


def _in_words(size: int) -> str:
    return f"{size / 2**20:.0f} MiB" if size >= 2**20 else f"{size:,} bytes"


def _stamp(file: BinaryIO) -> FileStamp:
    status = os.fstat(file.fileno())
    return FileStamp(size=status.st_size, mtime_ns=status.st_mtime_ns)


def _hash(file: BinaryIO, limit: int, size: int) -> bytes:
    """The hash of the first `limit` bytes, read from the start."""
    file.seek(0)
    digest = hashlib.blake2b(digest_size=_HASH_BYTES)
    left = limit
    while left and (block := file.read(min(_BLOCK, left))):
        digest.update(block)
        left -= len(block)
    if size > limit:
        digest.update(size.to_bytes(8, "little"))
    return digest.digest()


def _hash_of(data: bytes, size: int) -> bytes:
    digest = hashlib.blake2b(data, digest_size=_HASH_BYTES)
    if size > len(data):
        digest.update(size.to_bytes(8, "little"))
    return digest.digest()


@contextmanager
def _open_regular(path: Path) -> Iterator[BinaryIO]:
    """Open without ever waiting: a pipe that took the file's place would block for good."""
    with open(path, "rb", opener=_open_without_waiting) as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise ExtractionError(Reason.SPECIAL_FILE)
        yield file


def _open_without_waiting(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


@contextmanager
def failures_as_reasons() -> Iterator[None]:
    """Every exception becomes the state that the file ends in."""
    try:
        yield
    except ExtractionError:
        raise
    except MemoryError as error:
        raise ExtractionError(Reason.OUT_OF_MEMORY) from error
    except PermissionError as error:
        raise ExtractionError(Reason.NO_PERMISSION, error.strerror or "") from error
    except (FileNotFoundError, NotADirectoryError) as error:
        raise ExtractionError(Reason.VANISHED) from error
    except OSError as error:
        raise ExtractionError(Reason.READ_ERROR, error.strerror or str(error)) from error
    except Exception as error:  # a parser may raise anything; the file is what is wrong
        raise ExtractionError(Reason.DAMAGED, f"{type(error).__name__}: {error}") from error
