"""The names table: the file name and the title of every document, folded, for any part of a word.

The functions of `documents` keep it current; what is deleted there is deleted here by a trigger.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from sqlite_utils import Database

from core.catalogue.texts import storable
from core.domain import DocumentId, Int64Array
from core.folding.fold import fold_text

CREATE = "CREATE VIRTUAL TABLE names USING fts5(name, title, tokenize='trigram case_sensitive 1')"

_INDEXED = 3
"""Characters that a word must have for the index to know where it stands; for shorter ones all is read."""

_SPARE = 200
"""Candidates beyond the limit among which the newest of equally good ones are chosen."""


def note(db: Database, document_ids: Iterable[DocumentId]) -> None:
    """Read again what these documents are called."""
    for document_id in document_ids:
        row = db.execute("SELECT path, title FROM documents WHERE id = ?", [document_id]).fetchone()
        if row is not None:
            _insert(db, [_row(document_id, *row)])


def fill(db: Database) -> None:
    """Make the table anew from the documents."""
    db.execute("DROP TABLE IF EXISTS names")
    db.execute(CREATE)
    rows = db.execute("SELECT id, path, title FROM documents ORDER BY id").fetchall()
    _insert(db, (_row(*row) for row in rows))


def matching(db: Database, words: Sequence[str], limit: int) -> list[DocumentId]:
    """The documents whose file name or title holds every word, any part of a word, best first: all words in
    the name; a name that begins with the first of them; shorter names; newer files.
    """
    folded = [word for word in (fold_text(storable(word)) for word in words) if word]
    if not folded:
        return []
    clauses, values = _clauses(folded, ("name", "title"))
    in_name = " AND ".join(["instr(name, ?) > 0"] * len(folded))
    rows = db.execute(
        f"""
        SELECT found.id FROM (
            SELECT rowid AS id, NOT ({in_name}) AS elsewhere, instr(name, ?) != 1 AS later,
                length(name) AS size
            FROM names WHERE {" AND ".join(clauses)}
            ORDER BY elsewhere, later, size, rowid DESC LIMIT ?
        ) AS found JOIN documents ON documents.id = found.id
        ORDER BY elsewhere, later, found.size, mtime_ns DESC, found.id LIMIT ?
        """,  # noqa: S608 - constants
        [*folded, folded[0], *values, limit + _SPARE, limit],
    )
    return [DocumentId(row[0]) for row in rows.fetchall()]


def holding(db: Database, part: str) -> Int64Array:
    """The documents whose file name holds this, `(n,)` int64, ascending."""
    folded = fold_text(storable(part))
    clauses, values = _clauses([folded], ("name",))
    ordered = f"SELECT rowid AS value FROM names WHERE {' AND '.join(clauses)} ORDER BY rowid"  # noqa: S608
    row = db.execute(f"SELECT group_concat(value) FROM ({ordered})", values).fetchone()  # noqa: S608
    return np.fromstring(row[0] or "", dtype=np.int64, sep=",")


def missing(db: Database) -> int:
    """How many documents have no row, or another one than they should have, or rows no document."""
    rows = db.execute("SELECT id, path, documents.title FROM documents ORDER BY id").fetchall()
    expected = {_row(*row) for row in rows}
    found = set(db.execute("SELECT rowid, name, title FROM names").fetchall())
    return len(expected ^ found)


def _clauses(folded: Sequence[str], columns: tuple[str, ...]) -> tuple[list[str], list[Any]]:
    """Conditions under which a row holds every one of the words in one of the columns."""
    clauses, values = list[str](), list[Any]()
    indexed = [word for word in folded if len(word) >= _INDEXED]
    if indexed:
        quoted = " AND ".join('"{}"'.format(word.replace('"', '""')) for word in indexed)
        clauses.append("names MATCH ?")
        values.append(f"{{{' '.join(columns)}}} : ({quoted})")
    for word in folded:
        if len(word) < _INDEXED:
            clauses.append(f"({' OR '.join(f'instr({column}, ?) > 0' for column in columns)})")
            values += [word] * len(columns)
    return clauses, values


def _row(document_id: int, path: bytes, title: str) -> tuple[int, str, str]:
    name = os.path.basename(os.fsdecode(path))  # noqa: PTH119 - a Path takes ten times as long to make
    return document_id, fold_text(storable(name)), fold_text(title)


def _insert(db: Database, rows: Iterable[tuple[int, str, str]]) -> None:
    db.conn.executemany("INSERT OR REPLACE INTO names (rowid, name, title) VALUES (?, ?, ?)", rows)
