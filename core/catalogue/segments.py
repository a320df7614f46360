"""The segments table: which segment files count, and what is dead in them.

A file that is not listed here is garbage. The numbers and names of the dead are kept by a trigger on the
table of passages (see migrations.py): whoever deletes a passage need not think of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlite_utils import Database

from core.domain import CodebookId, PassageId, SegmentId


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What a segment file holds; dead passages count too. `model` is the digest of the model.

    `codebook_id` is the codebook that its codes refer to; None: they need none.
    """

    model: str
    passages: int
    tokens: int
    bytes: int
    codebook_id: CodebookId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A live segment and how much of it is dead. `file` is a name inside the index folder; `upcoming`: of the
    model that is to answer, so that no search looks at it yet.
    """

    id: SegmentId
    file: str
    content: Content
    dead_passages: int
    dead_tokens: int
    upcoming: bool = False

    @property
    def alive_passages(self) -> int:
        return self.content.passages - self.dead_passages

    @property
    def alive_tokens(self) -> int:
        return self.content.tokens - self.dead_tokens


def insert(db: Database, file: str, content: Content, *, upcoming: bool = False) -> SegmentId:
    """A segment counts from the commit of this row on."""
    c = content
    row = db.execute(
        """
        INSERT INTO segments (file, model, passages, tokens, bytes, codebook_id, upcoming)
        VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING id
        """,
        [file, c.model, c.passages, c.tokens, c.bytes, c.codebook_id, upcoming],
    ).fetchone()
    return SegmentId(row[0])


def live(db: Database) -> list[Stored]:
    """Every segment, oldest first; those of the upcoming model too."""
    return _select(db, "ORDER BY id")


def answering(db: Database, model: str) -> list[Stored]:
    """The segments in which a model (its digest) answers, oldest first."""
    return [stored for stored in live(db) if stored.content.model == model and not stored.upcoming]


def with_unnamed_dead(db: Database) -> list[Stored]:
    """Segments of which it is known how many passages died, but not of all which."""
    named = "(SELECT COUNT(*) FROM dead_passages WHERE segment_id = segments.id)"
    return _select(db, f"WHERE dead_passages > {named} ORDER BY id")


def is_live(db: Database, segment_id: SegmentId) -> bool:
    """Whether the segment still counts."""
    return db.execute("SELECT 1 FROM segments WHERE id = ?", [segment_id]).fetchone() is not None


def is_upcoming(db: Database, segment_id: SegmentId) -> bool:
    """Whether a segment that counts is of the upcoming model."""
    return bool(db.execute("SELECT upcoming FROM segments WHERE id = ?", [segment_id]).fetchone()[0])


def dead_in(db: Database, segment_id: SegmentId, *, known: int = 0) -> NDArray[np.int64]:
    """The passages of a segment that died, in the order in which they did, without the first `known`."""
    rows = db.execute(
        "SELECT passage_id FROM dead_passages WHERE segment_id = ? ORDER BY id LIMIT -1 OFFSET ?",
        [segment_id, known],
    )
    return np.fromiter((row[0] for row in rows), dtype=np.int64)


def name_dead(db: Database, segment_id: SegmentId, ids: Iterable[PassageId]) -> None:
    """Say which passages of a segment are dead, where they are counted already."""
    db.conn.executemany(
        "INSERT INTO dead_passages (segment_id, passage_id) VALUES (?, ?)", ((segment_id, id_) for id_ in ids)
    )


def add_dead(db: Database, segment_id: SegmentId, ids: Sequence[PassageId], tokens: int) -> None:
    """Passages of a new segment (with so many tokens together) that died before it was listed."""
    name_dead(db, segment_id, ids)
    db.execute(
        "UPDATE segments SET dead_passages = dead_passages + ?, dead_tokens = dead_tokens + ? WHERE id = ?",
        [len(ids), tokens, segment_id],
    )


def remove(db: Database, segment_id: SegmentId) -> None:
    """The segment no longer counts; no passage may refer to it any more."""
    db.execute("DELETE FROM segments WHERE id = ?", [segment_id])


def remove_wholly_dead(db: Database) -> list[str]:
    """Drop every segment in which nothing is alive; returns the names of their files."""
    rows = db.execute("DELETE FROM segments WHERE dead_passages = passages RETURNING file")
    return [row[0] for row in rows.fetchall()]


def totals(db: Database, *, upcoming: bool = False) -> tuple[int, int]:
    """How many passages are alive, and how many tokens they have; or of those encoded with the upcoming
    model.
    """
    row = db.execute(
        """
        SELECT COALESCE(SUM(passages - dead_passages), 0), COALESCE(SUM(tokens - dead_tokens), 0)
        FROM segments WHERE upcoming = ?
        """,
        [upcoming],
    ).fetchone()
    return row[0], row[1]


def _select(db: Database, where: str) -> list[Stored]:
    columns = "id, file, model, passages, tokens, bytes, codebook_id, dead_passages, dead_tokens, upcoming"
    rows = db.execute(f"SELECT {columns} FROM segments {where}")  # noqa: S608 - constants only
    return [
        Stored(
            id=SegmentId(id_),
            file=file,
            content=Content(
                model=model, passages=passages, tokens=tokens, bytes=bytes_, codebook_id=codebook_id
            ),
            dead_passages=dead_passages,
            dead_tokens=dead_tokens,
            upcoming=bool(upcoming),
        )
        for (
            id_,
            file,
            model,
            passages,
            tokens,
            bytes_,
            codebook_id,
            dead_passages,
            dead_tokens,
            upcoming,
        ) in rows
    ]
