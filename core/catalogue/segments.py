"""The segments table: which segment files count. A file that is not listed here is garbage."""

from __future__ import annotations

from dataclasses import dataclass

from sqlite_utils import Database

from core.domain import SegmentId


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What a segment file holds; dead passages count too. `model` is the digest of the model."""

    model: str
    passages: int
    tokens: int
    bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A live segment and what is alive in it. `file` is a name inside the index folder."""

    id: SegmentId
    file: str
    content: Content
    alive_passages: int
    alive_tokens: int


def insert(db: Database, file: str, content: Content) -> SegmentId:
    """A segment counts from the commit of this row on."""
    row = db.execute(
        "INSERT INTO segments (file, model, passages, tokens, bytes) VALUES (?, ?, ?, ?, ?) RETURNING id",
        [file, content.model, content.passages, content.tokens, content.bytes],
    ).fetchone()
    return SegmentId(row[0])


def live(db: Database) -> list[Stored]:
    """Every segment with what is alive in it, oldest first."""
    rows = db.execute(
        """
        SELECT segments.id, file, model, segments.passages, segments.tokens, bytes,
               COUNT(passages.id), COALESCE(SUM(passages.tokens), 0)
        FROM segments LEFT JOIN passages ON passages.segment_id = segments.id
        GROUP BY segments.id ORDER BY segments.id
        """
    )
    return [
        Stored(
            id=SegmentId(id_),
            file=file,
            content=Content(model=model, passages=passages, tokens=tokens, bytes=bytes_),
            alive_passages=alive_passages,
            alive_tokens=alive_tokens,
        )
        for id_, file, model, passages, tokens, bytes_, alive_passages, alive_tokens in rows.fetchall()
    ]


def remove(db: Database, segment_id: SegmentId) -> None:
    """The segment no longer counts; no passage may refer to it any more."""
    db.execute("DELETE FROM segments WHERE id = ?", [segment_id])
