"""The documents table: one row for every file that a scan met."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlite_utils import Database

from core.catalogue import names, texts
from core.catalogue.texts import storable
from core.domain import (
    Document,
    DocumentId,
    DocumentState,
    FileStamp,
    Query,
    Reason,
    SegmentId,
    SourceId,
    StateReason,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A document with what only indexing needs: the hash of its content and how it was made."""

    document: Document
    content_hash: bytes | None
    fingerprint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What became known about a document when it was read; `fingerprint` says by which pipeline."""

    stamp: FileStamp
    content_hash: bytes
    format: str
    title: str
    state: DocumentState
    reason: StateReason | None
    page_count: int
    fingerprint: str


def insert(db: Database, source_id: SourceId, path: Path, stamp: FileStamp, format_: str) -> DocumentId:
    """A new document, pending; or the one that is there already under this path, pending again."""
    row = db.execute(
        """
        INSERT INTO documents
            (source_id, path, size, mtime_ns, format, title, state, detail, page_count, fingerprint)
        VALUES (?, ?, ?, ?, ?, '', ?, '', 0, '')
        ON CONFLICT (path) DO UPDATE SET
            size = excluded.size, mtime_ns = excluded.mtime_ns,
            state = excluded.state, reason = NULL, detail = ''
        RETURNING id
        """,
        [source_id, os.fsencode(path), stamp.size, stamp.mtime_ns, format_, DocumentState.PENDING],
    ).fetchone()
    names.note(db, [DocumentId(row[0])])
    return DocumentId(row[0])


def set_state(db: Database, document_id: DocumentId, reason: StateReason, fingerprint: str) -> None:
    """The document is not searchable, for this reason; its text goes. (Its passages: `passages.remove`.)

    So does the hash of what was read: should that content come back, it has to be read again.
    """
    db.execute(
        """
        UPDATE documents SET content_hash = NULL, state = ?, reason = ?, detail = ?, fingerprint = ?
        WHERE id = ?
        """,
        [reason.state, reason.code, storable(reason.detail), fingerprint, document_id],
    )
    texts.remove(db, document_id)


def set_read(db: Database, document_id: DocumentId, reading: Reading) -> None:
    """The document was read and encoded."""
    db.execute(
        """
        UPDATE documents SET size = ?, mtime_ns = ?, content_hash = ?, format = ?, title = ?, state = ?,
            reason = ?, detail = ?, page_count = ?, fingerprint = ?
        WHERE id = ?
        """,
        [
            reading.stamp.size,
            reading.stamp.mtime_ns,
            reading.content_hash,
            reading.format,
            storable(reading.title),
            reading.state,
            reading.reason.code if reading.reason else None,
            storable(reading.reason.detail) if reading.reason else "",
            reading.page_count,
            reading.fingerprint,
            document_id,
        ],
    )
    names.note(db, [document_id])


def set_stamp(db: Database, document_id: DocumentId, stamp: FileStamp) -> None:
    """The file has a new time or size but needs no reading."""
    db.execute(
        "UPDATE documents SET size = ?, mtime_ns = ? WHERE id = ?", [stamp.size, stamp.mtime_ns, document_id]
    )


def move(db: Database, moves: Iterable[tuple[DocumentId, SourceId, Path, FileStamp]]) -> None:
    """New paths for documents whose files were renamed or moved, also when two swap their names."""
    moves = list(moves)
    for document_id, _, _, _ in moves:
        # A name that no file can have, so that A -> B, B -> A never meets the UNIQUE constraint half-way.
        db.execute("UPDATE documents SET path = ? WHERE id = ?", [b"\0%d" % document_id, document_id])
    for document_id, source_id, path, stamp in moves:
        db.execute("DELETE FROM documents WHERE path = ?", [os.fsencode(path)])
        db.execute(
            "UPDATE documents SET path = ?, source_id = ? WHERE id = ?",
            [os.fsencode(path), source_id, document_id],
        )
        set_stamp(db, document_id, stamp)
    names.note(db, [document_id for document_id, _, _, _ in moves])


def remove(db: Database, document_ids: Iterable[DocumentId]) -> None:
    """Forget documents with their texts and passages."""
    for document_id in document_ids:
        db.execute("DELETE FROM documents WHERE id = ?", [document_id])


def get(db: Database, document_id: DocumentId) -> Document | None:
    """The document, or None if it is gone."""
    stored = get_stored(db, document_id)
    return stored.document if stored else None


def get_stored(db: Database, document_id: DocumentId) -> Stored | None:
    """The document with what indexing keeps about it, or None if it is gone."""
    return next(_select(db, "WHERE id = ?", [document_id]), None)


def in_states(db: Database, states: Iterable[DocumentState]) -> list[Document]:
    """Documents in any of these states, by path."""
    wanted = [str(state) for state in states]
    where = f"WHERE state IN ({_marks(wanted)}) ORDER BY path"
    return [stored.document for stored in _select(db, where, wanted)]


def ids_in_states(db: Database, states: Iterable[DocumentState]) -> list[DocumentId]:
    """The documents in any of these states, ascending."""
    wanted = [str(state) for state in states]
    rows = db.execute(f"SELECT id FROM documents WHERE state IN ({_marks(wanted)}) ORDER BY id", wanted)  # noqa: S608
    return [DocumentId(row[0]) for row in rows]


def below(db: Database, folders: Iterable[Path]) -> Iterator[Stored]:
    """Documents that are, or are inside, one of these paths."""
    for folder in folders:
        first, after = paths_inside(folder)
        where = "WHERE path = ? OR (path >= ? AND path < ?)"
        yield from _select(db, where, [os.fsencode(folder), first, after])


def matching(db: Database, query: Query) -> NDArray[np.int64] | None:
    """The ids of the documents that a query allows, int64, ascending; None: it allows all of them."""
    clauses, values = list[str](), list[Any]()
    if query.formats:
        clauses.append(f"format IN ({_marks(query.formats)})")
        values += query.formats
    if query.folders:
        clauses.append(f"({' OR '.join(['(path >= ? AND path < ?)'] * len(query.folders))})")
        for folder in query.folders:
            values += paths_inside(folder)
    for clause, value in (
        ("mtime_ns >= ?", query.modified_from_ns),
        ("mtime_ns < ?", query.modified_before_ns),
    ):
        if value is not None:
            clauses.append(clause)
            values.append(value)
    if query.document_ids is not None:
        clauses.append("id IN (SELECT value FROM json_each(?))")
        values.append(json.dumps([*query.document_ids]))
    if not clauses:
        return None
    where = " AND ".join(clauses)
    rows = db.execute(f"SELECT id FROM documents WHERE {where} ORDER BY id", values)  # noqa: S608 - constants
    return np.fromiter((row[0] for row in rows), dtype=np.int64)


def by_date(db: Database, *, newest_first: bool) -> Iterator[DocumentId]:
    """All documents by the time at which their files were modified, one after the other."""
    order = "DESC" if newest_first else "ASC"
    for row in db.execute(f"SELECT id FROM documents ORDER BY mtime_ns {order}, id"):  # noqa: S608 - constants
        yield DocumentId(row[0])


def last_id(db: Database) -> DocumentId:
    """The largest id that any document has or ever had; 0 before there was one."""
    row = db.execute("SELECT seq FROM sqlite_sequence WHERE name = 'documents'").fetchone()
    return DocumentId(row[0] if row else 0)


def paths_inside(folder: Path) -> tuple[bytes, bytes]:
    """The range of stored paths that are below `folder`: from the first, up to but not with the second."""
    first = os.fsencode(folder).rstrip(os.fsencode(os.sep)) + os.fsencode(os.sep)
    return first, first[:-1] + bytes([first[-1] + 1])


def stale(db: Database, fingerprint: str) -> list[Stored]:
    """Documents that were read, but not by what `fingerprint` stands for."""
    where = "WHERE state IN (?, ?) AND fingerprint != ? ORDER BY id"
    return list(_select(db, where, [DocumentState.INDEXED, DocumentState.TRUNCATED, fingerprint]))


def in_segment(db: Database, segment_id: SegmentId) -> list[Stored]:
    """Documents with passages in a segment."""
    where = "WHERE id IN (SELECT document_id FROM passages WHERE segment_id = ?) ORDER BY id"
    return list(_select(db, where, [segment_id]))


def set_fingerprint(db: Database, document_id: DocumentId, fingerprint: str) -> None:
    """What made the document's passages is no longer what it was."""
    db.execute("UPDATE documents SET fingerprint = ? WHERE id = ?", [fingerprint, document_id])


