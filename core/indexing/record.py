"""Changes on the disk -> rows of the catalogue and work: everything that needs no reading of files."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlite_utils import Database

from core.catalogue import documents, passages
from core.catalogue.catalogue import Catalogue
from core.domain import CollectionChanges, DocumentId, DocumentState, FileStamp, Reason, SourceId, StateReason
from core.extract.formats import format_of
from core.indexing.staleness import PipelineFingerprint, Staleness
from core.watch.changes import Added, Change, KnownFile, Modified, Moved, Removed, Touched


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """A document to process: read its file, or (`reread` false) split and encode the stored text again."""

    document_id: DocumentId
    path: Path
    stamp: FileStamp
    reread: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What `record_changes` changed, and the files that must now be read."""

    changes: CollectionChanges
    work: tuple[Work, ...]


def record_changes(
    catalogue: Catalogue, source_id: SourceId, changes: Sequence[Change], fingerprint: str
) -> Recorded:
    """Bring the catalogue up to what is on the disk, in one transaction.

    New files are pending from then on, so that a crash forgets none of them. A changed file keeps its old
    passages until the new ones are committed.
    """
    changes = list(_without_other_formats(changes))
    with catalogue.write() as db:
        moved = [change for change in changes if isinstance(change, Moved)]
        documents.move(db, [(move.document_id, source_id, move.path, move.stamp) for move in moved])
        removed = [change.document_id for change in changes if isinstance(change, Removed)]
        documents.remove(db, removed)
        changed = {move.document_id for move in moved} | set(removed)
        work = []
        for change in changes:
            if isinstance(change, Touched):
                documents.set_stamp(db, change.document_id, change.stamp)
            elif isinstance(change, Added | Modified):
                item = _met(db, source_id, change, fingerprint)
                changed.add(item.document_id)
                work += [item] if item.reread else []
    return Recorded(changes=CollectionChanges(documents=frozenset(changed)), work=tuple(work))


def _without_other_formats(changes: Iterable[Change]) -> Iterator[Change]:
    """The same bytes are another document when `notes.txt` becomes `notes.html`: it is read anew."""
    for change in changes:
        if isinstance(change, Moved) and format_of(change.old_path) != format_of(change.path):
            yield Removed(document_id=change.document_id, path=change.old_path)
            yield Added(path=change.path, stamp=change.stamp)
        else:
            yield change


def _met(db: Database, source_id: SourceId, change: Added | Modified, fingerprint: str) -> Work:
    """A new or changed file: either to be read, or not searchable for a reason known without reading."""
    if isinstance(change, Added):
        format_ = format_of(change.path) or ""
        document_id = documents.insert(db, source_id, change.path, change.stamp, format_)
    else:
        document_id = change.document_id
    reason = change.skip or _unsupported(change.path)
    if reason:
        documents.set_stamp(db, document_id, change.stamp)
        documents.set_state(db, document_id, reason, fingerprint)
        passages.remove(db, [document_id])
    return Work(document_id=document_id, path=change.path, stamp=change.stamp, reread=reason is None)


def _unsupported(path: Path) -> StateReason | None:
    if format_of(path) is not None:
        return None
    return StateReason(code=Reason.UNSUPPORTED, detail=path.suffix.lower())


def known_files(stored: Iterable[documents.Stored], fingerprint: str) -> dict[Path, KnownFile]:
    """What the catalogue knows about files, in the terms of `core.watch.changes`."""
    return {
        each.document.path: KnownFile(
            document_id=each.document.id,
            path=each.document.path,
            stamp=each.document.stamp,
            content_hash=each.content_hash,
            retry=_retry(each, fingerprint),
        )
        for each in stored
    }


_RETRIED = frozenset({Reason.NO_PERMISSION, Reason.READ_ERROR, Reason.VANISHED})
"""Reasons that may have gone away though the stamp of the file is the same."""


def _retry(stored: documents.Stored, fingerprint: str) -> bool:
    """Whether to try an unchanged file again: never finished, or not by this version of the program."""
    document = stored.document
    if document.state is DocumentState.PENDING:
        return True
    if document.reason is None or document.state is DocumentState.TRUNCATED:
        return False
    return document.reason.code in _RETRIED or stored.fingerprint != fingerprint


def stale_work(
    catalogue: Catalogue, current: PipelineFingerprint, missing: Container[SourceId] = ()
) -> Iterator[Work]:
    """Documents whose files are unchanged but that an older pipeline made, or whose passages were lost.

    Those whose files must be read again but are in a missing source stay as they are: their text is kept.
    """
    with catalogue.read() as db:
        stale = documents.stale(db, str(current))
    for stored in stale:
        document = stored.document
        reread = current.staleness(stored.fingerprint) is Staleness.EXTRACTORS_CHANGED
        if not (reread and document.source_id in missing):
            yield Work(document_id=document.id, path=document.path, stamp=document.stamp, reread=reread)
