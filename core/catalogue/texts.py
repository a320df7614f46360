"""The texts table: what was extracted, compressed, so that a file need not be read again."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from typing import Any

from sqlite_utils import Database

from core.domain import DocumentId, ExtractedText, Page, Reason, Section, Span, StateReason

_COMPRESSION_LEVEL = 6


def storable(text: str) -> str:
    """`text` as SQLite can hold it: what is no character (half of a file name's encoding) becomes "?"."""
    return text.encode("utf-8", "replace").decode("utf-8")


def put(db: Database, document_id: DocumentId, text: ExtractedText) -> None:
    """Store or replace the text of a document."""
    packed = zlib.compress(text.text.encode("utf-8", "surrogatepass"), _COMPRESSION_LEVEL)
    db.execute(
        "INSERT OR REPLACE INTO texts (document_id, text, map) VALUES (?, ?, ?)",
        [document_id, packed, json.dumps(_map(text))],
    )


def get(db: Database, document_id: DocumentId) -> ExtractedText:
    """The stored text of a document. Raises KeyError if there is none."""
    row = db.execute("SELECT text, map FROM texts WHERE document_id = ?", [document_id]).fetchone()
    if row is None:
        raise KeyError(document_id)
    packed, map_ = row
    return _restored(zlib.decompress(packed).decode("utf-8", "surrogatepass"), json.loads(map_))


def remove(db: Database, document_id: DocumentId) -> None:
    """The text is no longer kept."""
    db.execute("DELETE FROM texts WHERE document_id = ?", [document_id])


def damage(db: Database, document_id: DocumentId) -> str | None:
    """What is wrong with the stored text of a document, or None if it is whole."""
    try:
        text = get(db, document_id).text
    except KeyError as error:
        return "the stored text is gone" if error.args == (document_id,) else f"its map lacks {error}"
    except (zlib.error, ValueError, TypeError) as error:
        return str(error)
    return None if _last_end(db, document_id) <= len(text) else "the stored text is cut off"


def _last_end(db: Database, document_id: DocumentId) -> int:
    row = db.execute("SELECT MAX(end) FROM passages WHERE document_id = ?", [document_id]).fetchone()
    return row[0] or 0


def _map(text: ExtractedText) -> dict[str, Any]:
    return {
        "title": text.title,
        "format": text.format,
        "pages": [[page.number, page.span.start, page.span.end] for page in text.pages],
        "sections": [[section.start, section.heading] for section in text.sections],
        "truncated": [text.truncated.code, text.truncated.detail] if text.truncated else None,
    }


def _restored(text: str, map_: Mapping[str, Any]) -> ExtractedText:
    truncated = map_["truncated"]
    return ExtractedText(
        text=text,
        title=map_["title"],
        format=map_["format"],
        pages=tuple(Page(number=n, span=Span(start=a, end=b)) for n, a, b in map_["pages"]),
        sections=tuple(Section(heading=heading, start=start) for start, heading in map_["sections"]),
        truncated=StateReason(code=Reason(truncated[0]), detail=truncated[1]) if truncated else None,
    )