def counts(db: Database) -> dict[DocumentState, int]:
    """How many documents are in each state; every state is there."""
    found = dict(db.execute("SELECT state, COUNT(*) FROM documents GROUP BY state").fetchall())
    return {state: found.get(state, 0) for state in DocumentState}


_COLUMNS = """id, source_id, path, title, format, size, mtime_ns, state, reason, detail, page_count,
    content_hash, fingerprint"""


def _select(db: Database, where: str, values: list[Any]) -> Iterator[Stored]:
    rows = db.execute(f"SELECT {_COLUMNS} FROM documents {where}", values)  # noqa: S608 - constants only
    return (_stored(row) for row in rows.fetchall())


def _stored(row: tuple[Any, ...]) -> Stored:
    id_, source, path, title, format_, size, mtime_ns, state, reason, detail, page_count, hash_, made_by = row
    document = Document(
        id=DocumentId(id_),
        source_id=SourceId(source),
        path=Path(os.fsdecode(path)),
        title=title,
        format=format_,
        stamp=FileStamp(size=size, mtime_ns=mtime_ns),
        state=DocumentState(state),
        reason=StateReason(code=Reason(reason), detail=detail) if reason else None,
        page_count=page_count,
    )
    return Stored(document=document, content_hash=hash_, fingerprint=made_by)


def _marks(values: Sequence[str]) -> str:
    return ", ".join("?" * len(values))
