"""The sources table: the folders that the person asked to search."""

from __future__ import annotations

import os
from pathlib import Path

from sqlite_utils import Database

from core.domain import Source, SourceId


def all_sources(db: Database) -> tuple[Source, ...]:
    """Every source, by path."""
    rows = db.execute("SELECT id, path FROM sources ORDER BY path").fetchall()
    return tuple(Source(id=SourceId(id_), path=Path(os.fsdecode(path))) for id_, path in rows)


def add(db: Database, folder: Path) -> SourceId:
    """Remember `folder`; sources inside it become part of it, with their documents."""
    inner = [source for source in all_sources(db) if source.path.is_relative_to(folder)]
    row = db.execute("INSERT INTO sources (path) VALUES (?) RETURNING id", [os.fsencode(folder)]).fetchone()
    new = SourceId(row[0])
    for source in inner:
        db.execute("UPDATE documents SET source_id = ? WHERE source_id = ?", [new, source.id])
        db.execute("DELETE FROM sources WHERE id = ?", [source.id])
    return new


def remove(db: Database, source_id: SourceId) -> None:
    """Forget a source with its documents, texts and passages."""
    db.execute("DELETE FROM sources WHERE id = ?", [source_id])
