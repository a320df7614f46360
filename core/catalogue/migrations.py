"""The tables of the catalogue, as a series of named steps, each atomic with the record of it."""

from __future__ import annotations

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

CATALOGUE_VERSION = 1
"""The number of the last step; SQLite's `user_version` of an up-to-date catalogue."""

migrations = Migrations("catalogue")

# Paths are BLOBs (os.fsencode): a file name need not be valid text. Ids are AUTOINCREMENT: never used twice.
_FIRST_LIGHT = (
    """
    CREATE TABLE sources (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        path BLOB NOT NULL UNIQUE
    )""",
    """
    CREATE TABLE documents (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        source_id INTEGER NOT NULL REFERENCES sources(id) ON DELETE CASCADE,
        path BLOB NOT NULL UNIQUE,
        size INTEGER NOT NULL,
        mtime_ns INTEGER NOT NULL,
        content_hash BLOB,
        format TEXT NOT NULL,
        title TEXT NOT NULL,
        state TEXT NOT NULL,
        reason TEXT,
        detail TEXT NOT NULL,
        page_count INTEGER NOT NULL,
        fingerprint TEXT NOT NULL
    )""",
    "CREATE INDEX documents_by_source ON documents(source_id)",
    "CREATE INDEX documents_by_state ON documents(state)",
    # Apart from documents, so that listing documents never pages through their text.
    """
    CREATE TABLE texts (
        document_id INTEGER PRIMARY KEY REFERENCES documents(id) ON DELETE CASCADE,
        text BLOB NOT NULL,
        map TEXT NOT NULL
    )""",
    """
    CREATE TABLE segments (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        file TEXT NOT NULL UNIQUE,
        model TEXT NOT NULL,
        passages INTEGER NOT NULL,
        tokens INTEGER NOT NULL,
        bytes INTEGER NOT NULL
    )""",
    """
    CREATE TABLE passages (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        document_id INTEGER NOT NULL REFERENCES documents(id) ON DELETE CASCADE,
        segment_id INTEGER NOT NULL REFERENCES segments(id),
        start INTEGER NOT NULL,
        end INTEGER NOT NULL,
        page INTEGER,
        heading TEXT NOT NULL,
        tokens INTEGER NOT NULL
    )""",
    "CREATE INDEX passages_by_document ON passages(document_id)",
    "CREATE INDEX passages_by_segment ON passages(segment_id)",
)


@migrations()
def m001_first_light(db: Database) -> None:
    """Sources, documents with their text, passages, segments."""
    for statement in _FIRST_LIGHT:
        db.execute(statement)
    db.execute("PRAGMA user_version = 1")
