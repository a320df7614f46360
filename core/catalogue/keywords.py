"""The keywords table: a full-text index of the terms of passages, and how BM25 ranks them.

It holds no text, only which terms stand where (`content=''`), so a row cannot be taken out again: rows of
dead passages stay until all is made anew (core/indexing/keywords.py), and whoever searches leaves out what
is not alive. The terms are made by core/terms.py, and core/grams.py. Passages that an older version of the
program wrote have no row until the next maintenance.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlite_utils import Database

from core.catalogue.numbers import numbers
from core.domain import DocumentId, Int64Array, Passage, PassageId, Span
from core.terms import PREFIX, TERMS_VERSION

TABLE = "keywords"
NEXT_TABLE = "keywords_next"
"""The one that is being made anew."""

WEIGHTS = (1.0, 1.0, 1.0)
"""How much a term counts in the heading and the body, and a gram, in BM25."""

# The tokenizer takes every character but ASCII's punctuation and white space for one of a term.
_CREATE = "CREATE VIRTUAL TABLE {table} USING fts5(heading, body, grams, content='', tokenize='ascii')"


Row = tuple[PassageId, str, str, str]
"""A passage, the terms of its heading and of its body (core.terms), and the grams of both (core.grams)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """A passage that is alive and has no row."""

    id: PassageId
    document_id: DocumentId
    passage: Passage


def create(db: Database, table: str = TABLE) -> None:
    """An empty index in the place of what there was, of today's terms."""
    db.execute(f"DROP TABLE IF EXISTS {table}")
    db.execute(_CREATE.format(table=table))
    db.execute(
        "INSERT OR REPLACE INTO keyword_tables (name, terms, forgotten) VALUES (?, ?, 0)",
        [table, TERMS_VERSION],
    )


def insert(db: Database, rows: Iterable[Row], table: str = TABLE) -> None:
    """The terms of passages, none of which may have a row.

    0.06 ms for a passage in batches of a segment, to begin with, and up to 0.3 ms with the merges of FTS5 in
    an index of 200,000; 1 KB on the disk for each without grams. FTS5's own settings were the best of those
    tried: no `automerge` saves 0.02 ms and leaves many parts to read, a `hashsize` of 16 MB saves nothing, an
    index of prefixes takes two thirds more space (2026-11).
    """
    db.conn.executemany(
        f"INSERT INTO {table} (rowid, heading, body, grams) VALUES (?, ?, ?, ?)",  # noqa: S608 - constants
        rows,
    )


def best(db: Database, terms: Sequence[str], limit: int) -> tuple[Int64Array, NDArray[np.float64]]:
    """The passages with any of the terms, the best first: ids and BM25, positive, the larger the better; of
    equal ones the smaller id first. Some may be dead.

    A term that ends with `*` stands for all that begin with it.
    """
    if not terms:
        return np.zeros(0, dtype=np.int64), np.zeros(0)
    found = db.execute(
        f"""
        SELECT rowid, -bm25({TABLE}, ?, ?, ?) AS score FROM {TABLE} WHERE {TABLE} MATCH ?
        ORDER BY score DESC, rowid LIMIT ?
        """,  # noqa: S608 - constants
        [*WEIGHTS, " OR ".join(map(_quoted, terms)), limit],
    ).fetchall()
    ids = np.array([row[0] for row in found], dtype=np.int64)
    return ids, np.array([row[1] for row in found], dtype=np.float64)


def frequencies(db: Database, terms: Sequence[str], at_most: int) -> dict[str, int]:
    """How many passages, dead ones too, hold each of the terms, counted up to `at_most`.

    A term that ends with `*` stands for all that begin with it, whose numbers are added up, so that a passage
    with several of them counts several times. At most some milliseconds each.
    """
    return {
        term: _beginning(db, term.removesuffix(PREFIX), at_most)
        if term.endswith(PREFIX)
        else _frequency(db, term, at_most)
        for term in terms
    }


def holding(db: Database, phrase: str) -> Int64Array:
    """The passages in which an expression of `core.terms.phrase_of` holds, in the heading or in the body;
    `(n,)` int64, ascending. Some may be dead. Empty: none.
    """
    if not phrase:
        return np.zeros(0, dtype=np.int64)
    ordered = f"SELECT rowid AS value FROM {TABLE} WHERE {TABLE} MATCH ? ORDER BY rowid"  # noqa: S608
    return numbers(db, ordered, [phrase])


def size(db: Database) -> int:
    """How many passages are alive: with those that are dead and still have a row, up to a fourth more."""
    # Counting 200,000 rows takes 4 ms; a trigger keeps the sum for each language.
    count: int = db.execute("SELECT COALESCE(SUM(passages), 0) FROM languages").fetchone()[0]
    return count


