"""The encodings table: which passages have vectors of the upcoming model, and in which of its segments.

When the model takes over, this becomes what the table of passages says (`take_over`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlite_utils import Database

from core.domain import DocumentId, Language, Passage, PassageId, SegmentId, SourceId, Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """A passage without vectors of the upcoming model. `language` None: nobody has looked yet."""

    id: PassageId
    document_id: DocumentId
    passage: Passage
    language: Language | None


def missing(db: Database, *, after: int, limit: int) -> list[Missing]:
    """The first passages with ids above `after` that are not encoded yet, by id."""
    rows = db.execute(
        """
        SELECT id, document_id, start, end, page, heading, language FROM passages
        WHERE id > ? AND NOT EXISTS (SELECT 1 FROM encodings WHERE passage_id = passages.id)
        ORDER BY id LIMIT ?
        """,
        [after, limit],
    )
    return [
        Missing(
            id=PassageId(id_),
            document_id=DocumentId(document_id),
            passage=Passage(span=Span(start=start, end=end), page=page, heading=heading),
            language=language,
        )
        for id_, document_id, start, end, page, heading, language in rows.fetchall()
    ]


def has_passages(db: Database, document_id: DocumentId) -> bool:
    """Whether anything of a document is to be found."""
    found = db.execute("SELECT 1 FROM passages WHERE document_id = ? LIMIT 1", [document_id]).fetchone()
    return found is not None


def languages_now(db: Database, ids: Sequence[PassageId]) -> dict[PassageId, Language | None]:
    """The languages of those of the passages that are alive."""
    rows = db.execute(
        "SELECT id, language FROM passages WHERE id IN (SELECT value FROM json_each(?))",
        [json.dumps(list(ids))],
    )
    return dict(rows.fetchall())


def insert(db: Database, segment_id: SegmentId, counts: Iterable[tuple[PassageId, int]]) -> None:
    """Passages whose vectors are in an upcoming segment, with the number of tokens of each."""
    db.conn.executemany(
        "INSERT INTO encodings (passage_id, segment_id, tokens) VALUES (?, ?, ?)",
        ((id_, segment_id, tokens) for id_, tokens in counts),
    )


def in_segment(db: Database, segment_id: SegmentId) -> NDArray[np.int64]:
    """The ids that are alive in an upcoming segment, int64, ascending."""
    rows = db.execute("SELECT passage_id FROM encodings WHERE segment_id = ? ORDER BY 1", [segment_id])
    return np.fromiter((row[0] for row in rows), dtype=np.int64)


def move_to_segment(db: Database, old: Iterable[SegmentId], new: SegmentId) -> None:
    """After a merge: the vectors of these segments' passages are in `new`."""
    for segment_id in old:
        db.execute("UPDATE encodings SET segment_id = ? WHERE segment_id = ?", [new, segment_id])


def remove_of_source(db: Database, source_id: SourceId) -> None:
    """The passages of a source are to be encoded again; a trigger notes what is dead by it."""
    db.execute(
        """
        DELETE FROM encodings WHERE passage_id IN (
            SELECT passages.id FROM passages JOIN documents ON documents.id = document_id
            WHERE source_id = ?
        )
        """,
        [source_id],
    )


def give_up(db: Database) -> list[str]:
    """Drop all of the upcoming model; returns the names of its segments' files."""
    rows = db.execute("DELETE FROM segments WHERE upcoming RETURNING file").fetchall()
    return [row[0] for row in rows]


def take_over(db: Database, digest: str) -> list[str]:
    """What is encoded with the upcoming model is the library from now on; returns the names of the files of
    what was it before.

    Every passage must be encoded. Nothing dies by it, no passage changes its id, and what was made with any
    other model needs no making again.
    """
    db.execute(
        """
        UPDATE passages SET (segment_id, tokens) =
            (SELECT segment_id, tokens FROM encodings WHERE passage_id = passages.id)
        """
    )
    rows = db.execute("DELETE FROM segments WHERE NOT upcoming RETURNING file").fetchall()
    # They all end with this transaction: nothing compressed with one of them can be committed any more.
    rows += db.execute("DELETE FROM codebooks WHERE model != ? RETURNING file", [digest]).fetchall()
    db.execute("UPDATE segments SET upcoming = 0")
    db.execute("DELETE FROM encodings")
    # A fingerprint ends with the digest of the model (core/indexing/staleness.py); without one, the
    # document's passages are lost, and stay so.
    db.execute(
        """
        UPDATE documents SET fingerprint = rtrim(fingerprint, '0123456789abcdef') || ?
        WHERE fingerprint != '' AND fingerprint NOT LIKE '%:'
        """,
        [digest],
    )
    return [row[0] for row in rows]
