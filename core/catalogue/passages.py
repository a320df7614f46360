"""The passages table: where each passage is in its document, and in which segment its vectors are.

A passage has no other states: its row is there and it can be found, or the row is gone and it is dead in its
segment. It never changes its id or its document.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlite_utils import Database

from core.catalogue.numbers import numbers
from core.catalogue.texts import storable
from core.domain import (
    DocumentId,
    Int64Array,
    Language,
    Passage,
    PassageId,
    SegmentId,
    SourceId,
    Span,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A passage with its identity. `language` None: nobody has looked yet."""

    id: PassageId
    document_id: DocumentId
    passage: Passage
    language: Language | None = None


def next_id(db: Database) -> PassageId:
    """The first id that no passage has or ever had."""
    row = db.execute("SELECT seq FROM sqlite_sequence WHERE name = 'passages'").fetchone()
    return PassageId((row[0] if row else 0) + 1)


def insert(
    db: Database, segment_id: SegmentId, passages: Iterable[Stored], token_counts: Iterable[int]
) -> None:
    """Passages whose vectors are in a segment, with the number of tokens of each."""
    db.conn.executemany(
        """
        INSERT INTO passages (id, document_id, segment_id, start, end, page, heading, tokens, language)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
        (
            (
                stored.id,
                stored.document_id,
                segment_id,
                stored.passage.span.start,
                stored.passage.span.end,
                stored.passage.page,
                storable(stored.passage.heading),
                tokens,
                stored.language,
            )
            for stored, tokens in zip(passages, token_counts, strict=True)
        ),
    )


def remove(db: Database, document_ids: Iterable[DocumentId]) -> None:
    """Drop the passages of documents. A trigger notes them as dead in their segments."""
    db.conn.executemany(
        "DELETE FROM passages WHERE document_id = ?", ((document_id,) for document_id in document_ids)
    )


def remove_of_segment(db: Database, segment_id: SegmentId) -> None:
    """Drop the passages whose vectors are in a segment."""
    db.execute("DELETE FROM passages WHERE segment_id = ?", [segment_id])


def get(db: Database, ids: Sequence[PassageId]) -> dict[PassageId, Stored]:
    """The passages with these ids; ids that are gone are left out."""
    # As JSON, since SQLite limits the number of "?".
    rows = db.execute(
        """
        SELECT id, document_id, start, end, page, heading, language FROM passages
        WHERE id IN (SELECT value FROM json_each(?))
        """,
        [json.dumps(list(ids))],
    )
    found = (_stored(row) for row in rows.fetchall())
    return {stored.id: stored for stored in found}


def in_segment(db: Database, segment_id: SegmentId) -> NDArray[np.int64]:
    """The ids that are alive in a segment, `(passages,)` int64, ascending."""
    return _column(db, "id", segment_id)


def documents_in_segment(db: Database, segment_id: SegmentId) -> NDArray[np.int64]:
    """The document of each of the ids that `in_segment` gives, `(passages,)` int64."""
    return _column(db, "document_id", segment_id)


def by_language(db: Database, wanted: Iterable[Language]) -> Int64Array:
    """The passages in any of these languages, `(passages,)` int64, ascending. Unknown is one, too."""
    # A passage of which nobody has looked counts as unknown.
    among = "COALESCE(language, '') IN (SELECT value FROM json_each(?))"
    ordered = f"SELECT id AS value FROM passages WHERE {among} ORDER BY id"  # noqa: S608 - constants
    return numbers(db, ordered, [json.dumps([*wanted])])


def documents_of(db: Database, passage_ids: Int64Array) -> Int64Array:
    """The documents in which these passages are, each once, int64, ascending; dead passages have none."""
    ordered = """
        SELECT DISTINCT document_id AS value FROM passages
        WHERE id IN (SELECT value FROM json_each(?)) ORDER BY 1
        """
    return numbers(db, ordered, [json.dumps(passage_ids.tolist())])


def move_to_segment(db: Database, old: Iterable[SegmentId], new: SegmentId) -> None:
    """After a merge: the vectors of these segments' passages are in `new`."""
    for segment_id in old:
        db.execute("UPDATE passages SET segment_id = ? WHERE segment_id = ?", [new, segment_id])


def languages(db: Database) -> dict[Language, int]:
    """How many passages are in each language, the most frequent first."""
    rows = db.execute(
        "SELECT language, passages FROM languages WHERE passages > 0 ORDER BY passages DESC, language"
    )
    return {Language(language): count for language, count in rows.fetchall()}


def without_language(db: Database, limit: int) -> list[DocumentId]:
    """Documents with passages of which nobody has looked in what language they are."""
    rows = db.execute("SELECT DISTINCT document_id FROM passages WHERE language IS NULL LIMIT ?", [limit])
    return [DocumentId(row[0]) for row in rows.fetchall()]


def of_document(db: Database, document_id: DocumentId) -> list[Stored]:
    """The passages of a document, in order."""
    rows = db.execute(
        """
        SELECT id, document_id, start, end, page, heading, language FROM passages
        WHERE document_id = ? ORDER BY id
        """,
        [document_id],
    )
    return [_stored(row) for row in rows.fetchall()]


def set_languages(db: Database, languages: Iterable[tuple[PassageId, Language]]) -> None:
    """In what language passages are."""
    db.conn.executemany(
        "UPDATE passages SET language = ? WHERE id = ?", ((language, id_) for id_, language in languages)
    )


def set_language_of_source(db: Database, source_id: SourceId, language: Language | None) -> list[DocumentId]:
    """All in a source is in this language (None: somebody has to look); returns the documents of which
    something else was known.
    """
    other = "document_id IN (SELECT id FROM documents WHERE source_id = ?) AND language IS NOT ?"
    rows = db.execute(f"SELECT DISTINCT document_id FROM passages WHERE {other}", [source_id, language])  # noqa: S608
    changed = [DocumentId(row[0]) for row in rows.fetchall()]
    db.execute(f"UPDATE passages SET language = ? WHERE {other}", [language, source_id, language])  # noqa: S608
    return changed


def _column(db: Database, column: str, segment_id: SegmentId) -> Int64Array:
    ordered = f"SELECT {column} AS value FROM passages WHERE segment_id = ? ORDER BY id"  # noqa: S608 - constants
    return numbers(db, ordered, [segment_id])


def _stored(row: tuple[Any, ...]) -> Stored:
    id_, document_id, start, end, page, heading, language = row
    passage = Passage(span=Span(start=start, end=end), page=page, heading=heading)
    return Stored(id=PassageId(id_), document_id=DocumentId(document_id), passage=passage, language=language)
