"""The tables of the catalogue, as a series of named steps, each atomic with the record of it."""

from __future__ import annotations

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from core.catalogue import keywords, names

CATALOGUE_VERSION = 4
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


_LIVING_INDEX = (
    # What old segments were compressed with must stay known until the last of them is merged away.
    """
    CREATE TABLE codebooks (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        file TEXT NOT NULL UNIQUE,
        model TEXT NOT NULL,
        centroids INTEGER NOT NULL,
        trained_tokens INTEGER NOT NULL
    )""",
    "ALTER TABLE segments ADD COLUMN codebook_id INTEGER REFERENCES codebooks(id)",
    "CREATE INDEX segments_by_codebook ON segments(codebook_id)",
    # So that a search need not look at every passage to learn which segments have dead ones, and which.
    "ALTER TABLE segments ADD COLUMN dead_passages INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE segments ADD COLUMN dead_tokens INTEGER NOT NULL DEFAULT 0",
    """
    UPDATE segments SET
        dead_passages = passages - (SELECT COUNT(*) FROM passages WHERE segment_id = segments.id),
        dead_tokens =
            tokens - (SELECT COALESCE(SUM(passages.tokens), 0) FROM passages WHERE segment_id = segments.id)
    """,
    """
    CREATE TABLE dead_passages (
        id INTEGER PRIMARY KEY,
        segment_id INTEGER NOT NULL REFERENCES segments(id) ON DELETE CASCADE,
        passage_id INTEGER NOT NULL
    )""",
    "CREATE INDEX dead_passages_by_segment ON dead_passages(segment_id)",
    # A trigger, since passages go in many ways (a file changed or gone, a source forgotten, another document
    # moved onto its name) and most of them are cascades of foreign keys, which only SQLite itself sees.
    """
    CREATE TRIGGER passages_die AFTER DELETE ON passages BEGIN
        INSERT INTO dead_passages (segment_id, passage_id) VALUES (OLD.segment_id, OLD.id);
        UPDATE segments SET dead_passages = dead_passages + 1, dead_tokens = dead_tokens + OLD.tokens
            WHERE id = OLD.segment_id;
    END""",
)


@migrations()
def m002_living_index(db: Database) -> None:
    """Codebooks; how many passages of each segment are dead, and which.

    Which ones died before, only the segment files can tell: `core.indexing.upgrade` asks them.
    """
    for statement in _LIVING_INDEX:
        db.execute(statement)
    db.execute("PRAGMA user_version = 2")


_CHOICE_OF_MODELS = (
    # No row: the built-in model answers. `digest`: of the encoder that last wrote for this role.
    """
    CREATE TABLE models (
        role TEXT PRIMARY KEY,
        name TEXT NOT NULL,
        digest TEXT NOT NULL DEFAULT ''
    )""",
    # The vectors of an upcoming segment are of the model that will answer; no search looks at them before.
    "ALTER TABLE segments ADD COLUMN upcoming INTEGER NOT NULL DEFAULT 0",
    # Passages that have vectors of the upcoming model: in which segment, and how many.
    """
    CREATE TABLE encodings (
        passage_id INTEGER PRIMARY KEY REFERENCES passages(id) ON DELETE CASCADE,
        segment_id INTEGER NOT NULL REFERENCES segments(id) ON DELETE CASCADE,
        tokens INTEGER NOT NULL
    )""",
    "CREATE INDEX encodings_by_segment ON encodings(segment_id)",
    # A passage dies in both of its segments. But when the model takes over, or is given up, the rows of
    # `encodings` go and nobody dies: its segments are none of the upcoming any more then, or gone.
    """
    CREATE TRIGGER encodings_die AFTER DELETE ON encodings
    WHEN (SELECT upcoming FROM segments WHERE id = OLD.segment_id)
    BEGIN
        INSERT INTO dead_passages (segment_id, passage_id) VALUES (OLD.segment_id, OLD.passage_id);
        UPDATE segments SET dead_passages = dead_passages + 1, dead_tokens = dead_tokens + OLD.tokens
            WHERE id = OLD.segment_id;
    END""",
    # NULL: nobody has looked yet. Empty: a passage does not tell; in a source each passage has its own.
    "ALTER TABLE passages ADD COLUMN language TEXT",
    "CREATE INDEX passages_without_language ON passages(document_id) WHERE language IS NULL",
    # So that nobody has to look at every passage to learn in which languages they are, with each question.
    """
    CREATE TABLE languages (
        language TEXT PRIMARY KEY,
        passages INTEGER NOT NULL
    )""",
    "INSERT INTO languages (language, passages) SELECT '', COUNT(*) FROM passages",
    """
    CREATE TRIGGER passages_speak AFTER INSERT ON passages BEGIN
        INSERT INTO languages (language, passages) VALUES (COALESCE(NEW.language, ''), 1)
            ON CONFLICT (language) DO UPDATE SET passages = passages + 1;
    END""",
    """
    CREATE TRIGGER passages_fall_silent AFTER DELETE ON passages BEGIN
        UPDATE languages SET passages = passages - 1 WHERE language = COALESCE(OLD.language, '');
    END""",
    """
    CREATE TRIGGER passages_speak_otherwise AFTER UPDATE OF language ON passages BEGIN
        UPDATE languages SET passages = passages - 1 WHERE language = COALESCE(OLD.language, '');
        INSERT INTO languages (language, passages) VALUES (COALESCE(NEW.language, ''), 1)
            ON CONFLICT (language) DO UPDATE SET passages = passages + 1;
    END""",
    "ALTER TABLE sources ADD COLUMN language TEXT NOT NULL DEFAULT ''",
)


@migrations()
def m003_choice_of_models(db: Database) -> None:
    """Which model answers, and which one is to; what is encoded with that one already; languages."""
    for statement in _CHOICE_OF_MODELS:
        db.execute(statement)
    db.execute("PRAGMA user_version = 3")


_WORDS_AND_NAMES = (
    # What the full-text indexes of passages hold: the version of their terms, and whether a source was
    # forgotten since they were begun, so that it has to leave them.
    """
    CREATE TABLE keyword_tables (
        name TEXT PRIMARY KEY,
        terms INTEGER NOT NULL,
        forgotten INTEGER NOT NULL
    )""",
    # How many passages hold each term.
    "CREATE VIRTUAL TABLE keyword_terms USING fts5vocab('keywords', 'row')",
    # Before, since its documents go with it. A source without any has become part of another one.
    """
    CREATE TRIGGER sources_leave_words BEFORE DELETE ON sources
    WHEN EXISTS (SELECT 1 FROM documents WHERE source_id = OLD.id)
    BEGIN
        UPDATE keyword_tables SET forgotten = 1;
    END""",
)


@migrations()
def m004_words_and_names(db: Database) -> None:
    """Full-text indexes: of names, filled here; of passages, filled by maintenance: that takes minutes."""
    names.create(db)
    for statement in _WORDS_AND_NAMES:
        db.execute(statement)
    keywords.create(db)
    db.execute("PRAGMA user_version = 4")
