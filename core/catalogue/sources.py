"""The sources table: the folders that the person asked to search."""

from __future__ import annotations

import os
from pathlib import Path

from sqlite_utils import Database

from core.domain import DocumentId, Language, Source, SourceId


def all_sources(db: Database) -> tuple[Source, ...]:
    """Every source, by path."""
    rows = db.execute("SELECT id, path, language FROM sources ORDER BY path").fetchall()
    return tuple(
        Source(id=SourceId(id_), path=Path(os.fsdecode(path)), language=Language(language))
        for id_, path, language in rows
    )


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


def set_language(db: Database, source_id: SourceId, language: Language) -> None:
    """All in a source is in this language; unknown: each passage has its own."""
    db.execute("UPDATE sources SET language = ? WHERE id = ?", [language, source_id])


def language_of(db: Database, document_id: DocumentId) -> Language:
    """What the person said of the source of a document."""
    row = db.execute(
        """
        SELECT sources.language FROM sources JOIN documents ON source_id = sources.id
        WHERE documents.id = ?
        """,
        [document_id],
    ).fetchone()
    return Language(row[0] if row else "")
