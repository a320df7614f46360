"""The names table: the file name and the title of every document, folded, for any part of a word.

The functions of `documents` keep it current; what is deleted there is deleted here with it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import Any

from sqlite_utils import Database

from core.catalogue.numbers import numbers
from core.catalogue.texts import storable
from core.domain import DocumentId, Int64Array
from core.folding.fold import fold_text

INDEXED = 3
"""Characters that a word must have for the index to know where it stands; for shorter ones all is read."""

_SPARE = 200
"""Candidates beyond the limit among which the newest of equally good ones are chosen."""

# The index of parts keeps no names of its own; triggers tell it what comes and goes.
_TABLES = (
    """
    CREATE TABLE names (
        document_id INTEGER PRIMARY KEY REFERENCES documents(id) ON DELETE CASCADE,
        name TEXT NOT NULL,
        title TEXT NOT NULL
    )""",
    "CREATE INDEX names_by_name ON names(name)",
    """
    CREATE VIRTUAL TABLE name_parts USING fts5(
        name, title, content='names', content_rowid='document_id', tokenize='trigram case_sensitive 1'
    )""",
)
_TRIGGERS = (
    """
    CREATE TRIGGER names_come AFTER INSERT ON names BEGIN
        INSERT INTO name_parts (rowid, name, title) VALUES (NEW.document_id, NEW.name, NEW.title);
    END""",
    """
    CREATE TRIGGER names_go AFTER DELETE ON names BEGIN
        INSERT INTO name_parts (name_parts, rowid, name, title)
            VALUES ('delete', OLD.document_id, OLD.name, OLD.title);
    END""",
    """
    CREATE TRIGGER names_change AFTER UPDATE ON names BEGIN
        INSERT INTO name_parts (name_parts, rowid, name, title)
            VALUES ('delete', OLD.document_id, OLD.name, OLD.title);
        INSERT INTO name_parts (rowid, name, title) VALUES (NEW.document_id, NEW.name, NEW.title);
    END""",
)


def note(db: Database, document_ids: Iterable[DocumentId]) -> None:
    """Read again what these documents are called."""
    for document_id in document_ids:
        row = db.execute("SELECT id, path, title FROM documents WHERE id = ?", [document_id]).fetchone()
        if row is not None:
            db.execute(
                """
                INSERT INTO names (document_id, name, title) VALUES (?, ?, ?)
                ON CONFLICT (document_id) DO UPDATE SET name = excluded.name, title = excluded.title
                    WHERE name != excluded.name OR title != excluded.title
                """,
                _row(*row),
            )


def create(db: Database) -> None:
    """Make the tables anew, from the documents: 100,000 take 2 s (2026-11)."""
    db.execute("DROP TABLE IF EXISTS name_parts")
    db.execute("DROP TABLE IF EXISTS names")
    for statement in _TABLES:
        db.execute(statement)
    rows = db.execute("SELECT id, path, title FROM documents ORDER BY id").fetchall()
    db.conn.executemany(
        "INSERT INTO names (document_id, name, title) VALUES (?, ?, ?)", (_row(*row) for row in rows)
    )
    db.execute("INSERT INTO name_parts (name_parts) VALUES ('rebuild')")
    for statement in _TRIGGERS:
        db.execute(statement)


def optimise(db: Database) -> None:
    """Take what is deleted out of the index, too, where it stays until enough has been added."""
    db.execute("INSERT INTO name_parts (name_parts) VALUES ('optimize')")


def matching(db: Database, words: Sequence[str], limit: int) -> list[DocumentId]:
    """The documents whose file name or title holds every word, any part of a word, best first: all words in
    the name; a name that begins with the first of them; shorter names; newer files.
    """
    folded = [word for word in map(_folded, words) if word]
    if not folded:
        return []
    found: dict[int, None] = {}
    # One after the other, since the first are most often enough, and quicker found.
    for where, values in (
        _beginning(folded),
        _holding(folded, ("name",)),
        _holding(folded, ("name", "title")),
    ):
        if len(found) < limit:
            found.update(dict.fromkeys(_ranked(db, where, values, limit)))
    return [DocumentId(id_) for id_ in list(found)[:limit]]


def holding(db: Database, part: str) -> Int64Array:
    """The documents whose file name holds this, `(n,)` int64, ascending."""
    where, values = _holding([_folded(part)], ("name",))
    ordered = f"SELECT document_id AS value FROM names WHERE {where} ORDER BY document_id"  # noqa: S608
    return numbers(db, ordered, values)


def damage(db: Database) -> str | None:
    """What is wrong with the table, or None. Looks at every document."""
    rows = db.execute("SELECT id, path, title FROM documents").fetchall()
    stored = db.execute("SELECT document_id, name, title FROM names").fetchall()
    found = {row[0]: tuple(row[1:]) for row in stored}
    wrong = sum(found.pop(row[0], None) != _row(*row)[1:] for row in rows) + len(found)
    return f"{wrong} names are not those of the documents" if wrong else None


def check_parts(db: Database) -> None:
    """Compare the index of parts with the names, 0.5 s for 100,000 (2026-11): a statement that writes, though
    nothing, so that other writers wait for it. Raises sqlite3.DatabaseError if they differ.
    """
    db.execute("INSERT INTO name_parts (name_parts, rank) VALUES ('integrity-check', 1)")
    db.conn.rollback()


def _ranked(db: Database, where: str, values: Sequence[Any], limit: int) -> list[int]:
    """The best of one kind: the shorter names, of equally long ones the newer files."""
    rows = db.execute(
        f"""
        SELECT found.document_id FROM (
            SELECT document_id, length(name) AS size FROM names WHERE {where}
            ORDER BY size, document_id DESC LIMIT ?
        ) AS found JOIN documents ON documents.id = found.document_id
        ORDER BY found.size, mtime_ns DESC, found.document_id LIMIT ?
        """,  # noqa: S608 - constants
        [*values, limit + _SPARE, limit],
    )
    return [row[0] for row in rows.fetchall()]


def _beginning(folded: Sequence[str]) -> tuple[str, list[Any]]:
    """The name begins with the first word and holds the others."""
    first, *others = folded
    clauses = ["name >= ?", "name < ?", *["instr(name, ?) > 0"] * len(others)]
    return " AND ".join(clauses), [first, f"{first}\U0010ffff", *others]


def _holding(folded: Sequence[str], columns: tuple[str, ...]) -> tuple[str, list[Any]]:
    """One of the columns holds the first word, one the second, and so on."""
    clauses, values = list[str](), list[Any]()
    indexed = [word for word in folded if len(word) >= INDEXED]
    if indexed:
        quoted = " AND ".join('"{}"'.format(word.replace('"', '""')) for word in indexed)
        clauses.append("document_id IN (SELECT rowid FROM name_parts WHERE name_parts MATCH ?)")
        values.append(f"{{{' '.join(columns)}}} : ({quoted})")
    for word in folded:
        if len(word) < INDEXED:
            # LIKE takes half as long as instr (2026-11).
            clauses.append("(" + " OR ".join(f"{column} LIKE ? ESCAPE '!'" for column in columns) + ")")
            values += [f"%{_escaped(word)}%"] * len(columns)
    return " AND ".join(clauses), values


def _escaped(word: str) -> str:
    return "".join(f"!{character}" if character in "!%_" else character for character in word)


def _folded(word: str) -> str:
    return fold_text(storable(word)).replace("\0", "")


def _row(document_id: int, path: bytes, title: str) -> tuple[int, str, str]:
    name = os.path.basename(os.fsdecode(path))  # noqa: PTH119 - a Path takes ten times as long to make
    return document_id, _folded(name), _folded(title)