def missing(db: Database, *, after: int, limit: int, table: str = TABLE) -> list[Missing]:
    """The first passages with ids above `after` that have no row, by id."""
    rows = db.execute(
        f"""
        SELECT id, document_id, start, end, page, heading FROM passages
        WHERE id > ? AND NOT EXISTS (SELECT 1 FROM {table}_docsize AS row WHERE row.id = passages.id)
        ORDER BY id LIMIT ?
        """,  # noqa: S608 - constants
        [after, limit],
    )
    return [
        Missing(
            id=PassageId(id_),
            document_id=DocumentId(document_id),
            passage=Passage(span=Span(start=start, end=end), page=page, heading=heading),
        )
        for id_, document_id, start, end, page, heading in rows.fetchall()
    ]


def still_missing(db: Database, ids: Iterable[PassageId], table: str = TABLE) -> set[PassageId]:
    """Those of the passages that are alive and have no row."""
    rows = db.execute(
        f"""
        SELECT id FROM passages WHERE id IN (SELECT value FROM json_each(?))
            AND NOT EXISTS (SELECT 1 FROM {table}_docsize AS row WHERE row.id = passages.id)
        """,  # noqa: S608 - constants
        [json.dumps(list(ids))],
    )
    return {PassageId(row[0]) for row in rows.fetchall()}


def counts(db: Database, table: str = TABLE) -> tuple[int, int]:
    """How many passages are alive, and how many rows are of dead ones."""
    dead = db.execute(
        f"""
        SELECT COUNT(*) FROM {table}_docsize AS row
        WHERE NOT EXISTS (SELECT 1 FROM passages WHERE passages.id = row.id)
        """  # noqa: S608 - constants
    ).fetchone()[0]
    return size(db), dead


def is_current(db: Database, table: str = TABLE) -> bool:
    """Whether the index is of today's terms, and of nothing that was forgotten since it was begun."""
    row = db.execute("SELECT terms, forgotten FROM keyword_tables WHERE name = ?", [table]).fetchone()
    return row is not None and row[0] == TERMS_VERSION and not row[1]


def is_outdated(db: Database) -> bool:
    """Whether the index is of other terms than today's."""
    row = db.execute("SELECT terms FROM keyword_tables WHERE name = ?", [TABLE]).fetchone()
    return row is None or row[0] != TERMS_VERSION


def damage(db: Database) -> str | None:
    """What is wrong with the index, reading all of it, or None. Raises sqlite3.DatabaseError, too.

    FTS5 has a check of its own, but that is a statement that writes, and others would wait for it.
    """
    terms, rows, places = db.execute("SELECT COUNT(*), SUM(doc), SUM(cnt) FROM keyword_terms").fetchone()
    if terms and not 0 < terms <= rows <= places:
        return "the keyword index contradicts itself"
    row = db.execute("SELECT COUNT(*) FROM keyword_tables WHERE name = ?", [TABLE]).fetchone()
    return None if row[0] else "the keyword index is gone"


def replace(db: Database) -> None:
    """The index that was made anew takes the place of the other one."""
    db.execute(f"DROP TABLE {TABLE}")
    db.execute(f"ALTER TABLE {NEXT_TABLE} RENAME TO {TABLE}")
    db.execute("DELETE FROM keyword_tables WHERE name = ?", [TABLE])
    db.execute("UPDATE keyword_tables SET name = ? WHERE name = ?", [TABLE, NEXT_TABLE])


def drop_next(db: Database) -> None:
    """Nothing is being made anew."""
    db.execute(f"DROP TABLE IF EXISTS {NEXT_TABLE}")
    db.execute("DELETE FROM keyword_tables WHERE name = ?", [NEXT_TABLE])


def _frequency(db: Database, term: str, at_most: int) -> int:
    counted = f"SELECT COUNT(*) FROM (SELECT 1 FROM {TABLE} WHERE {TABLE} MATCH ? LIMIT ?)"  # noqa: S608
    count: int = db.execute(counted, [_quoted(term), at_most]).fetchone()[0]
    return count


def _beginning(db: Database, start: str, at_most: int) -> int:
    # To count the passages themselves FTS5 would first read all that any of the terms has: up to 150 ms for
    # one character in 200,000 passages, whatever the limit. This takes 3 ms (2026-11).
    rows = db.conn.execute(
        "SELECT doc FROM keyword_terms WHERE term >= ? AND term < ?", [start, f"{start}\U0010ffff"]
    )
    count = 0
    for (passages,) in rows:
        count += passages
        if count >= at_most:
            rows.close()
            return at_most
    return count


def _quoted(term: str) -> str:
    """A term as data: nothing in it is syntax of a query but `*` at its end."""
    word = term.removesuffix(PREFIX).replace('"', '""')
    return f'"{word}" *' if term.endswith(PREFIX) else f'"{word}"'
